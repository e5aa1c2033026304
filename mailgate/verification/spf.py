"""SPF: whether a domain lets a client send in its name (RFC 7208), and nothing more.

Promises one of the seven results of §2.6 for any records, with the limits of §4.6.4: ten terms
that ask, two that find nothing. `ptr` matches never (§5.5 asks not to use it), `exp` is not read.
"""

import ipaddress
import re
from dataclasses import dataclass, field
from enum import StrEnum

from mailgate.verification.macros import expanded
from mailgate.verification.names import Names, UnansweredError

MAX_ASKING_TERMS = 10
MAX_VOID = 2
MAX_EXCHANGERS = 10
MAX_TERMS = 200

_TERM = re.compile(
    r"([+?~-]?)([a-z0-9]{1,8})(?::([^/]{1,255}))?((?:/[0-9]{1,3})?(?://[0-9]{1,3})?)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"([+?~-]?)(ip4|ip6):([0-9a-f.:]{2,45}(?:/[0-9]{1,3})?)")
_MODIFIER = re.compile(r"([a-z][a-z0-9._-]{0,60})=(.{0,255})")
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,253}")


class Spf(StrEnum):
    """The results of RFC 7208 §2.6."""

    NONE = "none"
    NEUTRAL = "neutral"
    PASS = "pass"  # noqa: S105 - a result, no secret
    FAIL = "fail"
    SOFTFAIL = "softfail"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


_QUALIFIERS = {"+": Spf.PASS, "": Spf.PASS, "-": Spf.FAIL, "~": Spf.SOFTFAIL, "?": Spf.NEUTRAL}


class _WrongError(Exception):
    """The record is against the rules, or asks for too much: permerror."""


@dataclass
class Question:
    """Who sends in whose name. sender: of the envelope, `postmaster@helo` for the null sender."""

    client: str
    sender: str
    helo: str
    names: Names
    asked: int = 0
    void: int = 0
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address = field(init=False)

    def __post_init__(self) -> None:
        address = ipaddress.ip_address(self.client.partition("%")[0])
        self.ip = getattr(address, "ipv4_mapped", None) or address

    def count(self) -> None:
        """Count a term that asks; too many are an error of the record's."""
        self.asked += 1
        if self.asked > MAX_ASKING_TERMS:
            raise _WrongError

    def found(self, records: tuple[str, ...]) -> tuple[str, ...]:
        """Count an answer without records; too many are an error of the record's."""
        self.void += not records
        if self.void > MAX_VOID:
            raise _WrongError
        return records


def check(client: str, sender: str, helo: str, names: Names) -> Spf:
    """Return whether the domain of the sender lets the client send (§4).

    client: an IP. sender: the return path, "" for the null sender, whose domain is that of helo.
    """
    sender = sender if "@" in sender else f"postmaster@{helo}"
    domain = sender.rpartition("@")[2]
    try:
        question = Question(client, sender, helo, names)
        return _check_host(question, domain)
    except _WrongError:
        return Spf.PERMERROR
    except UnansweredError:
        return Spf.TEMPERROR
    except ValueError:
        return Spf.NONE  # no address, and so nobody to ask about


def _check_host(question: Question, domain: str) -> Spf:
    if "." not in domain or not _NAME.fullmatch(domain):
        return Spf.NONE
    records = [each for each in question.names.texts(domain) if _is_spf(each)]
    if not records:
        return Spf.NONE
    if len(records) > 1:
        raise _WrongError
    terms = records[0].split()[1:]
    if len(terms) > MAX_TERMS:
        raise _WrongError
    redirect = ""
    for term in terms:
        lowered = term.lower()
        modifier = _MODIFIER.fullmatch(lowered)
        if modifier is not None:
            if modifier[1] == "redirect":
                if redirect:
                    raise _WrongError
                redirect = term[len("redirect=") :]
            continue
        qualifier, matches = _mechanism(question, term, lowered, domain)
        if matches:
            return _QUALIFIERS[qualifier]
    return _redirected(question, redirect, domain) if redirect else Spf.NEUTRAL


def _redirected(question: Question, redirect: str, domain: str) -> Spf:
    question.count()
    result = _check_host(question, _target(question, redirect, domain))
    if result is Spf.NONE:
        raise _WrongError
    return result


def _mechanism(question: Question, term: str, lowered: str, domain: str) -> tuple[str, bool]:
    """Return the qualifier of a mechanism, and whether the client is in it (§5)."""
    literal = _ADDRESS.fullmatch(lowered)
    if literal is not None:
        return literal[1], _in_network(question, literal[2], literal[3])
    match = _TERM.fullmatch(term)
    if match is None:
        raise _WrongError
    name = match[2].lower()
    if name == "all" and match[3] is None and not match[4]:
        return match[1], True
    if name not in ("include", "a", "mx", "exists", "ptr"):
        raise _WrongError
    if name in ("include", "exists") and (match[3] is None or match[4]):
        raise _WrongError
    question.count()
    target = _target(question, match[3], domain) if match[3] else domain
    return match[1], _asks(question, name, target, match[4])


def _asks(question: Question, name: str, target: str, lengths: str) -> bool:
    if not target:
        return False
    match name:
        case "include":
            result = _check_host(question, target)
            if result is Spf.NONE:
                raise _WrongError
            return result is Spf.PASS
        case "a":
            return _has_address(question, target, lengths)
        case "mx":
            servers = question.found(question.names.exchangers(target))
            if len(servers) > MAX_EXCHANGERS:
                raise _WrongError
            return any(_has_address(question, each, lengths) for each in servers if each)
        case "exists":
            return bool(question.found(question.names.addresses(target, ipv6=False)))
        case _:
            return False


def _has_address(question: Question, name: str, lengths: str) -> bool:
    ipv6 = question.ip.version == 6
    four, _, six = lengths.partition("//")
    written = six if ipv6 else four.lstrip("/")
    length = int(written) if written else question.ip.max_prefixlen
    if length > question.ip.max_prefixlen:
        raise _WrongError
    found = question.found(question.names.addresses(name, ipv6=ipv6))
    return any(
        question.ip in ipaddress.ip_network(f"{each}/{length}", strict=False) for each in found
    )


def _in_network(question: Question, kind: str, text: str) -> bool:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise _WrongError from None
    if network.version != (4 if kind == "ip4" else 6):
        raise _WrongError
    return question.ip in network


def _target(question: Question, written: str, domain: str) -> str:
    """Return the name that a term asks about, "" where the sender makes it none (§7)."""
    found = expanded(written, str(question.ip), question.sender, question.helo, domain)
    if found is None or ("%" not in written and not _NAME.fullmatch(found)):
        raise _WrongError
    return found if _NAME.fullmatch(found) else ""


def _is_spf(record: str) -> bool:
    lowered = record.lower()
    return lowered == "v=spf1" or lowered.startswith("v=spf1 ")
