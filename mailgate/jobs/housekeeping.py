"""Forgetting what has had its time: job runs, outgoing mail, the ledger of automatic mail.

Promises that nothing a customer sent is ever removed here, nor any word of a ticket: an outgoing
mail's text stays in the ticket's entry, only the copy as it was sent goes; held mail whose end was
announced is put away as an operator does it. Deletes a few rows a transaction, so that mail coming
in never waits long for the database.
"""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, exists, select, text
from sqlmodel import Session, col

from mailgate.intake.spool import Spool
from mailgate.jobs import events, held_digest
from mailgate.jobs.schedule import Job, forget_runs
from mailgate.outbox.mail import OutboxMail, State
from mailgate.store import blobs
from mailgate.store.blobs import Blob
from mailgate.store.database import Database
from mailgate.tickets.model import Attachment, Entry

EVERY = timedelta(hours=6)
_ROWS_AT_ONCE = 50
_SETTLED = (State.DELIVERED, State.REFUSED, State.CANCELLED)


@dataclass(frozen=True)
class Keep:
    """How long things are kept after they were settled."""

    job_runs: timedelta = timedelta(days=30)
    outgoing: timedelta = timedelta(days=90)
    ledger: timedelta = timedelta(days=40)


def housekeeping(
    database: Database,
    forget_ledger: Callable[[Session, datetime], object],
    keep: Keep,
    alive: Callable[[], None] = lambda: None,
) -> Job:
    """Return the job that forgets.

    forget_ledger: forgets automatic mail sent before then. alive: called every few rows, for a
    watchdog.
    """

    def run(now: datetime) -> None:
        with database.writing() as session:
            runs = forget_runs(session, now - keep.job_runs)
            forget_ledger(session, now - keep.ledger)
            put_away = held_digest.put_away(session, now)
        events.forgotten("job runs", runs)
        events.forgotten("held mail", put_away)
        events.forgotten("outgoing mail", forget_outgoing(database, now - keep.outgoing, alive))
        tidy(database)

    return Job("housekeeping", EVERY, run)


def forget_outgoing(
    database: Database, before: datetime, alive: Callable[[], None] = lambda: None
) -> int:
    """Forget mail whose sending was settled before; return how many rows.

    Walks up from the oldest row, so that what is younger costs nothing.
    """
    forgotten, last_id = 0, 0
    while True:
        alive()
        with database.writing() as session:
            oldest = session.execute(_OLDEST, {"last_id": last_id}).all()
            old = [row for row in oldest if row.created_at < before]
            forgotten += _forget(session, [row for row in old if _is_over(row, before)])
        if len(old) < _ROWS_AT_ONCE:
            return forgotten
        last_id = old[-1].id


def tidy(database: Database) -> None:
    """Let SQLite refresh its statistics and shorten its log; PostgreSQL does so by itself."""
    if database.is_sqlite:
        # It writes what it found, so that it takes its turn among the writers.
        with database.writing() as session:
            session.execute(text("PRAGMA optimize"))
        # Outside of any transaction, in which SQLite refuses a checkpoint.
        with contextlib.closing(database.engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")


_OLDEST = (
    select(
        col(OutboxMail.id),
        col(OutboxMail.created_at),
        col(OutboxMail.settled_at),
        col(OutboxMail.body_sha256),
    )
    .where(col(OutboxMail.id) > bindparam("last_id"))
    .order_by(col(OutboxMail.id))
    .limit(_ROWS_AT_ONCE)
)


def _is_over(row: Any, before: datetime) -> bool:
    return row.settled_at is not None and row.settled_at < before


def _forget(session: Session, rows: Sequence[Any]) -> int:
    ids = [row.id for row in rows]
    # Asked again here: an operator may have made one of them due meanwhile.
    session.execute(
        delete(OutboxMail).where(col(OutboxMail.id).in_(ids), col(OutboxMail.state).in_(_SETTLED))
    )
    bodies = {row.body_sha256 for row in rows}
    unused = select(col(Blob.sha256)).where(col(Blob.sha256).in_(bodies), ~_is_used())
    for sha256 in session.execute(unused).scalars().all():
        blobs.forget(session, sha256)
    return len(rows)


def _is_used() -> ColumnElement[bool]:
    """Return SQL for: a mail in or out, an entry or an agent's file is this blob."""
    blob = col(Blob.sha256)
    return (
        exists().where(col(OutboxMail.body_sha256) == blob)
        | exists().where(col(Spool.sha256) == blob)
        | exists().where(col(Entry.sha256) == blob)
        | exists().where(col(Attachment.digest) == blob, col(Attachment.part).is_(None))
    )
