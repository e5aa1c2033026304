"""Notices that Amazon SES sends through SNS: a report as JSON in the text of a mail.

Promises a Report or None for any text, reading at most 256 KB of it. Only a mail that names
Amazon's notification service as its sender is read so.
"""

import json
from typing import Any

from mailgate.message import abuse, charset, fields, headers, statuses
from mailgate.message.message import Report, ReportRecipient

_MAX_TEXT = 256 * 1024
_MAX_RECIPIENTS = 200
_SENDER = "@sns.amazonaws.com"


def report_of(block: headers.Block, text: str) -> Report | None:
    """Return what a notice says, None for a mail that is none."""
    if _SENDER not in block.first("from")[:500].lower() or not text.lstrip().startswith("{"):
        return None
    notice = _read(text)
    if isinstance(notice.get("Message"), str):
        notice = _read(notice["Message"])  # the envelope of a subscription without raw delivery
    kind = str(notice.get("notificationType") or notice.get("eventType") or "").lower()
    of = _of(_object(notice.get("mail")))
    told = _object(notice.get(_ABOUT.get(kind, "")))
    match kind:
        case "bounce" | "deliverydelay":
            action = "failed" if told.get("bounceType") in ("Permanent", "Undetermined") else ""
            given = told.get("bouncedRecipients") or told.get("delayedRecipients")
            return Report("delivery-status", _failed(given, action), of)
        case "delivery":
            code = statuses.of_success(_text(told.get("smtpResponse")))
            words = _text(told.get("smtpResponse"))
            addresses = _list(told.get("recipients"))
            return Report(
                "delivery-status",
                tuple(ReportRecipient(_text(each), "delivered", code, words) for each in addresses),
                of,
            )
        case "complaint":
            word = (_text(told.get("complaintFeedbackType")) or "abuse").lower()[:40]
            given = [_object(each) for each in _list(told.get("complainedRecipients"))]
            return Report(
                abuse.KIND,
                tuple(
                    ReportRecipient(_text(each.get("emailAddress")), word, "", "") for each in given
                ),
                of,
            )
    return None


_ABOUT = {
    "bounce": "bounce",
    "deliverydelay": "deliveryDelay",
    "delivery": "delivery",
    "complaint": "complaint",
}


def _failed(given: object, action: str) -> tuple[ReportRecipient, ...]:
    found = []
    for each in map(_object, _list(given)):
        words = _text(each.get("diagnosticCode"))
        said = _text(each.get("action")).lower() or action or "delayed"
        status = statuses.of_field(_text(each.get("status")), words)
        found.append(
            ReportRecipient(
                _text(each.get("emailAddress")),
                said if said in ("failed", "delayed") else "failed",
                status or statuses.CLASS_OF.get(said, "5.0.0"),
                words.partition("; ")[2] or words,
            )
        )
    return tuple(found)


def _of(mail: dict[str, Any]) -> str:
    """Return the Message-ID that the mail of ours had, or that Amazon gave it."""
    common = _object(mail.get("commonHeaders"))
    given = fields.message_id(_text(common.get("messageId")))
    amazon = _text(mail.get("messageId"))
    return given or (fields.message_id(f"<{amazon}@email.amazonses.com>") if amazon else "")


def _read(text: str) -> dict[str, Any]:
    try:
        return _object(json.JSONDecoder().raw_decode(text[:_MAX_TEXT].lstrip())[0])
    except (ValueError, RecursionError):
        return {}


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value[:_MAX_RECIPIENTS] if isinstance(value, list) else []


def _text(value: object) -> str:
    return charset.one_line(value)[:500] if isinstance(value, str) else ""
