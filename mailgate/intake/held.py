"""What an operator does with mail taken in: find it, look at it, let it go on, put it away.

Every function works in the caller's transaction and refuses, with a sentence, what the state of
the mail does not allow. Octets are never changed; a deleted mail keeps its row and its reason.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlmodel import Field, Session, SQLModel, col

from mailgate.intake.floods import CAUSE
from mailgate.intake.spool import Spool, State
from mailgate.store.text import is_storable


class HeldAnnounced(SQLModel, table=True):
    """A held mail of which the digest said, then, that it will be deleted."""

    __tablename__ = "held_announced"

    spool_id: int = Field(primary_key=True, foreign_key="spool.id")
    at: datetime


class NotAllowedError(Exception):
    """The mail is not in a state in which this can be done; the text says what can."""


def listing(
    session: Session,
    states: Sequence[State] = (),
    newest_first: bool = True,
    limit: int = 1000,
    *,
    floods: bool = True,
) -> list[Spool]:
    """Return mails in the given states, all states if none is given.

    floods: also those that are held as part of a flood, of which there may be thousands.
    """
    statement = select(Spool)
    if not floods:
        statement = statement.where(
            or_(col(Spool.cause).is_(None), col(Spool.cause) != CAUSE, col(Spool.state) != "held")
        )
    if states:
        statement = statement.where(col(Spool.state).in_(states))
    order = col(Spool.id).desc() if newest_first else col(Spool.id)
    return list(session.execute(statement.order_by(order).limit(limit)).scalars())


def find(session: Session, key: str) -> Spool | None:
    """Return the mail with that spool id, or the newest with that Message-ID."""
    # Ten digits and more are beyond what an id can be on PostgreSQL.
    if key.isascii() and key.isdigit() and len(key) < 10:
        return session.get(Spool, int(key))
    if not is_storable(key):
        return None
    wanted = key if key.startswith("<") else f"<{key}>"
    statement = (
        select(Spool).where(col(Spool.message_id) == wanted).order_by(col(Spool.id).desc()).limit(1)
    )
    return session.execute(statement).scalars().first()


def retry(session: Session, row: Spool) -> None:
    """Send a held mail, or one that waits for its next try, through the gateway again."""
    _lock(session, row)
    if row.state not in (State.HELD, State.NEW):
        raise NotAllowedError(f"mail {row.id} is {row.state}; only held mail is tried again")
    _back_to_new(session, row)


def release(session: Session, row: Spool, ticket: int | None) -> None:
    """Let a held mail in: into the ticket of that number, or as a new one."""
    _lock(session, row)
    if row.state != State.HELD:
        raise NotAllowedError(f"mail {row.id} is {row.state}; only held mail is released")
    row.release_to = ticket or 0
    _back_to_new(session, row)


def delete(session: Session, row: Spool, why: str) -> None:
    """Put a held mail away with a reason; row and octets stay."""
    _lock(session, row)
    if row.state != State.HELD:
        raise NotAllowedError(f"mail {row.id} is {row.state}; only held mail is deleted")
    row.state, row.why = State.DELETED, why
    session.add(row)


def _lock(session: Session, row: Spool) -> None:
    """Read a row anew and keep it from changing: an operator or a daemon may have been faster."""
    session.refresh(row, with_for_update=True)


def _back_to_new(session: Session, row: Spool) -> None:
    row.state, row.cause, row.attempts = State.NEW, None, 0
    row.next_try_at, row.last_error, row.finished_at = None, None, None
    session.add(row)
