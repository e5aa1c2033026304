"""Who is sending which mail just now: lease what is due, keep the lease, settle it.

Promises that two loops never hold the same mail and that only the holder of a lease settles it.
A loop that dies leaves leases that run out; its successor of the same name frees them at once.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, assert_never

from sqlalchemy import bindparam, func, select, update
from sqlmodel import Session, SQLModel, col

from mailgate.outbox.mail import Kind, Leased, OutboxMail, State
from mailgate.outbox.outcome import Deferred, Delivered, Outcome, Refused, Unreachable
from mailgate.store import blobs


def content(session: Session, leased: Leased) -> bytes:
    """Return the whole mail as it was put in."""
    return leased.headers + blobs.get_bytes(session, leased.body_sha256)


def small_bodies(session: Session, leased: Iterable[Leased]) -> dict[str, bytes]:
    """Return the bodies that are one chunk, by digest: a batch of letters in one question."""
    digests = {each.body_sha256 for each in leased}
    statement = (
        select(_CHUNK.c.sha256, _CHUNK.c.data)
        .join(_BLOB, _BLOB.c.sha256 == _CHUNK.c.sha256)
        .where(_BLOB.c.sha256.in_(digests), _BLOB.c.size <= blobs.CHUNK_BYTES, _CHUNK.c.seq == 0)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def anything_due(session: Session, now: datetime) -> bool:
    """Say whether a lease would find something."""
    due = (col(OutboxMail.state) == State.DUE) & (col(OutboxMail.next_try_at) <= now)
    for waits in (due, _abandoned(now)):
        if session.execute(select(col(OutboxMail.id)).where(waits).limit(1)).first():
            return True
    return False


def lease(
    session: Session, owner: str, now: datetime, lease_for: timedelta, limit: int
) -> list[Leased]:
    """Lease the mails that have been due longest, at most `limit`, for whoever sends them.

    owner: names one sending loop, the same after a restart. Two loops never get the same mail; a
    lease that has run out belongs to whoever asks.
    """
    session.execute(update(OutboxMail).where(_abandoned(now)).values(_FREE))
    # As a CTE, PostgreSQL picks and locks the rows once, whatever plan it chooses for the update.
    picked = (
        select(col(OutboxMail.id))
        .where(col(OutboxMail.state) == State.DUE, col(OutboxMail.next_try_at) <= now)
        .order_by(col(OutboxMail.next_try_at), col(OutboxMail.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("picked")
    )
    statement = (
        update(OutboxMail)
        .where(col(OutboxMail.id).in_(select(picked.c.id)))
        .values(state=State.LEASED, leased_by=owner, leased_until=now + lease_for)
        .returning(*_LEASED_COLUMNS, col(OutboxMail.next_try_at))
    )
    rows = session.execute(statement).all()
    return [
        Leased(row[0], row[1], row[2], Kind(row[3]), *row[4:-1])
        for row in sorted(rows, key=lambda row: (row[-1], row[0]))
    ]


def renew(session: Session, owner: str, ids: Iterable[int], until: datetime) -> set[int]:
    """Prolong leases that are still the owner's; return which."""
    statement = (
        update(OutboxMail)
        .where(col(OutboxMail.id).in_(list(ids)), _held_by(owner))
        .values(leased_until=until)
        .returning(col(OutboxMail.id))
    )
    return set(session.execute(statement).scalars())


def release(session: Session, owner: str, ids: Iterable[int]) -> int:
    """Give back leased mails that were not tried; return how many."""
    return _freed(session, col(OutboxMail.id).in_(list(ids)) & _held_by(owner))


def release_all(session: Session, owner: str) -> int:
    """Free what a daemon that died had leased; return how many. Called at its next start.

    The mail it was just sending may reach the smarthost twice, with the same Message-ID.
    """
    return _freed(session, _held_by(owner))


def settle(
    session: Session,
    mail_id: int,
    owner: str,
    outcome: Outcome,
    now: datetime,
    next_try: datetime | None,
) -> bool:
    """Record what became of a leased mail; say False where the lease was lost meanwhile.

    next_try: when a deferred mail is tried again, None to give it up. An unreachable smarthost
    counts as no attempt.
    """
    error: str | None = None
    match outcome:
        case Delivered():
            state = State.DELIVERED
        case Refused(reason):
            state, error = State.REFUSED, reason
        case Deferred(reason) | Unreachable(reason):
            state, error = (State.DUE if next_try else State.REFUSED), reason
        case _:
            assert_never(outcome)
    values = {
        "mail_id": mail_id,
        "owner": owner,
        "new_state": state.value,
        "tries": 0 if isinstance(outcome, Unreachable) else 1,
        "due_at": next_try if state is State.DUE else None,
        "at": None if state is State.DUE else now,
        "error": error,
    }
    changed: Any = session.execute(_SETTLE, values)
    return bool(changed.rowcount == 1)


# On the hot path the table itself, which SQLAlchemy handles at a third of the model's cost.
_TABLE = SQLModel.metadata.tables["outbox"]
_BLOB = SQLModel.metadata.tables["blob"]
_CHUNK = SQLModel.metadata.tables["blob_chunk"]
_FREE: dict[str, Any] = {"state": State.DUE.value, "leased_by": None, "leased_until": None}

_SETTLE = (
    update(_TABLE)
    .where(
        _TABLE.c.id == bindparam("mail_id"),
        _TABLE.c.state == State.LEASED.value,
        _TABLE.c.leased_by == bindparam("owner"),
    )
    .values(
        state=bindparam("new_state"),
        attempts=_TABLE.c.attempts + bindparam("tries"),
        next_try_at=func.coalesce(
            bindparam("due_at", type_=_TABLE.c.next_try_at.type), _TABLE.c.next_try_at
        ),
        settled_at=bindparam("at"),
        last_error=bindparam("error"),
        leased_by=None,
        leased_until=None,
    )
)

_LEASED_COLUMNS = (
    col(OutboxMail.id),
    col(OutboxMail.ticket_id),
    col(OutboxMail.entry_id),
    col(OutboxMail.kind),
    col(OutboxMail.event),
    col(OutboxMail.recipient),
    col(OutboxMail.mail_from),
    col(OutboxMail.message_id),
    col(OutboxMail.headers),
    col(OutboxMail.body_sha256),
    col(OutboxMail.attempts),
    col(OutboxMail.first_due_at),
)


def _abandoned(now: datetime) -> Any:
    return (col(OutboxMail.state) == State.LEASED) & (col(OutboxMail.leased_until) < now)


def _held_by(owner: str) -> Any:
    return (col(OutboxMail.state) == State.LEASED) & (col(OutboxMail.leased_by) == owner)


def _freed(session: Session, which: Any) -> int:
    changed: Any = session.execute(update(OutboxMail).where(which).values(_FREE))
    return int(changed.rowcount)
