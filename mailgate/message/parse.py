"""Octets to a Message: the one door of this room.

Promises a Message for any octets, in time and memory linear in them, raising nothing: what is
damaged, cut or missing is a defect, and what cannot be read at all leaves its headers.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from mailgate.message import (
    attachments,
    body,
    bounce,
    charset,
    encoded_words,
    fields,
    fingerprint,
    headers,
    invitation,
    labelled,
    language,
    mailboxes,
    marks,
    quotes,
    structure,
    subjects,
    unpacking,
)
from mailgate.message.address import Address
from mailgate.message.message import Attachment, Message, Report

MAX_DEFECTS = 50
_MAX_SUBJECT = 1000
_SEALED = frozenset(
    {"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"}
)
_ANSWERING = frozenset({"in-reply-to", "references"})


@dataclass(frozen=True)
class _Head:
    """What the headers alone say."""

    headers: tuple[tuple[str, str], ...]
    from_: tuple[Address, ...]
    from_headers: int
    from_doubtful: bool
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    date: str
    at: datetime | None


def parse(raw: bytes) -> Message:
    """Return what a mail says."""
    try:
        return _parsed(raw)
    except Exception as error:  # noqa: BLE001 - bad mail is data; a mistake of ours must not stop the rest
        return simplified(
            raw[: headers.MAX_BLOCK], len(raw), f"could not be read ({type(error).__name__})"
        )


def simplified(head: bytes, size: int, why: str) -> Message:
    """Return what the headers of a mail say that could not be read whole.

    head: its first octets, up to 256 KB. size: octets of the whole mail. why: becomes a defect.
    """
    defects = [f"simplified: {charset.one_line(why)[:150]}"]
    block = headers.read(head[: headers.MAX_BLOCK])
    defects += block.defects
    told = _head(block, "", defects)
    digest = hashlib.sha256(head).hexdigest()
    return _message(size, told, f"{size} {digest}", ("", "", None), (), None, defects, simple=True)


def cut_short(beginning: Message, whole: Message) -> Message:
    """Return a mail that could not be read whole with the words of its beginning.

    beginning: what its first octets say. whole: what `simplified` says of it.
    """
    return replace(
        whole,
        text=beginning.text,
        full_text=beginning.full_text,
        language=beginning.language,
        defects=tuple(dict.fromkeys((*whole.defects, *beginning.defects)))[:MAX_DEFECTS],
    )


def _parsed(raw: bytes) -> Message:
    tree = structure.read(raw)
    told = _head(tree.root.block, tree.root.charset, tree.defects)
    inside = unpacking.unpacked(tree)
    tree.defects += inside.defects
    marked = body.text_of(tree) or inside.text
    full_text = marks.unmarked(marked)
    if not full_text.strip() and any(part.type in _SEALED for part in tree.parts):
        tree.defects.append("the words are in an encrypted or sealed part, which is not opened")
    is_reply = _is_reply(told)
    text = quotes.own_words(marked, told.subject, is_reply=is_reply)
    text = labelled.shortened(text, tree, told.subject, is_reply=is_reply)
    files = attachments.attachments_of(tree, inside)
    report = bounce.report_of(tree, full_text)
    words = (text, full_text, language.language_of(text))
    message = _message(len(raw), told, full_text, words, files, report, tree.defects, simple=False)
    meetings = invitation.invitations_of(tree)
    return replace(message, invitations=meetings) if meetings else message


def _is_reply(told: _Head) -> bool:
    """Say whether headers or subject call the mail an answer to another."""
    named = any(name.lower() in _ANSWERING for name, _ in told.headers)
    return named or subjects.answers(told.subject)


def _message(
    size: int,
    told: _Head,
    content: str,
    words: tuple[str, str, str | None],
    files: tuple[Attachment, ...],
    report: Report | None,
    defects: list[str],
    *,
    simple: bool,
) -> Message:
    return Message(
        size=size,
        headers=told.headers,
        from_=told.from_,
        from_headers=told.from_headers,
        reply_to=told.reply_to,
        to=told.to,
        cc=told.cc,
        subject=told.subject,
        message_id=told.message_id,
        in_reply_to=told.in_reply_to,
        references=told.references,
        date=told.at,
        text=words[0],
        full_text=words[1],
        language=words[2],
        attachments=files,
        report=report,
        fingerprint=fingerprint.fingerprint(
            (sender.canonical for sender in told.from_), told.date, told.subject, content, files
        ),
        defects=tuple(dict.fromkeys(defects))[:MAX_DEFECTS],
        simplified=simple,
        from_doubtful=told.from_doubtful,
    )


def _head(block: headers.Block, label: str, defects: list[str]) -> _Head:
    raw: dict[str, list[str]] = {}
    shown: list[tuple[str, str]] = []
    for name, value in block.fields:
        raw.setdefault(name.lower(), []).append(value)
        shown.append((name, headers.decoded(name, value, label)))
    senders = [mailboxes.parse(value, label) for value in raw.get("from", ())]
    subject = headers.decoded("subject", raw.get("subject", [""])[0], label)
    given_id = charset.one_line(charset.repaired(raw.get("message-id", [""])[0])[0])
    message_id = fields.message_id(given_id)
    date = charset.one_line(charset.repaired(raw.get("date", [""])[0])[0])
    told = _Head(
        headers=tuple(shown),
        from_=tuple(address for sender in senders for address in sender.addresses),
        from_headers=len(senders),
        from_doubtful="from" in block.odd or any(sender.doubtful for sender in senders),
        reply_to=_listed(raw, "reply-to", label, defects),
        to=_listed(raw, "to", label, defects),
        cc=_listed(raw, "cc", label, defects),
        subject=subject[:_MAX_SUBJECT],
        message_id=message_id,
        in_reply_to=_ids(raw.get("in-reply-to", [""])[0]),
        references=_ids(raw.get("references", [""])[0]),
        date=date,
        at=fields.date(date),
    )
    defects += _faults(told, given_id)
    return told


def _faults(told: _Head, given_id: str) -> list[str]:
    """Return what the headers lack or say twice."""
    faults = []
    if not told.message_id:
        faults.append("Message-ID unreadable" if given_id else "no Message-ID")
    if told.from_headers > 1:
        faults.append("more than one From header")
    if not told.from_:
        faults.append("no readable From address" if told.from_headers else "no From")
    elif len(told.from_) > 1:
        faults.append("more than one From address")
    if told.from_doubtful:
        faults.append("From is ambiguous")
    if told.at is None:
        faults.append("Date unreadable" if told.date else "no Date")
    if len(told.subject) == _MAX_SUBJECT:
        faults.append(f"subject cut to {_MAX_SUBJECT} characters")
    return faults


def _listed(
    raw: dict[str, list[str]], name: str, label: str, defects: list[str]
) -> tuple[Address, ...]:
    """Return all mailboxes of all headers of a name, each as written, 200 at most."""
    found: list[Address] = []
    for value in raw.get(name, ()):
        boxes = mailboxes.parse(value, label)
        found += boxes.addresses
        if boxes.cut or len(found) > mailboxes.MAX_MAILBOXES:
            defects.append(f"more than {mailboxes.MAX_MAILBOXES} addresses in {name}, the rest cut")
            break
    return tuple(found[: mailboxes.MAX_MAILBOXES])


def _ids(value: str) -> tuple[str, ...]:
    # Python's own email package folds a long identifier into encoded-words, against
    # RFC 2047 §5; a customer's program that does so still means our mail.
    value = charset.one_line(charset.repaired(value)[0])
    return fields.message_ids(encoded_words.read(value) if "=?" in value else value)
