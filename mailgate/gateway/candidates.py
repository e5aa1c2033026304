"""A ticket as the pure core sees it."""

from collections.abc import Iterable

from sqlmodel import Session

from mailgate.message.address import canonical
from mailgate.threads import Candidate
from mailgate.tickets import people
from mailgate.tickets.model import Ticket


def candidate(session: Session, ticket: Ticket) -> Candidate:
    """Return a ticket as the pure core sees it."""
    return candidates(session, [ticket])[id_of(ticket)]


def candidates(session: Session, tickets: Iterable[Ticket]) -> dict[int, Candidate]:
    """Return tickets as the pure core sees them, by their rows."""
    known = {id_of(each): each for each in tickets}
    addresses = people.addresses_by_ticket(session, known.keys()) if known else {}
    return {
        row: Candidate(
            row,
            each.number,
            each.department,
            addresses[row],
            canonical(each.requester_address),
        )
        for row, each in known.items()
    }


def id_of(ticket: Ticket) -> int:
    """Return the row of a ticket that is stored; ValueError where it is not."""
    if ticket.id is None:
        raise ValueError("the ticket is not stored")
    return ticket.id
