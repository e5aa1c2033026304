"""Floods in the spool: how much one sender sent of late, and what of it is held as one group.

Counts no further than it is asked to, by an index, however much there is. A group is let in or
put away at once, in the caller's transaction; octets are never changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select, update
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from mailgate.intake.model import Spool, SpoolResult, State
from mailgate.message.address import canonical

CAUSE = "flood"
WINDOW = timedelta(hours=1)
_MAX_ADDRESS = 320


@dataclass(frozen=True)
class Group:
    """The mails of one sender that are held together. first_at, last_at: when they came in."""

    sender: str
    count: int
    first_at: datetime
    last_at: datetime


def name_of(address: str) -> str:
    """Return an address as it is counted by: canonical, and no longer than an address can be."""
    return canonical(address)[:_MAX_ADDRESS]


@dataclass(frozen=True)
class Counted:
    """Which mails are counted: of an hour around `at`, but not the one that is looked at.

    Those that came later and were faster count, too. most: where counting ends. believed: how
    far their senders were, so that nobody forges away what another may send.
    """

    at: datetime
    most: int
    but: int
    believed: Sequence[str]


def by_author(session: Session, author: str, which: Counted) -> int:
    """Return how many mails of an address in From asked for a new ticket."""
    return _lately(session, _OF_AUTHOR, name_of(author), which)


def by_envelope(session: Session, sender_key: str, which: Counted) -> int:
    """Return the same of an envelope sender, as spool.sender_key_of names it."""
    return _lately(session, _OF_ENVELOPE, sender_key, which)


def _lately(session: Session, statement: Select[Any], his: str, which: Counted) -> int:
    known = {
        "his": his,
        "since": which.at - WINDOW,
        "until": which.at + WINDOW,
        "but": which.but,
        "most": which.most,
        "believed": list(which.believed),
    }
    return len(session.execute(statement, known).all())


def _asked(whose: Mapped[Any]) -> Select[Any]:
    # Those held as part of a flood count too: it ends when he has kept to his measure for an hour.
    asked = or_(col(SpoolResult.verdict) == "open", col(SpoolResult.cause) == CAUSE)
    received_at = col(Spool.received_at)
    return (
        select(col(Spool.id))
        .join(SpoolResult, col(SpoolResult.spool_id) == col(Spool.id))
        .where(whose == bindparam("his"), asked, col(Spool.id) != bindparam("but"))
        .where(received_at > bindparam("since"), received_at < bindparam("until"))
        .where(col(Spool.authenticity).in_(bindparam("believed", expanding=True)))
        .distinct()
        .limit(bindparam("most"))
    )


# Made once: each mail that asks for a ticket asks both.
_OF_AUTHOR = _asked(col(Spool.author))
_OF_ENVELOPE = _asked(col(Spool.sender_key))


def groups(session: Session) -> list[Group]:
    """Return the groups that are held, the largest first."""
    its = (
        select(
            col(Spool.flood_of),
            func.count(),
            func.min(col(Spool.received_at)),
            func.max(col(Spool.received_at)),
        )
        .where(_IS_HELD)
        .group_by(col(Spool.flood_of))
        .order_by(func.count().desc(), col(Spool.flood_of))
    )
    return [Group(*row) for row in session.execute(its)]


_IS_HELD = (
    (col(Spool.state) == State.HELD)
    & (col(Spool.cause) == CAUSE)
    & col(Spool.flood_of).is_not(None)
)


def release(session: Session, sender: str) -> int:
    """Let all held mails of a sender in, each as a new ticket; return how many."""
    return _change(
        session,
        sender,
        state=State.NEW,
        cause=None,
        release_to=0,
        attempts=0,
        next_try_at=None,
        last_error=None,
        finished_at=None,
    )


def put_away(session: Session, sender: str, why: str) -> int:
    """Put all held mails of a sender away with a reason; rows and octets stay. Return how many."""
    return _change(session, sender, state=State.DELETED, why=why)


def _change(session: Session, sender: str, **values: Any) -> int:
    of_his = _IS_HELD & (col(Spool.flood_of) == name_of(sender))
    changed: Any = session.execute(
        update(Spool).where(of_his).values(values).execution_options(synchronize_session=False)
    )
    return int(changed.rowcount)


def duplicates(session: Session, message_id: str, ticket: int, most: int) -> int:
    """Return how many mails of that Message-ID were recorded as duplicates in that ticket.

    Counts no further than `most`.
    """
    its = (
        select(col(SpoolResult.id))
        .join(Spool, col(Spool.id) == col(SpoolResult.spool_id))
        .where(
            col(SpoolResult.ticket) == ticket,
            col(SpoolResult.verdict) == "duplicate",
            col(Spool.message_id) == message_id[:512],
        )
        .limit(most)
    )
    return len(session.execute(its).all())
