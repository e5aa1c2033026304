"""The daily digest of held mail to the admin, and forgetting what it announced.

Promises that held mail is kept for 90 days at least, and that none is put away by time alone
unless a digest had said so a week before. Where nobody gets the digest, nothing is put away. The
digest itself goes out once a day, whatever daemon sends it, and not at all while nothing is held.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select, update
from sqlmodel import Session, col

from mailgate.intake.held import HeldAnnounced
from mailgate.intake.spool import Spool, State
from mailgate.jobs.schedule import Job, daily
from mailgate.replies.lines import HeldMail
from mailgate.replies.templates import Event, Facts
from mailgate.store.database import Database, insert_once
from mailgate.tickets import alarms
from mailgate.tickets.office import Office

EVERY = timedelta(days=1)
KEPT = timedelta(days=90)
WARNING = timedelta(days=7)
_MAX_LINES = 500
_SINCE: ColumnElement[datetime] = func.coalesce(col(Spool.finished_at), col(Spool.received_at))
_HELD = (
    select(
        col(Spool.id),
        col(Spool.flood_of),
        col(Spool.cause),
        func.coalesce(col(Spool.author), col(Spool.mail_from), "").label("sender"),
        _SINCE.label("since"),
    )
    .where(col(Spool.state) == State.HELD)
    .order_by(_SINCE, col(Spool.id))
)


@dataclass(frozen=True)
class _Line:
    """A mail, or a flood of them, on one line of the digest."""

    ids: Sequence[int]
    held: HeldMail


def held_digest(database: Database, office: Office, hour: time) -> Job:
    """Return the job that tells the admin once a day what waits for a decision."""
    zone = office.directory.postmaster.calendar.timezone

    def run(now: datetime) -> None:
        with database.writing() as session:
            tell(session, office, now)

    return Job("held-digest", EVERY, run, daily(hour, zone))


def tell(session: Session, office: Office, now: datetime) -> bool:
    """Put the digest of the day in the outbox; say False where there is none to be sent."""
    department = office.directory.postmaster
    zone = ZoneInfo(str(department.calendar.timezone))
    lines = _lines(session.execute(_HELD).all(), now, zone)
    if not lines:
        return False
    named = lines[:_MAX_LINES]
    facts = Facts(
        number="",
        tag="",
        subject=None,
        department=department.name,
        timezone=zone,
        centre=office.centre,
        held=tuple(each.held for each in named),
        held_more=sum(len(each.ids) for each in lines[_MAX_LINES:]),
    )
    letter = office.letters.render(Event.HELD_DIGEST, department.language, facts)
    nonce = f"held-{now.astimezone(zone).date()}"
    if not alarms.write_to_admin(session, office, letter, nonce, department.language, now):
        return False
    for line in named:
        if line.held.delete_on is not None:
            for spool_id in line.ids:
                insert_once(session, HeldAnnounced, {"spool_id": spool_id, "at": now})
    return True


def put_away(session: Session, now: datetime) -> int:
    """Delete held mail whose time is over and that was announced a week ago; return how many.

    As when an operator does it: the row stays listed with its reason, and the octets stay.
    """
    announced = select(col(HeldAnnounced.spool_id)).where(col(HeldAnnounced.at) <= now - WARNING)
    over = (
        update(Spool)
        .where(col(Spool.state) == State.HELD, now - KEPT >= _SINCE)
        .where(col(Spool.id).in_(announced))
        .values(state=State.DELETED, why=f"held for {KEPT.days} days, and announced a week before")
        .execution_options(synchronize_session=False)
    )
    changed: Any = session.execute(over)
    return int(changed.rowcount)


def _lines(rows: Sequence[Any], now: datetime, zone: ZoneInfo) -> list[_Line]:
    """Return a line a mail, the oldest first; a flood of one sender takes one."""
    groups: dict[object, list[Any]] = {}
    for row in rows:
        groups.setdefault(row.flood_of or row.id, []).append(row)
    return [_line(group, now, zone) for group in groups.values()]


def _line(group: Sequence[Any], now: datetime, zone: ZoneInfo) -> _Line:
    first = group[0]
    cause = first.cause or ""
    if len(group) > 1:
        cause = f"{cause} ({len(group)} ×)"
    delete_on = _delete_on(first.since, now, zone)
    held = HeldMail(first.id, first.since, cause, first.sender, delete_on)
    return _Line([each.id for each in group], held)


def _delete_on(since: datetime, now: datetime, zone: ZoneInfo) -> date | None:
    """Return the day on which a mail will be deleted, None where that is far off.

    Never sooner than a week after it is announced.
    """
    if since + KEPT - WARNING > now:
        return None
    return max(since + KEPT, now + WARNING).astimezone(zone).date()
