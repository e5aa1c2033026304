"""Where the demo plays: a folder, a store, a clock that can be set, and the real daemon.

The daemon and the agent's commands are processes of their own, as in every installation; what
they print is kept in the folder. Leaving the stage ends the daemon by its own process id.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from mailgate.config.keyfile import new_key
from mailgate.demo.mailserver import USER, Mailserver
from mailgate.demo.smarthost import Smarthost
from mailgate.store import installation, migrate
from mailgate.store.database import Database

Answer = TypeVar("Answer")

_PATIENCE_SECONDS = 20.0
_STOP_SECONDS = 15.0
_POLL_SECONDS = 0.02

_CONFIGURATION = """\
# The configuration of `mailgate demo`. config.example.toml explains every key there is.

[gateway]
name = "Centrum Wsparcia Technicznego"
domain = "support.example.com"

[store]
url = "sqlite:///mailgate.db"

[listener.smtp]
address = "127.0.0.1:0"               # a free port; the log says which

[smarthost]
host = "127.0.0.1"
port = {port}

[authenticity]
trusted_ids = ["mx.example.com"]      # our own mail server, which checks who sends

[department.dynamics]
name = "DYNAMICS"
addresses = ["PomocDYNAMICS@example.com"]
language = "pl"
agents = ["ewa@example.com"]
phone = "+48 22 123 45 67"

[department.billing]
name = "Billing"
addresses = ["billing@example.com"]
language = "en"
agents = ["ewa@example.com"]

[calendar.standard]
timezone = "Europe/Warsaw"
holidays = "PL"
hours = {{ mon-fri = "09:00-17:00" }}
after_hours = "next-business-day"

[[agent]]
address = "ewa@example.com"
name = "Ewa Nowak"
"""

_MAILBOX = """
[[mailbox]]
name = "accounts"
host = "127.0.0.1"
port = {port}
tls = "none"                          # allowed on loopback alone
user = "{user}"
password = {{ file = "mailbox-password" }}
department = "billing"
first = "all"
after = "move:Processed"
"""


class StageError(Exception):
    """Something on the stage does not work; the text says what."""


class Stage:
    """A folder with a configuration, a store of the demo's, a clock and a daemon."""

    def __init__(self, folder: Path, smarthost: Smarthost, mailserver: Mailserver) -> None:
        self.folder = folder
        self.configuration = folder / "mailgate.toml"
        self.smarthost = smarthost
        self.mailserver = mailserver
        self._clock = folder / "clock"
        self._log = folder / "daemon.log"
        self._daemon: subprocess.Popen[bytes] | None = None

    def build(self, at: datetime) -> None:
        """Write the configuration, make the store, mark it as the demo's, and set the clock."""
        text = _CONFIGURATION.format(port=self.smarthost.port)
        if self.mailserver.port:
            text += _MAILBOX.format(port=self.mailserver.port, user=USER)
            self._keep_secret("mailbox-password", self.mailserver.password)
        self.configuration.write_text(text, encoding="utf-8")
        self._keep_secret("secret", new_key("k1"))
        database = Database(f"sqlite:///{self.folder / 'mailgate.db'}")
        migrate.upgrade(database)
        with database.writing() as session:
            installation.mark_as_demo(session)
        database.dispose()
        self.set_clock(at)

    def set_clock(self, at: datetime) -> None:
        """Let it be that time, for the daemon and for commands."""
        fresh = self._clock.with_suffix(".new")
        fresh.write_text(at.isoformat(), encoding="ascii")
        fresh.replace(self._clock)

    def start_daemon(self) -> int:
        """Start the daemon and return the port it takes mail on."""
        with self._log.open("wb") as log:
            self._daemon = subprocess.Popen(
                [*self._mailgate(), "run", "--clock", str(self._clock)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment(),
            )
        started = self.wait_for(lambda: next(self._events("started"), None), "the daemon to start")
        return int(started["ports"]["smtp"])

    @property
    def pid(self) -> int:
        """The daemon's process id."""
        return self._daemon.pid if self._daemon else 0

    def stop_daemon(self) -> int | None:
        """End the daemon by SIGTERM; return its exit status, None where it had to be killed."""
        daemon, self._daemon = self._daemon, None
        if daemon is None:
            return 0
        if daemon.poll() is None:
            daemon.send_signal(signal.SIGTERM)
        try:
            return daemon.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()
            return None

    def command(self, *words: str) -> str:
        """Run `mailgate WORDS…` as an agent would, and return what it prints on stdout."""
        done = subprocess.run(
            [*self._mailgate(), *words],
            capture_output=True,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            said = done.stderr.decode("utf-8", "replace").strip()
            raise StageError(f"mailgate {' '.join(words)} ended with {done.returncode}: {said}")
        return done.stdout.decode("utf-8", "replace")

    def ask(self, *words: str) -> Any:
        """Run a command with --json and return what it answers."""
        return json.loads(self.command(*words, "--json"))

    def wait_for(self, question: Callable[[], Answer | None], what: str) -> Answer:
        """Return the answer to a question as soon as there is one.

        Raises StageError where the daemon has ended, or after 20 seconds.
        """
        end = time.monotonic() + _PATIENCE_SECONDS
        while not (answer := question()):
            if self._daemon is not None and self._daemon.poll() is not None:
                raise StageError(f"the daemon ended with {self._daemon.returncode}")
            if time.monotonic() > end:
                raise StageError(f"waited {_PATIENCE_SECONDS:.0f} seconds for {what}")
            time.sleep(_POLL_SECONDS)
        return answer

    def decided(self, spool_id: int) -> dict[str, Any]:
        """Wait until the daemon has decided on a mail, and return what its log says of it."""

        def found() -> dict[str, Any] | None:
            events = self._events("decided")
            return next((each for each in events if each["spool_id"] == spool_id), None)

        return self.wait_for(found, f"the daemon to decide on mail {spool_id}")

    def fetched(self) -> int:
        """Wait until the daemon has taken a mail from the mailbox, and return its spool id."""
        event = self.wait_for(
            lambda: next(self._events("mailbox-mail"), None), "the daemon to fetch the mail"
        )
        return int(event["spool_id"])

    def settled(self) -> None:
        """Wait until the daemon has written down that every letter so far was delivered."""
        letters = len(self.smarthost.letters)
        self.wait_for(
            lambda: len(list(self._events("delivery.delivered"))) >= letters,
            "the daemon to note its deliveries",
        )

    def log_tail(self, lines: int = 20) -> list[str]:
        """Return the last lines of the daemon's log."""
        return self._log_lines()[-lines:]

    def _keep_secret(self, name: str, text: str) -> None:
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="ascii")

    def _events(self, name: str) -> Iterator[dict[str, Any]]:
        for line in self._log_lines():
            if f'"{name}"' in line and line.endswith("}"):
                event: dict[str, Any] = json.loads(line)
                if event.get("event") == name:
                    yield event

    def _log_lines(self) -> list[str]:
        if not self._log.exists():
            return []
        return self._log.read_text(encoding="utf-8", errors="replace").splitlines()

    def _mailgate(self) -> list[str]:
        return [sys.executable, "-m", "mailgate", "-c", str(self.configuration)]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name != "MAILGATE_CONFIG"}
        # Not systemd's child, even where the demo is run by a unit.
        kept.pop("NOTIFY_SOCKET", None)
        return kept | {"MAILGATE_CLOCK": str(self._clock), "PYTHONUTF8": "1"}
