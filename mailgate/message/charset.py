"""Octets to text, whatever the mail claims about them.

Promises text for any octets and any label, without NUL, lone surrogates or controls, and says
what was wrong as a defect. UTF-8 is tried first, since it proves itself; then the label, if it
is one of a fixed list (see `labels`; utf-7 only where it is named) and no evidence is against
it; then Polish by evidence (windows-1250 or ISO-8859-2), Cyrillic, windows-1252. All is linear.
"""

import binascii
import re

from mailgate.message import labels, mojibake

# These say other things with octets that UTF-8 would also accept, so their label goes first.
_STATEFUL = frozenset({"utf-7", "iso2022-jp-1", "iso2022-jp-2", "iso2022-jp-3", "iso2022-kr", "hz"})
# What else writers of a language mean by the name of one of its charsets.
_RELATIVES = {
    "iso2022-jp-2": ("euc-jp", "cp932"), "euc-jp": ("cp932",), "cp932": ("euc-jp",),
    "iso2022-kr": ("cp949",), "hz": ("gb18030",), "big5hkscs": ("gb18030",),
}  # fmt: skip
_BOMS = (b"\xff\xfe", b"\xfe\xff")
_SAMPLE = 2000

_ONLY_1250 = bytes([0xB9, 0xA5, 0x9C, 0x8C, 0x9F, 0x8F])  # ąĄśŚźŹ where ISO-8859-2 has others
_ONLY_8859_2 = bytes([0xB1, 0xA1, 0xB6, 0xA6, 0xBC, 0xAC])  # the same six letters
_POLISH_BOTH = bytes([0xE6, 0xEA, 0xB3, 0xF1, 0xF3, 0xBF, 0xC6, 0xCA, 0xA3, 0xD1, 0xD3, 0xAF])
_POLISH = _ONLY_1250 + _ONLY_8859_2 + _POLISH_BOTH
_ASCII_AND_C1 = bytes(range(0x80))
_TYPED = bytes((*b"\t\r\n", *range(0x20, 0x7F)))
_BELOW_C0 = bytes(range(0xC0))
_BELOW_E0 = bytes(range(0xE0))
_NO_LETTERS = bytes(code for code in range(0x80) if not chr(code).isalpha())
# Signs of windows-1252 that are Polish letters elsewhere, where no such sign stands.
_SIGN_IN_A_WORD = re.compile(rb"[A-Za-z](?:[\xb1\xb3\xb6\xb9\xbc\x9f][a-z]|\x9c[^ui])")
# œ stands before u or i, ś never; ñ before a vowel, ń never; ¿ and ¡ before capitals, ż never.
_FRENCH = re.compile(rb"\x9c[ui]")
_SPANISH = re.compile(rb"\xf1[aeiou\xe1\xe9\xed\xf3\xfa]|[\xbf\xa1][A-Z]")
_POLISH_ALONE = bytes(set(_POLISH) - set(b"\xf1\xf3\xd1\xd3\xbf\xa1"))
_C1 = bytes(range(0x80, 0xA0))
_MAX_PIECES = 1000
_LONG, _LAST_SIGN = 1000, 12
_META = re.compile(
    rb"<meta\s[^>]{0,300}?charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE
)
_META_WITHIN = 2048

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
    codec = labels.codec_of(label) if label else None
    if codec in _STATEFUL:
        text = _strictly(octets, codec)
        if text is not None:
            return text, None
        if b"\x1b" in octets and octets.isascii():
            return octets.decode(codec, "replace"), f"text is not all {one_line(label)[:40]}"
    if b"\0" in octets or (codec is not None and codec.startswith(("utf-16", "utf-32"))):
        text = _wide(octets, codec)
        if text is not None:
            return text.removeprefix("\ufeff"), None
    if octets.isascii():
        return octets.decode("ascii"), None
    text = _strictly(octets, "utf-8")
    if text is not None:
        once = mojibake.repaired(text)
        if once is not None:
            return once, "text was encoded twice, read once more"
        return text.removeprefix("\ufeff"), None
    text = _as_declared(octets, codec)
    if text is not None:
        return text, None
    return _by_evidence(octets, label, codec)


def _as_declared(octets: bytes, codec: str | None) -> str | None:
    """Return the text as the label says, None if there is none or it lies."""
    if codec in (None, "ascii", "utf-8"):
        return None
    high = octets.translate(None, _ASCII_AND_C1)
    if codec == "iso8859-2" and len(high) > len(high.translate(None, _C1)):
        codec = "cp1250"  # these octets are controls in ISO-8859-2 and letters here
    elif codec == "cp1250" and guessed(octets) == "iso8859-2":
        codec = "iso8859-2" if _SIGN_IN_A_WORD.search(octets) else codec
    elif codec == "cp1252" and guessed(octets) != codec and _SIGN_IN_A_WORD.search(octets):
        return None  # Polish, whatever the label says
    for each in (codec, *_RELATIVES.get(codec, ())):
        text = _strictly(octets, each)
        if text is not None:
            return text
    return None


def _by_evidence(octets: bytes, label: str, codec: str | None) -> tuple[str, str]:
    """Return the text of octets whose label is wrong or missing, and the defect."""
    guess = guessed(octets)
    if guess == "cp1252" and codec in (None, "ascii", "utf-8"):
        # Mostly UTF-8, cut or damaged somewhere: one bad octet does not make it another charset.
        text = octets.decode("utf-8", "replace")
        faults = text.count("\ufffd")
        high = len(octets.translate(None, _ASCII_AND_C1))
        cut = faults == 1 and high > 2 and text.endswith("\ufffd")
        if cut or (codec == "utf-8" and faults * 8 <= high):
            return text, "text is not all UTF-8 as it says" if label else "text is not all UTF-8"
    said = f"charset {one_line(label)[:40]}" if label else "no charset"
    why = "does not fit" if codec is not None else "unknown"
    defect = f"{said} {why}, read as {guess}" if label else f"{said} given, read as {guess}"
    return octets.decode(guess, "replace"), defect


def guessed(octets: bytes) -> str:
    """Return the likely charset of octets that name none: by Polish letters, or Cyrillic ones."""
    high = octets.translate(None, _ASCII_AND_C1)
    polish = len(high) - len(high.translate(None, _POLISH))
    if polish * 2 <= len(high) or _is_western(octets, high, len(high) - polish):
        return _cyrillic(octets, high) or "cp1252"
    only_1250 = len(high) - len(high.translate(None, _ONLY_1250))
    only_8859_2 = len(high) - len(high.translate(None, _ONLY_8859_2))
    controls = len(high) - len(high.translate(None, _C1))
    return "iso8859-2" if only_8859_2 > only_1250 and not controls else "cp1250"


def _is_western(octets: bytes, high: bytes, others: int) -> bool:
    """Say whether letters that could be Polish are French or Spanish. others: no Polish ones."""
    if b"\x9c" in high and _FRENCH.search(octets):
        return True
    if len(high) > len(high.translate(None, _POLISH_ALONE)):
        return False
    return others > 0 or _SPANISH.search(octets) is not None


def _cyrillic(octets: bytes, high: bytes) -> str | None:
    """Return cp1251 or koi8-r where most letters are of neither ASCII nor any Latin alphabet."""
    letters = len(octets.translate(None, _NO_LETTERS)) - len(high)
    upper_half = len(high.translate(None, _BELOW_C0))
    if len(high) < 8 or letters > len(high) or upper_half * 10 < len(high) * 9:
        return None
    # Most letters are small ones, and the two sets have those of the other's capitals.
    return "cp1251" if len(high.translate(None, _BELOW_E0)) * 2 > upper_half else "koi8-r"


def _wide(octets: bytes, codec: str | None) -> str | None:
    """Return text of two octets a sign (RFC 2781), by its mark, its NULs or its label."""
    if codec == "utf-32":
        return _strictly(octets, codec)
    even, odd = octets[:_SAMPLE:2], octets[1:_SAMPLE:2]
    wide = len(odd) > 3 or (codec is not None and len(odd) > 1)
    if octets[:2] in _BOMS:
        found = "utf-16"
    elif wide and odd.count(0) * 5 > len(odd) * 2 and not even.count(0):
        found = "utf-16-le"
    elif wide and even.count(0) * 5 > len(even) * 2 and not odd.count(0):
        found = "utf-16-be"
    elif codec is None or not codec.startswith("utf-16") or not octets.translate(None, _TYPED):
        return None  # a label that lies, or NULs in a text that is not wide
    elif codec != "utf-16":
        found = codec
    else:
        # The half of each sign that changes less is the upper one.
        found = "utf-16-be" if len(set(even)) < len(set(odd)) else "utf-16-le"
    # A mail that was cut may end within a sign.
    whole = len(octets) & ~1 if len(octets) > 4 else len(octets)
    return _strictly(octets[:whole], found)


def named_in_page(octets: bytes) -> str:
    """Return the charset an HTML page names in a meta element, "" for none (HTML §4.2.5.4)."""
    match = _META.search(octets, 0, _META_WITHIN)
    return match[1].decode("ascii", "replace") if match else ""


def known(label: str) -> bool:
    """Say whether a charset label is one that is read as it says."""
    return labels.codec_of(label) is not None


def plain(text: str) -> str:
    """Return text with LF line ends and tabs, and no other control, NUL or lone surrogate."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROLS.search(text) is None:
        return text
    return _SURROGATES.sub("\ufffd", text.replace("\0", "\ufffd").translate(_DROPPED))


def one_line(text: str) -> str:
    """Return text fit for a header or a log line: no line break of any kind, no control."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return plain(_LINE_BREAKS.sub(" ", text.rstrip("\0"))).strip()  # some pad with NUL


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
    # Several pieces in a row, each with its padding. Words that stand behind the last are none.
    *padded, last = filter(None, stripped.split(b"="))
    if len(b"".join(last.split())) % 4:
        return b"".join(map(_base64_piece, padded))
    return b"".join(map(_base64_piece, (*padded, last)))


def _base64_piece(data: bytes) -> bytes:
    try:
        return binascii.a2b_base64(data + b"==")
    except binascii.Error:
        # One character too many: it holds no whole octet.
        return binascii.a2b_base64(re.sub(rb"[^A-Za-z0-9+/]", b"", data)[:-1] + b"==")


def _strictly(octets: bytes, codec: str) -> str | None:
    """Return text without one fault; a long text may have been cut within its last sign."""
    try:
        return octets.decode(codec)
    except UnicodeDecodeError as fault:
        if len(octets) > _LONG and fault.start >= len(octets) - _LAST_SIGN:
            return octets[: fault.start].decode(codec, "replace")
        return None
