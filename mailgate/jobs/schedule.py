"""SPINE 3: which job is due, and which daemon of several runs it.

Promises that each due slot of a job is run by one daemon: inserting the run's row decides who.
A slot that was missed is caught up once, not as often as it was missed; one whose runner died
is taken over when its lease has run out. A job that fails is recorded, logged, and runs again in
its next slot; the others go on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Index, Text, UniqueConstraint, delete, func, select, update
from sqlmodel import Field, Session, SQLModel, col

from mailgate.clock import Now
from mailgate.jobs import events
from mailgate.store.database import Database, insert_once

_LEASE = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class JobRun(SQLModel, table=True):
    """One run of a job. slot: when it was due; next_slot: when it is due again."""

    __tablename__ = "job_run"
    __table_args__ = (
        UniqueConstraint("job", "slot"),
        Index("ix_job_run_finished_at", "finished_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    job: str
    slot: datetime
    next_slot: datetime
    runner: str
    lease_until: datetime
    started_at: datetime
    finished_at: datetime | None = None
    error: str | None = Field(default=None, sa_type=Text)


@dataclass(frozen=True)
class Job:
    """Something that is done by the clock; run is idempotent and is given the present time.

    slots: from when the present slot is, and the next, where these are not evenly spaced.
    """

    name: str
    every: timedelta
    run: Callable[[datetime], None]
    slots: Callable[[datetime], tuple[datetime, datetime]] | None = None


@dataclass(frozen=True)
class JobListed:
    """What is known of a job. last_error: of its latest run that failed, and when that was."""

    job: str
    last_run: datetime
    finished: bool
    next_run: datetime
    last_error: str | None
    last_error_at: datetime | None


class Schedule:
    """The jobs, as this daemon sees them. runner: names it, the same after a restart."""

    def __init__(self, database: Database, jobs: Sequence[Job], runner: str, now: Now) -> None:
        self._database = database
        self._jobs = tuple(jobs)
        self._runner = runner
        self._now = now
        # Slots known to be settled or in other hands until then, so that a tick costs nothing.
        self._nothing_before: dict[str, datetime] = {}

    def release_all(self) -> int:
        """Let what this daemon was running when it died be taken over at once; return how many."""
        with self._database.writing() as session:
            changed: Any = session.execute(
                update(JobRun)
                .where(col(JobRun.finished_at).is_(None), col(JobRun.runner) == self._runner)
                .values(lease_until=_EPOCH)
            )
            return int(changed.rowcount)

    def step(self) -> bool:
        """Run one job that is due; say whether one was."""
        for job in self._jobs:
            run_id = self._claim(job)
            if run_id is not None:
                self._run(job, run_id)
                return True
        return False

    def _claim(self, job: Job) -> int | None:
        now = self._now()
        slot, after = _slots_of(job, now)
        settled_until = self._nothing_before.get(job.name)
        # A clock that was set back is believed: then nothing is known of the slots before.
        if settled_until is not None and settled_until - job.every <= now < settled_until:
            return None
        with self._database.writing() as session:
            other = _running(session, job.name, now)
            if other is not None:
                self._nothing_before[job.name] = min(other, after)
                return None
            self._nothing_before[job.name] = after
            return _claim_slot(session, job, (slot, after), self._runner, now)

    def _run(self, job: Job, run_id: int) -> None:
        error = None
        try:
            job.run(self._now())
        except Exception as raised:  # noqa: BLE001 - the one place that holds a failed job
            error = f"{type(raised).__name__}: {raised}"[:2000]
            events.job_failed(job.name, raised)
        with self._database.writing() as session:
            session.execute(
                update(JobRun)
                .where(col(JobRun.id) == run_id, col(JobRun.runner) == self._runner)
                .values(finished_at=self._now(), error=error)
            )


def slot_of(every: timedelta, now: datetime) -> datetime:
    """Return the latest moment, not after now, at which a job of this interval is due.

    Slots count from 1970 in UTC, so that all daemons agree on them whenever they were started.
    """
    return _EPOCH + (now - _EPOCH) // every * every


def daily(hour: time, zone: tzinfo) -> Callable[[datetime], tuple[datetime, datetime]]:
    """Return the slots of a job that is due each day at an hour of a zone."""

    def slots(now: datetime) -> tuple[datetime, datetime]:
        today = datetime.combine(now.astimezone(zone).date(), hour, zone)
        day = timedelta(days=1)
        # Local dates are counted, so that the hour stays the same when clocks are changed.
        first = today if today <= now else today - day
        return first.astimezone(UTC), (first + day).astimezone(UTC)

    return slots


def _slots_of(job: Job, now: datetime) -> tuple[datetime, datetime]:
    if job.slots is not None:
        return job.slots(now)
    slot = slot_of(job.every, now)
    return slot, slot + job.every


def _running(session: Session, job: str, now: datetime) -> datetime | None:
    """Return until when another run of this job holds its lease, None if there is none."""
    statement = select(func.max(col(JobRun.lease_until))).where(
        col(JobRun.job) == job, col(JobRun.finished_at).is_(None), col(JobRun.lease_until) > now
    )
    until: datetime | None = session.execute(statement).scalar_one()
    return until


def _claim_slot(
    session: Session, job: Job, slots: tuple[datetime, datetime], runner: str, now: datetime
) -> int | None:
    """Return the id of the run that is now ours, None where the slot is another's or done."""
    ours = {"runner": runner, "lease_until": now + _LEASE, "started_at": now}
    slot, after = slots
    row = {"job": job.name, "slot": slot, "next_slot": after, **ours}
    this_slot = (col(JobRun.job) == job.name) & (col(JobRun.slot) == slot)
    if not insert_once(session, JobRun, row):
        abandoned = col(JobRun.finished_at).is_(None) & (col(JobRun.lease_until) <= now)
        changed: Any = session.execute(update(JobRun).where(this_slot, abandoned).values(ours))
        if changed.rowcount != 1:
            return None
    return int(session.execute(select(col(JobRun.id)).where(this_slot)).scalar_one())


def listing(session: Session) -> list[JobListed]:
    """Return each job that ever ran: its last run, its next, its last error."""
    jobs: dict[str, JobListed] = {}
    latest = select(func.max(col(JobRun.id))).group_by(col(JobRun.job))
    failed = latest.where(col(JobRun.error).is_not(None))
    errors = {
        run.job: run
        for run in session.execute(select(JobRun).where(col(JobRun.id).in_(failed))).scalars()
    }
    for run in session.execute(select(JobRun).where(col(JobRun.id).in_(latest))).scalars():
        error = errors.get(run.job)
        jobs[run.job] = JobListed(
            job=run.job,
            last_run=run.started_at,
            finished=run.finished_at is not None,
            next_run=run.next_slot,
            last_error=error.error if error else None,
            last_error_at=error.started_at if error else None,
        )
    return [jobs[name] for name in sorted(jobs)]


def forget_runs(session: Session, before: datetime) -> int:
    """Forget runs that were due before; the latest of each job stays. Return how many."""
    latest = select(func.max(col(JobRun.id))).group_by(col(JobRun.job))
    changed: Any = session.execute(
        delete(JobRun).where(col(JobRun.slot) < before, col(JobRun.id).not_in(latest))
    )
    return int(changed.rowcount)


def ticks(wake: Callable[[], None], every: timedelta) -> BackgroundScheduler:
    """Return a scheduler, not yet started, that calls `wake` at this interval in its own thread.

    It only says "look at the database": a tick that comes late is made up for once, and none is
    ever dropped (APScheduler's defaults drop what is more than a second late).
    """
    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.add_job(
        wake,
        "interval",
        seconds=every.total_seconds(),
        coalesce=True,
        misfire_grace_time=None,
        max_instances=1,
    )
    return scheduler
