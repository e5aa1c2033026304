from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlmodel import col

from mailgate.config.configuration import Configuration
from mailgate.config.loading import load
from mailgate.daemon import wiring
from mailgate.daemon.clockwork import make_jobs
from mailgate.daemon.wiring import CannotStartError, Parts, build
from mailgate.intake import spool
from mailgate.intake.answers import NO_ROOM
from mailgate.intake.spool import Spool
from mailgate.message.address import Envelope
from mailgate.outbox.mail import OutboxMail
from mailgate.store import installation, migrate
from mailgate.store.database import Database
from mailgate.store.migrate import SchemaState
from mailgate.tickets import service, views
from mailgate.tickets.model import Ticket
from tests.unit.bureau import AGENT, DAY, HOUR, NOW, OFFICE, Gate, letter, opened, sent
from tests.unit.config.samples import SECRET, SMALLEST, guarded


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    """Give the smallest configuration, in a folder of its own."""
    guarded(tmp_path / "secret", SECRET)
    return load(guarded(tmp_path / "mailgate.toml", SMALLEST))


@pytest.fixture
def parts(configuration: Configuration) -> Iterator[Parts]:
    """Build a daemon that does not run."""
    built = build(configuration)
    yield built
    built.locks.close()


def test_a_fresh_store_is_made_and_the_daemon_is_whole(parts: Parts) -> None:
    """Four loops, a door, and an office that knows its own addresses."""
    assert [loop.name for loop in parts.loops] == ["gateway", "delivery", "jobs", "notices"]
    assert migrate.state(parts.database) is SchemaState.CURRENT
    assert parts.office.directory.is_own("HELP@example.com")


def test_without_a_smarthost_nothing_is_sent(configuration: Configuration) -> None:
    """And everything else runs."""
    built = build(replace(configuration, smarthost=None))
    assert (built.sender, built.delivery, len(built.loops)) == (None, None, 3)
    built.locks.close()


@pytest.mark.parametrize("full", ["state", "database"])
def test_a_full_disk_takes_no_mail(
    configuration: Configuration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full: str
) -> None:
    """Neither where large mail waits nor where the database is: said before it is sent."""
    places = {"state": configuration.state, "database": tmp_path / "elsewhere"}
    places["database"].mkdir()
    free = dict.fromkeys(places.values(), 1 << 40) | {places[full]: 1 << 20}
    monkeypatch.setattr("shutil.disk_usage", lambda place: SimpleNamespace(free=free[place]))
    url = f"sqlite:///{places['database'] / 'mailgate.db'}"
    built = build(replace(configuration, store_url=url))
    assert built.reception.refuses_mail() == NO_ROOM
    built.locks.close()


def refused(configuration: Configuration, clock: Path | None = None) -> CannotStartError:
    """Return why a daemon cannot be built."""
    with pytest.raises(CannotStartError) as why:
        build(configuration, clock)
    return why.value


def test_one_daemon_to_a_directory_and_to_a_database(
    parts: Parts, configuration: Configuration, tmp_path: Path
) -> None:
    """The second is to try later; also by another directory, and by another name of the file."""
    file = Path(configuration.store_url.removeprefix("sqlite:///"))
    (tmp_path / "link.db").symlink_to(file)
    for other in (
        configuration,
        replace(configuration, state=tmp_path / "other"),
        replace(
            configuration, state=tmp_path / "third", store_url=f"sqlite:///{tmp_path / 'link.db'}"
        ),
    ):
        why = refused(other)
        assert why.code == 75 and "another mailgate daemon" in str(why)


def test_a_database_may_be_called_as_the_lock_is(configuration: Configuration) -> None:
    """A daemon does not stand in its own way."""
    url = f"sqlite:///{configuration.state / 'mailgate'}"
    build(replace(configuration, store_url=url)).locks.close()


def test_the_lock_is_free_after_a_daemon_that_could_not_start(
    configuration: Configuration, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stopped it."""
    with monkeypatch.context() as patched:
        patched.setattr(wiring, "make_office", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            build(configuration)
    build(configuration).locks.close()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (SchemaState.OLDER, "run `mailgate migrate`"),
        (SchemaState.NEWER, "install that version"),
        (SchemaState.EMPTY, "no database yet"),
    ],
)
def test_a_schema_that_is_not_ours_is_refused(
    configuration: Configuration, monkeypatch: pytest.MonkeyPatch, state: SchemaState, said: str
) -> None:
    """With 78, which systemd does not restart, and what to do."""
    monkeypatch.setattr(migrate, "state", lambda _: state)
    with pytest.raises(CannotStartError, match=said) as why:
        wiring.open_store(configuration, make=False)
    assert why.value.code == 78


def test_a_database_that_is_away_is_told_without_a_password(configuration: Configuration) -> None:
    """With 69, and the reason in one line."""
    url = "postgresql+psycopg://me:topsecret@127.0.0.1:1/mailgate"
    why = refused(replace(configuration, store_url=url))
    assert why.code == 69 and "does not answer" in str(why)
    assert "topsecret" not in str(why) and "\n" not in str(why)


@pytest.mark.parametrize("found", ["a directory", "another file"])
def test_a_file_that_is_no_database_is_told_by_its_name(
    configuration: Configuration, found: str
) -> None:
    """Nobody is told to start what is a file, and nobody is left to guess which file it is."""
    file = Path(configuration.store_url.removeprefix("sqlite:///"))
    file.parent.mkdir(parents=True, exist_ok=True)
    if found == "a directory":
        file.mkdir()
    else:
        file.write_text("no database at all")
    why = refused(configuration)
    assert why.code == 69 and str(file) in str(why) and "start it" not in str(why)


def test_a_question_makes_no_directory(configuration: Configuration, tmp_path: Path) -> None:
    """What root asks before the first start leaves nothing that the daemon cannot write."""
    asked = replace(
        configuration, state=tmp_path / "new", store_url=f"sqlite:///{tmp_path / 'new' / 'm.db'}"
    )
    with pytest.raises(CannotStartError, match="no database yet"):
        wiring.open_store(asked, make=False)
    assert not (tmp_path / "new").exists()


def test_a_state_directory_that_cannot_be_written_is_told(
    configuration: Configuration, tmp_path: Path
) -> None:
    """With the key to mend."""
    (tmp_path / "file").write_text("")
    why = refused(replace(configuration, state=tmp_path / "file" / "state"))
    assert why.code == 78 and "[gateway] state" in str(why)


def test_a_clock_is_for_the_demo_alone(configuration: Configuration, tmp_path: Path) -> None:
    """No file sets the time of a real desk."""
    clock = tmp_path / "clock"
    clock.write_text("2026-11-07T10:00+01:00")
    why = refused(configuration, clock)
    assert why.code == 78 and "mailgate demo" in str(why)
    database = wiring.open_store(configuration)
    with database.writing() as session:
        installation.mark_as_demo(session)
    assert wiring.clock_of(database, clock)() == datetime(2026, 11, 7, 9, 0, tzinfo=UTC)
    database.dispose()


def test_what_an_earlier_run_left_behind_is_free_again(configuration: Configuration) -> None:
    """Mail claimed and mail leased by this daemon's name, not by another's."""
    first = build(configuration)
    gate = Gate(first.database, first.office, first.gateway.name)
    owner = (configuration.state / "daemon.id").read_text().strip()
    help_ = ("help@example.com",)
    gate.receive(letter(), recipients=help_)
    mine, other = (gate.accept(letter(), recipients=help_) for _ in range(2))
    with first.database.writing() as session:
        for spool_id, name in ((mine, owner), (other, "another")):
            row = session.get_one(Spool, spool_id)
            row.state, row.claimed_by, row.claimed_until = "claimed", name, NOW + 999 * DAY
        mail = session.get_one(OutboxMail, 1)
        mail.state, mail.leased_by, mail.leased_until = "leased", owner, NOW + 999 * DAY
    first.locks.close()
    second = build(configuration)
    with second.database.reading() as session:
        assert session.get_one(Spool, mine).state == "new"
        assert session.get_one(Spool, other).state == "claimed"
        assert session.get_one(OutboxMail, 1).state == "due"
    second.locks.close()


def test_accepting_is_committed_and_wakes_the_gateway(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this order."""
    seen: list[int] = []

    def woken() -> None:
        with parts.database.reading() as session:
            seen.append(spool.waiting(session))

    monkeypatch.setattr(parts.gateway, "wake", woken)
    arrival = spool.Arrival("smtp", Envelope("", ("help@example.com",)), NOW)
    accept = wiring._accepting(parts.database, parts.gateway)
    accept(arrival, Gate.octets(letter()))  # type: ignore[arg-type]
    assert seen == [1]


def run_jobs(database: Database, at: datetime) -> None:
    """Run the jobs of tickets once."""
    for job in make_jobs(database, OFFICE)[:2]:
        job.run(at)


@pytest.mark.parametrize(
    ("at", "status"),
    [
        (datetime(2026, 11, 5, 22, 59, tzinfo=UTC), "on-hold"),
        (datetime(2026, 11, 5, 23, 0, tzinfo=UTC), "open"),
        (datetime(2026, 11, 9, 0, 0, tzinfo=UTC), "open"),
    ],
)
def test_a_hold_ends_with_its_day_at_the_desk(
    database: Database, at: datetime, status: str
) -> None:
    """At midnight where the department is."""
    with database.writing() as session:
        ticket, _ = opened(session)
        service.hold(session, OFFICE, ticket, AGENT, date(2026, 11, 6), NOW)
    for _ in range(2):
        run_jobs(database, at)
    with database.reading() as session:
        assert views.by_id(session, ticket.id or 0).status == status


def test_a_resolved_ticket_is_closed_when_its_time_has_come(database: Database) -> None:
    """Once, with one notice."""
    with database.writing() as session:
        ticket, _ = opened(session)
        service.resolve(session, OFFICE, ticket, AGENT, "", NOW)
        ticket.close_at = NOW + HOUR
    for later, status in ((0, "resolved"), (1, "closed"), (2, "closed")):
        run_jobs(database, NOW + later * HOUR)
        with database.reading() as session:
            assert views.by_id(session, ticket.id or 0).status == status
    with database.reading() as session:
        closed = col(OutboxMail.event) == "closed"
        assert len(sent(session, closed)) == 1


@pytest.mark.parametrize("job", [0, 1], ids=["hold", "resolved"])
def test_what_was_put_off_meanwhile_is_left_alone(database: Database, job: int) -> None:
    """A new date, set between the question what is due and the act, counts."""
    with database.writing() as session:
        ticket, _ = opened(session)
        if job == 0:
            service.hold(session, OFFICE, ticket, AGENT, NOW.date(), NOW)
        else:
            service.resolve(session, OFFICE, ticket, AGENT, "", NOW)
            ticket.close_at = NOW
    status = ticket.status

    def put_off() -> None:
        with database.writing() as session:
            changed = session.get_one(Ticket, ticket.id)
            if job == 0:
                changed.hold_until = NOW.date() + timedelta(days=9)
            else:
                changed.close_at = NOW + 9 * DAY

    late = _Late(database, put_off)
    make_jobs(late, OFFICE)[job].run(NOW)  # type: ignore[arg-type]
    with database.reading() as session:
        assert views.by_id(session, ticket.id or 0).status == status


class _Late:
    """A database on which something else happens before the first write."""

    def __init__(self, database: Database, before) -> None:
        self._database = database
        self._before = before

    @property
    def reading(self):
        return self._database.reading

    @property
    def writing(self):
        self._before()
        return self._database.writing
