import json
from typing import Any

import pytest

from mailgate.message import headers, notices
from mailgate.message.message import Report

AMAZON = headers.read(b"From: SES <no-reply@sns.amazonaws.com>\r\n")
MAIL = {"messageId": "0100-1", "commonHeaders": {"messageId": "<1@us>"}}


def read(said: Any) -> Report | None:
    """Return what a notice says."""
    return notices.report_of(AMAZON, said if isinstance(said, str) else json.dumps(said))


@pytest.mark.parametrize(
    ("kind", "about", "fate"),
    [
        ("Bounce", {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "a@b"}]},
         ("a@b", "failed", "5.0.0", "")),
        ("Bounce", {"bounceType": "Transient", "bouncedRecipients": [{"emailAddress": "a@b"}]},
         ("a@b", "delayed", "4.0.0", "")),
        ("Bounce", {"bouncedRecipients": [{"emailAddress": "a@b", "action": "Failed",
                    "status": "5.0.0", "diagnosticCode": "smtp; 550 5.2.2 full"}]},
         ("a@b", "failed", "5.2.2", "550 5.2.2 full")),
        ("Bounce", {"bouncedRecipients": [{"action": "odd", "diagnosticCode": "no"}]},
         ("", "failed", "5.0.0", "no")),
        ("DeliveryDelay", {"delayedRecipients": [{"emailAddress": "a@b", "status": "4.4.1"}]},
         ("a@b", "delayed", "4.4.1", "")),
        ("Delivery", {"recipients": ["a@b"], "smtpResponse": "250 2.6.0 ok"},
         ("a@b", "delivered", "2.6.0", "250 2.6.0 ok")),
    ],
)  # fmt: skip
def test_a_notice_says_what_became_of_each(
    kind: str, about: dict[str, Any], fate: tuple[str, ...]
) -> None:
    """Bounces, delays and deliveries have recipients with their fates, and our Message-ID."""
    key = kind[0].lower() + kind[1:]
    report = read({"eventType": kind, "mail": MAIL, key: about})
    assert report is not None
    assert (report.kind, report.of) == ("delivery-status", "<1@us>")
    (each,) = report.recipients
    assert (each.address, each.action, each.status, each.diagnostic) == fate


@pytest.mark.parametrize(("given", "word"), [("not-spam", "not-spam"), (None, "abuse")])
def test_a_complaint_is_a_feedback_report(given: str | None, word: str) -> None:
    """A complaint within the envelope of a subscription is told apart from a bounce."""
    inner = {
        "notificationType": "Complaint",
        "mail": {"messageId": "0100-1"},
        "complaint": {
            "complaintFeedbackType": given,
            "complainedRecipients": [{"emailAddress": "a@b"}],
        },
    }
    report = read({"Type": "Notification", "Message": json.dumps(inner)})
    assert report is not None
    assert (report.kind, report.of) == ("feedback-report", "<0100-1@email.amazonses.com>")
    assert [(each.address, each.action) for each in report.recipients] == [("a@b", word)]


@pytest.mark.parametrize(
    "said",
    [
        "hello",
        "{broken",
        '{"a":' * 100_000,
        "{}",
        {"notificationType": "Received"},
        {"notificationType": 5, "mail": []},
    ],
)
def test_what_is_no_notice_says_nothing(said: Any) -> None:
    """Broken, deep and foreign JSON is no report and no error."""
    assert read(said) is None


def test_odd_values_are_no_error() -> None:
    """A notice whose lists are none has no recipients, and its mail no name."""
    report = read({"notificationType": "Bounce", "bounce": {"bouncedRecipients": 7}, "mail": 1})
    assert report is not None
    assert (report.recipients, report.of) == ((), "")


def test_only_amazon_is_read_so() -> None:
    """JSON of anybody else is text."""
    block = headers.read(b"From: anna@example.net\r\n")
    assert notices.report_of(block, '{"notificationType": "Bounce"}') is None
