"""What a page says of its own lines, until the quotes are cut.

A mark is a control character before a line; no text of a mail has controls (charset.plain), so
that a mark is always ours. `unmarked` takes them out again: nobody else sees them.
"""

QUOTED = "\x01"
SIGNED = "\x02"
TOLD = "\x03"  # "On … wrote:", as its client labels it
ALL = QUOTED + SIGNED + TOLD

_NONE = dict.fromkeys(map(ord, ALL))


def unmarked(text: str) -> str:
    """Return text without marks."""
    if QUOTED in text or SIGNED in text or TOLD in text:
        return text.translate(_NONE)
    return text
