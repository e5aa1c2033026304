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


@pytest.mark.parametrize(
    ("status", "recipients"),
    [
        (
            "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b.pl\nAction: Failed\n"
            "Status: 5.1.1\nDiagnostic-Code: smtp; 550\n no such user",
            [("a@b.pl", "failed", "5.1.1", "550 no such user")],
        ),
        (
            "Original-Recipient: rfc822;A@b.pl\nFinal-Recipient: rfc822; x@y\n"
            "Action: delayed (try)\n",
            [("A@b.pl", "delayed", "", "")],
        ),
        ("Final-Recipient: <a@b.pl>\nStatus: 4.2.2 (full)\n", [("a@b.pl", "delayed", "4.2.2", "")]),
        ("Final-Recipient: rfc822;a@b.pl\nDiagnostic-Code: 5.2.0 x\n",
         [("a@b.pl", "failed", "5.2.0", "5.2.0 x")]),
        ("Action: failed\n", [("", "failed", "", "")]),
        ("no fields\n folded\n\n: x\n", []),
        ("", []),
        ("Final-Recipient: rfc822; a@b\nAction: failed\n\n\n\n"
         "Final-Recipient: rfc822; c@d\nAction: relayed\n",
         [("a@b", "failed", "", ""), ("c@d", "relayed", "", "")]),
        ("Final-Recipient: rfc822; a@b\nAction: failed\nAction: delivered\n",
         [("a@b", "failed", "", "")]),
    ],
)  # fmt: skip
def test_each_recipient_has_a_fate(
    status: str, recipients: list[tuple[str, str, str, str]]
) -> None:
    """Address, action, status and diagnostic of each recipient, from what stands there."""
    found = report(status.replace("\n", "\r\n"))
    assert found is not None
    assert [(r.address, r.action, r.status, r.diagnostic) for r in found.recipients] == recipients


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


def test_endless_recipients_are_cut() -> None:
    """A report names some 200 recipients at most."""
    found = report("Final-Recipient: rfc822;a@b\r\n\r\n" * 5000)
    assert found is not None
    assert len(found.recipients) <= 201


def test_a_disposition_says_what_became_of_the_mail() -> None:
    """A read receipt has its recipient and the mail it is about (RFC 8098)."""
    raw = (
        b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: message/disposition-notification\r\n\r\nOriginal-Recipient: rfc822;a@b\r\n"
        b"Original-Message-ID: <1@us>\r\nDisposition: automatic-action/x; Deleted\r\n--b--"
    )
    found = parse.parse(raw).report
    assert found is not None
    assert (found.kind, found.of) == ("disposition-notification", "<1@us>")
    assert (found.recipients[0].address, found.recipients[0].action) == ("a@b", "deleted")
