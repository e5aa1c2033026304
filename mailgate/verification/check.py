"""Our own check of a sender: SPF, DKIM and DMARC, where no server of ours has done it.

Promises a judgement for any mail within seconds; where name servers do not answer it is none, and
says so; while they answer nothing at all they are left alone for a minute, so that mail goes on.
fail is only said where the client is known, since else SPF could have passed.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from mailgate.message.address import Address, domain_of
from mailgate.message.alignment import is_aligned, organisational
from mailgate.message.authenticity import Authenticity, Judgement
from mailgate.message.relaying import Network, is_in
from mailgate.verification import policy as dmarc
from mailgate.verification import signatures, spf
from mailgate.verification.client import Client
from mailgate.verification.names import Names, NameServers, UnansweredError
from mailgate.verification.policy import Policy
from mailgate.verification.spf import Spf

_LEFT_ALONE_SECONDS = 60.0


@dataclass(frozen=True)
class _Found:
    """What SPF and DKIM came to. passed: domain and what passed for it, SPF first."""

    spf_domain: str
    spf: Spf | None
    signed: signatures.Signed


class OwnCheck:
    """Checks senders. networks: of listed forwarders, whose mail fails honestly."""

    max_bytes = signatures.MAX_BYTES

    def __init__(
        self,
        server: tuple[str, int] | None = None,
        networks: tuple[Network, ...] = (),
        names: Callable[[tuple[str, int] | None], Names] = NameServers,
    ) -> None:
        self._server = server
        self._networks = networks
        self._names = names
        self._away_until = 0.0

    def judge(self, author: Address, client: Client | None, octets: bytes | None) -> Judgement:
        """Return what is held of a sender.

        client: who handed the mail to us, None where that was no server of the sender's. octets:
        the whole mail, None where it is too large for DKIM.
        """
        if time.monotonic() < self._away_until:
            reason = "own check: left out, since no name server answered a moment ago"
            return Judgement(Authenticity.NONE, reason)
        names = self._names(self._server)
        judgement = self._judged(author, client, octets, names)
        if names.are_away():
            self._away_until = time.monotonic() + _LEFT_ALONE_SECONDS
        return judgement

    def _judged(
        self, author: Address, client: Client | None, octets: bytes | None, names: Names
    ) -> Judgement:
        domain = domain_of(author.address)
        try:
            # First, so that nothing a forger names can use up the time for it.
            policy = dmarc.policy_of(domain, names)
            found = _look(domain, client, octets, names)
            return self._weigh(domain, policy, found, client, _said(found, octets), names)
        except UnansweredError as error:
            return Judgement(Authenticity.NONE, f"own check: {error}")

    def _weigh(
        self,
        domain: str,
        policy: Policy | None,
        found: _Found,
        client: Client | None,
        said: str,
        names: Names,
    ) -> Judgement:
        passed = _passed(domain, found, policy, names)
        if passed:
            return Judgement(Authenticity.PASS, f"own check: {passed}, aligned with From")
        if policy is None or policy.requests == "none":
            return Judgement(Authenticity.NONE, f"own check: {said}, none aligned with From")
        asks = f"{said}, none aligned, and {domain} asks for {policy.requests}"
        # What another's name servers leave open could not have passed for this domain anyway.
        spf_open = found.spf is Spf.TEMPERROR and _may_align(found.spf_domain, domain)
        if client is None or found.signed.unanswered or spf_open:
            return Judgement(Authenticity.NONE, f"own check: {asks}, but not all could be checked")
        if is_in(client.peer, self._networks):
            return Judgement(
                Authenticity.NONE, f"own check: {asks}, but {client.peer} is a forwarder"
            )
        return Judgement(Authenticity.FAIL, f"own check: {asks}")


def _may_align(one: str, author: str) -> bool:
    """Say whether two domains may be of one owner at all."""
    return organisational(one) == organisational(author)


def _look(author: str, client: Client | None, octets: bytes | None, names: Names) -> _Found:
    """Ask first what can count for the author's domain, and what others answer with what is left.

    Else a forger has his own name servers use up the time until nothing can be said of him.
    """
    sender = client.mail_from if client and "@" in client.mail_from else ""
    sender = sender or (f"postmaster@{client.helo}" if client else "")
    domain, spf_result = domain_of(sender), None
    if client is not None and _may_align(domain, author):
        spf_result = spf.check(client.peer, client.mail_from, client.helo, names)
    signed = signatures.Signed()
    if octets is not None:
        signed = signatures.signers_of(octets, names, lambda each: _may_align(each, author))
    if client is not None and spf_result is None:
        spf_result = spf.check(client.peer, client.mail_from, client.helo, names)
    return _Found(domain, spf_result, signed)


def _passed(domain: str, found: _Found, policy: Policy | None, names: Names) -> str:
    """Return what passed for a domain aligned with the one in From, "" where nothing did."""
    for signer in found.signed.signers:
        if _aligned(signer, domain, policy, names, strict=bool(policy and policy.strict_dkim)):
            return f"DKIM signature of {signer}"
    strict = bool(policy and policy.strict_spf)
    if found.spf is Spf.PASS and _aligned(found.spf_domain, domain, policy, names, strict=strict):
        return f"SPF of {found.spf_domain}"
    return ""


def _aligned(one: str, author: str, policy: Policy | None, names: Names, *, strict: bool) -> bool:
    if policy is None:
        return is_aligned(one, author)
    return dmarc.is_of(policy, one, author, names, strict=strict)


def _said(found: _Found, octets: bytes | None) -> str:
    """Return the results for people."""
    signers = ", ".join(found.signed.signers)
    if octets is None:
        signature = "mail too large for DKIM"
    elif signers:
        signature = f"DKIM signed by {signers}"
    elif found.signed.unanswered:
        signature = "DKIM key not answered"
    else:
        signature = "DKIM signature does not verify" if found.signed.seen else "no DKIM signature"
    if found.spf is None:
        return f"{signature}, SPF unknown"
    return f"{signature}, SPF {found.spf.value} for {found.spf_domain or 'nobody'}"
