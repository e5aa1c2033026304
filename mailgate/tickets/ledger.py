"""The ledger of automatic mail: how much of it an address, its domain and all have had.

Counted before each automatic mail and written in the same transaction, so that the limits hold
across restarts and between daemons.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select
from sqlmodel import Session, col

from mailgate.message.address import canonical, domain_of
from mailgate.replies.acknowledge import Spent, organisational
from mailgate.tickets.model import AutomaticMail, Ticket

ACKNOWLEDGEMENT, NOTICE = "acknowledgement", "notice"

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def spent(session: Session, address: str, now: datetime) -> Spent:
    """Return what an address, its organisational domain and everyone have had of late."""
    count = select(func.count()).select_from(AutomaticMail)
    of_today = col(AutomaticMail.at) > now - _DAY
    this_hour = (col(AutomaticMail.at) > now - _HOUR) & (col(AutomaticMail.kind) == ACKNOWLEDGEMENT)
    his = col(AutomaticMail.address) == canonical(address)
    theirs = col(AutomaticMail.domain) == organisational(domain_of(address))
    row = session.execute(
        select(
            count.where(his, this_hour).scalar_subquery(),
            count.where(his, of_today).scalar_subquery(),
            count.where(theirs, this_hour).scalar_subquery(),
            count.where(this_hour).scalar_subquery(),
        )
    ).one()
    return Spent(
        address_hour=row[0], address_day=row[1], domain_hour=row[2], installation_hour=row[3]
    )


def write(session: Session, ticket: Ticket, address: str, kind: str, now: datetime) -> None:
    """Write an automatic mail into the ledger."""
    values = {
        "address": canonical(address),
        "domain": organisational(domain_of(address)),
        "kind": kind,
        "ticket_id": ticket.id,
        "at": now,
    }
    session.execute(insert(AutomaticMail), values)


def forget(session: Session, before: datetime) -> None:
    """Drop what is older than any limit looks back."""
    session.execute(delete(AutomaticMail).where(col(AutomaticMail.at) < before))
