import pytest

from mailgate.message import abuse, headers
from mailgate.message.message import Report

COPY = headers.read(
    b"From: pomoc@example.com\r\nTo: Anna <anna@example.net>\r\nMessage-ID: <1@us>\r\n"
)
TO_TWO = headers.read(b"To: anna@example.net, jan@example.net\r\n")


def said(report: Report) -> tuple[str, str, str, str]:
    """Return recipient, type, source and mail of a complaint."""
    (recipient,) = report.recipients
    assert report.kind == "feedback-report"
    return recipient.address, recipient.action, recipient.diagnostic, report.of


@pytest.mark.parametrize(
    ("groups", "copy", "complaint"),
    [
        ([{"feedback-type": "Abuse", "original-rcpt-to": "<x@y>", "source-ip": "192.0.2.1"}], COPY,
         ("x@y", "abuse", "source 192.0.2.1", "<1@us>")),
        ([{"feedback-type": "fraud;"}, {"removal-recipient": "rfc822; x@y"}], COPY,
         ("x@y", "fraud", "", "<1@us>")),
        ([{"feedback-type": "auth-failure"}], COPY,
         ("anna@example.net", "auth-failure", "", "<1@us>")),
        ([{"feedback-type": "abuse"}], TO_TWO, ("", "abuse", "", "")),
        ([{"feedback-type": "", "message-id": "<2@us>"}], None, ("", "other", "", "<2@us>")),
        ([], None, ("", "other", "", "")),
    ],
)  # fmt: skip
def test_a_complaint_says_who_what_and_which_mail(
    groups: list[dict[str, str]],
    copy: headers.Block | None,
    complaint: tuple[str, str, str, str],
) -> None:
    """The fields count, and what they leave out is in the headers of the mail complained about."""
    assert said(abuse.of_fields(groups, copy)) == complaint


def test_a_complaint_is_known_by_the_headers_of_its_copy() -> None:
    """Outlook.com marks the mail that it sends back; any other mail is no complaint."""
    block = headers.read(b"X-HmXmrOriginalRecipient: anna@example.net\r\nMessage-ID: <1@us>\r\n")
    report = abuse.of_complaint(block)
    assert report is not None
    assert said(report) == ("anna@example.net", "abuse", "", "<1@us>")
    assert abuse.of_complaint(COPY) is None
