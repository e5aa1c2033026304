"""Which lines bear the mark of a quote, and which belong to one though their program lost it.

Promises to look at eight lines from where it is asked, 400 characters of each.
"""

import re

from mailgate.message import attribution, marks

_MAX_MATCHED = 400
_MAX_NEAR = 4
_MAX_REACH = 8
_MAX_FOLDED = 30

# A link that its program broke out of the quote.
_LINK_IN_QUOTE = re.compile(r"\s{0,3}[(<\[]?https?://[^\s<>]{1,300}+[)\]]?\s{0,2}>\s*")

# What The Bat! and some others put before quoted lines.
_OTHER_MARK = re.compile(r" {0,3}([^\W\d_]{1,4}>|\|)")
_LINK_OPEN = re.compile(r"[(<\[]https?://[^\s()<>\[\]]{1,300}+\s?$")
_LINK_END = re.compile(r"\s{0,3}[^\s()<>\[\]]{1,300}+[)>\]]\s{0,3}")


def is_quoted(line: str) -> bool:
    """Say whether a line is quoted, by ">" or by what its client says of it."""
    if line[:1] == marks.QUOTED:
        return True
    words = line[:_MAX_MATCHED].lstrip(" ")
    # ">:" alone is the end of a folded "… <anna@example.com>:".
    if words[:1] != ">" or len(line) - len(words) > 3:
        return False
    words = words.rstrip()
    # ">>> https://example.com <<<" is an ornament, ">>> Anna 20.11.2026 9:12 >>>" of GroupWise.
    ornate = words[:2] == ">>" and words[-2:] in ("<<", ">>") and bool(words.strip("<> "))
    return words != ">:" and not ornate


def fragments(lines: list[str], at: int) -> list[int]:
    """Return which lines, that one the last, could be one attribution: up to four, no quote.

    An empty line between them is none where what stands below it can be no beginning.
    """
    near, crossed = [at], False
    for here in range(at - 1, max(at - _MAX_REACH, -1), -1):
        line = lines[here]
        if not line or line.isspace():
            if not attribution.is_fragment(lines[near[0]]):
                break
            crossed = True
            continue
        if crossed and line.rstrip()[-1] in ".!?":
            break
        crossed = False
        if line[0] in marks.ALL or is_quoted(line):
            break
        near.insert(0, here)
        if len(near) == _MAX_NEAR:
            break
    return near


def is_folded(lines: list[str], at: int) -> bool:
    """Say whether the ">" of a line closes an address that was opened above: "> wrote:"."""
    if len(lines[at]) > _MAX_FOLDED or not attribution.ends_one(lines[at]):
        return False
    above = "".join(line[-_MAX_MATCHED:] for line in lines[max(at - _MAX_NEAR + 1, 0) : at])
    return above.count("<") > above.count(">")


def is_of_link(lines: list[str], at: int) -> bool:
    """Say whether a program broke a link of the quote above so that it lost its quote mark."""
    line = lines[at][:_MAX_MATCHED]
    if _LINK_IN_QUOTE.fullmatch(line):
        return True
    above = lines[at - 1][-_MAX_MATCHED:]
    return _LINK_OPEN.search(above) is not None and _LINK_END.fullmatch(line) is not None


def other_mark(line: str) -> str:
    """Return what else marks a line below an attribution as quoted, "EN>" or "|", "" for none."""
    match = _OTHER_MARK.match(line)
    return match[1] if match is not None else ""
