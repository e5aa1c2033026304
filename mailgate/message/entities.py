"""The characters that HTML writes by name or number."""

import re
from html.entities import html5

_ENTITY = re.compile(r"&(?:#[xX]([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([A-Za-z][A-Za-z0-9]{1,30}));?")


def resolved(text: str) -> str:
    """Return text with its entities as characters; none of them becomes a control."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    """Return what an entity stands for; what is none stays as it is."""
    if match[3]:
        return html5.get(match[3] + ";", match[0])
    code = int(match[1], 16) if match[1] else int(match[2])
    if 0x80 <= code <= 0x9F:
        # What browsers do: those who write these mean windows-1252.
        return bytes([code]).decode("cp1252", "replace")
    if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    character = chr(code)
    return character if code >= 0xA0 or character.isprintable() or code in (9, 10) else ""
