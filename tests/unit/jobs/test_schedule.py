import threading
from datetime import UTC, datetime, timedelta

import pytest

from mailgate.jobs import schedule
from mailgate.jobs.schedule import Job, Schedule
from mailgate.store.database import Database
from tests.servers import wait_for

HOUR = timedelta(hours=1)
NINE = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.at = NINE

    def __call__(self) -> datetime:
        """Return the time."""
        return self.at


class Killed(BaseException):
    """Stands for SIGKILL."""


def job(runs: list[datetime], name: str = "job", every: timedelta = HOUR) -> Job:
    """Return a job that writes down when it ran."""
    return Job(name, every, runs.append)


def work_off(*schedules: Schedule) -> int:
    """Step until none of them finds a job due; return how many runs there were."""
    runs = 0
    while any(each.step() for each in schedules):
        runs += 1
        assert runs < 100
    return runs


@pytest.mark.parametrize(
    ("every", "now", "slot"),
    [
        (HOUR, NINE, NINE),
        (HOUR, NINE + timedelta(minutes=59, seconds=59), NINE),
        (timedelta(minutes=1), NINE + timedelta(seconds=61), NINE + timedelta(minutes=1)),
        (timedelta(days=1), NINE, NINE.replace(hour=0)),
        (HOUR, datetime(1969, 12, 31, 23, 30, tzinfo=UTC), datetime(1969, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_slots_are_the_same_for_all_daemons(
    every: timedelta, now: datetime, slot: datetime
) -> None:
    """A slot follows from the interval and the time alone."""
    assert schedule.slot_of(every, now) == slot


def test_a_job_runs_once_in_each_slot(database: Database) -> None:
    """However often it is asked, and with the present time."""
    clock, runs = Clock(), list[datetime]()
    daemon = Schedule(database, [job(runs)], "one", clock)
    assert (work_off(daemon), work_off(daemon)) == (1, 0)
    clock.at += timedelta(minutes=30)
    assert work_off(daemon) == 0
    clock.at += timedelta(minutes=40)
    assert work_off(daemon) == 1
    assert runs == [NINE, NINE + timedelta(minutes=70)]


def test_two_daemons_share_the_slots(database: Database) -> None:
    """One of them runs each slot, also after a restart of either."""
    clock, runs = Clock(), list[datetime]()
    both = [Schedule(database, [job(runs)], name, clock) for name in ("one", "two")]
    for _ in range(5):
        work_off(*both)
        work_off(Schedule(database, [job(runs)], "one", clock))
        clock.at += HOUR
    assert runs == [NINE + n * HOUR for n in range(5)]


def test_of_two_daemons_that_look_at_once_one_runs(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though neither saw the other, the row that was inserted first decides."""
    clock, runs = Clock(), list[datetime]()
    monkeypatch.setattr(schedule, "_running", lambda *_: None)
    other = Schedule(database, [job(runs)], "two", clock)

    def meanwhile(now: datetime) -> None:
        runs.append(now)
        assert not other.step()

    assert Schedule(database, [Job("job", HOUR, meanwhile)], "one", clock).step()
    assert runs == [NINE]


def test_what_was_missed_is_caught_up_once(database: Database) -> None:
    """After a week's rest a job runs one time, not 168 times."""
    clock, runs = Clock(), list[datetime]()
    daemon = Schedule(database, [job(runs)], "one", clock)
    work_off(daemon)
    clock.at += timedelta(days=7)
    assert work_off(daemon) == 1


def test_jobs_do_not_stop_each_other(database: Database) -> None:
    """One that raises is recorded with its error, runs again in its next slot, and the rest run."""
    clock, runs = Clock(), list[datetime]()

    def broken(_now: datetime) -> None:
        raise KeyError("no such ticket")

    daemon = Schedule(database, [Job("broken", HOUR, broken), job(runs)], "one", clock)
    assert work_off(daemon) == 2
    clock.at += HOUR
    assert work_off(daemon) == 2
    assert len(runs) == 2
    with database.reading() as session:
        bad, good = schedule.listing(session)
    assert (bad.job, bad.last_run, bad.last_error) == (
        "broken",
        NINE + HOUR,
        "KeyError: 'no such ticket'",
    )
    assert (good.job, good.finished, good.next_run, good.last_error) == (
        "job",
        True,
        NINE + 2 * HOUR,
        None,
    )


def killed_in_its_job(database: Database, clock: Clock, name: str = "one") -> None:
    """Start a daemon and kill it while its job runs."""

    def kill(_now: datetime) -> None:
        raise Killed

    with pytest.raises(Killed):
        Schedule(database, [Job("job", HOUR, kill)], name, clock).step()


def test_a_slot_whose_runner_died_is_taken_over(database: Database) -> None:
    """Not before its lease has run out, for it may be alive; then once."""
    clock, runs = Clock(), list[datetime]()
    killed_in_its_job(database, clock)
    other = Schedule(database, [job(runs)], "two", clock)
    clock.at += timedelta(minutes=14)
    assert work_off(other) == 0
    clock.at += timedelta(minutes=2)
    assert (work_off(other), work_off(other)) == (1, 0)


def test_a_restarted_daemon_takes_its_own_slot_up_at_once(database: Database) -> None:
    """release_all() at its start frees what it was running, and nobody else's."""
    clock, runs = Clock(), list[datetime]()
    killed_in_its_job(database, clock)
    assert Schedule(database, [job(runs)], "two", clock).release_all() == 0
    restarted = Schedule(database, [job(runs)], "one", clock)
    assert restarted.release_all() == 1
    assert work_off(restarted) == 1


def test_a_job_that_still_runs_elsewhere_is_not_started_beside_it(database: Database) -> None:
    """The next slot waits for a runner of the slot before, as long as its lease lasts."""
    clock, runs = Clock(), list[datetime]()
    clock.at = NINE + timedelta(minutes=55)
    killed_in_its_job(database, clock)
    other = Schedule(database, [job(runs)], "two", clock)
    clock.at = NINE + timedelta(minutes=65)
    assert work_off(other) == 0
    clock.at = NINE + timedelta(minutes=71)
    assert work_off(other) == 1


def test_a_clock_that_was_set_back_is_believed(database: Database) -> None:
    """A slot that was never run runs, though a later one did."""
    clock, runs = Clock(), list[datetime]()
    daemon = Schedule(database, [job(runs)], "one", clock)
    work_off(daemon)
    clock.at = NINE - timedelta(days=1)
    assert work_off(daemon) == 1


def test_old_runs_are_forgotten_but_the_last_of_each_job(database: Database) -> None:
    """What `mailgate jobs` shows stays, however old it is."""
    clock, runs = Clock(), list[datetime]()
    daemon = Schedule(database, [job(runs, "hourly"), job(runs, "once")], "one", clock)
    work_off(daemon)
    hourly = Schedule(database, [job(runs, "hourly")], "one", clock)
    for _ in range(3):
        clock.at += HOUR
        work_off(hourly)
    with database.writing() as session:
        assert schedule.forget_runs(session, clock.at + timedelta(days=30)) == 3
        assert [each.job for each in schedule.listing(session)] == ["hourly", "once"]
        assert schedule.listing(session)[0].last_run == clock.at


def test_ticks_are_never_dropped_for_coming_late() -> None:
    """A stall is made up for by one tick; the library's own settings would drop it."""
    scheduler = schedule.ticks(lambda: None, timedelta(seconds=5))
    (ticker,) = scheduler.get_jobs()
    scheduler.start(paused=True)
    try:
        assert (ticker.coalesce, ticker.misfire_grace_time, ticker.max_instances) == (True, None, 1)
        assert scheduler.timezone is UTC
    finally:
        scheduler.shutdown()


def test_ticks_wake() -> None:
    """The scheduler calls in its own thread, again and again, even after the call raised."""
    calls: list[str] = []

    def wake() -> None:
        calls.append(threading.current_thread().name)
        raise KeyError

    scheduler = schedule.ticks(wake, timedelta(milliseconds=5))
    scheduler.start()
    try:
        wait_for(lambda: len(calls) >= 3, "three ticks came")
    finally:
        scheduler.shutdown()
    assert threading.current_thread().name not in calls
