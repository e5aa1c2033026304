"""Files that stand uuencoded in the words of a mail, as old mailers and Unix programs send them.

Promises blocks that are such and no words that merely begin with "begin": a mode, a name, lines
of the right length, and an end. Linear; at most 100 blocks of a text.
"""

import binascii
import re
from dataclasses import dataclass
from itertools import repeat

MAX_BLOCKS = 100

_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,300})\r?\n", re.MULTILINE)
_END = re.compile(rb"(?:[` ]?[ \t]{0,5}\r?\n)?end[ \t]{0,5}(?:\r?\n|\Z)")
_MAX_BEGINNINGS = 1_000  # lines that look like one
_LONGEST = 96  # the sign for 64, which some write for 0
_LEAST_LINES = 3  # of a block that was cut


@dataclass(frozen=True)
class Block:
    """A file in a text: all of it is text[start:end], its lines are text[lines:stop]."""

    name: bytes
    start: int
    lines: int
    stop: int
    end: int


def blocks(text: bytes) -> list[Block]:
    """Return the files in a text."""
    found: list[Block] = []
    at = 0
    for _ in range(_MAX_BEGINNINGS if b"begin " in text else 0):
        begin = _BEGIN.search(text, at)
        if begin is None or len(found) >= MAX_BLOCKS:
            break
        stop, count = _past_lines(text, begin.end())
        end = _END.match(text, stop)
        at = max(end.end() if end else stop, begin.end())
        cut = end is None and stop >= len(text) and count >= _LEAST_LINES
        if count and (end or cut):
            found.append(Block(begin[1], begin.start(), begin.end(), stop, at))
    return found


def octets(text: bytes, block: Block) -> bytes:
    """Return what a file in a text holds."""
    return decoded(text[block.lines : block.stop])


def decoded(lines: bytes) -> bytes:
    """Return what uuencoded lines hold; those that are none are left out."""
    out: list[bytes] = []
    for line in map(bytes.strip, lines.split(b"\n"), repeat(b"\r")):
        try:
            # Python takes an empty line for one of 32 zeros.
            out.append(binascii.a2b_uu(line) if line else b"")
        except binascii.Error:
            continue
    return b"".join(out)


def without(text: bytes) -> bytes:
    """Return a text without the files in it."""
    pieces: list[bytes] = []
    at = 0
    for block in blocks(text):
        pieces.append(text[at : block.start])
        at = block.end
    return b"".join((*pieces, text[at:])) if pieces else text


def _past_lines(text: bytes, at: int) -> tuple[int, int]:
    """Return where the lines of a block end, and how many they are."""
    count = 0
    while at < len(text):
        line_end = text.find(b"\n", at, at + 200)
        stop = len(text) if line_end < 0 and len(text) - at < 200 else line_end
        line = text[at:stop].rstrip(b"\r") if stop >= 0 else b""
        if not _is_line(line):
            break
        count += 1
        at = stop + 1 if line_end >= 0 else len(text)
    return at, count


def _is_line(line: bytes) -> bool:
    """Say whether a line holds as many signs as its first one promises, and no foreign one."""
    if not line or not 0x20 < line[0] < _LONGEST or max(line) > _LONGEST or min(line) < 0x20:
        return False
    promised = (line[0] - 0x20 + 2) // 3 * 4
    # Spaces at the end are lost on the way; some writers add a checksum.
    return promised - 4 <= len(line) - 1 <= promised + 2 or not line[1:].strip()
