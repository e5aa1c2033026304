"""The database: one engine, two kinds of session; SQLite and PostgreSQL differ only here.

Promises that a transaction which was committed is on disk: SQLite runs in WAL mode with
synchronous=FULL, PostgreSQL with synchronous_commit=on and fsync; where that is not so, the
database is refused at the first connection. Writers on SQLite begin IMMEDIATE, one at a time
in this process, so that a read followed by a write never fails for a lock taken in between.
"""

import errno
import random
import sqlite3
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Insert, create_engine, event, insert, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session, SQLModel

_BUSY_MILLISECONDS = 10_000
# A server that vanished without a word is given up in a minute, not after the two hours that
# TCP's own defaults come to.
_LIVE_LINE = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}


class DatabaseRefusedError(Exception):
    """The database cannot keep the promise that what is committed is on disk."""


class DatabaseGoneError(OSError):
    """The file of the database is not the one that was opened; what is written there is lost."""


class Database:
    """An engine and the two kinds of session it gives.

    url: `sqlite:////path/file.db` or `postgresql+psycopg://…`. Nothing is opened before the
    first session.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._file = _File(Path(make_url(url).database or "")) if self.is_sqlite else None
        self._engine = _sqlite_engine(url, self._file) if self._file else _postgresql_engine(url)
        self._writers = self._engine.execution_options(mailgate_writes=True)
        # SQLite's own busy handler sleeps and is unfair; a lock of ours hands over at once.
        self._turn = threading.Lock()

    @property
    def engine(self) -> Engine:
        """The engine, for migrations and tests."""
        return self._engine

    @property
    def file(self) -> Path | None:
        """Where SQLite keeps it, None on PostgreSQL."""
        return self._file.path if self._file else None

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session that may write; committed at the end, rolled back on any exception.

        DatabaseGoneError where SQLite's file was removed or replaced since it was opened.
        """
        if self._file is not None:
            with self._turn, self._session(self._writers) as session:
                yield session
                self._file.check()
        else:
            with self._session(self._writers) as session:
                yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that only reads, from one snapshot on SQLite."""
        with Session(self._engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def _session(self, engine: Engine) -> Iterator[Session]:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def dispose(self) -> None:
        """Close every connection that is not in use."""
        self._engine.dispose()


def serialize(session: Session, key: str) -> None:
    """Let transactions that name the same key run one after another.

    SQLite has one writer anyway; on PostgreSQL an advisory lock is held until the end of the
    transaction.
    """
    if session.get_bind().dialect.name == "postgresql":
        number = zlib.crc32(key.encode("utf-8", "replace"))
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


def insert_row(session: Session, model: type[SQLModel], values: dict[str, Any]) -> None:
    """Insert a row that nobody needs as an object afterwards; all its columns are given.

    Much cheaper than through the ORM, and most rows are written once and read by nobody.
    """
    session.connection().execute(_insert(model), values)


def insert_once(session: Session, model: type[SQLModel], values: dict[str, Any]) -> bool:
    """Insert a row unless a unique key of it is taken; say whether it was inserted.

    On PostgreSQL this waits for another transaction that is inserting the same key.
    """
    statement = _insert_once(model, session.get_bind().dialect.name)
    return bool(session.connection().execute(statement, values).rowcount == 1)


@cache
def _insert(model: type[SQLModel]) -> Insert:
    return insert(SQLModel.metadata.tables[str(model.__tablename__)])


@cache
def _insert_once(model: type[SQLModel], dialect: str) -> Insert:
    table = SQLModel.metadata.tables[str(model.__tablename__)]
    maker = postgresql.insert if dialect == "postgresql" else sqlite.insert
    # Without being told so, SQLAlchemy forgets how many rows PostgreSQL inserted.
    return maker(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


class _File:
    """SQLite's file. A removed one takes writes as before, and keeps none of them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opened: tuple[int, int] | None = None

    def note(self) -> None:
        """Remember which file was opened, at the first connection."""
        self._opened = self._opened or self._found()

    def check(self) -> None:
        """Raise DatabaseGoneError where a file was opened and is not there any more."""
        if self._opened is not None and self._found() != self._opened:
            raise DatabaseGoneError(
                errno.ESTALE,
                "the database was removed or replaced while in use; put that file back, "
                "or restart the daemon on the other",
                str(self.path),
            )

    def _found(self) -> tuple[int, int] | None:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino


def _sqlite_engine(url: str, file: _File) -> Engine:
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False, "isolation_level": None},
        pool_size=16,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _entry: ConnectionPoolEntry) -> None:
        _set_sqlite_pragmas(connection)
        file.note()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("mailgate_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _set_sqlite_pragmas(connection: Any) -> None:
    connection.execute(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}")
    mode = _into_wal(connection)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    synchronous = connection.execute("PRAGMA synchronous").fetchone()[0]
    foreign_keys = connection.execute("PRAGMA foreign_keys").fetchone()[0]
    if mode != "wal" or synchronous < 2 or foreign_keys != 1:
        raise DatabaseRefusedError(
            f"SQLite gives journal_mode={mode}, synchronous={synchronous}, "
            f"foreign_keys={foreign_keys}; mailgate needs wal, 2 and 1: "
            "keep the database on a local file system that SQLite can lock"
        )


def _into_wal(connection: Any) -> str:
    """Switch a connection to WAL and return the mode it is in.

    Two who switch a fresh database at the same moment stand in each other's way, and SQLite tells
    both at once that it is locked, whatever the busy timeout; one of them just has to ask again.
    """
    deadline = time.monotonic() + _BUSY_MILLISECONDS / 1000
    while True:
        try:
            return str(connection.execute("PRAGMA journal_mode=WAL").fetchone()[0])
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(random.uniform(0.001, 0.02))  # noqa: S311 - no secret, only out of step


def _postgresql_engine(url: str) -> Engine:
    engine = create_engine(
        url,
        pool_size=16,
        pool_pre_ping=True,
        connect_args=_LIVE_LINE,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _entry: ConnectionPoolEntry) -> None:
        _set_postgresql_options(connection)

    return engine


def _set_postgresql_options(connection: Any) -> None:
    with connection.cursor() as cursor:
        for setting in ("fsync", "full_page_writes"):
            cursor.execute("SELECT current_setting(%s)", (setting,))
            if cursor.fetchone()[0] != "on":
                raise DatabaseRefusedError(
                    f"PostgreSQL runs with {setting}=off, which loses mail at a power cut: "
                    f"set {setting} = on in postgresql.conf"
                )
        cursor.execute("SET synchronous_commit = on")
        cursor.execute("SET timezone = 'UTC'")
        # As long as a writer on SQLite waits: whoever sends mail is told to try again.
        cursor.execute(f"SET lock_timeout = {_BUSY_MILLISECONDS}")
    connection.commit()
