"""Content-Type and Content-Disposition: a value and its parameters (RFC 2045 §5.1, RFC 2231).

Promises an answer for any value, in time linear in it, with at most 50 parameters. Continuations
are joined by their numbers in whatever order they come; encoded-words and raw octets, which the
RFCs forbid there and mailers write, are read.
"""

import re

from mailgate.message import charset, encoded_words, headers

MAX_PARAMETERS = 50
_PLAIN, _EXTENDED = -2, -1  # where other pieces have their numbers

_VALUE = re.compile(r"\s*([A-Za-z0-9!#$%&'*+./^_`{|}~-]{1,127})")
_GAP = re.compile(r"[;\s]*+")
_PARAMETER = re.compile(
    r"([^\s;=\"]{1,100}+)\s*+=\s*+(?:\"((?:[^\"\\]|\\.)*+)(?:\"|$)[^;]*+|([^;]*+))", re.DOTALL
)
_TO_NEXT = re.compile(r"[^;]*+")
_PIECE = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PATH = re.compile(r"[A-Za-z]:\\[^\\\"]")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")


def parse(raw_value: str, label: str = "") -> tuple[str, dict[str, str]]:
    """Return the lower-case value and its parameters, decoded; "" and {} for nothing readable."""
    match = _VALUE.match(raw_value)
    if match is not None and raw_value[match.end() :].lstrip()[:1] == "=":
        match = None  # a parameter, and no value before it
    main = match[1].lower() if match else ""
    at = 0
    if ";" not in raw_value and "=" not in raw_value:
        return main, {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    if match is not None:
        at = _end(_TO_NEXT, raw_value, match.end())
    for _ in range(MAX_PARAMETERS):
        at = _end(_GAP, raw_value, at)
        found = _PARAMETER.match(raw_value, at)
        if found is None:
            at = _end(_TO_NEXT, raw_value, at)
            if at >= len(raw_value):
                break
            continue
        at = found.end()
        value = _unquoted(found[2]) if found[2] is not None else found[3].strip()
        named = _PIECE.fullmatch(found[1].lower())
        if named is not None:
            extended = named[3] is not None
            number = int(named[2]) if named[2] else _EXTENDED if extended else _PLAIN
            pieces.setdefault(named[1], {}).setdefault(number, (value, extended))
    return main, {name: _joined(parts, label) for name, parts in pieces.items()}


def _joined(parts: dict[int, tuple[str, bool]], label: str) -> str:
    """Return one value: the extended one, else continuations by number, else the plain one.

    Whoever writes both means the plain one for readers that know no other (RFC 6266 §4.3).
    """
    if _EXTENDED in parts:
        ordered = [parts[_EXTENDED]]
    elif max(parts) >= 0:
        ordered = [parts[number] for number in sorted(parts) if number >= 0]
    else:
        return headers.decoded("filename", parts[_PLAIN][0], label)
    octets = b""
    for index, (value, percent) in enumerate(ordered):
        raw = value.encode("utf-8", "surrogateescape")
        if percent and index == 0 and raw.count(b"'") >= 2:
            named, _, raw = raw.split(b"'", 2)
            label = named.decode("ascii", "replace")
        octets += _PERCENT.sub(_octet, raw) if percent else raw
    text = charset.decode(octets, label)[0]
    # Some encode a second time what they had encoded.
    return charset.one_line(encoded_words.read(text) if "=?" in text else text)


def _unquoted(value: str) -> str:
    """Return what stands between quotes without escapes; a Windows path has none, but looks so."""
    return value if _PATH.match(value) else _ESCAPED.sub(r"\1", value)


def _octet(match: re.Match[bytes]) -> bytes:
    return bytes([int(match[1], 16)])


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Return where a pattern that matches anything ends."""
    match = pattern.match(text, at)
    return match.end() if match else at
