"""Abuse reports: a recipient called a mail of ours spam (RFC 5965, RFC 6591), and older shapes.

Promises a Report or None. Such a report is a machine's mail that agents must see: it is never
answered, and no bounce, since the mail did arrive.
"""

import re

from mailgate.message import charset, fields, headers, mailboxes, status_part
from mailgate.message.message import Report, ReportRecipient
from mailgate.message.status_part import Group

KIND = "feedback-report"
TYPE = "message/feedback-report"

_TYPE = re.compile(r"[a-z0-9-]{1,40}")
_RECIPIENTS = ("original-rcpt-to", "removal-recipient", "x-hmxmroriginalrecipient")


def of_fields(told: list[Group], copy: headers.Block | None) -> Report:
    """Return what a feedback part says.

    copy: the headers of the mail complained about. The action of its recipient is the type of
    feedback: abuse, fraud, opt-out, auth-failure and so on.
    """
    group: Group = {}
    for each in told:
        group = each | group
    match = _TYPE.match(group.get("feedback-type", "").strip().lower())
    given = next((status_part.bare(group[name]) for name in _RECIPIENTS if name in group), "")
    of = identifier(copy) or fields.message_id(charset.one_line(group.get("message-id", "")))
    return _report(match[0] if match else "other", given, copy, of, group.get("source-ip", ""))


def of_complaint(copy: headers.Block) -> Report | None:
    """Return what a mail says that came back from Outlook.com's junk program, marked by headers."""
    recipient = status_part.bare(copy.first("x-hmxmroriginalrecipient"))
    if not recipient:
        return None
    return _report("abuse", recipient, copy, identifier(copy), copy.first("x-reporter-ip"))


def _report(kind: str, given: str, copy: headers.Block | None, of: str, source: str) -> Report:
    to = mailboxes.parse(copy.first("to")).addresses if copy and not given else ()
    recipient = given or (to[0].address if len(to) == 1 else "")
    told = charset.one_line(charset.repaired(source)[0])[:60]
    return Report(KIND, (ReportRecipient(recipient, kind, "", told and f"source {told}"),), of)


def identifier(block: headers.Block | None) -> str:
    """Return the Message-ID in the headers of a mail, "" for none."""
    if block is None:
        return ""
    return fields.message_id(headers.decoded("message-id", block.first("message-id")))
