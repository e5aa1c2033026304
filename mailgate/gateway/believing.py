"""How far the sender of a mail is believed: found out before the transaction in which it counts.

What a login or our servers' headers say needs nothing but the mail. Our own check asks name
servers, and so is made by the spine alone, never within a transaction; when it cannot be made,
nobody is held responsible for that: the sender is neither proven nor refused.
"""

from collections.abc import Callable, Iterator
from typing import Protocol

from mailgate.intake.spool import Claimed
from mailgate.message import vouching
from mailgate.message.address import Address
from mailgate.message.authenticity import Judgement
from mailgate.message.message import Message
from mailgate.message.vouching import Way
from mailgate.tickets.office import Office
from mailgate.verification.client import Client

Chunks = Callable[[], Iterator[bytes]]


class Check(Protocol):
    """Our own check of a sender."""

    max_bytes: int

    def judge(self, author: Address, client: Client | None, octets: bytes | None) -> Judgement:
        """Return what SPF, DKIM and DMARC come to.

        client: who handed the mail to us, None where that was no server of the sender's. octets:
        the whole mail, None where it is larger than max_bytes.
        """


def way_of(claimed: Claimed) -> Way:
    """Return how a mail came in."""
    return Way(claimed.arrival.source, claimed.arrival.peer, claimed.arrival.login)


def vouched_for(office: Office, message: Message, claimed: Claimed) -> Judgement:
    """Return what is held of a sender by what the mail brought along; nobody is asked."""
    return vouching.vouch(message.headers, message.author, way_of(claimed), office.vouching)


def believe(
    office: Office, message: Message, claimed: Claimed, check: Check | None, chunks: Chunks
) -> Judgement:
    """Return what is held of a sender, by our own check too, where it is switched on and needed."""
    judgement = vouched_for(office, message, claimed)
    author = message.author
    if check is None or author is None:
        return judgement
    if not vouching.wants_own_check(judgement, author, office.vouching):
        return judgement
    client = None
    if vouching.is_direct(way_of(claimed), office.vouching):
        arrival = claimed.arrival
        client = Client(arrival.peer, arrival.helo, arrival.envelope.mail_from or "")
    is_whole = claimed.arrival.whole_size is None and claimed.size <= check.max_bytes
    octets = b"".join(chunks()) if is_whole else None
    return vouching.both(judgement, check.judge(author, client, octets))
