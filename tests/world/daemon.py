"""The real daemon as a process of its own, on a configuration written for one scenario."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from mailgate.config.keyfile import new_key
from tests.servers import as_child

ROOT = Path(__file__).parents[2]

DESKS: Mapping[str, Mapping[str, Any]] = {
    "dynamics": {
        "name": "DYNAMICS",
        "addresses": ["PomocDYNAMICS@example.com"],
        "language": "pl",
        "agents": ["ewa@example.com", "jan@example.com"],
        "phone": "+48 22 123 45 67",
    },
    "billing": {
        "name": "Billing",
        "addresses": ["billing@example.com"],
        "language": "en",
        "agents": ["ewa@example.com"],
    },
}

CONFIGURATION = """\
[gateway]
name = "Centrum Wsparcia Technicznego"
domain = "support.example.com"
state = "{state}"
postmaster_department = "billing"
{admin}

[store]
url = "{url}"

[listener.smtp]
address = "127.0.0.1:0"
{listener}

[listener.lmtp]
address = "127.0.0.1:{lmtp}"

[smarthost]
host = "127.0.0.1"
port = {smarthost}

{departments}
{further}
[calendar.standard]
timezone = "Europe/Warsaw"
holidays = "PL"
hours = {{ mon-fri = "09:00-17:00" }}
after_hours = "next-business-day"

[[agent]]
address = "ewa@example.com"
name = "Ewa Nowak"

[[agent]]
address = "jan@example.com"
name = "Jan Zieliński"
"""


class Daemon:
    """A daemon with a folder of its own; it starts when it is first needed.

    desks: the departments as configured, to be changed before the start. admin: who gets alarms.
    further: other tables of the configuration. listener: other keys of [listener.smtp].
    """

    def __init__(self, folder: Path, database_url: str, smarthost_port: int) -> None:
        self.folder = folder
        self.configuration = folder / "mailgate.toml"
        self.clock = folder / "clock"
        self.desks = deepcopy(dict(DESKS))
        self.admin = ""
        self.further = ""
        self.listener = ""
        self.ports: dict[str, int] = {}
        self.process: subprocess.Popen[bytes] | None = None
        self._url = database_url
        self.smarthost_port = smarthost_port
        self._logs: list[Path] = []
        folder.mkdir(exist_ok=True)
        secret = folder / "secret"
        secret.touch(mode=0o600)
        secret.write_text(new_key("k1"))

    def start(self) -> None:
        """Start and wait until it takes mail."""
        self.launch()
        deadline = time.monotonic() + 30
        while not (started := self.events("started")[self._starts_before :]):
            if not self.is_running() or time.monotonic() > deadline:
                pytest.fail(f"the daemon does not start:\n{self.tail()}")
            time.sleep(0.01)
        self.ports = started[-1]["ports"]

    def launch(self) -> subprocess.Popen[bytes]:
        """Start it and do not wait."""
        self._starts_before = len(self.events("started"))
        self.write_configuration()
        self._logs.append(self.folder / f"log.{len(self._logs)}")
        with self._logs[-1].open("wb") as log:
            self.process = subprocess.Popen(
                as_child(*self.command("run", "--clock", str(self.clock)), at_death="KILL"),
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self.process

    def write_configuration(self) -> None:
        """Write what this scenario's installation looks like."""
        tables = []
        for key, settings in self.desks.items():
            # A JSON string, number or list of them is TOML as well.
            lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
            tables.append("\n".join([f"[department.{key}]", *lines, ""]))
        text = CONFIGURATION.format(
            state=self.folder / "state",
            url=self._url,
            smarthost=self.smarthost_port,
            # Whoever delivers to us by LMTP keeps the port over a restart.
            lmtp=self.ports.get("lmtp", 0),
            departments="\n".join(tables),
            admin=f"admin = {json.dumps(self.admin)}" if self.admin else "",
            further=self.further,
            listener=self.listener,
        )
        self.configuration.write_text(text, encoding="utf-8")
        self.configuration.chmod(0o600)

    def command(self, *words: str) -> list[str]:
        """Return the command line `mailgate WORDS…` for this installation."""
        return [sys.executable, "-m", "mailgate", "-c", str(self.configuration), *words]

    def environment(self) -> dict[str, str]:
        """Return the environment for the daemon and for commands beside it."""
        return {**os.environ, "PYTHONPATH": str(ROOT), "MAILGATE_CLOCK": str(self.clock)}

    def is_running(self) -> bool:
        """Say whether the process lives."""
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """End it by SIGKILL."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        """End it by SIGTERM; fails unless that takes less than 15 s and exits with 0."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
            pytest.fail(f"the daemon did not end within 15 s of SIGTERM:\n{self.tail()}")
        assert code == 0, f"the daemon ended with {code}:\n{self.tail()}"

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return the logged events of that name, over all starts."""
        told = (json.loads(line) for line in self.log_lines() if f'"{name}"' in line)
        return [each for each in told if each.get("event") == name]

    def tail(self, lines: int = 30) -> str:
        """Return the end of the log, for the text of a failure."""
        return "\n".join(self.log_lines()[-lines:])

    def log_lines(self) -> list[str]:
        """Return every whole line logged, over all starts."""
        logs = (log.read_text(encoding="utf-8", errors="replace") for log in self._logs)
        return [line for log in logs for line in log.rpartition("\n")[0].split("\n") if line]

    def complaints(self) -> list[str]:
        """Return what the log says of errors that nobody planned, or says in another shape."""
        found = []
        for line in self.log_lines():
            try:
                event = json.loads(line)
            except ValueError:
                found.append(line)
                continue
            if event.get("level") in ("error", "critical") or event.get("exception"):
                found.append(line)
        return found
