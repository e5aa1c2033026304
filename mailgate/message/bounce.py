"""Delivery and disposition reports: who failed, why, and which of our mails (RFC 3464, RFC 8098).

Promises a Report or None for any mail. The shapes from before RFC 3464 (qmail, Exim, Exchange,
…) are believed only of a mail that claims no return path or comes from a mail system's own
address: a person who quotes a bounce sends none.
"""

import re
from collections.abc import Iterator

from mailgate.message import charset, fields, headers
from mailgate.message.message import Report, ReportRecipient
from mailgate.message.structure import Part, Tree

MAX_RECIPIENTS = 200
_MAX_STATUS = 256 * 1024
_MAX_LINES = 400
_MAX_TOLD = 20_000

_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED = frozenset(
    {
        "message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers",
        "message/global-headers", "text/rfc822",
    }
)  # fmt: skip
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REPLY = re.compile(r"\b([45])\d\d[ -]")
_DAEMON = re.compile(
    r"mailer[-_. ]?daemon|postmaster|mail[-_. ]delivery|mdaemon|mail[-_. ]?administrator"
    r"|system administrator|administrator systemu|mail[-_. ]?system|undeliverable",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver|delivery (?:status notification|failure|has failed|report)|returned mail"
    r"|failure notice|delivery failed|mail delivery|could not send|delayed mail|warning: message"
    r"|niedostarcz|nie można dostarczyć|unzustellbar|mail failure|nondeliverable|not delivered"
    r"|delivery problem|undelivered|message status|mail error|rejected",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"qmail-send program|could not be delivered|couldn't be delivered|unable to deliver"
    r"|undeliverable|delivery (?:has )?failed|permanent (?:fatal )?error|user unknown|unknown user"
    r"|did not reach|does not exist|no such user|not be delivered|delivery failure|not delivered"
    r"|nie została dostarczona|nie można dostarczyć|cannot be delivered|not deliver|unrouteable"
    r"|mailbox (?:is )?(?:full|unavailable)|returned to sender|over quota|failed permanently",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"has not yet been delivered|will (?:be retried|keep trying|continue to)|warning message only"
    r"|could not send message for past|delivery is delayed|temporarily (?:deferred|delayed)"
    r"|still trying|has been delayed|not been delivered to all",
    re.IGNORECASE,
)
_COPY = re.compile(
    r"\s*(?:-+ *(?:below this line|this is a copy|the original message|original message"
    r"|forwarded message|returned message|unsent message|message header|undelivered)|return-path:"
    r"|received: )",
    re.IGNORECASE,
)
_ADDRESS_LINE = re.compile(
    r"\s{0,12}(?:(?:to|recipient|rcpt to|address|for)\s?:?\s+)?[<\"']?"
    r"([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,200})"
    r"[>\"']?\s?(?:[:;,(.]|\.{3}|$| on )",
    re.IGNORECASE,
)
_QUOTED_ID = re.compile(r"^[ \t>]{0,10}message-id:\s{0,5}(<[^<>\s]{1,498}>)", re.I | re.M)
_ACTIONS = {"5": "failed", "4": "delayed", "2": "delivered"}


def report_of(raw: bytes, tree: Tree, text: str) -> Report | None:
    """Return what a report says, or None for a mail that is none."""
    root = tree.root
    formal = root.type == "multipart/report"
    for part in tree.parts if len(tree.parts) > 1 or root.type in _STATUS_TYPES else ():
        if part.type in _STATUS_TYPES and (formal or _from_daemon(root)):
            recipients = tuple(_recipients(_groups(_text(raw, part))))
            return Report("delivery-status", recipients, _of(raw, tree, text))
        if part.type == "message/disposition-notification":
            return _disposition(_groups(_text(raw, part)))
    if _from_daemon(root):
        return _old_shape(raw, tree, text)
    return None


def _from_daemon(root: Part) -> bool:
    if root.block.first("return-path").replace(" ", "").startswith("<>"):
        return True
    return _DAEMON.search(root.block.first("from")[:500]) is not None


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


def _of(raw: bytes, tree: Tree, text: str) -> str:
    """Return the Message-ID of the mail a report is about, from the copy that came back."""
    for part in tree.parts[1:]:
        if part.type in _RETURNED:
            block = headers.read(part.octets(raw)[: headers.MAX_BLOCK])
            found = fields.message_id(headers.decoded("message-id", block.first("message-id")))
            if found:
                return found
    match = _QUOTED_ID.search(text)
    if match is not None:
        return match[1]
    block = tree.root.block
    referred = fields.message_ids(block.first("in-reply-to") or block.first("references"))
    return charset.one_line(charset.repaired(referred[-1])[0]) if referred else ""


def _old_shape(raw: bytes, tree: Tree, text: str) -> Report | None:
    block = tree.root.block
    listed = block.first("x-failed-recipients")
    subject = headers.decoded("subject", block.first("subject"))
    told = text[:_MAX_TOLD]
    late = not listed and _DELAYED.search(told) is not None
    if not (listed or late or (_SUBJECT.search(subject) and _FAILED.search(told))):
        return None
    action = "delayed" if late else "failed"
    addresses = [_bare(address) for address in listed.split(",")] if listed else _named(text)
    status = _STATUS.search(told)
    reply = _REPLY.search(told)
    code = status[1] if status else f"{reply[1]}.0.0" if reply else ""
    recipients = tuple(
        ReportRecipient(address, action, code, _diagnostic(text, address))
        for address in addresses[:MAX_RECIPIENTS]
    )
    return Report("delivery-status", recipients, _of(raw, tree, text))


def _named(text: str) -> list[str]:
    """Return the addresses that stand at the beginning of lines above the returned copy."""
    found: list[str] = []
    for line in text.split("\n", _MAX_LINES)[:_MAX_LINES]:
        if _COPY.match(line[:200]):
            break
        match = _ADDRESS_LINE.match(line[:400])
        if match is not None and match[1].rstrip(".") not in found:
            found.append(match[1].rstrip("."))
    return found


def _diagnostic(text: str, address: str) -> str:
    """Return the line that names an address, with the one after it."""
    at = text.find(address) if address else -1
    if at < 0:
        return ""
    return charset.one_line(text[at : at + 400].partition("\n\n")[0])[:300]
