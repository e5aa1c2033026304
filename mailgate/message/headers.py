"""The header block of a mail or of a part: found, cut into fields, decoded (RFC 5322 §2.2).

Promises fields for any octets, within bounds that hold before anything is decoded; what is cut
is a defect. Decoded values are one line each, without controls. Encoded-words (RFC 2047) are
read leniently, raw UTF-8 (RFC 6532) and raw 8-bit values by `charset`.
"""

import binascii
import re
from dataclasses import dataclass

from mailgate.message import charset

MAX_BLOCK = 256 * 1024
MAX_FIELDS = 1000
MAX_VALUE = 64 * 1024
MAX_STRUCTURED = 16 * 1024

_SPACE = " \t"
_BLANK_LINE = re.compile(rb"\r?\n\r?(?:\n|$)")
_FIELD = re.compile(r"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)
_FOLD = re.compile(r"\r?\n[ \t]*")
_WORD = re.compile(
    r"=\?([^?\s*=]{1,40})(?:\*[^?\s]{0,40})?\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]{0,200}){0,3})\?="
)
_UNSTRUCTURED = frozenset({"subject", "comments", "keywords", "thread-topic", "x-mailer"})
# Read by machines, never with encoded-words in them: what is there is what was meant.
_NEVER_ENCODED = re.compile(
    r"(?:received|return-path|message-id|in-reply-to|references|date|mime-version|auto-submitted"
    r"|authentication-results|dkim-signature|arc-.*|content-.*|x-mailgate-.*)"
)


@dataclass(frozen=True)
class Block:
    """Header fields as (name, raw value); raw values are unfolded, octets over 127 escaped.

    odd: lower-case names of fields written so that other systems read them otherwise.
    """

    fields: tuple[tuple[str, str], ...]
    body_at: int
    defects: tuple[str, ...] = ()
    odd: frozenset[str] = frozenset()

    def first(self, name: str) -> str:
        """Return the first raw value of a lower-case name, "" where there is none."""
        return next((value for key, value in self.fields if key.lower() == name), "")


def read(raw: bytes, start: int = 0, end: int | None = None) -> Block:
    """Return the fields that stand in raw[start:end] before the first empty line.

    A line that is no field ends the block, as with the mail systems before us; it and all that
    follows is body, so that nothing is lost.
    """
    end = len(raw) if end is None else end
    defects: list[str] = []
    stop, body_at = _end_of_block(raw, start, end)
    if stop - start > MAX_BLOCK:
        defects.append(f"headers over {MAX_BLOCK // 1024} KB, the rest cut")
        stop = raw.rfind(b"\n", start, start + MAX_BLOCK) + 1 or start + MAX_BLOCK
    lines = raw[start:stop].decode("ascii", "surrogateescape").split("\n")
    found: list[list[str]] = []
    odd: set[str] = set()
    at = start
    for line in lines:
        if found and line.startswith((" ", "\t")):
            found[-1].append(line)
        elif ":" in line and (match := _FIELD.match(line.lstrip(_SPACE))):
            found.append([match[1], match[2]])
            if line[len(match[1])] != ":":
                odd.add(match[1].lower())  # a space before the name or after it
        elif line.startswith(("From ", ">From ")) and not found:
            pass  # the separator of an mbox
        elif not line.strip():
            pass
        else:
            defects.append("a line among the headers is none")
            body_at = at
            break
        at += len(line) + 1
    if len(found) > MAX_FIELDS:
        defects.append(f"more than {MAX_FIELDS} headers, the rest cut")
        del found[MAX_FIELDS:]
    fields = tuple(_unfolded(field, defects) for field in found)
    return Block(fields, body_at, tuple(defects), frozenset(odd))


def decoded(name: str, raw_value: str, label: str = "") -> str:
    """Return a field's value as text on one line; label: charset of the mail, for raw octets."""
    text = charset.repaired(raw_value, label)[0]
    if "=?" in text and not _NEVER_ENCODED.fullmatch(name.lower()):
        text = words(text)
    return charset.one_line(text)


def words(text: str) -> str:
    """Return text with its encoded-words read (RFC 2047), damaged ones left as they are.

    Neighbours of one charset are joined before they are decoded, because many mailers cut a
    character in two.
    """
    out: list[str] = []
    octets, label, at = b"", "", 0
    for match in _WORD.finditer(text):
        between = text[at : match.start()]
        if octets and (between.strip() or match[1].lower() != label):
            out.append(charset.decode(octets, label)[0])
            octets = b""
        if between.strip() or at == 0:
            out.append(between)
        label = match[1].lower()
        octets += _word_octets(match[2], match[3])
        at = match.end()
    if octets:
        out.append(charset.decode(octets, label)[0])
    out.append(text[at:])
    return "".join(out)


def _word_octets(encoding: str, payload: str) -> bytes:
    octets = payload.encode("utf-8", "surrogateescape")
    if encoding in "bB":
        return charset.base64_octets(octets)
    return binascii.a2b_qp(octets, header=True)


def _unfolded(field: list[str], defects: list[str]) -> tuple[str, str]:
    name = field[0]
    value = field[1] if len(field) == 2 else "\n".join(field[1:])
    most = MAX_VALUE if name.lower() in _UNSTRUCTURED else MAX_STRUCTURED
    if len(value) > most:
        defects.append(f"header {name[:40]} over {most // 1024} KB, cut")
        value = value[:most]
    if "\n" in value:
        value = _FOLD.sub(" ", value)
    return name, value.strip(" \t\r")


def _end_of_block(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """Return where the fields end and where the body begins."""
    if raw[start : start + 1] == b"\n":
        return start, start + 1
    if raw[start : start + 2] == b"\r\n":
        return start, start + 2
    match = _BLANK_LINE.search(raw, start, end)
    if match is None:
        return end, end
    return match.start(), match.end()
