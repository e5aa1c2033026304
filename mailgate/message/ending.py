"""The ends of what a human wrote: a gateway's warning on top; signature and notices below.

Promises to look at eight lines from the top, and at the last 40 in at most twelve rounds; what
stands between is never touched. If nothing would be left, nothing is taken.
"""

from mailgate.message import banners, footers, signature, taglines

_MAX_ROUNDS = 12
_MAX_PARAGRAPH = 40
_MAX_NOTICE_LINES = 12
_MAX_LINE = 400


def trimmed(lines: list[str]) -> list[str]:
    """Return the lines without what a person did not write for this mail."""
    kept = lines[banners.length_of(lines) :]
    for _ in range(_MAX_ROUNDS):
        _strip(kept)
        if not kept:
            return lines
        start = _last_beginning(kept)
        if start == len(kept):
            break
        del kept[start:]
    return kept if any(line.strip() for line in kept) else lines


def _strip(lines: list[str]) -> None:
    """Take blank lines and the rules of programs off the end."""
    adjacent = True
    while lines:
        last = lines[-1].strip()
        if last and not signature.is_machine_rule(last):
            if not (adjacent and signature.is_rule(last)):
                return
        elif not last:
            adjacent = False
        lines.pop()


def _last_beginning(lines: list[str]) -> int:
    """Return where the last thing begins that is not of the writer's own, len(lines) for none."""
    end = len(lines)
    if taglines.is_tagline(lines[-1]):
        return end - 1
    at = end
    while at > max(end - _MAX_PARAGRAPH, 0) and lines[at - 1].strip():
        at -= 1
    notice = _notice(lines, at)
    return notice if notice < end else signature.begins_at(lines)


def _notice(lines: list[str], at: int) -> int:
    """Return where a notice begins in the last paragraph, which begins at a line."""
    end = len(lines)
    while at < end - 1 and signature.is_rule(lines[at]):
        at += 1
    for here in range(at, min(end, at + _MAX_NOTICE_LINES)):
        if here > at and not footers.may_begin(lines[here]):
            continue
        if footers.is_footer("\n".join(line[:_MAX_LINE] for line in lines[here:])):
            return here
    return end
