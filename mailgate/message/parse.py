"""Octets to a Message: the one door of this room.

Promises a Message for any octets, in time and memory linear in them, raising nothing: what is
damaged, cut or missing is a defect, and what cannot be read at all leaves its headers.
"""

import hashlib
from dataclasses import replace

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
from mailgate.message.message import Attachment, Message

_MAX_SUBJECT = 1000
_SEALED = frozenset(
    {"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"}
)
_ANSWERING = frozenset({"in-reply-to", "references"})


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
    told = _head(size, block, "", defects)
    digest = hashlib.sha256(head).hexdigest()
    return replace(
        told,
        fingerprint=_fingerprint(told, f"{size} {digest}", ()),
        defects=_distinct(defects),
        simplified=True,
    )


def cut_short(beginning: Message, whole: Message) -> Message:
    """Return a mail that could not be read whole with the words of its beginning.

    beginning: what its first octets say. whole: what `simplified` says of it.
    """
    return replace(
        whole,
        text=beginning.text,
        full_text=beginning.full_text,
        language=beginning.language,
        defects=_distinct([*whole.defects, *beginning.defects]),
    )


def _parsed(raw: bytes) -> Message:
    tree = structure.read(raw)
    told = _head(len(raw), tree.root.block, tree.root.charset, tree.defects)
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
    meetings = invitation.invitations_of(tree)
    return replace(
        told,
        text=text,
        full_text=full_text,
        language=language.language_of(text),
        attachments=files,
        report=report,
        fingerprint=_fingerprint(told, full_text, files),
        defects=_distinct(tree.defects),
        invitations=meetings,
    )


def _fingerprint(told: Message, content: str, files: tuple[Attachment, ...]) -> str:
    senders = (sender.canonical for sender in told.from_)
    date = told.header("date") or ""
    return fingerprint.fingerprint(senders, date, told.subject, content, files)


def _distinct(defects: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(defects))[: structure.MAX_DEFECTS]


def _is_reply(told: Message) -> bool:
    """Say whether headers or subject call the mail an answer, or there are none to say no."""
    named = any(name.lower() in _ANSWERING for name, _ in told.headers)
    return named or not told.from_headers or subjects.answers(told.subject)


def _head(size: int, block: headers.Block, label: str, defects: list[str]) -> Message:
    """Return what the headers alone say; what they lack is added to the defects."""
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
    told = Message(
        size=size,
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
        date=fields.date(date),
    )
    defects += _faults(told, given_id, date)
    return told


def _faults(told: Message, given_id: str, given_date: str) -> list[str]:
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
    if told.date is None:
        faults.append("Date unreadable" if given_date else "no Date")
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
