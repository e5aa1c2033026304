import pytest

from mailgate.message import parse
from mailgate.message.message import Report


def report(
    status: str, *, extra: str = "", kind: str = "multipart/report", head: str = ""
) -> Report | None:
    """Return what is read from a mail with this status part."""
    raw = (
        f"{head}Content-Type: {kind}; boundary=b\r\n\r\n--b\r\n\r\nwords\r\n--b\r\n"
        f"Content-Type: message/delivery-status\r\n\r\n{status}\r\n{extra}--b--\r\n"
    )
    return parse.parse(raw.encode()).report


def fates(found: Report | None) -> list[tuple[str, str, str]]:
    """Return address, action and status of each recipient; none for no report."""
    return [(r.address, r.action, r.status) for r in found.recipients] if found else []


def read(head: str, body: str) -> Report | None:
    """Return what is read from a mail with these headers and this body."""
    return parse.parse(f"{head}\n\n{body}\n".encode()).report


def test_a_status_part_names_recipients() -> None:
    """Each recipient of the part has its fate."""
    found = report("Final-Recipient: rfc822;a@b.pl\r\nAction: failed\r\nStatus: 5.1.1\r\n")
    assert fates(found) == [("a@b.pl", "failed", "5.1.1")]


@pytest.mark.parametrize(
    ("extra", "head", "of"),
    [
        ("--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <1@us>\r\n\r\nx\r\n", "",
         "<1@us>"),
        ("--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <1@us>\r\n", "", "<1@us>"),
        ("--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
         "TWVzc2FnZS1JRDogPDFAdXM+DQoNCg==\r\n", "", "<1@us>"),
        ("--b\r\nContent-Type: message/rfc822\r\n\r\n\r\nx\r\n",
         "In-Reply-To: <1@us>\r\n", "<1@us>"),
        ("", "References: <0@us> <1@us>\r\n", "<1@us>"),
        ("", "", ""),
    ],
)  # fmt: skip
def test_a_report_names_the_mail_it_is_about(extra: str, head: str, of: str) -> None:
    """The copy that came back, else what the report refers to."""
    found = report("Final-Recipient: rfc822;a@b\r\n", extra=extra, head=head)
    assert found is not None
    assert found.of == of


def test_a_status_part_in_a_persons_mail_is_no_report() -> None:
    """Who forwards a status part sends no report, unless it is a mail system."""
    status = "Final-Recipient: rfc822;a@b\r\nAction: failed\r\n"
    assert report(status, kind="multipart/mixed", head="From: anna@example.net\r\n") is None
    assert report(status, kind="multipart/mixed", head="From: MAILER-DAEMON@x\r\n") is not None
    bare = b"Content-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822;a@b\r\n"
    assert parse.parse(bare).report is not None


def test_a_part_that_names_nobody_is_read_with_the_words() -> None:
    """A report is one, even if only its words or its copy say who it is about."""
    status = "Reporting-MTA: dns; x\r\n"
    copy = "--b\r\nContent-Type: message/rfc822\r\n\r\nTo: a@b.pl\r\n\r\nx\r\n"
    two = "--b\r\nContent-Type: message/rfc822\r\n\r\nTo: a@b.pl, c@d.pl\r\n\r\nx\r\n"
    assert fates(report(status, extra=copy)) == [("a@b.pl", "failed", "5.0.0")]
    assert fates(report(status, extra=two)) == [("", "failed", "5.0.0")]
    assert fates(report("")) == [("", "failed", "5.0.0")]


def test_a_report_without_its_boundary_is_still_one() -> None:
    """What names itself a delivery report in its headers is believed."""
    head = "From: x@y.pl\nContent-Type: multipart/report; report-type=delivery-status"
    assert fates(read(head, "<<< No Message Collected >>>")) == [("", "failed", "5.0.0")]
    other = "From: x@y.pl\nContent-Type: multipart/report; report-type=other"
    assert read(other, "text") is None


def test_fields_of_a_report_may_stand_in_its_text() -> None:
    """A mail system that writes the fields as words is understood; a person who quotes is not."""
    fields = "Sorry.\n\nFinal-Recipient: rfc822;a@b.pl\nAction: failed\nStatus: 5.2.2"
    assert fates(read("From: MAILER-DAEMON@x", fields)) == [("a@b.pl", "failed", "5.2.2")]
    assert read("From: anna@example.net", fields) is None
    assert read("From: postmaster@example.net\nSubject: a question", fields) is None


def test_a_report_inside_a_mail_system_s_mail_is_read() -> None:
    """A gateway that sends a report on says what it says, unless it names somebody itself."""
    inner = (
        "Content-Type: multipart/report; report-type=delivery-status; boundary=i\n\n"
        "--i\n\nwords\n--i\nContent-Type: message/delivery-status\n\n"
        "Final-Recipient: rfc822;a@b.pl\nAction: failed\nStatus: 5.1.1\n--i--\n"
    )
    head = (
        "From: MAILER-DAEMON@x\nSubject: Returned mail\nContent-Type: multipart/mixed; boundary=o"
    )

    def outer(words: str, inside: str) -> str:
        return f"--o\n\n{words}\n--o\nContent-Type: message/rfc822\n\n{inside}\n--o--"

    assert fates(read(head, outer("Errors.", inner))) == [("a@b.pl", "failed", "5.1.1")]
    told = outer("Ask admin@x about it.", inner)
    assert fates(read(head, told)) == [("a@b.pl", "failed", "5.1.1")]
    assert fates(read(head, outer("<c@d.pl>: no", inner))) == [("c@d.pl", "failed", "5.0.0")]
    plain = "Subject: x\n\nhello"
    assert fates(read(head, outer("Errors.", plain))) == [("", "failed", "5.0.0")]
    none = "Content-Type: multipart/report; boundary=i\n\n--i\n\nwords\n--i--"
    assert fates(read(head, outer("Errors.", none))) == [("", "failed", "5.0.0")]


@pytest.mark.parametrize(
    ("words", "kind", "action"),
    [
        ("Your message was read", "disposition-notification", "deleted"),
        ("It was automatically rejected: 552 5.2.2 full", "delivery-status", "failed"),
    ],
)
def test_a_disposition_is_a_receipt_or_a_refusal(words: str, kind: str, action: str) -> None:
    """What a server refused in the shape of a receipt failed."""
    found = read(
        "From: anna@example.net\nContent-Type: multipart/report; boundary=b",
        f"--b\n\n{words}\n--b\nContent-Type: message/disposition-notification\n\n"
        "Final-Recipient: rfc822;a@b\nOriginal-Message-ID: <1@us>\nDisposition: x; deleted\n--b--",
    )
    assert found is not None
    assert (found.kind, found.of, found.recipients[0].action) == (kind, "<1@us>", action)


def test_a_complaint_is_told_apart() -> None:
    """A feedback part, and a mail that Outlook.com marks, are complaints and no bounces."""
    body = (
        "--b\n\nwords\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n"
        "--b\nContent-Type: text/rfc822-headers\n\nTo: a@b\nMessage-ID: <1@us>\n--b--"
    )
    found = read("From: x@y\nContent-Type: multipart/report; boundary=b", body)
    assert found is not None
    assert (found.kind, found.of) == ("feedback-report", "<1@us>")
    marked = read("From: pomoc@example.com\nX-HmXmrOriginalRecipient: a@b\nMessage-ID: <1@us>", "x")
    assert marked is not None
    assert (marked.kind, marked.of) == ("feedback-report", "<1@us>")


def test_a_mail_with_another_mail_in_it_is_no_report() -> None:
    """A person may send any mail on."""
    assert (
        read(
            "From: anna@example.net\nContent-Type: multipart/mixed; boundary=b",
            "--b\n\nsee below\n--b\nContent-Type: message/rfc822\n\nTo: a@b\n\nx\n--b--",
        )
        is None
    )


def test_words_of_a_system_that_says_nothing_are_none() -> None:
    """A mail system's other mail is no report."""
    assert read("From: MAILER-DAEMON@x\nSubject: hello", "how are you") is None
