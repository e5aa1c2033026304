"""The spool: mail taken in, and what became of it.

Promises that accept() returns only after the envelope and the octets are committed, as one row
per message. A row is new, claimed, done, held or deleted; nothing but housekeeping after a
deletion ever removes its octets. When something goes wrong the row stays, new or held.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import bindparam, delete, func, insert, or_, select, update
from sqlmodel import Session, SQLModel, col

from mailgate.intake.model import Spool, SpoolResult, State
from mailgate.message.address import Envelope, canonical
from mailgate.store import blobs
from mailgate.store.database import Database, insert_row

__all__ = ["Arrival", "Claimed", "Octets", "Spool", "SpoolResult", "State"]

RETRY_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class Arrival:
    """How a mail came: from where, with which envelope, and when by our clock.

    department: takes it where no address in it is ours. whole_size: octets of a mail of which
    only the headers were taken, because it is too large.
    """

    source: str
    envelope: Envelope
    received_at: datetime
    source_key: str | None = None
    peer: str = ""
    helo: str = ""
    tls: bool = False
    login: str | None = None
    department: str | None = None
    whole_size: int | None = None


class Octets(Protocol):
    """The whole of a mail as received, to be read once or more."""

    @property
    def size(self) -> int:
        """Octets in all."""

    @property
    def sha256(self) -> str:
        """Their SHA-256, hexadecimal."""

    def chunks(self) -> Iterator[bytes]:
        """Give them in order, in pieces of at most blobs.CHUNK_BYTES."""


@dataclass(frozen=True)
class Claimed:
    """A mail that is ours to work on until the claim runs out."""

    id: int
    arrival: Arrival
    sha256: str
    size: int
    attempts: int
    release_to: int | None


def accept(database: Database, arrival: Arrival, octets: Octets) -> int:
    """Make a mail durable and return its spool id; only now may its sender hear 250.

    One committed transaction (RFC 5321 §6.1). A mail with a source_key that is known gives the id
    of the first. Raises whatever the database raises; then nothing was stored.
    """
    with database.writing() as session:
        return put(session, arrival, octets)


def put(session: Session, arrival: Arrival, octets: Octets) -> int:
    """Store a mail in the caller's transaction and return its spool id, as accept() does."""
    if arrival.source_key is not None:
        known = select(col(Spool.id)).where(col(Spool.source_key) == arrival.source_key)
        spool_id = session.execute(known).scalar_one_or_none()
        if spool_id is not None:
            return int(spool_id)
    blobs.put(session, octets.sha256, octets.size, octets.chunks, arrival.received_at)
    sender_key = sender_key_of(arrival)
    row = {
        "source": arrival.source,
        "source_key": arrival.source_key,
        "received_at": arrival.received_at,
        "sha256": octets.sha256,
        "size": octets.size,
        "mail_from": arrival.envelope.mail_from,
        "recipients": list(arrival.envelope.recipients),
        "peer": arrival.peer,
        "helo": arrival.helo,
        "tls": arrival.tls,
        "login": arrival.login,
        "department": arrival.department,
        "whole_size": arrival.whole_size,
        "sender_key": sender_key,
        "turn": _next_turn(session, sender_key),
        "state": State.NEW,
        "attempts": 0,
        "message_id": "",
    }
    return int(session.execute(_INSERT, row).scalar_one())


def sender_key_of(arrival: Arrival) -> str:
    """Return by which key senders take turns: the envelope's, or the peer where that names none."""
    return canonical(arrival.envelope.mail_from or "") or f"peer:{arrival.peer}"


def _next_turn(session: Session, sender_key: str) -> int:
    """Return the turn of a sender's next mail.

    Start-time fair queueing: behind his own mails that wait, else with whoever is served next.
    """
    return int(session.execute(_TURN, {"his_key": sender_key}).scalar_one())


_WAITING = col(Spool.state) == State.NEW
_HIS_LAST = select(func.max(col(Spool.turn))).where(
    _WAITING, col(Spool.sender_key) == bindparam("his_key")
)
_AT_HEAD = select(func.min(col(Spool.turn))).where(_WAITING)
_TURN = select(func.coalesce(_HIS_LAST.scalar_subquery() + 1, _AT_HEAD.scalar_subquery(), 0))
_INSERT = insert(SQLModel.metadata.tables["spool"]).returning(col(Spool.id))


def claim(
    session: Session, owner: str, now: datetime, lease: timedelta, limit: int = 1
) -> list[Claimed]:
    """Claim the mails whose turn it is, at most `limit`.

    Senders take turns. The attempt is counted now, so that a mail which kills its reader is
    counted too; a mail that was tried before is claimed alone, so that none is blamed for
    another. A claim that has run out belongs to whoever asks.
    """
    statement = (
        select(Spool)
        .where(
            or_(
                col(Spool.state) == State.NEW,
                (col(Spool.state) == State.CLAIMED) & (col(Spool.claimed_until) < now),
            ),
            or_(col(Spool.next_try_at).is_(None), col(Spool.next_try_at) <= now),
        )
        .order_by(col(Spool.turn), col(Spool.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = list(session.execute(statement).scalars())
    tried = [index for index, row in enumerate(rows) if row.attempts]
    chosen = rows[: max(tried[0], 1)] if tried else rows
    for row in chosen:
        row.state, row.attempts = State.CLAIMED, row.attempts + 1
        row.claimed_by, row.claimed_until = owner, now + lease
    return [claimed_of(row) for row in chosen]


def claimed_of(row: Spool) -> Claimed:
    """Return a row as the value that the gateway works on."""
    arrival = Arrival(
        source=row.source,
        envelope=Envelope(row.mail_from, tuple(row.recipients)),
        received_at=row.received_at,
        source_key=row.source_key,
        peer=row.peer,
        helo=row.helo,
        tls=row.tls,
        login=row.login,
        department=row.department,
        whole_size=row.whole_size,
    )
    return Claimed(int(row.id or 0), arrival, row.sha256, row.size, row.attempts, row.release_to)


def finish(
    session: Session,
    spool_id: int,
    owner: str,
    now: datetime,
    message_id: str,
    results: Sequence[SpoolResult],
    author: str | None = None,
    flood_of: str | None = None,
    authenticity: str | None = None,
    authenticity_reason: str | None = None,
) -> bool:
    """Record what was decided and close the mail; say False where the claim was lost meanwhile.

    One held result holds the whole mail, with its cause. author, flood_of, authenticity: see
    Spool. The caller rolls back on False.
    """
    held = next((result.cause for result in results if result.verdict == "hold"), None)
    values = {
        "its_id": spool_id,
        "its_owner": owner,
        "state": State.HELD if held else State.DONE,
        "cause": held,
        "finished_at": now,
        "message_id": message_id,
        "author": author,
        "flood_of": flood_of,
        "authenticity": authenticity,
        "authenticity_reason": authenticity_reason,
    }
    changed: Any = session.execute(_FINISH, values)
    if changed.rowcount != 1:
        return False
    session.execute(_FORGET_RESULTS, {"its_id": spool_id})
    for result in results:
        result.spool_id = spool_id
        insert_row(session, SpoolResult, result.model_dump(exclude={"id"}))
    return True


_TABLE = SQLModel.metadata.tables["spool"]
_FINISH = (
    update(_TABLE)
    .where(
        _TABLE.c.id == bindparam("its_id"),
        _TABLE.c.state == State.CLAIMED,
        _TABLE.c.claimed_by == bindparam("its_owner"),
    )
    .values(claimed_by=None, claimed_until=None, release_to=None)
)
_FORGET_RESULTS = delete(SQLModel.metadata.tables["spool_result"]).where(
    col(SpoolResult.spool_id) == bindparam("its_id")
)


def put_back(session: Session, claimed: Claimed, error: str, now: datetime, tries: int) -> State:
    """Count a failure of ours: the mail is tried again a minute later, after `tries` it is held.

    Returns the state in which it now is: claimed, where another daemon has taken it over.
    """
    given_up = claimed.attempts >= tries
    # Each claim counts an attempt, so that the number tells whether this one still holds.
    is_ours = col(Spool.attempts) == claimed.attempts
    changed: Any = session.execute(
        update(Spool)
        .where(col(Spool.id) == claimed.id, col(Spool.state) == State.CLAIMED, is_ours)
        .values(
            state=State.HELD if given_up else State.NEW,
            cause="error" if given_up else None,
            claimed_by=None,
            claimed_until=None,
            next_try_at=now + RETRY_AFTER,
            last_error=error,
            finished_at=now if given_up else None,
        )
    )
    if changed.rowcount != 1:
        return State.CLAIMED
    return State.HELD if given_up else State.NEW


def release_claims(session: Session, owner: str) -> int:
    """Free what a daemon that died had claimed; return how many. Called at its next start."""
    changed: Any = session.execute(
        update(Spool)
        .where(col(Spool.state) == State.CLAIMED, col(Spool.claimed_by) == owner)
        .values(state=State.NEW, claimed_by=None, claimed_until=None)
    )
    return int(changed.rowcount)


def results_of(session: Session, spool_id: int) -> list[SpoolResult]:
    """Return what was decided on a mail, a row per department."""
    statement = (
        select(SpoolResult)
        .where(col(SpoolResult.spool_id) == spool_id)
        .order_by(col(SpoolResult.id))
    )
    return list(session.execute(statement).scalars())


def waiting(session: Session) -> int:
    """Return how many mails have been taken in and not yet worked off."""
    statement = select(func.count()).where(col(Spool.state).in_((State.NEW, State.CLAIMED)))
    return int(session.execute(statement).scalar_one())
