import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session

from mailgate.store import database as store
from mailgate.store.blobs import Blob
from mailgate.store.database import (
    Database,
    DatabaseGoneError,
    DatabaseRefusedError,
    insert_once,
    serialize,
)
from mailgate.tickets.model import Person, PersonAddress

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
BLOB = {"sha256": "a" * 64, "size": 0, "stored_at": NOW}


def blobs_in(session: Session) -> int:
    """Count them."""
    return session.execute(select(func.count()).select_from(Blob)).scalar_one()


def count(database: Database) -> int:
    """Count blobs as another session sees them."""
    with database.reading() as session:
        return blobs_in(session)


@pytest.mark.one_database
def test_every_connection_of_sqlite_is_durable(database):
    """WAL, synchronous=FULL and foreign keys hold on each connection, readers' and writers'."""
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
    with database.reading() as first, database.reading() as second, database.writing() as third:
        for session in (first, second, third):
            for pragma, value in wanted.items():
                assert session.execute(text(f"PRAGMA {pragma}")).scalar_one() == value


@pytest.mark.parametrize(
    ("pragma", "broken", "named"),
    [
        ("PRAGMA journal_mode=WAL", "PRAGMA journal_mode=DELETE", "journal_mode=delete"),
        ("PRAGMA synchronous=FULL", "PRAGMA synchronous=NORMAL", "synchronous=1"),
        ("PRAGMA foreign_keys=ON", "PRAGMA foreign_keys=OFF", "foreign_keys=0"),
    ],
)
def test_sqlite_that_cannot_be_durable_is_refused(tmp_path, pragma, broken, named):
    """Where a setting does not take, the message names it and says what to do."""

    class Stubborn:
        def __init__(self, connection):
            self._connection = connection

        def execute(self, statement):
            return self._connection.execute(broken if statement == pragma else statement)

    with (
        closing(sqlite3.connect(tmp_path / "x.db")) as connection,
        pytest.raises(DatabaseRefusedError, match=named) as refusal,
    ):
        store._set_sqlite_pragmas(Stubborn(connection))
    assert "keep the database on a local file system" in str(refusal.value)


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_postgresql_that_loses_at_a_power_cut_is_refused(setting):
    """With fsync or full_page_writes off, PostgreSQL is refused, with the line to write instead."""

    class Cursor:
        def __enter__(self):
            return self

        def __exit__(self, *error):
            pass

        def execute(self, statement, parameters=()):
            self.asked = parameters

        def fetchone(self):
            return ("off" if self.asked == (setting,) else "on",)

    class Connection:
        cursor = Cursor

    with pytest.raises(DatabaseRefusedError, match=f"set {setting} = on in postgresql.conf"):
        store._set_postgresql_options(Connection())


def test_nobody_waits_for_ever_for_a_lock_of_postgresql(postgres, postgres_template, monkeypatch):
    """A table that somebody has locked is a temporary refusal, as a locked SQLite is."""
    monkeypatch.setattr(store, "_BUSY_MILLISECONDS", 100)
    url = postgres.create(template=postgres_template)
    database, other = Database(url), Database(url)
    with other.writing() as session:
        session.execute(text("LOCK TABLE blob IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(OperationalError, match="lock timeout"), database.writing() as waiting:
            waiting.execute(text("SET LOCAL statement_timeout = '30s'"))
            insert_once(waiting, Blob, BLOB)
    assert count(database) == 0
    for each in (database, other):
        each.dispose()
    postgres.drop(url)


def test_a_dead_line_to_postgresql_is_noticed(postgres):
    """A server that has gone without a word is given up in two minutes, not in two hours."""
    url = postgres.create()
    database = Database(url)
    with database.engine.connect() as connection:
        parameters = connection.connection.driver_connection.info.get_parameters()
    database.dispose()
    postgres.drop(url)
    idle, interval, probes = (
        int(parameters[f"keepalives_{name}"]) for name in ("idle", "interval", "count")
    )
    assert idle + interval * probes <= 120
    assert int(parameters["tcp_user_timeout"]) <= 120_000


def test_postgresql_commits_on_disk_and_speaks_utc(postgres):
    """Whatever the server's defaults, a session of ours waits for the disk, and times are UTC."""
    url = postgres.create()
    database = Database(url)
    with database.engine.begin() as connection:
        name = url.rsplit("/", 1)[1]
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    database.dispose()
    with database.engine.connect() as connection:
        shown = {
            name: connection.execute(text(f"SHOW {name}")).scalar_one()
            for name in ("synchronous_commit", "timezone")
        }
    database.dispose()
    postgres.drop(url)
    assert shown == {"synchronous_commit": "on", "timezone": "UTC"}


def test_insert_once_says_whether_it_inserted(database):
    """True the first time and False the second, for keys of every kind, and one row is there."""
    with database.writing() as session:
        person = Person(created_at=NOW)
        session.add(person)
        session.flush()
        address = {"person_id": person.id, "address": "anna@example.net"}
        for table, values in ((Blob, BLOB), (PersonAddress, address)):
            assert [insert_once(session, table, values) for _ in range(3)] == [True, False, False]
            assert session.execute(select(func.count()).select_from(table)).scalar_one() == 1


def test_what_is_written_is_there_after_and_not_before(database):
    """A writing session commits at its end; nobody sees its rows earlier."""
    with database.writing() as session:
        insert_once(session, Blob, BLOB)
        assert count(database) == 0
        assert blobs_in(session) == 1

    assert count(database) == 1


def test_an_exception_rolls_back(database):
    """Whatever leaves a writing session with an exception has written nothing."""
    with pytest.raises(LookupError), database.writing() as session:
        insert_once(session, Blob, BLOB)
        raise LookupError

    assert count(database) == 0


def test_a_rehearsal_is_seen_by_itself_alone(database):
    """Rehearsing, one reads one's own writes, and afterwards nothing was written."""
    with database.rehearsing() as session:
        insert_once(session, Blob, BLOB)
        assert blobs_in(session) == 1

    assert count(database) == 0


@pytest.mark.one_database
def test_writers_on_sqlite_take_turns(database):
    """A writer begins before another's end only to wait for it, and then reads what it wrote."""
    began, seen = threading.Event(), []

    def second() -> None:
        began.set()
        with database.writing() as session:
            seen.append(blobs_in(session))

    thread = threading.Thread(target=second)
    with database.writing() as session:
        thread.start()
        began.wait()
        insert_once(session, Blob, BLOB)
        assert seen == []
    thread.join()

    assert seen == [1]


@pytest.mark.one_database
def test_a_writer_on_sqlite_holds_the_lock_from_its_start(database, tmp_path):
    """BEGIN IMMEDIATE: another process cannot write between our first read and our first write."""
    with database.writing() as session:
        blobs_in(session)
        with (
            closing(sqlite3.connect(tmp_path / "mailgate.db", timeout=0)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("BEGIN IMMEDIATE")


@pytest.mark.one_database
def test_a_reader_on_sqlite_sees_one_moment(database):
    """What is committed while a session reads does not change what it reads."""
    with database.reading() as session:
        assert blobs_in(session) == 0
        with database.writing() as writer:
            insert_once(writer, Blob, BLOB)
        assert blobs_in(session) == 0

    assert count(database) == 1


@pytest.mark.one_database
def test_who_writes_nothing_opens_nothing(database, tmp_path):
    """A session that was not used needs no file, whatever became of it."""
    with database.writing():
        pass
    (tmp_path / "mailgate.db").unlink()
    with database.writing():
        pass


@pytest.mark.one_database
def test_a_removed_file_takes_no_mail(database, tmp_path):
    """What is committed to a file that was removed or replaced would be lost; it is refused."""
    file, aside = tmp_path / "mailgate.db", tmp_path / "aside.db"
    with database.writing() as session:
        insert_once(session, Blob, BLOB)
    file.rename(aside)
    for put_in_place in (None, b""):
        if put_in_place is not None:
            file.write_bytes(put_in_place)
        with pytest.raises(DatabaseGoneError, match="put that file back"):  # noqa: SIM117
            with database.writing() as session:
                insert_once(session, Blob, {**BLOB, "sha256": "b" * 64})
    aside.rename(file)
    with database.writing() as session:
        insert_once(session, Blob, {**BLOB, "sha256": "c" * 64})

    assert count(database) == 2


def test_a_row_that_names_nothing_is_refused(database):
    """Foreign keys are kept by both databases."""
    row = {"person_id": 404, "address": "nobody@example.net"}

    with pytest.raises(IntegrityError), database.writing() as session:
        insert_once(session, PersonAddress, row)


def test_transactions_that_name_one_key_follow_each_other(database):
    """The second gets its turn when the first has committed, and sees what that wrote."""
    seen, asked = [], threading.Event()

    def second() -> None:
        with database.writing() as session:
            asked.set()
            serialize(session, "from:anna@example.net")
            seen.append(blobs_in(session))

    thread = threading.Thread(target=second)
    with database.writing() as session:
        serialize(session, "from:anna@example.net")
        thread.start()
        if not database.is_sqlite:  # where the second waits before it has begun
            asked.wait()
        insert_once(session, Blob, BLOB)
        assert seen == []
    thread.join()

    assert seen == [1]


def test_other_keys_do_not_wait(postgres, postgres_template):
    """On PostgreSQL two transactions that name different keys are open at once."""
    url = postgres.create(template=postgres_template)
    database = Database(url)
    with database.writing() as first, database.writing() as second:
        serialize(first, "one")
        serialize(second, "another")
    database.dispose()
    postgres.drop(url)


def test_an_error_of_the_database_does_not_quote_what_was_written(database):
    """A mail's words and addresses do not get into the log by way of an exception."""
    with pytest.raises(IntegrityError) as error, database.writing() as session:
        session.execute(PersonAddress.__table__.insert(), {"person_id": 4, "address": "secret@x"})

    assert "secret@x" not in str(error.value)
