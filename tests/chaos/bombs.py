"""Mails of 25 MB made to stop whoever reads mail: what hurt other parsers, near our limit.

Each has a sender, a Message-ID and a subject in front, so that it can be found again.
"""

import base64
import struct
from collections.abc import Callable

from tests.chaos.daemon import DESK
from tests.chaos.ledger import Mail

SIZE = 25_000_000


def _filled(piece: bytes, size: int = SIZE) -> bytes:
    return piece * (size // len(piece))


def _numbered(template: bytes) -> bytes:
    """Return pieces with a number in place of each N, together 25 MB."""
    pieces: list[bytes] = []
    size = 0
    while size < SIZE:
        pieces.append(template.replace(b"N", b"%d" % len(pieces)))
        size += len(pieces[-1])
    return b"".join(pieces)


_MIXED = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
_HTML = b"Content-Type: text/html; charset=utf-8\r\n\r\n"


def _text(charset: bytes, encoding: bytes = b"8bit") -> bytes:
    return (
        b"Content-Type: text/plain; charset=" + charset + b"\r\n"
        b"Content-Transfer-Encoding: " + encoding + b"\r\n\r\n"
    )


SHAPES: dict[str, Callable[[], bytes]] = {
    "parameters-empty": lambda: b"Content-Type: text/plain" + _filled(b";") + b"\r\n\r\nx",
    "parameters": lambda: b"Content-Type: text/plain" + _numbered(b";\r\n nN=a") + b"\r\n\r\nx",
    "continuations": lambda: (
        b"Content-Disposition: attachment"
        + _numbered(b";\r\n filename*N*=%00%E2%80%AE")
        + b"\r\n\r\nx"
    ),
    "encoded-words": lambda: b"Comments: " + _filled(b"=?utf-8?q?a=0D=0A?=\r\n ") + b"\r\n\r\nx",
    "addresses": lambda: b"Cc: " + _filled(b"a@b.c,\r\n ") + b"\r\n\r\nx",
    "comments": lambda: b"Reply-To: " + _filled(b"((((((((\r\n ") + b"\r\n\r\nx",
    "references": lambda: b"References: " + _filled(b"<[<a@b>\r\n ") + b"\r\n\r\nx",
    "headers": lambda: _filled(b"X: y\r\n") + b"\r\nx",
    "multiparts": lambda: (
        b"Content-Type: multipart/mixed; "
        + _numbered(b"boundary=bN\r\n\r\n--bN\r\nContent-Type: multipart/mixed; ")
    ),
    "messages": lambda: _filled(b"Content-Type: message/rfc822\r\n\r\n"),
    "parts": lambda: _MIXED + _filled(b"--b\r\n\r\n"),
    "tags": lambda: _HTML + _filled(b"<blockquote><b <a href='x\"<!--"),
    "octets": lambda: _text(b"unicode_escape") + _filled(b"\\ud800\0\x1b[2J\xed\xa0\x80\r"),
    "utf-7": lambda: _text(b"utf-7", b"quoted-printable") + _filled(b"+2AA-+=\r\n"),
    "quotes": lambda: b"\r\n" + _filled(b"On 2026 a@b 10:00 \r\n> > wrote:\r\nFrom: x\r\n"),
}


def _winmail() -> bytes:
    """Return a winmail.dat of as many attachments as there is room for, each of nothing."""
    one = b"\x02" + struct.pack("<II", 0x00069002, 14) + bytes(14) + b"\0\0"
    tnef = b"\x78\x9f\x3e\x22\x01\x00" + _filled(one, SIZE * 3 // 4 - SIZE // 50)
    return (
        b"Content-Type: application/ms-tnef; name=winmail.dat\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(tnef)
    )


SHAPES |= {
    "winmail": _winmail,
    "uuencoded": lambda: b"\r\n" + _numbered(b"begin 644 N\r\n#86)C\r\n`\r\nend\r\n"),
    "meetings": lambda: (
        b"Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\n"
        + _filled(b"BEGIN:VEVENT\r\nRRULE:FREQ=SECONDLY\r\nDTSTART:20260101\r\n x\r\n")
    ),
}


def bomb(shape: str) -> Mail:
    """Return the bomb of that shape."""
    name = f"bomb-{shape}"
    head = (
        f"From: {name}@{name}.example.net\r\nTo: {DESK}\r\nSubject: {name}\r\n"
        f"Message-ID: <{name}@client.example.net>\r\n"
    )
    return Mail(name, head.encode() + SHAPES[shape]())
