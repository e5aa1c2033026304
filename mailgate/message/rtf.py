"""The rich text that Outlook puts into winmail.dat: unpacked, and turned into words or HTML.

Promises what can be read of any octets, at most 1 MB of it, in time linear in them; damage and
what is left out are defects. Compressed RTF is MS-OXRTFCP; HTML inside RTF is MS-OXRTFEX.
"""

import re
import struct
from dataclasses import dataclass, field

from mailgate.message import charset

MAX_OCTETS = 1024 * 1024

_COMPRESSED, _STORED = 0x75465A4C, 0x414C454D
_WINDOW = 4096
_BEGINNING = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    b"\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?[0-9]{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])"
    rb"|([^\\{}\r\n]++)|[\r\n]++",
    re.IGNORECASE | re.DOTALL,
)
_HIDDEN = frozenset(
    {b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"header", b"footer",
     b"themedata", b"listtable", b"generator", b"datastore", b"fldinst", b"mhtmltag", b"bin"}
)  # fmt: skip
_SIGNS = {
    b"par": "\n", b"line": "\n", b"row": "\n", b"sect": "\n", b"page": "\n", b"tab": "\t",
    b"cell": "\t", b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"bullet": "•",
    b"ldblquote": "“", b"rdblquote": "”",
}  # fmt: skip
_SYMBOLS = {b"~": "\u00a0", b"_": "\u2011", b"{": "{", b"}": "}", b"\\": "\\", b"\n": "\n",
            b"\r": "\n"}  # fmt: skip
_MAX_DEPTH = 200


@dataclass
class Read:
    """html: where the text was made of HTML, that page; else text holds the words."""

    text: str = ""
    html: str = ""
    defects: list[str] = field(default_factory=list)


def read(compressed: bytes) -> Read:
    """Return the words of compressed RTF."""
    read = Read()
    octets = _unpacked(compressed, read.defects)
    if octets:
        words = _Words(is_page=b"\\fromhtml" in octets[:1000])
        text = charset.plain(words.of(octets))
        if words.is_page:
            read.html = text
        else:
            read.text = text
    return read


def _unpacked(octets: bytes, defects: list[str]) -> bytes:
    if len(octets) < 16:
        return b""
    _, size, magic, _ = struct.unpack_from("<IIII", octets)
    if size > MAX_OCTETS:
        defects.append("rich text over 1 MB, the rest left in winmail.dat")
        size = MAX_OCTETS
    if magic == _STORED:
        return octets[16 : 16 + size]
    if magic != _COMPRESSED:
        defects.append("rich text in winmail.dat cannot be read")
        return b""
    return _expanded(octets, size)


def _expanded(octets: bytes, size: int) -> bytes:
    """Undo LZFu: eight tokens behind each octet of flags, a window of 4,096 octets."""
    out = bytearray(_BEGINNING)
    begun = len(out)
    whole = begun + size
    at, end = 16, len(octets)
    while at < end and len(out) < whole:
        flags = octets[at]
        at += 1
        for bit in range(8):
            if at >= end:
                break
            if not flags >> bit & 1:
                out.append(octets[at])
                at += 1
                continue
            if at + 2 > end:
                return bytes(out[begun:whole])
            reference = octets[at] << 8 | octets[at + 1]
            at += 2
            # The offset is a place in the window; from it and the end follows how far back.
            back = (len(out) - (reference >> 4)) % _WINDOW
            if back == 0:
                return bytes(out[begun:whole])  # the mark of the end
            _copy(out, back, (reference & 15) + 2)
    return bytes(out[begun:whole])


def _copy(out: bytearray, back: int, length: int) -> None:
    start = len(out) - back
    if start < 0:
        out += b" " * length  # a place of the window that was never written
        return
    piece = out[start : start + length]
    # It may reach into what it is about to write, and then repeats itself.
    out += (piece * (length // len(piece) + 1))[:length]


@dataclass
class _Group:
    """How text is read between two braces. skip: signs that repeat what a u command said."""

    hidden: bool = False
    tag: bool = False
    skip: int = 1


class _Words:
    """Turns RTF into text, or into the HTML it was made of."""

    def __init__(self, *, is_page: bool) -> None:
        self.is_page = is_page
        self.out: list[str] = []
        self.octets = bytearray()
        self.codec = "cp1252"
        self.groups = [_Group()]
        self.too_deep = 0
        self.aside = False  # between \\htmlrtf and \\htmlrtf0: not of the page
        self.to_skip = 0
        self.optional = False  # behind \\*

    def of(self, octets: bytes) -> str:
        for match in _TOKEN.finditer(octets):
            word, number, code, symbol, brace, text = match.groups()
            if word is not None:
                self.command(word, number)
            elif code is not None:
                self.add_octets(bytes([int(code, 16)]))
            elif brace is not None:
                self.brace(brace)
            elif text is not None:
                self.add_octets(text)
            elif symbol is not None:
                self.symbol(symbol)
        self.flush()
        return "".join(self.out)

    def brace(self, brace: bytes) -> None:
        self.flush()
        self.to_skip = 0
        if brace == b"}":
            if self.too_deep:
                self.too_deep -= 1
            elif len(self.groups) > 1:
                self.groups.pop()
        elif len(self.groups) >= _MAX_DEPTH:
            self.too_deep += 1
        else:
            now = self.groups[-1]
            self.groups.append(_Group(now.hidden, now.tag, now.skip))

    def symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self.optional = True
        elif symbol in _SYMBOLS:
            self.add_text(_SYMBOLS[symbol])

    def command(self, word: bytes, number: bytes | None) -> None:
        group = self.groups[-1]
        value = int(number) if number else None
        optional, self.optional = self.optional, False
        if word == b"htmltag" and self.is_page:
            group.tag, group.hidden = True, False
        elif word in _HIDDEN or optional:
            group.hidden = True
        elif word == b"htmlrtf":
            self.flush()
            self.aside = value != 0
        elif word == b"ansicpg":
            self.codec = f"cp{value}"
        elif word == b"uc":
            group.skip = min(max(value or 0, 0), 10)
        elif word == b"u" and value is not None:
            self.add_text(chr(value % 0x10000))
            self.to_skip = group.skip
        elif word in _SIGNS:
            self.add_text(_SIGNS[word])

    def is_shown(self) -> bool:
        group = self.groups[-1]
        return not group.hidden and not (self.aside and not group.tag) and not self.too_deep

    def add_octets(self, octets: bytes) -> None:
        skipped = min(self.to_skip, len(octets))
        self.to_skip -= skipped
        if self.is_shown():
            self.octets += octets[skipped:]

    def add_text(self, text: str) -> None:
        self.flush()
        if self.is_shown():
            self.out.append(text)

    def flush(self) -> None:
        if self.octets:
            self.out.append(charset.decode(bytes(self.octets), self.codec)[0])
            self.octets.clear()
