"""Octets to text, whatever the mail claims about them.

Promises text for any octets and any label, without NUL, lone surrogates or controls, and says
what was wrong as a defect. UTF-8 is tried first, since it proves itself; then the label, if it
is one of a fixed list (never utf-7, unicode_escape, idna or a codec that is no charset); then
Polish by evidence (windows-1250 or ISO-8859-2); then windows-1252. Everything is linear.
"""

import binascii
import re

_ALIASES = {
    "us-ascii": "ascii",
    "ascii": "ascii",
    "ansi-x3.4-1968": "ascii",
    "646": "ascii",
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso-8859-2": "iso8859-2",
    "iso8859-2": "iso8859-2",
    "latin2": "iso8859-2",
    "latin-2": "iso8859-2",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "koi8-r": "koi8-r",
    "koi8-u": "koi8-u",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "euc-kr": "cp949",
    "ks-c-5601-1987": "cp949",
    "cp949": "cp949",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "cp932": "cp932",
    "windows-31j": "cp932",
    "euc-jp": "euc-jp",
    "iso-2022-jp": "iso2022-jp-2",
    "iso-2022-jp-1": "iso2022-jp-1",
    "iso-2022-jp-2": "iso2022-jp-2",
    "iso-2022-jp-3": "iso2022-jp-3",
    "iso-2022-kr": "iso2022-kr",
    "hz-gb-2312": "hz",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "utf-32": "utf-32",
    "macintosh": "mac-roman",
    "mac-roman": "mac-roman",
    "x-mac-roman": "mac-roman",
    "x-mac-ce": "mac-latin2",
    **{f"iso-8859-{n}": f"iso8859-{n}" for n in (3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"windows-{n}": f"cp{n}" for n in range(1250, 1259)},
    **{f"cp{n}": f"cp{n}" for n in (437, 850, 852, 855, 857, 858, 862, 866, *range(1250, 1259))},
    **{f"cp-{n}": f"cp{n}" for n in range(1250, 1259)},
    **{f"ibm{n}": f"cp{n}" for n in (437, 850, 852, 855, 857, 862, 866)},
}
# These say other things with octets that UTF-8 would also accept, so their label goes first.
_NOT_ASCII_BASED = frozenset(
    {
        "iso2022-jp-1", "iso2022-jp-2", "iso2022-jp-3", "iso2022-kr", "hz",
        "utf-16", "utf-16-le", "utf-16-be", "utf-32",
    }
)  # fmt: skip

_ONLY_1250 = bytes([0xB9, 0xA5, 0x9C, 0x8C, 0x9F, 0x8F])  # ąĄśŚźŹ where ISO-8859-2 has others
_ONLY_8859_2 = bytes([0xB1, 0xA1, 0xB6, 0xA6, 0xBC, 0xAC])  # the same six letters
_POLISH_BOTH = bytes([0xE6, 0xEA, 0xB3, 0xF1, 0xF3, 0xBF, 0xC6, 0xCA, 0xA3, 0xD1, 0xD3, 0xAF])
_POLISH = _ONLY_1250 + _ONLY_8859_2 + _POLISH_BOTH
_ASCII_AND_C1 = bytes(range(0x80))
_C1 = bytes(range(0x80, 0xA0))
_MAX_PIECES = 1000

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\r]")
_DROPPED = dict.fromkeys(
    (*range(1, 9), *range(0x0B, 0x20), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF), None
)
_LINE_BREAKS = re.compile("[\t\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029]+")
_SURROGATES = re.compile("[\ud800-\udfff]")


def decode(octets: bytes, label: str = "") -> tuple[str, str | None]:
    """Return text for any octets, and a defect or None.

    label: the charset the mail names, "" for none. The text may hold controls; see `plain` and
    `one_line`.
    """
    codec = _ALIASES.get(_normal(label)) if label else None
    if codec in _NOT_ASCII_BASED:
        text = _strictly(octets, codec)
        if text is not None:
            return text, None
    if octets.isascii():
        return octets.decode("ascii"), None
    text = _strictly(octets, "utf-8")
    if text is not None:
        return text.removeprefix("\ufeff"), None
    if codec is not None and codec not in ("ascii", "utf-8"):
        if codec == "iso8859-2" and octets.translate(None, _not_in(_C1)):
            codec = "cp1250"  # these octets are controls in ISO-8859-2 and letters here
        text = _strictly(octets, codec)
        if text is not None:
            return text, None
    guess = guessed(octets)
    if codec == "utf-8" and guess == "cp1252":
        # Mostly UTF-8, cut or damaged somewhere: one bad octet does not make it another charset.
        text = octets.decode("utf-8", "replace")
        if text.count("\ufffd") * 8 <= len(octets.translate(None, _ASCII_AND_C1)):
            return text, "text is not all UTF-8 as it says"
    said = f"charset {one_line(label)[:40]}" if label else "no charset"
    why = "does not fit" if codec is not None else "unknown"
    defect = f"{said} {why}, read as {guess}" if label else f"{said} given, read as {guess}"
    return octets.decode(guess, "replace"), defect


def guessed(octets: bytes) -> str:
    """Return cp1250, iso8859-2 or cp1252 for octets that name no charset, by Polish letters."""
    high = octets.translate(None, _ASCII_AND_C1)
    polish = len(high) - len(high.translate(None, _POLISH))
    if polish * 2 <= len(high):
        return "cp1252"
    only_1250 = len(high) - len(high.translate(None, _ONLY_1250))
    only_8859_2 = len(high) - len(high.translate(None, _ONLY_8859_2))
    controls = len(high) - len(high.translate(None, _C1))
    return "iso8859-2" if only_8859_2 > only_1250 and not controls else "cp1250"


def known(label: str) -> bool:
    """Say whether a charset label is one that is read as it says."""
    return _normal(label) in _ALIASES


def plain(text: str) -> str:
    """Return text with LF line ends and tabs, and no other control, NUL or lone surrogate."""
    if _CONTROLS.search(text) is None:
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    return _SURROGATES.sub("\ufffd", text.translate(_DROPPED))


def one_line(text: str) -> str:
    """Return text fit for a header or a log line: no line break of any kind, no control."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return plain(_LINE_BREAKS.sub(" ", text)).strip()


def repaired(text: str, label: str = "") -> tuple[str, str | None]:
    """Return text in which octets kept as surrogate escapes are read by `decode`."""
    if text.isascii():
        return text, None
    try:
        return decode(text.encode("utf-8", "surrogateescape"), label)
    except UnicodeEncodeError:
        return _SURROGATES.sub("\ufffd", text), None  # no octets of a mail look like this


def base64_octets(data: bytes) -> bytes:
    """Return what base64 says, damaged or not: foreign octets and missing padding are no error."""
    stripped = data.rstrip(b"= \t\r\n")
    if b"=" not in stripped:
        return _base64_piece(stripped)
    if stripped.count(b"=") > _MAX_PIECES:
        return _base64_piece(stripped.replace(b"=", b""))
    # Several pieces in a row, each with its padding.
    return b"".join(_base64_piece(piece) for piece in stripped.split(b"=") if piece)


def _base64_piece(data: bytes) -> bytes:
    try:
        return binascii.a2b_base64(data + b"==")
    except binascii.Error:
        # One character too many: it holds no whole octet.
        return binascii.a2b_base64(re.sub(rb"[^A-Za-z0-9+/]", b"", data)[:-1] + b"==")


def _normal(label: str) -> str:
    return label.strip().strip("\"'").lower().replace("_", "-")


def _strictly(octets: bytes, codec: str) -> str | None:
    try:
        return octets.decode(codec)
    except UnicodeError:
        return None


def _not_in(kept: bytes) -> bytes:
    return bytes(code for code in range(256) if code not in kept)
