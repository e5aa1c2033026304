"""A ticket as the pure core sees it."""

from sqlmodel import Session

from mailgate.message.address import canonical
from mailgate.threads import Candidate
from mailgate.tickets import people
from mailgate.tickets.model import Ticket


def candidate(session: Session, ticket: Ticket) -> Candidate:
    """Return a ticket as the pure core sees it."""
    addresses = people.addresses_of(session, id_of(ticket))
    requester = canonical(ticket.requester_address)
    return Candidate(id_of(ticket), ticket.number, ticket.department, addresses, requester)


def id_of(ticket: Ticket) -> int:
    """Return the row of a ticket that is stored; ValueError where it is not."""
    if ticket.id is None:
        raise ValueError("the ticket is not stored")
    return ticket.id
