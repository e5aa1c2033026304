"""Text that was read in the wrong charset once, before it came to us, and encoded again.

Promises to undo that on sure evidence alone: every sign of the text that is not ASCII, taken back
to the octets it was made of, must be UTF-8 without one fault, and give a letter. Linear.
"""

import re

# The first octet of UTF-8's two-octet letters as windows-1252 and windows-1250 show it, and any
# sign that one of them has for the second.
_LEADS = "\u00c2\u00c3\u00c4\u00c5\u00d0\u00d1\u0102\u0139\u0110\u0143"
_SUSPECT = re.compile(rf"[{_LEADS}][^\x00-\x7f]")
_LONG, _LAST_SIGN = 1000, 4
_C1 = {code: bytes([code]) for code in range(0x80, 0xA0)}


def repaired(text: str) -> str | None:
    """Return what a text said before it was encoded twice, None where it was not.

    A text that is partly so (a mangled quotation under sound words) is left as it is.
    """
    if _SUSPECT.search(text) is None:
        return None
    for codec in ("cp1252", "cp1250"):
        octets = _octets(text, codec)
        try:
            found = octets.decode("utf-8") if octets else ""
        except UnicodeDecodeError as fault:
            if octets is None or len(octets) < _LONG or fault.start < len(octets) - _LAST_SIGN:
                continue
            found = octets[: fault.start].decode("utf-8")  # a long text that was cut
        if any(ord(sign) > 0x7F and sign.isalpha() for sign in found):
            return found
    return None


def _octets(text: str, codec: str) -> bytes | None:
    """Return the octets a text was made of, None if it holds a sign that no octet gives."""
    try:
        return text.encode(codec)
    except UnicodeEncodeError:
        pass
    try:
        # The octets windows-125x has no sign for come through as controls.
        return b"".join(_C1[ord(sign)] if ord(sign) in _C1 else sign.encode(codec) for sign in text)
    except UnicodeEncodeError:
        return None
