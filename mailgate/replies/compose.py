"""A letter and its head become a mail, ready for the smarthost.

Pure. Promises: the same entry gives the same octets, so that equal bodies are stored once; the
header names are those of a fixed list and no value can add one, checked on the finished mail
by reading it again; lines end in CRLF, are at most 998 octets long, and 7-bit but for an address
that needs SMTPUTF8. What cannot stand in a header is a ValueError before anything is stored.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.utils import format_datetime
from hashlib import sha256
from typing import Literal

from mailgate.message.address import Address
from mailgate.replies import wire
from mailgate.replies.templates import Letter

MAX_REFERENCES = 20

_TYPE = re.compile(r"(?!multipart/|message/)[a-z]+/[a-z0-9][a-z0-9.+_-]{0,100}")
_TOKEN = re.compile(r"[^A-Za-z0-9._-]")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{1,400}={0,2}")
_PARSER = BytesHeaderParser()


@dataclass(frozen=True)
class Head:
    """What goes into the headers of one mail.

    message_id, in_reply_to, references: with angle brackets; of the last two, what is no
    Message-ID is left out, and references beyond 20 are cut from the middle. reply_to: None
    for none. date: aware. automatic: None for what a person wrote, which then carries no mark
    of a machine. loop_mark: our instance id. thread_topic: "" for none, as for a recipient who
    is not proven. thread_index: base64 as conversation.next_thread_index gives it.
    """

    message_id: str
    from_: Address
    to: tuple[Address, ...]
    date: datetime
    automatic: Literal["auto-replied", "auto-generated"] | None
    loop_mark: str
    cc: tuple[Address, ...] = ()
    reply_to: str | None = None
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    thread_topic: str = ""
    thread_index: str = ""
    language: str = "pl"


def as_seen_by(head: Head, recipient: Address) -> Head:
    """Return the head as one recipient gets it.

    Addresses that need SMTPUTF8 are left out for whoever needs none himself: with them, his
    server might not take the mail at all (RFC 6531 §3.2).
    """
    if wire.needs_utf8(recipient.address):
        return head
    to = tuple(each for each in head.to if not wire.needs_utf8(each.address)) or (recipient,)
    cc = (each for each in head.cc if not wire.needs_utf8(each.address))
    return replace(head, to=to, cc=tuple(each for each in cc if each not in to))


@dataclass(frozen=True)
class File:
    """A file to attach; the type is only passed on where it is a plain media type."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True)
class Composed:
    """A mail in two pieces: headers with the blank line, and the body."""

    headers: bytes
    body: bytes


def compose(letter: Letter, head: Head, files: tuple[File, ...] = ()) -> Composed:
    """Return the finished mail.

    Raises ValueError where the Message-ID or an address is not fit for a header (see
    wire.is_writable).
    """
    content_headers, body = _body(letter, head, files)
    fields = _fields(letter, head)
    headers = ("".join(fields.values()) + content_headers).encode() + b"\r\n"
    check_names(headers, [*fields, *re.findall(r"^Content-[A-Za-z-]+", content_headers, re.M)])
    return Composed(headers, body)


def check_names(headers: bytes, names: list[str]) -> None:
    """Raise ValueError unless a mail's header names, read again, are exactly these."""
    found = _PARSER.parsebytes(headers)
    if found.keys() != names or found.get_payload():
        raise ValueError(f"the composed mail has headers {found.keys()}, meant were {names}")


def bounded(references: tuple[str, ...]) -> tuple[str, ...]:
    """Return at most 20 Message-IDs: the first two (thread and anchor) and the last ones.

    What is no Message-ID is left out; each stands once, where it came first.
    """
    ids = tuple(dict.fromkeys(each for each in references if wire.is_message_id(each)))
    if len(ids) <= MAX_REFERENCES:
        return ids
    return ids[:2] + ids[2 - MAX_REFERENCES :]


def _fields(letter: Letter, head: Head) -> dict[str, str]:
    """Return the headers that say who, what and in answer to what, by name, in order."""
    if not wire.is_message_id(head.message_id):
        raise ValueError(f"{head.message_id!r} is no Message-ID")
    fields = {
        "Date": wire.folded("Date", [format_datetime(head.date.astimezone(UTC))]),
        "From": wire.mailboxes("From", (head.from_,)),
        "To": wire.mailboxes("To", head.to),
        "Cc": wire.mailboxes("Cc", head.cc) if head.cc else "",
        "Reply-To": (
            wire.mailboxes("Reply-To", (Address(head.reply_to),)) if head.reply_to else ""
        ),
        "Subject": wire.unstructured("Subject", letter.subject),
        "Message-ID": wire.folded("Message-ID", [head.message_id]),
        "In-Reply-To": _ids("In-Reply-To", bounded((head.in_reply_to,))),
        "References": _ids("References", bounded(head.references)),
        "Thread-Topic": _optional_text("Thread-Topic", head.thread_topic),
        "Thread-Index": (
            wire.folded("Thread-Index", [head.thread_index])
            if _BASE64.fullmatch(head.thread_index)
            else ""
        ),
        **_automatic(head),
        "Content-Language": wire.folded("Content-Language", [_token(head.language)]),
        "MIME-Version": "MIME-Version: 1.0\r\n",
    }
    return {name: line for name, line in fields.items() if line}


def _automatic(head: Head) -> dict[str, str]:
    """Return the marks of mail that no person wrote (RFC 3834 §5.2), none for a person's."""
    if head.automatic is None:
        return {}
    return {
        "Auto-Submitted": wire.folded("Auto-Submitted", [head.automatic]),
        "X-Auto-Response-Suppress": "X-Auto-Response-Suppress: All\r\n",
        "X-Mailgate-Loop": wire.folded("X-Mailgate-Loop", [_token(head.loop_mark)]),
    }


def _body(letter: Letter, head: Head, files: tuple[File, ...]) -> tuple[str, bytes]:
    """Return the Content headers of the whole mail, and its body."""
    # "=_" occurs in neither quoted-printable nor base64, so no text can look like a boundary.
    seed = sha256(head.message_id.encode()).hexdigest()[:32]
    headers, body = _text_part("plain", letter.text)
    if letter.html:
        html_headers, html = _text_part("html", letter.html)
        parts = ((headers, body), (html_headers, html))
        headers, body = _multipart("alternative", f"=_a{seed}", parts)
    if files:
        attached = tuple(_file_part(file) for file in files)
        headers, body = _multipart("mixed", f"=_m{seed}", ((headers, body), *attached))
    return headers, body


def _text_part(subtype: str, text: str) -> tuple[str, bytes]:
    name, content = wire.transfer(wire.clean_lines(text).encode())
    return (
        f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {name}\r\n",
        content,
    )


def _file_part(file: File) -> tuple[str, bytes]:
    type_ = file.type.lower()
    if not _TYPE.fullmatch(type_):
        type_ = "application/octet-stream"
    # A name is a name, never a path.
    name = wire.clean(re.sub(r"[/\\]", "_", file.name), 200) or "file"
    disposition = f"Content-Disposition: attachment{wire.parameter('filename', name)}\r\n"
    return (
        f"Content-Type: {type_}\r\n{disposition}Content-Transfer-Encoding: base64\r\n",
        wire.base64_lines(file.content),
    )


def _multipart(
    subtype: str, boundary: str, parts: tuple[tuple[str, bytes], ...]
) -> tuple[str, bytes]:
    pieces = []
    for headers, body in parts:
        pieces += [f"--{boundary}\r\n{headers}\r\n".encode("ascii"), body, b"\r\n"]
    pieces.append(f"--{boundary}--\r\n".encode("ascii"))
    return (
        f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n',
        b"".join(pieces),
    )


def _ids(name: str, ids: tuple[str, ...]) -> str:
    return wire.folded(name, list(ids)) if ids else ""


def _optional_text(name: str, text: str) -> str:
    return wire.unstructured(name, text) if wire.clean(text) else ""


def _token(text: str) -> str:
    return _TOKEN.sub("", text)[:64]
