"""Writes winmail.dat as Outlook does (MS-OXTNEF), sound or damaged, for tests."""

import struct
from collections.abc import Iterable

CODEPAGE, BODY, PROPERTIES = 0x00069007, 0x0002800C, 0x00069003
BEGIN, TITLE, DATA = 0x00069002, 0x00018010, 0x0006800F
FILE_PROPERTIES, TRANSPORT_NAME = 0x00069005, 0x00069001
INTERFACE = bytes(16)


def attribute(level: int, kind: int, data: bytes) -> bytes:
    """Return one attribute with its checksum."""
    return (
        struct.pack("<BII", level, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)
    )


def winmail(*attributes: bytes) -> bytes:
    """Return a winmail.dat of attributes."""
    return b"\x78\x9f\x3e\x22\x01\x00" + b"".join(attributes)


def counted(*values: bytes) -> bytes:
    """Return values of variable length as a property holds them."""
    padded = (struct.pack("<I", len(v)) + v + bytes(-len(v) % 4) for v in values)
    return struct.pack("<I", len(values)) + b"".join(padded)


def wide(text: str) -> bytes:
    """Return a Unicode value."""
    return counted(f"{text}\0".encode("utf-16-le"))


def properties(*given: tuple[int, int, bytes]) -> bytes:
    """Return a list of properties, each tag, type and what stands behind them."""
    listed = b"".join(struct.pack("<HH", kind, tag) + data for tag, kind, data in given)
    return struct.pack("<I", len(given)) + listed


def file(name: str, data: bytes, *, kind: str = "", content_id: str = "") -> bytes:
    """Return the attributes of a file as Outlook writes them: short title, long name inside."""
    given = [(0x3707, 0x1F, wide(name))]
    given += [(0x370E, 0x1F, wide(kind))] if kind else []
    given += [(0x3712, 0x1F, wide(content_id))] if content_id else []
    title = name.encode("cp1252", "replace")[:12] + b"\0"
    return (
        attribute(2, BEGIN, bytes(14))
        + attribute(2, TITLE, title)
        + attribute(2, DATA, data)
        + attribute(2, FILE_PROPERTIES, properties(*given))
    )


def compressed(rtf: bytes) -> bytes:
    """Return rich text in the compressed form, every octet a literal (MS-OXRTFCP)."""
    groups = (b"\0" + rtf[at : at + 8] for at in range(0, len(rtf), 8))
    return packed(b"".join(groups), len(rtf))


def packed(tokens: bytes, size: int, magic: int = 0x75465A4C) -> bytes:
    """Return tokens behind the head of compressed rich text."""
    return struct.pack("<IIII", len(tokens) + 12, size, magic, 0) + tokens


def body(rtf: bytes) -> bytes:
    """Return the attribute that holds a message's rich text."""
    return attribute(1, PROPERTIES, properties((0x1009, 0x102, counted(compressed(rtf)))))


def joined(parts: Iterable[bytes]) -> bytes:
    """Return a winmail.dat of files."""
    return winmail(*parts)
