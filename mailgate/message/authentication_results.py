"""Reads one Authentication-Results field (RFC 8601 §2.2), as mail servers really write them.

Promises what a field says for any text, or None where two readers could read it differently
(an unclosed comment or quote, no name of a server), linear in the text; raises nothing. What a
sender may have smuggled into a value, by comments, quotes or blanks, leaves that value unusable.
"""

import re
from dataclasses import dataclass, field

from mailgate.message.address import domain_of

MAX_VALUE = 16 * 1024
MAX_RESULTS = 100
MAX_WORDS = 200

_PLAIN = re.compile(r'[^ \t;()"\\]++')
_KEY = re.compile(r"[a-z0-9][a-z0-9._/-]{0,80}")
_DOMAIN = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){0,20}")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"')


@dataclass(frozen=True)
class Result:
    """What one method found: `dkim=pass (comment) reason="…" header.d=example.com`.

    properties: `ptype.property` (bare names too) in lower case with their raw values, in order.
    odd: something stands among them that is none, so that they prove nothing.
    """

    method: str
    result: str
    properties: tuple[tuple[str, str], ...] = ()
    comment: str = ""
    odd: bool = False

    def value(self, name: str) -> str:
        """Return the raw value of a property, "" where there is none or more than one."""
        found = [value for key, value in self.properties if key == name]
        return found[0] if len(found) == 1 else ""

    def domain(self, name: str) -> str:
        """Return the domain that a property names, canonical, "" where that is not certain."""
        return domain_in(self.value(name))


@dataclass(frozen=True)
class Field:
    """One field. server: its authserv-id in lower case, "" in Microsoft's form without one."""

    server: str
    results: tuple[Result, ...]

    def of(self, method: str) -> tuple[Result, ...]:
        """Return what it says of a method, in order."""
        return tuple(each for each in self.results if each.method == method)


@dataclass
class _Segment:
    """What stands between two semicolons. glued: words that a comment or quote touches."""

    words: list[str] = field(default_factory=list)
    glued: set[int] = field(default_factory=set)
    comments: list[str] = field(default_factory=list)
    odd: bool = False


def read(value: str) -> Field | None:
    """Return what a field says, None where it cannot be read for certain."""
    if len(value) >= MAX_VALUE:
        return None  # cut somewhere, and nobody knows before what
    segments = _segments(value)
    if segments is None:
        return None
    first, rest = segments[0], segments[1:]
    words = _joined(first)
    if words and "=" in words[0][0] and not words[0][0].startswith('"'):
        server, rest = "", segments
    elif len(words) == 1 or (len(words) == 2 and words[1][0].isdigit()):
        server = _unquoted(words[0][0]).lower()
    else:
        return None
    if first.odd and rest is not segments:
        return None
    results = (_result(segment) for segment in rest[:MAX_RESULTS])
    return Field(server, tuple(each for each in results if each is not None))


def domain_in(value: str) -> str:
    """Return the domain of a raw value: an address, `@domain` or a domain; "" for no such.

    A quoted local part may hold anything, also an `@` (RFC 5321 §4.1.2); Rspamd puts a whole
    address with odd signs in it in quotes.
    """
    whole = _QUOTED.fullmatch(value)
    if whole is not None and value.count("@") < 2 and "\\" not in value:
        value = whole[1]
    bare = _QUOTED.sub('""', value).strip("<>")
    found = domain_of(f"x@{bare.rpartition('@')[2]}")
    return found if _DOMAIN.fullmatch(found) else ""


def _segments(value: str) -> list[_Segment] | None:
    """Cut a value at its semicolons, comments set aside; None for one left open."""
    segments = [_Segment()]
    at, word, after_comment = 0, "", False
    while at < len(value):
        segment = segments[-1]
        sign = value[at]
        if sign == "(":
            end = _end_of_comment(value, at)
            if end is None:
                return None
            segment.comments.append(value[at + 1 : end - 1])
            if word:
                segment.glued.add(len(segment.words))
            at, word, after_comment = end, _ended(segment, word), True
        elif sign in " \t;":
            word, after_comment = _ended(segment, word), False
            at += 1
            if sign == ";":
                segments.append(_Segment())
        elif sign == '"':
            match = _QUOTED.match(value, at)
            if match is None:
                return None
            at, word = match.end(), word + match[0]
        else:
            if after_comment and not word:
                segment.glued.add(len(segment.words))
            match = _PLAIN.match(value, at)
            segment.odd |= match is None  # a backslash, or a bracket that nothing opened
            word += match[0] if match else sign
            at = match.end() if match else at + 1
    _ended(segments[-1], word)
    return segments


def _ended(segment: _Segment, word: str) -> str:
    """Note a word that has ended, if there is one; return the next, which is empty."""
    if word and len(segment.words) < MAX_WORDS:
        segment.words.append(word)
    elif word:
        segment.odd = True
    return ""


def _end_of_comment(value: str, at: int) -> int | None:
    """Return where a comment that begins at `at` has ended (RFC 5322 §3.2.2)."""
    depth = 0
    while at < len(value):
        sign = value[at]
        if sign == "\\":
            at += 1
        elif sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return None


def _joined(segment: _Segment) -> list[tuple[str, bool]]:
    """Return the words, `a = b` made one, and whether a comment touches each."""
    found: list[tuple[str, bool]] = []
    for number, word in enumerate(segment.words):
        glued = number in segment.glued
        waits = bool(found) and found[-1][0].endswith("=") and "=" not in found[-1][0][:-1]
        follows = bool(found) and word.startswith("=") and "=" not in found[-1][0]
        if waits or follows:
            # A comment around the sign touches no value.
            found[-1] = (found[-1][0] + word, glued and len(word) > 1)
        else:
            found.append((word, glued))
    return found


def _result(segment: _Segment) -> Result | None:
    """Return what a segment says, None where it names no method (`none`, a stray name)."""
    words = _joined(segment)
    if not words:
        return None
    method, sign, result = words[0][0].partition("=")
    name = method.partition("/")[0].lower()
    if not sign or not _KEY.fullmatch(name):
        return None
    properties: list[tuple[str, str]] = []
    odd = segment.odd
    for word, glued in words[1:]:
        key, sign, value = word.partition("=")
        if not sign or not _KEY.fullmatch(key.lower()):
            odd = True
        elif glued:
            properties.append((key.lower(), ""))
        else:
            properties.append((key.lower(), value))
    comment = " ".join(segment.comments)
    return Result(name, _unquoted(result).lower(), tuple(properties), comment, odd)


def _unquoted(word: str) -> str:
    match = _QUOTED.fullmatch(word)
    return match[1] if match else word
