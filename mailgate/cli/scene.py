"""What `mailgate explain` can lean on: a configuration and a database, or either missing.

Unlike other commands it goes without: what is not there is not known, and it says so. A
configuration that is there and wrong is a fault all the same.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path

import click
from sqlalchemy.engine import make_url
from sqlmodel import Session

from mailgate.cli.desk import CLOCK
from mailgate.clock import Now, system_now
from mailgate.config import find, load
from mailgate.config.configuration import Configuration
from mailgate.daemon import wiring
from mailgate.replies.templates import Letters
from mailgate.store.database import Database
from mailgate.tickets.office import Office
from mailgate.verification.check import OwnCheck


@dataclass(frozen=True)
class Scene:
    """What is there.

    office: None without a configuration; database: None without a store; check: our own of
    senders, None where it is off.
    """

    office: Office | None = None
    database: Database | None = None
    now: Now = system_now
    check: OwnCheck | None = None

    @property
    def zone(self) -> tzinfo:
        """The zone in which times without an offset are meant."""
        return self.office.directory.postmaster.calendar.timezone if self.office else UTC

    @contextmanager
    def reading(self) -> Iterator[Session | None]:
        """Give a session that only reads, None without a database."""
        if self.database is None:
            yield None
            return
        with self.database.reading() as session:
            yield session


@contextmanager
def found(path: Path | None) -> Iterator[Scene]:
    """Give what is there. path: of the configuration, as given by `-c`. Raises Faults."""
    named = path is not None or bool(os.environ.get("MAILGATE_CONFIG"))
    if not named and not find(None).exists():
        yield Scene()
        return
    configuration = load(path, lent=False)
    database = _database(configuration)
    if database is None:
        office = _office_without_store(configuration)
        yield Scene(office, check=configuration.authentication.own_check())
        return
    try:
        clock = os.environ.get(CLOCK)
        now = wiring.clock_of(database, Path(clock) if clock else None)
        office = wiring.make_office(configuration, database)
        yield Scene(office, database, now, configuration.authentication.own_check())
    finally:
        database.dispose()


def _database(configuration: Configuration) -> Database | None:
    url = make_url(configuration.store_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return None  # opening it would make it
    try:
        return wiring.open_store(configuration, make=False)
    except wiring.CannotStartError as error:
        click.echo(f"warning: explained without the database: {error}", err=True)
        return None


def _office_without_store(configuration: Configuration) -> Office:
    return Office(
        centre=configuration.name,
        domain=configuration.domain,
        instance="",
        subject_tag=configuration.subject_tag,
        keys=configuration.keys,
        directory=configuration.directory,
        letters=Letters(configuration.templates),
        limits=configuration.limits,
        vouching=configuration.authentication.vouching,
    )
