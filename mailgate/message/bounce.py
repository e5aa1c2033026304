"""Reports: who failed and why, who read, who complained, and which of our mails it is about.

Promises a Report or None for any mail (RFC 3464, RFC 8098, RFC 5965, and the shapes beside
them). A status part counts in a report, or in a mail that comes from a mail system: a person who
forwards a report sends none.
"""

import re

from mailgate.message import (
    abuse,
    charset,
    fields,
    headers,
    mailboxes,
    naming,
    notices,
    postmaster,
    receipts,
    returned,
    status_part,
    statuses,
    structure,
)
from mailgate.message.message import Report, ReportRecipient
from mailgate.message.postmaster import Sender
from mailgate.message.structure import Part, Tree

DELIVERY = "delivery-status"

_MAX_STATUS = 256 * 1024
_MAX_INNER = 512 * 1024
_MAX_TOLD = 20_000
_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_DISPOSITIONS = frozenset({receipts.TYPE, "message/global-disposition-notification"})
_MESSAGES = frozenset({"message/rfc822", "message/global", "text/rfc822"})
_RETURNED = _MESSAGES | {
    "text/rfc822-headers", "text/rfc822-header", "message/rfc822-headers", "message/global-headers",
}  # fmt: skip
_QUOTED_ID = re.compile(r"^[ \t>]{0,10}message-id:\s{0,5}(<[^<>\s]{1,498}>)", re.I | re.M)
_STATUS_IN_TEXT = re.compile(r"^final-recipient:", re.IGNORECASE | re.MULTILINE)


def report_of(tree: Tree, text: str) -> Report | None:
    """Return what a report says, or None for a mail that is none.

    text: the text of the mail, in which the shapes from before RFC 3464 say all they say.
    """
    root = tree.root
    declared = root.type == "multipart/report" or "report-type" in root.parameters
    sender = postmaster.standing(root.block)
    for part in tree.parts:
        if part.type.startswith("message/") and (declared or sender or part is root):
            report = _of_part(tree, part, text)
            if report is not None:
                return report
    if declared and root.parameters.get("report-type", "").lower() == DELIVERY:
        return _in_words(tree, text, believed=True)
    if sender:
        report = notices.report_of(root.block, text)
        if report is None and sender > Sender.POSTMASTER:
            report = _wrapped(tree, text)
        report = report or _in_words(tree, text, believed=False)
        if report is not None:
            return report
    copy = _copy(tree)
    complaint = abuse.of_complaint(root.block) or (copy and abuse.of_complaint(copy))
    return complaint or receipts.of_words(root.block, text)


def _of_part(tree: Tree, part: Part, text: str) -> Report | None:
    """Return what a machine-readable part says; one that names nobody is read with the words."""
    if part.type in _DISPOSITIONS:
        return _of_disposition(tree, part, text)
    if part.type == abuse.TYPE:
        return abuse.of_fields(_groups(tree, part), _copy(tree))
    if part.type not in _STATUS_TYPES:
        return None
    recipients = tuple(status_part.recipients(_groups(tree, part)))
    if not any(each.address for each in recipients):
        return _in_words(tree, text, believed=True)
    return Report(DELIVERY, recipients, _of(tree, text))


def _of_disposition(tree: Tree, part: Part, text: str) -> Report:
    """Return a receipt, or the failure that a server reports as if the mail had been deleted."""
    receipt = receipts.of_fields(_groups(tree, part))
    if not receipts.is_refusal(receipt, text):
        return receipt
    words = naming.diagnostic(text[:_MAX_TOLD])
    status = statuses.of_words(text[:_MAX_TOLD]) or statuses.CLASS_OF["failed"]
    refused = ReportRecipient(receipt.recipients[0].address, "failed", status, words)
    return Report(DELIVERY, (refused,), receipt.of or _of(tree, text))


def _in_words(tree: Tree, text: str, *, believed: bool) -> Report | None:
    """Return what the text says. believed: it is a report, whatever its words are."""
    block, copy = tree.root.block, _copy(tree)
    to = mailboxes.parse(copy.first("to")).addresses if copy else ()
    addressee = to[0].address if len(to) == 1 else ""
    quoted = _STATUS_IN_TEXT.search(text[:_MAX_TOLD])
    if quoted is not None and (believed or postmaster.standing(block) > Sender.POSTMASTER):
        groups = status_part.groups(text[quoted.start() : _MAX_TOLD])
        recipients = tuple(each for each in status_part.recipients(groups) if each.address)
    elif believed:
        told = naming.above_copy(text, _MAX_TOLD)[0]
        recipients = returned.fates(block, told, addressee)
    else:
        recipients = returned.recipients_of(block, text, addressee, is_copied=copy is not None)
    return Report(DELIVERY, recipients, _of(tree, text)) if recipients else None


def _wrapped(tree: Tree, text: str) -> Report | None:
    """Return the report that a mail system sends on inside a mail of its own.

    If its own words name somebody, they are the report, and what is inside is what failed.
    """
    for part in tree.parts:
        if part.type in _MESSAGES:
            inner = structure.read(part.octets(tree.raw)[:_MAX_INNER])
            for leaf in inner.parts if inner.root.type == "multipart/report" else ():
                if leaf.type in _STATUS_TYPES and not returned.names_somebody(
                    tree.root.block, text
                ):
                    return _of_part(inner, leaf, "")
    return None


def _groups(tree: Tree, part: Part) -> list[status_part.Group]:
    octets = part.octets(tree.raw)[:_MAX_STATUS]
    return status_part.groups(charset.plain(charset.decode(octets, part.charset)[0]))


def _copy(tree: Tree) -> headers.Block | None:
    """Return the headers of the mail that came back as a part, None where none did."""
    for part in tree.parts[1:]:
        if part.type in _RETURNED:
            return headers.read(part.octets(tree.raw)[: headers.MAX_BLOCK])
    return None


def _of(tree: Tree, text: str) -> str:
    """Return the Message-ID of the mail a report is about, from the copy that came back."""
    found = abuse.identifier(_copy(tree))
    if found:
        return found
    match = _QUOTED_ID.search(text)
    if match is not None:
        return match[1]
    block = tree.root.block
    referred = fields.message_ids(block.first("in-reply-to") or block.first("references"))
    return charset.one_line(charset.repaired(referred[-1])[0]) if referred else ""
