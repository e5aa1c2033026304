"""The command line over a fresh store, as an operator calls it."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mailgate.cli import cli
from mailgate.gateway.spine import Gateway
from mailgate.intake.model import Spool
from mailgate.store.database import Database
from tests.unit.config.samples import SECRET, guarded

CONFIGURATION = """\
[gateway]
name = "Support"
domain = "support.example.com"
[store]
url = "{url}"
[smarthost]
host = "127.0.0.1"
[listener.smtp]
address = "127.0.0.1:0"
max_message_size = "1 MB"
[department.help]
name = "Help desk"
addresses = ["help@example.com"]
language = "en"
agents = ["ewa@example.com", "jan@example.com"]
[department.sales]
addresses = ["sales@example.com"]
[calendar.standard]
timezone = "Europe/Warsaw"
hours = "24/7"
[[agent]]
address = "ewa@example.com"
name = "Ewa Nowak"
"""


@dataclass(frozen=True)
class CommandLine:
    """Calls mailgate with a configuration that names the test's store."""

    path: Path
    database: Database

    def __call__(self, *arguments: str, given: bytes | str = b"", **env: str) -> Result:
        """Return how a command ended. given: what it finds on standard input."""
        called = ["-c", str(self.path), *arguments]
        return CliRunner().invoke(cli, called, input=given, env=env, catch_exceptions=False)

    def told(self, *arguments: str, given: bytes | str = b"") -> Any:
        """Return what a command prints as JSON."""
        result = self(*arguments, "--json", given=given)
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    def opened(self, requester: str = "anna@example.net", *more: str) -> str:
        """Open a ticket by telephone and return its number."""
        ticket = ("--department", "help", "--requester", requester, "--text", "Printer\nis dead")
        number: str = self.told("tickets", "new", *ticket, *more)["number"]
        return number

    def accepted(self, octets: bytes, *envelope: str) -> int:
        """Take a mail in and return its spool id."""
        spool_id: int = self.told("accept", *envelope, given=octets)[0]["id"]
        return spool_id

    def work_off(self) -> None:
        """Do what the daemon would do with the mail taken in."""
        from mailgate.clock import system_now
        from mailgate.config import load
        from mailgate.daemon.wiring import make_office

        office = make_office(load(self.path), self.database)
        while Gateway(self.database, office, "test", system_now, lambda: None).step():
            pass

    def hold(self, spool_id: int) -> None:
        """Let a mail be held for a human, as after three failures of ours."""
        with self.database.writing() as session:
            row = session.get_one(Spool, spool_id)
            row.state, row.cause, row.attempts = "held", "error", 3
            session.add(row)


@pytest.fixture
def mailgate(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> CommandLine:
    """Give the command line over a fresh store of each kind."""
    for name in ("MAILGATE_CONFIG", "MAILGATE_AGENT", "MAILGATE_CLOCK", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    guarded(tmp_path / "secret", SECRET)
    path = tmp_path / "mailgate.toml"
    url = re.sub(r"\+psycopg", "", database_url)
    path.write_text(CONFIGURATION.format(url=url), encoding="utf-8")
    path.chmod(0o600)
    return CommandLine(path, database)
