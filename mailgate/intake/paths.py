"""The arguments of MAIL and RCPT: paths and parameters (RFC 5321 §4.1.2). Pure.

A grammar of its own, so that no address parser written for headers has a say in who a mail is
from or for. What does not match is None; nothing here raises on input.
"""

import re
from dataclasses import dataclass

# Half a surrogate pair is no character: an octet of a command line that is not UTF-8.
_ATOM = r'[^\x00-\x20\x7f<>()\[\]\\,;:@"\ud800-\udfff]+'
_QUOTED = r'"(?:[^"\\\x00-\x1f\x7f\ud800-\udfff]|\\[\x20-\x7e])*"'
_LABEL = r"[A-Za-z0-9_\u0080-\ud7ff\ue000-\U0010ffff-]+"
_LABELS = rf"{_LABEL}(?:\.{_LABEL})*\.?"
_LITERAL = r"\[[\x21-\x5a\x5e-\x7e]+\]"
_DOMAIN = rf"(?:{_LABELS}|{_LITERAL})"
_ROUTE = rf"@{_DOMAIN}(?:,@{_DOMAIN})*:"
_PATH = re.compile(
    rf"<(?P<route>{_ROUTE})?(?P<local>{_ATOM}|{_QUOTED})(?:@(?P<domain>{_DOMAIN}))?>"
)
_BRACKETS = re.compile(r'(<(?:"(?:[^"\\]|\\.)*"|[^">])*>)(?: +(.*))?')
_PLAIN = re.compile(_ATOM)
_PARAMETER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([\x21-\x3c\x3e-\x7e]+))?")
_MAX_LOCAL, _MAX_DOMAIN = 256, 255


@dataclass(frozen=True)
class Path:
    """One path. routed: it named a source route, which nobody has to follow (RFC 5321 §C)."""

    address: str
    routed: bool = False

    @property
    def hides_another(self) -> bool:
        """Say whether the local part looks like an address at some other place."""
        local, at, _ = self.address.rpartition("@")
        return any(mark in (local if at else self.address) for mark in "@%!")


def argument(text: str, keyword: str) -> tuple[str, str] | None:
    """Return the bracketed path and the parameters after `FROM:` or `TO:`, or None.

    Space around the colon is wrong but common and passed over.
    """
    if text[: len(keyword)].upper() != keyword:
        return None
    found = _BRACKETS.fullmatch(text[len(keyword) :].strip(" "))
    return (found[1], found[2] or "") if found else None


def path(text: str) -> Path | None:
    """Return the path between angle brackets, or None where it is malformed.

    "" is the null sender `<>`; an address without a domain is passed on as it is. Quotes that
    were not needed are taken off, so that two spellings of one mailbox compare equal. A local
    part may be longer than the 64 octets one can count on, as forwarders make them.
    """
    if text == "<>":
        return Path("")
    found = _PATH.fullmatch(text)
    if not found:
        return None
    local, domain = found["local"], found["domain"]
    if local.startswith('"'):
        bare = re.sub(r"\\(.)", r"\1", local[1:-1])
        local = bare if _PLAIN.fullmatch(bare) else local
    if len(local.encode()) > _MAX_LOCAL or len((domain or "").encode()) > _MAX_DOMAIN:
        return None
    return Path(f"{local}@{domain}" if domain else local, routed=found["route"] is not None)


def parameters(text: str) -> dict[str, str | None] | None:
    """Return parameters by upper-case keyword, None where malformed or repeated."""
    result: dict[str, str | None] = {}
    for word in text.split():
        found = _PARAMETER.fullmatch(word)
        if not found or found[1].upper() in result:
            return None
        result[found[1].upper()] = found[2]
    return result
