"""The header block of a mail or of a part: found, cut into fields, decoded (RFC 5322 §2.2).

Promises fields for any octets, within bounds that hold before anything is decoded; what is cut
is a defect. Decoded values are one line each, without controls. Encoded-words (RFC 2047) are
read leniently, raw UTF-8 (RFC 6532) and raw 8-bit values by `charset`.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from mailgate.message import charset, encoded_words

MAX_BLOCK = 256 * 1024
MAX_FIELDS = 1000
MAX_VALUE = 64 * 1024
MAX_STRUCTURED = 16 * 1024

_SPACE = " \t"
_EMPTY_LINES = re.compile(rb"(?:\xef\xbb\xbf)?+(?:[ \t]{0,10}\r{0,2}\n){0,10}+")
_FIRST_LINE = re.compile(rb"(?:[!-9;-~]{1,200}[ \t]{0,20}:|>?From )")
_BLANK_LINE = re.compile(rb"\r?\n\r{0,3}(?:\n|$)")
_FIELD = re.compile(r"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)
_FOLD = re.compile(r"\r?\n[ \t]*")
_UNSTRUCTURED = frozenset({"subject", "comments", "keywords", "thread-topic", "x-mailer"})
# Read by machines, never with encoded-words in them: what is there is what was meant.
_IMPORTANT = re.compile(
    rb"^(?:From|Sender|Reply-To|To|Cc|Subject|Date|Message-ID|In-Reply-To|References|MIME-Version"
    rb"|Content-Type|Content-Transfer-Encoding|Content-Disposition|Return-Path|Auto-Submitted"
    rb"|Precedence|X-Auto-Response-Suppress|List-Id|List-Post|X-Autoreply|X-Autorespond"
    rb"|X-Mailgate-[A-Za-z-]{1,40})[ \t]{0,20}:[^\n]*+(?:\n[ \t][^\n]*+)*+",
    re.IGNORECASE | re.MULTILINE,
)
_MAX_IMPORTANT = 200
_FROM = re.compile(rb"^From[ \t]{0,20}:", re.IGNORECASE | re.MULTILINE)
_CONTENT_TYPE = re.compile(rb"^Content-Type[ \t]{0,20}:", re.IGNORECASE | re.MULTILINE)
_FIELDS = re.compile(rb"(?:[!-9;-~]{1,200}[ \t]{0,20}:[^\n]*+(?:\n[ \t][^\n]*+)*+(?:\n|\Z))++")
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
        return self._firsts.get(name, "")

    @cached_property
    def _firsts(self) -> dict[str, str]:
        return {key.lower(): value for key, value in reversed(self.fields)}


def read(raw: bytes, start: int = 0, end: int | None = None) -> Block:
    """Return the fields that stand in raw[start:end] before the first empty line.

    A line that is no field ends the block, as with the mail systems before us; it and all that
    follows is body, so that nothing is lost. It was damaged on the way, and is passed over, where
    nothing but fields follows and the first Content-Type with them, or where no From has come yet
    and one follows. Another reader does not find that From, so it proves nobody; nor does one
    below empty lines or a byte order mark on top of a whole mail (start is 0).
    """
    end = len(raw) if end is None else end
    defects: list[str] = []
    top = start
    if start == 0:
        start = begin(raw, end)
    stop, body_at = _end_of_block(raw, start, end)
    beyond: list[tuple[str, str]] = []
    whole_stop = stop
    if stop - start > MAX_BLOCK:
        defects.append(f"headers over {MAX_BLOCK // 1024} KB, the rest cut")
        stop = raw.rfind(b"\n", start, start + MAX_BLOCK) + 1 or start + MAX_BLOCK
    reader = _Reader(raw, start, stop, defects)
    if start > top:
        defects.append("empty lines or a byte order mark before the headers")
        reader.odd.add("from")
    ended_at = reader.run()
    if ended_at is not None:
        body_at = ended_at
    elif whole_stop > stop:
        beyond = _important(raw, stop, whole_stop)
    found = reader.found
    if len(found) > MAX_FIELDS:
        defects.append(f"more than {MAX_FIELDS} headers, the rest cut")
        beyond = _important(raw, reader.at[MAX_FIELDS], whole_stop)
        del found[MAX_FIELDS:]
    fields = _with(beyond, [_unfolded(field, defects) for field in found], defects)
    return Block(tuple(fields), body_at, tuple(defects), frozenset(reader.odd))


def _with(
    beyond: list[tuple[str, str]], fields: list[tuple[str, str]], defects: list[str]
) -> list[tuple[str, str]]:
    """Add what was found beyond the bounds: of each name the first counts, but every From.

    A second From makes the sender doubtful wherever it stands.
    """
    named = {name.lower() for name, _ in fields}
    for name, value in beyond:
        if name.lower() not in named or name.lower() == "from":
            named.add(name.lower())
            fields.append(_unfolded([name, value], defects))
    return fields


def begin(raw: bytes, end: int | None = None) -> int:
    """Return where the headers of a mail begin: 0, or behind empty lines and a byte order mark.

    These are passed over where a block of fields with a From follows; otherwise the mail has no
    headers, and all of it is body.
    """
    end = len(raw) if end is None else end
    match = _EMPTY_LINES.match(raw, 0, end)
    at = match.end() if match else 0
    if at == 0 or _FIRST_LINE.match(raw, at, end) is None:
        return 0
    stop = min(_end_of_block(raw, at, end)[0], at + MAX_BLOCK)
    first = raw[at : at + 5].lower() == b"from:"  # behind a mark no line begins for an expression
    return at if first or _FROM.search(raw, at, stop) else 0


class _Reader:
    """Cuts the lines of a block into fields; found: name and lines of each, at: where it starts."""

    def __init__(self, raw: bytes, start: int, stop: int, defects: list[str]) -> None:
        self.raw, self.start, self.stop = raw, start, stop
        self.defects = defects
        self.found: list[list[str]] = []
        self.at: list[int] = []
        self.odd: set[str] = set()
        self.from_at: int | None = None  # where the first From stands, sought once

    def run(self) -> int | None:
        """Read to the end, or to the line that ends the block; return where that line begins."""
        lines = self.raw[self.start : self.stop].decode("ascii", "surrogateescape").split("\n")
        found, at = self.found, self.start
        for line in lines:
            if found and line.startswith((" ", "\t")):
                found[-1].append(line)
            elif ":" in line and (match := _FIELD.match(line.lstrip(_SPACE))):
                found.append([match[1], match[2]])
                self.at.append(at)
                if line[len(match[1])] != ":":
                    self.odd.add(match[1].lower())  # a space before the name or after it
            elif line.strip() and (found or not line.startswith(("From ", ">From "))):
                self._note("a line among the headers is none")
                if self._is_above_from(at):
                    self.odd.add("from")
                elif not self._is_patch(at):
                    return at
            at += len(line) + 1
        return None

    def _is_above_from(self, at: int) -> bool:
        """Say whether fields have come, but the first From is still to come."""
        if self.from_at is None:
            match = _FROM.search(self.raw, self.start, self.stop)
            self.from_at = match.start() if match else -1
        return bool(self.found) and at < self.from_at

    def _is_patch(self, at: int) -> bool:
        """Say whether fields stand above a line and nothing else below, there with Content-Type."""
        below = self.raw.find(b"\n", at, self.stop) + 1 or self.stop
        if _CONTENT_TYPE.search(self.raw, below, self.stop) is None:
            return False
        if not self.found or any(name.lower() == "content-type" for name, *_ in self.found):
            return False
        return _FIELDS.fullmatch(self.raw, below, self.stop) is not None

    def _note(self, defect: str) -> None:
        if defect not in self.defects:
            self.defects.append(defect)


def _important(raw: bytes, start: int, stop: int) -> list[tuple[str, str]]:
    """Return the fields that decide something out of what lies beyond the bounds, 200 at most."""
    found: list[tuple[str, str]] = []
    for match in _IMPORTANT.finditer(raw, start, stop):
        text = match[0][:MAX_VALUE].decode("ascii", "surrogateescape")
        name, _, value = text.partition(":")
        found.append((name.strip(), value))
        if len(found) >= _MAX_IMPORTANT:
            break
    return found


def decoded(name: str, raw_value: str, label: str = "") -> str:
    """Return a field's value as text on one line; label: charset of the mail, for raw octets."""
    text = charset.repaired(raw_value, label)[0]
    if "=?" in text and not _NEVER_ENCODED.fullmatch(name.lower()):
        text = encoded_words.read(text)
    return charset.one_line(text)


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
