"""People and their addresses: who wrote, which addresses are his, and what proved it.

Having been seen proves nothing. Addresses are compared and stored in canonical form.
"""

from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from mailgate.message.address import Address
from mailgate.store.database import insert_once
from mailgate.tickets.model import Participant, Person, PersonAddress, Role

_BY_ADDRESS = select(PersonAddress).where(col(PersonAddress.address) == bindparam("address"))


def find(session: Session, address: str) -> PersonAddress | None:
    """Return what is known of an address in canonical form."""
    return session.execute(_BY_ADDRESS, {"address": address}).scalars().first()


def is_proven(session: Session, address: str) -> bool:
    """Say whether an address has been proven before to belong to who writes from it."""
    known = find(session, address)
    return known is not None and known.proven_at is not None


def meet(session: Session, who: Address, at: datetime) -> PersonAddress:
    """Return the person behind an address, made now if he is new."""
    known = find(session, who.canonical)
    if known is not None:
        return known
    person = Person(name=who.name, created_at=at)
    session.add(person)
    session.flush()
    values = {"person_id": person.id, "address": who.canonical}
    if not insert_once(session, PersonAddress, values):
        # Another daemon met him at the same moment; his entry stands, ours was for nothing.
        session.delete(person)
    found = find(session, who.canonical)
    if found is None:
        raise LookupError(f"{who.canonical} was stored and is not there")
    return found


def prove(session: Session, address: str, by: str, at: datetime) -> None:
    """Remember that an address was proven, by `authenticated`, `token` or `agent`."""
    session.execute(
        update(PersonAddress)
        .where(col(PersonAddress.address) == address, col(PersonAddress.proven_at).is_(None))
        .values(proven_at=at, proven_by=by)
    )


def join(
    session: Session, ticket_id: int, person_id: int, address: str, role: Role, at: datetime
) -> bool:
    """Make a person take part in a ticket, by that address; say whether he did not before."""
    values = {
        "ticket_id": ticket_id,
        "person_id": person_id,
        "address": address,
        "role": role,
        "since": at,
    }
    return insert_once(session, Participant, values)


def participants(session: Session, ticket_id: int) -> list[Participant]:
    """Return who takes part in a ticket, the requester first."""
    statement = (
        select(Participant)
        .where(col(Participant.ticket_id) == ticket_id)
        .order_by(col(Participant.id))
    )
    return list(session.execute(statement).scalars())


def addresses_of(session: Session, ticket_id: int) -> frozenset[str]:
    """Return all known addresses, canonical, of those who take part and are shown the ticket."""
    statement = (
        select(col(PersonAddress.address))
        .join(Participant, col(Participant.person_id) == col(PersonAddress.person_id))
        .where(col(Participant.ticket_id) == ticket_id)
        .where(col(Participant.role) != Role.THIRD_PARTY)
    )
    return frozenset(session.execute(statement).scalars())
