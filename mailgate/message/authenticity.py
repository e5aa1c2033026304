"""How far the From of a mail may be believed, by what our own servers wrote into it.

Pure. Counts is the topmost Authentication-Results of a trusted id (RFC 8601 §2.5, §5), and only
above the Received that the first foreign server wrote; whatever else says so is ignored, and
noted. Each judgement names the header and the rule that decided. docs/authenticity.md shows, for
the usual servers, who adds which header where, and how many hops are one's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network

from mailgate.message import authentication_results, relaying
from mailgate.message.address import Address, domain_of
from mailgate.message.alignment import is_aligned
from mailgate.message.authentication_results import Field, Result
from mailgate.message.failed_policy import asked_policy, says_fail

MAX_IGNORED = 10
_MAX_SHOWN = 80


class Authenticity(StrEnum):
    """How far the From may be believed."""

    PASS = "pass"  # noqa: S105 - an outcome of authentication, no secret
    FAIL = "fail"
    NONE = "none"


@dataclass(frozen=True)
class Judgement:
    """What is held of a From. reason: names what decided. ignored: what was not believed."""

    authenticity: Authenticity
    reason: str
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trust:
    """Whose word counts.

    ids: authserv-ids in lower case. own_hops: Received fields of our own servers, from the top.
    own_results: fields that our servers write into each mail, where they stand below their own
    Received. microsoft365: a field without an id counts. forwarders, networks: whose mail fails
    honestly; sealers: domains whose ARC seal is believed, canonical.
    """

    ids: frozenset[str] = frozenset()
    own_hops: int = 1
    own_results: int = 1
    microsoft365: bool = False
    forwarders: tuple[str, ...] = ()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    sealers: frozenset[str] = frozenset()

    @property
    def anybody(self) -> bool:
        """Whether anybody's word counts at all."""
        return bool(self.ids) or self.microsoft365


NOBODY = Trust()
NO_AUTHOR = Judgement(
    Authenticity.NONE, "From does not name exactly one sender in plain writing: nobody is meant"
)

Headers = Sequence[tuple[str, str]]


@dataclass
class _Found:
    """The fields that count, where the last of them stands, and what was passed over."""

    fields: list[Field]
    ignored: list[str]
    at: int = -1
    unreadable: str = ""
    closed: bool = False


def judge(headers: Headers, trust: Trust, author: Address | None) -> Judgement:
    """Return what our servers' word on a mail comes to.

    headers: all, in order, unfolded. author: the one sender, None where there is not one.
    pass: dmarc=pass for the domain of the From, or DKIM or SPF that passed for a domain aligned
    with it. fail: dmarc=fail where its owner asks for quarantine or rejection (or Microsoft's
    compauth=fail), and it came through no listed forwarder or sealer. Else none.
    """
    if author is None:
        return NO_AUTHOR
    found = _trusted_fields(headers, trust)
    ignored = tuple(found.ignored[:MAX_IGNORED])
    if found.unreadable:
        reason = "the topmost Authentication-Results cannot be read for certain"
        if _may_be_ours(found.unreadable, trust) and says_fail(found.unreadable):
            return Judgement(Authenticity.FAIL, f"{reason}, but says dmarc=fail", ignored)
        return Judgement(Authenticity.NONE, reason, ignored)
    if not found.fields:
        reason = "no Authentication-Results of a trusted id"
        reason = reason if trust.anybody else "no server is trusted to vouch for senders"
        return Judgement(Authenticity.NONE, reason, ignored)
    domain = domain_of(author.address)
    outcome, why = weigh(found.fields, domain)
    server = found.fields[0].server or "Microsoft 365"
    reason = f"Authentication-Results of {server}: {why}"
    if outcome is Authenticity.FAIL:
        softened = _forwarded(headers, trust, found) or _sealed(headers, trust, found, domain)
        if softened:
            return Judgement(Authenticity.NONE, f"{reason}; but {softened}", ignored)
    return Judgement(outcome, reason, ignored)


def weigh(fields: Sequence[Field], domain: str) -> tuple[Authenticity, str]:
    """Return what fields of one server say of a domain in From, and by which result.

    Of a method that several fields name, the first counts; but no dmarc=pass that a sender has
    smuggled into one takes away a dmarc=fail.
    """
    failed = tuple(each for one in fields for each in one.of("dmarc") if each.result == "fail")
    dmarc = failed[:1] or _first_of(fields, "dmarc")
    if dmarc:
        decided = _by_dmarc(dmarc, domain)
        if decided is not None:
            return decided
    if any(each.result == "fail" for each in _first_of(fields, "compauth")):
        return Authenticity.FAIL, "compauth=fail"
    for each in _first_of(fields, "dkim"):
        signer = _signer(each)
        if each.result == "pass" and not each.odd and is_aligned(signer, domain):
            return Authenticity.PASS, f"dkim=pass by {signer}, aligned with From"
    for each in _first_of(fields, "spf"):
        sender = each.domain("smtp.mailfrom") or each.domain("smtp.mail")
        if each.result == "pass" and not each.odd and is_aligned(sender, domain):
            return Authenticity.PASS, f"spf=pass for {sender}, aligned with From"
    said = f"dmarc={_shown(dmarc[0].result)}, and no" if dmarc else "no dmarc, and no"
    return Authenticity.NONE, f"{said} DKIM or SPF that passed is aligned with From"


def _by_dmarc(results: tuple[Result, ...], domain: str) -> tuple[Authenticity, str] | None:
    """Return what dmarc decides, None where it leaves it to DKIM and SPF."""
    said = {each.result for each in results}
    first = results[0]
    if len(said) > 1:
        return Authenticity.NONE, "dmarc has several results"
    about = [value for name, value in first.properties if name == "header.from"]
    if about and first.domain("header.from") != domain:
        return Authenticity.NONE, f"dmarc is for another domain than the {domain} of From"
    if first.result == "fail":
        policy = asked_policy(first, domain)
        if policy in ("quarantine", "reject"):
            return Authenticity.FAIL, f"dmarc=fail, and {domain} asks for {policy}"
        asked = f"{domain} asks for nothing then" if policy else "it does not say for which policy"
        return Authenticity.NONE, f"dmarc=fail, and {asked}"
    if first.result == "pass":
        if first.odd or len(results) > 1:
            return Authenticity.NONE, "dmarc=pass stands among what cannot be read for certain"
        return Authenticity.PASS, f"dmarc=pass for {domain}"
    return None


def _signer(result: Result) -> str:
    """Return the domain that signed: header.d, else that of header.i; "" where they disagree."""
    signer, identity = result.domain("header.d"), result.domain("header.i")
    if signer and identity and not f".{identity}".endswith(f".{signer}"):
        return ""
    return signer or identity


def _first_of(fields: Sequence[Field], method: str) -> tuple[Result, ...]:
    return next((found for each in fields if (found := each.of(method))), ())


def _trusted_fields(headers: Headers, trust: Trust) -> _Found:
    """Return the topmost fields of a trusted id among those that our own servers wrote.

    Above a Received of our own nobody else can have written, so that all neighbours count there;
    below it those of the sender begin at once, and only so many count as ours are.
    """
    received = sum(name.lower() == "received" for name, _ in headers)
    found = _Found([], [])
    hops = 0
    for at, (name, value) in enumerate(headers):
        if name.lower() == "received":
            hops += 1
            found.closed = bool(found.fields)
        elif name.lower() == "authentication-results":
            is_out_of_reach = hops < trust.own_hops <= received
            why = _ignored(value, trust, found, hops, is_out_of_reach)
            if why and len(found.ignored) < MAX_IGNORED:
                found.ignored.append(f"{_named(value)} ignored: {why}")
            elif not why:
                found.at = at
    return found


def _ignored(value: str, trust: Trust, found: _Found, hops: int, is_out_of_reach: bool) -> str:
    """Take a field in, or return why it does not count."""
    if hops > trust.own_hops:
        return f"below {hops} Received, not of our own hops ({trust.own_hops})"
    if found.unreadable:
        return "below one that cannot be read"
    if not trust.anybody:
        return "no id is trusted"
    said = authentication_results.read(value)
    if said is None:
        # It may be ours, with something in it that the sender made up.
        found.unreadable = "" if found.fields else value
        return "cannot be read for certain"
    if said.server not in trust.ids and (said.server or not trust.microsoft365):
        found.closed = bool(found.fields)
        return "not a trusted id" if said.server else "without an id"
    if found.fields:
        if found.closed or said.server != found.fields[0].server:
            return "below the topmost"
        if not is_out_of_reach and len(found.fields) >= trust.own_results:
            return f"below the topmost {trust.own_results}, where the sender may have written it"
    found.fields.append(said)
    return ""


def _forwarded(headers: Headers, trust: Trust, found: _Found) -> str:
    """Say that a listed forwarder handed the mail to our first server, "" where none did.

    Microsoft passes a mail on among its servers a varying number of times, and writes above the
    Received of the first.
    """
    received = [
        (at, value) for at, (name, value) in enumerate(headers) if name.lower() == "received"
    ]
    if not found.fields[0].server:
        first = next((value for at, value in received if at > found.at), "")
    else:
        first = received[trust.own_hops - 1][1] if 0 < trust.own_hops <= len(received) else ""
    host = relaying.handed_over_by(first)
    if host.is_of(trust.forwarders, trust.networks):
        return f"it came through {host}, a listed forwarder"
    return ""


def _sealed(headers: Headers, trust: Trust, found: _Found, domain: str) -> str:
    """Say that a listed sealer had found the sender authentic, "" where none had (RFC 8617 §5.2).

    Only where our server says arc=pass, and only the newest seal counts: its server saw all
    others. What stands above our server's own field was sealed after it.
    """
    if not any(each.result == "pass" and not each.odd for each in _first_of(found.fields, "arc")):
        return ""
    sealer, results = relaying.newest_seal(headers[found.at + 1 :])
    if sealer not in trust.sealers or results is None:
        return ""
    if weigh((results,), domain)[0] is not Authenticity.PASS:
        return ""
    return f"{sealer}, a listed sealer, had found the sender authentic (ARC)"


def _may_be_ours(value: str, trust: Trust) -> bool:
    return trust.microsoft365 or value.lstrip().lower().startswith(tuple(trust.ids))


def _named(value: str) -> str:
    """Return how a field is named to people: by the first word in it."""
    server = value.partition(";")[0].strip()
    if not server or "=" in server:
        return "Authentication-Results"
    return f"Authentication-Results of {_shown(server)}"


def _shown(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"
