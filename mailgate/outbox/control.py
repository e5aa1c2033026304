"""What an operator and the ticket see of the outbox, and what an operator may do to it.

Nothing is deleted here: a mail is cancelled with a reason or tried again, and stays listed.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, column, select, table, update
from sqlmodel import Session, col

from mailgate.outbox.mail import OutboxMail, State

# Two columns of the table of tickets, which is above this layer.
_TICKET = table("ticket", column("id"), column("number"))
_HANDED_OVER = (State.DELIVERED, State.REFUSED)


@dataclass(frozen=True)
class Listed:
    """One mail of the outbox, as the commands print it; ticket: its number, "" for none."""

    id: int
    state: str
    ticket: str
    kind: str
    event: str
    recipient: str
    message_id: str
    attempts: int
    next_try_at: datetime | None
    last_error: str | None
    mail_from: str
    created_at: datetime
    settled_at: datetime | None
    why: str | None


def listing(
    session: Session, states: Collection[str] = (), ticket: int | None = None
) -> list[Listed]:
    """Return the mails of the outbox, oldest first.

    states: only these, () for all. ticket: only those of this ticket number.
    """
    statement = _listed().order_by(col(OutboxMail.id))
    if states:
        statement = statement.where(col(OutboxMail.state).in_(list(states)))
    if ticket is not None:
        statement = statement.where(_TICKET.c.number == ticket)
    return [_value(row) for row in session.execute(statement)]


def find(session: Session, mail_id: int) -> Listed | None:
    """Return one mail of the outbox, None where there is none of this id."""
    row = session.execute(_listed().where(col(OutboxMail.id) == mail_id)).one_or_none()
    return None if row is None else _value(row)


def cancel(session: Session, mail_id: int, why: str, now: datetime) -> bool:
    """Cancel a mail that is due; say False for any other, also one that is being sent."""
    return _changed(
        session, mail_id, (State.DUE,), {"state": State.CANCELLED, "why": why, "settled_at": now}
    )


def retry(session: Session, mail_id: int, now: datetime) -> bool:
    """Make a mail due at once, its five days starting anew; False if delivered or being sent."""
    return _changed(
        session,
        mail_id,
        (State.DUE, State.REFUSED, State.CANCELLED),
        {
            "state": State.DUE,
            "attempts": 0,
            "first_due_at": now,
            "next_try_at": now,
            "settled_at": None,
            "why": None,
        },
    )


def bounced(session: Session, message_id: str, recipient: str | None, reason: str) -> list[Listed]:
    """Mark delivered mails as refused after a bounce came for them; return those it was for.

    recipient: whom the report names, in any case; None where it names nobody.
    """
    return _refused(
        session,
        [
            mail
            for mail in _sent(session, col(OutboxMail.message_id) == message_id)
            if recipient is None or mail.recipient.lower() == recipient.lower()
        ],
        reason,
    )


def returned(session: Session, ticket: int, mail_from: str, reason: str) -> list[Listed]:
    """Mark delivered mails as refused after one came back to their envelope sender; return them.

    ticket: the number it was signed for. Answers of one day to one recipient share the sender,
    and a bounce that names none of them is taken to be for all.
    """
    sent = _sent(session, _TICKET.c.number == ticket)
    theirs = [mail for mail in sent if mail.mail_from.lower() == mail_from.lower()]
    return _refused(session, theirs, reason)


def _sent(session: Session, which: ColumnElement[bool]) -> list[Listed]:
    """Return mails that were handed over, also those that came back before."""
    statement = _listed().where(which, col(OutboxMail.state).in_(_HANDED_OVER))
    return [_value(row) for row in session.execute(statement.order_by(col(OutboxMail.id)))]


def _refused(session: Session, mails: list[Listed], reason: str) -> list[Listed]:
    for mail in mails:
        _changed(session, mail.id, _HANDED_OVER, {"state": State.REFUSED, "last_error": reason})
    return mails


def _changed(
    session: Session, mail_id: int, before: tuple[State, ...], values: dict[str, Any]
) -> bool:
    changed: Any = session.execute(
        update(OutboxMail)
        .where(col(OutboxMail.id) == mail_id, col(OutboxMail.state).in_(before))
        .values(values)
    )
    return bool(changed.rowcount == 1)


def _listed() -> Select[Any]:
    columns = (
        getattr(OutboxMail, name) for name in Listed.__dataclass_fields__ if name != "ticket"
    )
    return select(*columns, _TICKET.c.number).join(
        _TICKET, _TICKET.c.id == col(OutboxMail.ticket_id), isouter=True
    )


def _value(row: Any) -> Listed:
    values = dict(row._mapping)
    number = values.pop("number")
    ticket = "" if number is None else str(number)
    if values["state"] not in (State.DUE, State.LEASED):
        values["next_try_at"] = None
    return Listed(ticket=ticket, **values)
