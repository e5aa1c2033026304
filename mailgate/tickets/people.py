"""People and their addresses: who wrote, which addresses are his, and what proved it.

Having been seen proves nothing. Addresses are compared and stored in canonical form.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, update
from sqlmodel import Session, SQLModel, col

from mailgate.message.address import Address
from mailgate.store.database import insert_once
from mailgate.tickets.model import Participant, Person, PersonAddress, Role


@dataclass(frozen=True)
class KnownAddress:
    """What is known of an address: its id, whose it is, when and by what it was proven his."""

    id: int
    person_id: int
    proven_at: datetime | None
    proven_by: str | None


_TABLE = SQLModel.metadata.tables["person_address"].c
_FIND = select(_TABLE.id, _TABLE.person_id, _TABLE.proven_at, _TABLE.proven_by).where(
    _TABLE.address == bindparam("address")
)
_NEW_PERSON = insert(SQLModel.metadata.tables["person"]).returning(col(Person.id))


def find(session: Session, address: str) -> KnownAddress | None:
    """Return what is known of an address in canonical form."""
    row = session.connection().execute(_FIND, {"address": address}).first()
    return None if row is None else KnownAddress(*row)


def token_id(session: Session, address: str) -> int:
    """Return by which id our tokens name an address in canonical form, 0 for an unknown one."""
    known = find(session, address)
    return known.id if known is not None else 0


def is_proven(session: Session, address: str) -> bool:
    """Say whether an address has been proven before to belong to who writes from it."""
    known = find(session, address)
    return known is not None and known.proven_at is not None


def meet(session: Session, who: Address, at: datetime) -> KnownAddress:
    """Return the person behind an address, made now if he is new."""
    known = find(session, who.canonical)
    if known is not None:
        return known
    new = {"name": who.name, "language": None, "created_at": at}
    person_id = session.connection().execute(_NEW_PERSON, new).scalar_one()
    values = {"person_id": person_id, "address": who.canonical}
    if not insert_once(session, PersonAddress, values):
        # Another daemon met him at the same moment; his entry stands, ours was for nothing.
        session.execute(delete(Person).where(col(Person.id) == person_id))
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
    """Make a person take part in a ticket, by that address; say whether he did not before.

    Who was only a third party becomes more than that, and stays it.
    """
    values = {
        "ticket_id": ticket_id,
        "person_id": person_id,
        "address": address,
        "role": role,
        "since": at,
    }
    if insert_once(session, Participant, values):
        return True
    if role is Role.THIRD_PARTY:
        return False
    a_third_party = (
        (col(Participant.ticket_id) == ticket_id)
        & (col(Participant.person_id) == person_id)
        & (col(Participant.role) == Role.THIRD_PARTY)
    )
    promoted = update(Participant).where(a_third_party)
    his = {"address": address, "role": role, "since": at}
    return bool(session.connection().execute(promoted.values(his)).rowcount)


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
    return addresses_by_ticket(session, [ticket_id])[ticket_id]


def addresses_by_ticket(session: Session, ticket_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """Return the same for several tickets, in one question however many they are."""
    statement = (
        select(col(Participant.ticket_id), col(PersonAddress.address))
        .join(PersonAddress, col(Participant.person_id) == col(PersonAddress.person_id))
        .where(col(Participant.ticket_id).in_(ticket_ids))
        .where(col(Participant.role) != Role.THIRD_PARTY)
    )
    found: dict[int, set[str]] = {each: set() for each in ticket_ids}
    for ticket_id, address in session.execute(statement):
        found[ticket_id].add(address)
    return {each: frozenset(addresses) for each, addresses in found.items()}
