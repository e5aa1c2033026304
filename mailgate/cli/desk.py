"""The installation as a command works on it: configuration, database, office and clock."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

import click

from mailgate.clock import Now
from mailgate.config import load
from mailgate.config.configuration import Configuration
from mailgate.daemon import wiring
from mailgate.departments import Agent, Department
from mailgate.store.database import Database
from mailgate.tickets.office import Office

CLOCK = "MAILGATE_CLOCK"
"""Environment variable naming the clock file of a store that the demo made, as `run --clock`."""


@dataclass(frozen=True)
class Desk:
    """What commands on tickets and mail need."""

    configuration: Configuration
    database: Database
    office: Office
    now: Now

    def zone(self, department: str | None = None) -> tzinfo:
        """Return the zone of a department, of postmaster's where it is no department."""
        directory = self.office.directory
        return directory.departments.get(department or "", directory.postmaster).calendar.timezone

    def department(self, word: str) -> Department:
        """Return the department that a word means: its key, or its name. click.BadParameter."""
        directory = self.office.directory
        found = directory.department_called(word)
        if found is not None:
            return found
        raise click.BadParameter(
            f'"{word}": no such department; write one of {", ".join(directory.departments)}'
        )

    def agent(self, word: str) -> Agent:
        """Return the agent that a word means: address, part before the @, or name.

        click.BadParameter where it means none, or several.
        """
        agents = self.office.directory.agents
        exact = self.office.agent(word)
        meant = [exact] if exact else self.office.directory.agents_called(word)
        if len(meant) == 1:
            return meant[0]
        known = ", ".join(each.address for each in meant or agents.values())
        if meant:
            raise click.BadParameter(f'"{word}" means several agents; write one of {known}')
        remedy = f"write one of {known}" if known else "add agents to the configuration"
        raise click.BadParameter(f'"{word}": no such agent; {remedy}')


@contextmanager
def opened(path: Path | None) -> Iterator[Desk]:
    """Give the desk for as long as it is needed.

    path: of the configuration, as given by `-c`. Raises Faults and CannotStartError.
    """
    configuration = load(path, lent=False)
    database = wiring.open_store(configuration, make=False)
    try:
        clock = os.environ.get(CLOCK)
        now = wiring.clock_of(database, Path(clock) if clock else None)
        yield Desk(configuration, database, wiring.make_office(configuration, database), now)
    finally:
        database.dispose()
