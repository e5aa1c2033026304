"""The recipients that a report in words names, and what it says about each.

Promises at most 200 of them for any text, in time linear in a bounded beginning of it. Mail
systems agree on little, but all of them begin a line with the address that failed, or put a
label before it, or quote the dialogue; the surest of these ways that a report uses counts.
"""

import re
from dataclasses import dataclass

from mailgate.message import charset, wording

MAX_RECIPIENTS = 200
_MAX_LINES = 400
_MAX_LINE = 400
_MAX_WORDS = 1500

_SPEC = (
    r"([\w!#$%&'*+/=?^`{|}~-][\w!#$%&'*+/=?^`{|}~.-]{0,63}"
    r"@(?:[\w-]{1,63}\.){0,20}[\w-]{1,63}\b)(?![@\w])"
)
_OPEN = r"[\s*•>|-]{0,40}[<\"'“„«\[(]{0,2}"
_CLOSE = r"[>\"'”»\])]{0,3}"
# From the surest way to name a recipient to the weakest.
_ALONE = re.compile(
    rf"{_OPEN}(?:smtp:|rfc822;|mailto:)?{_SPEC}{_CLOSE}\s{{0,4}}(?:$|[.]?$|[:;,(\[]|\son\s|\s\s|\t"
    rf"|-\s|\.{{3}})",
    re.IGNORECASE | re.ASCII,
)
_LABELLED = re.compile(
    r"[\s*>(-]{0,40}(?:(?:was )?(?:failed|final|original|intended|addressed|undelivered"
    r"|target)?[ _-]?"
    r"(?:recipients?|rcpt(?:[ _-]to)?|addressed to|error-for|mail address|e-?mail address"
    r"|unknown user|userid"
    r"|user|mailbox|(?:undeliverable |receiver )?address|undeliverable to|adres(?:at)?|empfänger"
    r"|destinataire|destinatario"
    r"|ontvanger|příjemce|получател[ья]|одержувач)\s{0,3}[:=]?|.{0,80}?(?:unknown user"
    r"|delivery userid"
    r"|unknown host|allowed size|mailbox is full|delivered to|delivering your mail to|deliver to"
    r"|message to|mail to|recipient|addressed to|attempts|receiver address|failed(?: for| to)?"
    r"|dda:smtp)\s{0,3}[:=]?)"
    rf"\s{{0,8}}\[?(?:rfc822;|smtp:)?\s{{0,3}}{_OPEN}{_SPEC}",
    re.IGNORECASE | re.ASCII,
)
_BEGINS = re.compile(rf"{_OPEN}{_SPEC}{_CLOSE}\s", re.IGNORECASE | re.ASCII)
_DIALOGUE = re.compile(
    rf"(?:.{{0,20}}?\brcpt to:|.{{0,30}}?\b[45]\d\d[ -].{{0,120}}?)\s?<?{_SPEC}",
    re.IGNORECASE | re.ASCII,
)
_TO = re.compile(rf"\s{{0,12}}(?:to|for)\s?:?\s{{1,10}}{_OPEN}{_SPEC}", re.IGNORECASE | re.ASCII)
_ANYWHERE = re.compile(rf"(?<![\w.!#$%&'*+/=?^`{{|}}~@-]){_SPEC}", re.ASCII)
_WAYS = (_ALONE, _LABELLED, _BEGINS, _DIALOGUE, _TO)
_LOCAL_NAME = re.compile(r"\s{1,8}([a-z0-9][a-z0-9._+-]{1,63})\s{0,5}$", re.IGNORECASE | re.ASCII)
_EXPANDED = re.compile(rf"\(expanded from:? <?{_SPEC}>?\)", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Named:
    """An address that a report names, and its words from there to the next one."""

    address: str
    words: str


def above_copy(text: str, most: int) -> tuple[str, bool]:
    """Return what a report says itself, and whether the mail that came back stands below it.

    most: characters that are read.
    """
    told = text[:most]
    lines = told.split("\n", _MAX_LINES)[:_MAX_LINES]
    for number, line in enumerate(lines):
        if wording.COPY.match(line[:200]):
            return "\n".join(lines[:number]), True
    return "\n".join(lines), False


def named(told: str, ours: frozenset[str], domain: str) -> tuple[Named, ...]:
    """Return whom a report names.

    told: its own words. ours: addresses it was sent to or comes from, in lower case, which are
    those of the failure only if no other is named. domain: completes a local name.
    """
    lines = [line[:_MAX_LINE] for line in told.split("\n")]
    others: dict[str, int] = {}
    for way in _WAYS:
        found = _by(way, lines)
        others = {address: at for address, at in found.items() if address.lower() not in ours}
        if others:
            break
    if not others:
        others = _local_names(lines, domain) or _anywhere(lines, ours)
    starts = sorted(set(others.values()))
    return tuple(
        Named(address, _words(lines, at, starts))
        for address, at in list(others.items())[:MAX_RECIPIENTS]
    )


def names_another(told: str, ours: frozenset[str]) -> bool:
    """Say whether a line begins with an address, or names it, as the lines of reports do."""
    lines = [line[:_MAX_LINE] for line in told.split("\n")]
    return any(not ours.issuperset(map(str.lower, _by(way, lines))) for way in _WAYS)


def _by(way: re.Pattern[str], lines: list[str]) -> dict[str, int]:
    """Return the addresses named in a way, each once, with the line of the first naming."""
    found: dict[str, int] = {}
    seen: set[str] = set()
    for number, line in enumerate(lines):
        match = way.match(line) if "@" in line else None
        if match is None:
            continue
        original = _EXPANDED.search(line) or (
            _EXPANDED.search(lines[number + 1]) if number + 1 < len(lines) else None
        )
        address = original[1] if original else match[1]
        if address.lower() not in seen:
            seen.add(address.lower())
            found[address] = number
    return found


def _local_names(lines: list[str], domain: str) -> dict[str, int]:
    """Return names without a domain that stand alone below a line about recipients."""
    for number, line in enumerate(lines[:-1]):
        if line.rstrip().endswith(":") and wording.FAILED.search(line):
            match = _LOCAL_NAME.match(lines[number + 1])
            if match is not None and domain:
                return {f"{match[1]}@{domain}": number + 1}
    return {}


def _anywhere(lines: list[str], ours: frozenset[str]) -> dict[str, int]:
    """Return the first address in the text, one of ours only if there is no other."""
    first: dict[str, int] = {}
    for number, line in enumerate(lines):
        for address in _ANYWHERE.findall(line) if "@" in line else ():
            if address.lower() not in ours:
                return {address: number}
            first = first or {address: number}
    return first


def _words(lines: list[str], at: int, starts: list[int]) -> str:
    """Return the lines from one naming to the next, as text."""
    end = next((start for start in starts if start > at), len(lines))
    return "\n".join(lines[at:end])[:_MAX_WORDS]


def diagnostic(words: str, address: str = "") -> str:
    """Return the first paragraph of what is said about a recipient, on one line, without him."""
    line = " ".join(charset.one_line(words.strip().partition("\n\n")[0]).split())
    before, named, after = line.partition(address) if address else ("", "", line)
    if named and not before.strip(" <>\"'*•-"):
        line = after.lstrip("> \"':;,")
    return line[:300]
