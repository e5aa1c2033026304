"""Tickets taken by telephone, until their requester confirms them by mail.

Works in the caller's transaction. A word of his confirms one; agents are told of what nobody has
confirmed by the end of the next business day.
"""

from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import Field, Session, SQLModel, col

from mailgate import hours
from mailgate.replies.templates import Event
from mailgate.store.database import insert_once
from mailgate.tickets import entries, notices
from mailgate.tickets.model import Entry, Ticket
from mailgate.tickets.office import Office


class ToConfirm(SQLModel, table=True):
    """A ticket to be confirmed until then."""

    __tablename__ = "to_confirm"

    ticket_id: int = Field(primary_key=True, foreign_key="ticket.id")
    until: datetime = Field(index=True)


def expect(session: Session, office: Office, ticket: Ticket, now: datetime) -> None:
    """Wait for the requester's word until the end of the next business day."""
    until = hours.business_days_after(now, 1, office.department_of(ticket).calendar)
    insert_once(session, ToConfirm, {"ticket_id": ticket.id, "until": until})


def confirm(session: Session, ticket: Ticket, now: datetime) -> None:
    """Note that the requester has written, where his word was waited for."""
    waits = delete(ToConfirm).where(col(ToConfirm.ticket_id) == ticket.id)
    if session.connection().execute(waits).rowcount:
        entries.add_event(session, ticket, "confirmed", "the requester has written", now)


def due(session: Session, now: datetime) -> list[int]:
    """Return the ids of tickets that should have been confirmed by now."""
    over = select(col(ToConfirm.ticket_id)).where(col(ToConfirm.until) <= now)
    return list(session.execute(over.order_by(col(ToConfirm.ticket_id))).scalars())


def give_up(session: Session, office: Office, ticket: Ticket, now: datetime) -> Entry | None:
    """Tell agents that nobody has confirmed a ticket; None where somebody did meanwhile."""
    waits = delete(ToConfirm).where(
        col(ToConfirm.ticket_id) == ticket.id, col(ToConfirm.until) <= now
    )
    if not session.connection().execute(waits).rowcount:
        return None
    text = "taken by telephone, and not confirmed by its requester"
    entry = entries.add_event(session, ticket, "unconfirmed", text, now)
    notices.tell(session, office, ticket, entry, Event.UNCONFIRMED, now)
    return entry
