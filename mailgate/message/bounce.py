"""Delivery and disposition reports: who failed, why, and which of our mails (RFC 3464, RFC 8098).

Promises a Report or None for any mail. A status part counts in a report, or in a mail that comes
from a mail system: a person who forwards a report sends none.
"""

import re
from collections.abc import Iterator

from mailgate.message import charset, fields, headers, returned
from mailgate.message.message import Report, ReportRecipient
from mailgate.message.structure import Part, Tree

MAX_RECIPIENTS = 200
_MAX_STATUS = 256 * 1024

_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED = frozenset(
    {
        "message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers",
        "message/global-headers", "text/rfc822",
    }
)  # fmt: skip
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_QUOTED_ID = re.compile(r"^[ \t>]{0,10}message-id:\s{0,5}(<[^<>\s]{1,498}>)", re.I | re.M)
_DISPOSITION = "message/disposition-notification"
_ACTIONS = {"5": "failed", "4": "delayed", "2": "delivered"}


def report_of(tree: Tree, text: str) -> Report | None:
    """Return what a report says, or None for a mail that is none.

    text: the text of the mail, in which the shapes from before RFC 3464 say all they say.
    """
    root = tree.root
    believed = root.type == "multipart/report" or returned.is_from_daemon(root.block)
    for part in tree.parts:
        if part.type in _STATUS_TYPES and (believed or part is root):
            recipients = tuple(_recipients(_groups(_text(tree.raw, part))))
            return Report("delivery-status", recipients, _of(tree, text))
        if part.type == _DISPOSITION and (believed or part is root):
            return _disposition(_groups(_text(tree.raw, part)))
    recipients = returned.recipients_of(root.block, text) if believed else ()
    return Report("delivery-status", recipients, _of(tree, text)) if recipients else None


def _text(raw: bytes, part: Part) -> str:
    return charset.plain(charset.decode(part.octets(raw)[:_MAX_STATUS], part.charset)[0])


def _groups(text: str) -> list[dict[str, str]]:
    """Return the groups of fields of a status part, names in lower case, values on one line."""
    groups: list[dict[str, str]] = [{}]
    last = ""
    for line in text.split("\n"):
        if not line.strip():
            if groups[-1]:
                groups.append({})
            last = ""
        elif line[:1] in " \t" and last:
            groups[-1][last] = f"{groups[-1][last]} {line.strip()}"[:2000]
        else:
            name, colon, value = line.partition(":")
            last = name.strip().lower() if colon else ""
            if last and last not in groups[-1]:
                groups[-1][last] = value.strip()[:2000]
        if len(groups) > MAX_RECIPIENTS + 1:
            break
    return groups


def _recipients(groups: list[dict[str, str]]) -> Iterator[ReportRecipient]:
    for group in groups:
        address = group.get("original-recipient") or group.get("final-recipient") or ""
        if not address and "action" not in group:
            continue
        diagnostic = headers.words(group.get("diagnostic-code", ""))
        status = _STATUS.search(f"{group.get('status', '')} {diagnostic}")
        code = status[1] if status else ""
        action = group.get("action", "").split("(")[0].strip().lower()[:20]
        yield ReportRecipient(
            address=_bare(address) or _bare(group.get("final-recipient", "")),
            action=action or _ACTIONS.get(code[:1], "failed"),
            status=code,
            diagnostic=charset.one_line(diagnostic.partition(";")[2] or diagnostic)[:500],
        )


def _bare(value: str) -> str:
    """Return the address of `rfc822; <address>`."""
    kind, semicolon, rest = value.partition(";")
    return charset.one_line(rest if semicolon else kind).strip("<> ")[:320]


def _disposition(groups: list[dict[str, str]]) -> Report:
    fieldset = {name: value for group in reversed(groups) for name, value in group.items()}
    address = _bare(fieldset.get("final-recipient", fieldset.get("original-recipient", "")))
    disposition = charset.one_line(fieldset.get("disposition", ""))
    recipient = ReportRecipient(
        address, disposition.rpartition(";")[2].strip().lower()[:40], "", disposition[:200]
    )
    of = fields.message_id(charset.one_line(fieldset.get("original-message-id", "")))
    return Report("disposition-notification", (recipient,), of)


def _of(tree: Tree, text: str) -> str:
    """Return the Message-ID of the mail a report is about, from the copy that came back."""
    for part in tree.parts[1:]:
        if part.type in _RETURNED:
            block = headers.read(part.octets(tree.raw)[: headers.MAX_BLOCK])
            found = fields.message_id(headers.decoded("message-id", block.first("message-id")))
            if found:
                return found
    match = _QUOTED_ID.search(text)
    if match is not None:
        return match[1]
    block = tree.root.block
    referred = fields.message_ids(block.first("in-reply-to") or block.first("references"))
    return charset.one_line(charset.repaired(referred[-1])[0]) if referred else ""
