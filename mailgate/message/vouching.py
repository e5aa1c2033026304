"""Who vouches for the sender of a mail: a login, our servers' headers, or our own check.

Pure. A login on our own listener decides alone; headers count only where one of our own servers,
or a mailbox of ours, handed the mail over; our own check is asked where these say nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

from mailgate.message.address import Address, canonical
from mailgate.message.authenticity import (
    NO_AUTHOR,
    NOBODY,
    Authenticity,
    Headers,
    Judgement,
    Trust,
    judge,
)
from mailgate.message.relaying import Network, is_in

MAX_TOLD = 2_000
_LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


@dataclass(frozen=True)
class Way:
    """How a mail came in. peer: the client's IP by SMTP, the server's name by IMAP, "" unknown.

    login: who had signed in on our listener; by IMAP, we at the mailbox.
    """

    source: str
    peer: str = ""
    login: str | None = None


@dataclass(frozen=True)
class Vouching:
    """Whose word counts, by the way a mail came in.

    mailboxes: by host and user of the mailbox, in lower case, else `trust`. relays: our own mail
    servers, as clients of our SMTP listener. own_check: whether we check ourselves.
    """

    trust: Trust = NOBODY
    mailboxes: Mapping[tuple[str, str], Trust] = field(default_factory=dict)
    relays: tuple[Network, ...] = _LOOPBACK
    own_check: bool = False

    def trust_on(self, way: Way) -> Trust:
        """Return whose headers count on a mail that came this way."""
        if way.source == "imap":
            return self.mailboxes.get((way.peer.lower(), (way.login or "").lower()), self.trust)
        return self.trust


def vouch(headers: Headers, author: Address | None, way: Way, vouching: Vouching) -> Judgement:
    """Return what is held of a sender before we check anything ourselves.

    headers: all of the mail, in order. author: the one sender, None where there is not one.
    """
    if author is None:
        return NO_AUTHOR
    if way.source == "smtp" and way.login:
        if canonical(way.login) == author.canonical:
            return Judgement(Authenticity.PASS, f"signed in on our listener as {way.login}")
        reason = f"signed in on our listener as {way.login}, which is not the address in From"
        return Judgement(Authenticity.NONE, reason)
    trust = vouching.trust_on(way)
    if way.source == "smtp" and trust.anybody and not _is_in(way.peer, vouching.relays):
        reason = f"{way.peer} is none of our own servers, so that no Authentication-Results counts"
        return Judgement(Authenticity.NONE, reason)
    return judge(headers, trust, author)


def wants_own_check(judgement: Judgement, author: Address | None, vouching: Vouching) -> bool:
    """Say whether we check ourselves: where it is switched on and nothing is known yet."""
    return vouching.own_check and author is not None and judgement.authenticity is Authenticity.NONE


def both(first: Judgement, checked: Judgement) -> Judgement:
    """Return the judgement of our own check, with what was found before it."""
    reason = f"{checked.reason}; {first.reason}"
    return Judgement(checked.authenticity, reason, first.ignored)


def told(judgement: Judgement) -> str:
    """Return the reason with all that was ignored, for people, on one line."""
    return "; ".join((judgement.reason, *judgement.ignored))[:MAX_TOLD]


def is_direct(way: Way, vouching: Vouching) -> bool:
    """Say whether the client of our SMTP listener was the sender's own server: SPF is about him."""
    return way.source == "smtp" and bool(way.peer) and not _is_in(way.peer, vouching.relays)


def _is_in(peer: str, relays: tuple[Network, ...]) -> bool:
    """Say whether a client is one of our own servers; one without an address is of this machine."""
    return not peer or is_in(peer, relays)
