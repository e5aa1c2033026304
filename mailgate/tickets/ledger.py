"""The ledger of automatic mail: how much of it an address, its domain and all have had.

Counted before each automatic mail and written in the same transaction, so that the limits hold
across restarts and between daemons.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, delete, func, select
from sqlmodel import Session, col

from mailgate.message.address import Address, canonical, domain_of
from mailgate.message.alignment import organisational
from mailgate.replies.acknowledge import Limits, Spent
from mailgate.store.database import insert_row
from mailgate.tickets import alarms, people
from mailgate.tickets.model import AutomaticMail, Entry, EntryKind, Ticket

ACKNOWLEDGEMENT, NOTICE, COPY = "acknowledgement", "notice", "copy"

_MOST, _CHARS = 20, 4_000
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def spent(session: Session, address: str, now: datetime) -> Spent:
    """Return what an address, its organisational domain and everyone have had of late."""
    known = {
        "address": canonical(address),
        "domain": organisational(domain_of(address)),
        "an_hour_ago": now - _HOUR,
        "a_day_ago": now - _DAY,
    }
    row = session.execute(_SPENT, known).one()
    return Spent(
        address_hour=row[0], address_day=row[1], domain_hour=row[2], installation_hour=row[3]
    )


def _count(*which: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(AutomaticMail).where(*which).scalar_subquery()


_THIS_HOUR = (col(AutomaticMail.at) > bindparam("an_hour_ago")) & (
    col(AutomaticMail.kind) == ACKNOWLEDGEMENT
)
_HIS = col(AutomaticMail.address) == bindparam("address")
_SPENT = select(
    _count(_HIS, _THIS_HOUR),
    _count(_HIS, col(AutomaticMail.at) > bindparam("a_day_ago")),
    _count(col(AutomaticMail.domain) == bindparam("domain"), _THIS_HOUR),
    _count(_THIS_HOUR),
)


_COPIES = select(
    _count(col(AutomaticMail.at) > bindparam("since"), col(AutomaticMail.kind) == COPY)
)


def obstacle(
    session: Session, who: Address, limits: Limits, now: datetime, *, passed_on: bool
) -> str:
    """Return why an address is sent no notice now, "" where it may be.

    passed_on: it holds what a customer wrote to us. Of these all unproven addresses together have
    no more than what is acknowledged, or whoever names them in Cc would relay mail through us.
    """
    if rests(session, who.address, now):
        return "a loop is suspected, automatic mail to the address rests"
    proven = people.is_proven(session, who.canonical)
    limit = limits.proven_day if proven else limits.unproven_day
    if limit is not None and spent(session, who.address, now).address_day >= limit:
        return f"limit of {limit} automatic mails a day to one address reached"
    most = limits.installation_hour if passed_on and not proven else None
    if most is not None and session.execute(_COPIES, {"since": now - _HOUR}).scalar_one() >= most:
        return f"limit of {most} mails an hour passed on to addresses that are not proven reached"
    return ""


def write(session: Session, ticket: Ticket, address: str, kind: str, now: datetime) -> None:
    """Write an automatic mail into the ledger."""
    values = {
        "address": canonical(address),
        "domain": organisational(domain_of(address)),
        "kind": kind,
        "ticket_id": ticket.id,
        "at": now,
    }
    insert_row(session, AutomaticMail, values)


def sent_to(session: Session, address: str, since: datetime) -> list[datetime]:
    """Return when automatic mail went to an address, the last first, as far as it matters."""
    statement = (
        select(col(AutomaticMail.at))
        .where(col(AutomaticMail.address) == canonical(address), col(AutomaticMail.at) > since)
        .order_by(col(AutomaticMail.at).desc())
        .limit(_MOST)
    )
    return list(session.execute(statement).scalars())


def came_from(session: Session, person_id: int, since: datetime) -> list[tuple[datetime, str]]:
    """Return when a person's own tickets were written to, and what, the last one last."""
    statement = (
        select(col(Entry.at), func.substr(col(Entry.text), 1, _CHARS))
        .join(Ticket, col(Ticket.id) == col(Entry.ticket_id))
        .where(col(Ticket.requester_id) == person_id, col(Ticket.received_at) > since)
        .where(col(Entry.kind) == EntryKind.MESSAGE)
        .order_by(col(Entry.id).desc())
        .limit(_MOST)
    )
    return [(at, text) for at, text in reversed(session.execute(statement).all())]


def rest_of(address: str) -> str:
    """Return the name of the alarm while which an address has no automatic mail."""
    return f"loop:{canonical(address)}"


def rests(session: Session, address: str, now: datetime) -> bool:
    """Say whether an address has no automatic mail for now, because a loop was suspected."""
    return alarms.lasts_until(session, rest_of(address), now) is not None


def forget(session: Session, before: datetime) -> None:
    """Drop what is older than any limit looks back."""
    session.execute(delete(AutomaticMail).where(col(AutomaticMail.at) < before))
