"""Who joins a ticket because a customer named him in Cc.

Works in the caller's transaction. Only an authenticated sender names anybody, and only where the
department allows it; who joins sees what comes later and nothing of what came before.
"""

from datetime import datetime

from sqlmodel import Session

from mailgate.message.address import Address
from mailgate.message.authenticity import Authenticity
from mailgate.message.message import Message, Nature
from mailgate.replies import wire
from mailgate.replies.acknowledge import reads_no_mail
from mailgate.tickets import people, service, views
from mailgate.tickets.model import Role, Ticket
from mailgate.tickets.office import Office

MOST = 20
"""How many Cc recipients a ticket gets by customers' mail; agents may add more."""

PERSONAL = (Nature.PERSON, Nature.GROUP, Nature.NO_ANSWER)
"""What somebody wrote himself."""


def join_copied(
    session: Session,
    office: Office,
    ticket: Ticket,
    message: Message,
    nature: Nature,
    authenticity: Authenticity,
    now: datetime,
) -> None:
    """Let those in a mail's Cc join its ticket, if its sender may name them."""
    allowed = office.department_of(ticket).copies and nature in PERSONAL
    if not allowed or authenticity is not Authenticity.PASS or ticket.id is None:
        return
    room = MOST - len(views.copied(session, ticket.id))
    joined: list[str] = []
    for each in message.cc:
        if len(joined) < room and _may_join(office, each):
            known = people.meet(session, each, now)
            who = each.address
            if people.join(session, ticket.id, known.person_id, who, Role.CC, now):
                joined.append(who)
    if joined:
        text = f"joined as Cc of an authenticated mail: {', '.join(joined)}"
        service.record(session, ticket, "copied", text, now)


def _may_join(office: Office, who: Address) -> bool:
    """Say whether an address may be written to on another's word; agents are told anyway."""
    return (
        wire.is_writable(who.address)
        and not office.directory.is_own(who.address)
        and office.agent(who.address) is None
        and not reads_no_mail(who.address)
    )
