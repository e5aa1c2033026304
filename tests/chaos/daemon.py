"""The real daemon as a process that tests kill, stop, starve and start again."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from mailgate.config.keyfile import new_key
from tests.servers import as_child, wait_for

ROOT = Path(__file__).parents[2]
DESK = "pomoc@example.com"

CONFIG = """\
[gateway]
name = "Centrum"
domain = "support.example.com"
state = "state"

[store]
url = "{url}"

[listener.smtp]
address = "127.0.0.1:0"
max_connections = 400
max_connections_per_address = 350
max_message_size = "{largest}"

[listener.lmtp]
address = "127.0.0.1:0"
max_message_size = "{largest}"
{smarthost}
[department.help]
name = "Help"
addresses = ["{desk}"]
calendar = "always"

[calendar.always]
timezone = "Europe/Warsaw"
hours = "24/7"

[acknowledge]
unproven = "1000/hour, 1000/day"
proven = "1000/hour, 1000/day"
domain = "100000/hour"
installation = "100000/hour"

[flood]
unproven = "none"
"""

SMARTHOST = """
[smarthost]
host = "127.0.0.1"
port = {port}
"""


class Daemon:
    """A daemon with a folder, a configuration and a database of its own; not started yet."""

    def __init__(self, folder: Path, url: str = "", smarthost_port: int | None = None) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.state.mkdir(parents=True)
        self.url = url or f"sqlite:///{self.state / 'mailgate.db'}"
        self.config = folder / "mailgate.toml"
        self.ports: dict[str, int] = {}
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0
        secret = folder / "secret"
        secret.write_text(new_key("k"))
        secret.chmod(0o600)
        self.write_config(smarthost_port)

    def write_config(self, smarthost_port: int | None = None, largest: str = "26 MB") -> None:
        """Write the configuration; without a port it never sends. largest: mail it takes."""
        self.sends = smarthost_port is not None
        smarthost = SMARTHOST.format(port=smarthost_port) if self.sends else ""
        text = CONFIG.format(url=self.url, smarthost=smarthost, desk=DESK, largest=largest)
        self.config.write_text(text)
        self.config.chmod(0o600)

    @property
    def pid(self) -> int:
        """The process id while it runs."""
        assert self.process is not None
        return self.process.pid

    def start(self, breakage: str = "", wrapped: Sequence[str] = ()) -> None:
        """Start and wait until it takes mail.

        breakage: one of launch.py's, for a daemon that is broken on purpose. wrapped: a command
        line to put before.
        """
        self.launch(breakage, wrapped)
        started = wait_for(lambda: self._started() or self._ended(), "the daemon takes mail", 30)
        assert started is not True, self.log()
        self.ports = started["ports"]

    def launch(self, breakage: str = "", wrapped: Sequence[str] = ()) -> None:
        """Start and do not wait."""
        self.starts += 1
        program = ["-m", "mailgate", "-c", str(self.config), "run"]
        if breakage:
            program = [str(ROOT / "tests/chaos/launch.py"), breakage, str(self.config)]
        command = [*wrapped, sys.executable, *program]
        # By way of a pipe, as to the journal, which can go away.
        with self._log_path().open("wb") as log:
            self._journal = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=log)
        assert self._journal.stdin is not None
        with self._journal.stdin as pipe:
            self.process = subprocess.Popen(
                as_child(*command, at_death="KILL"),
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=pipe,
                stderr=pipe,
            )

    def lose_the_log(self) -> None:
        """Leave the daemon without anybody who takes its log."""
        self._journal.kill()
        self._journal.wait()

    def kill(self) -> None:
        """End it by SIGKILL."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self._journal.wait()

    def stop(self, seconds: float = 15) -> int:
        """End it by SIGTERM and return its exit code; fails when that takes too long."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            pytest.fail(
                f"the daemon did not end within {seconds} s of SIGTERM: {self.log()[-2000:]}"
            )
        self._journal.wait()
        return code

    def exit_code(self, seconds: float) -> int:
        """Return with what it ends by itself."""
        assert self.process is not None
        code = self.process.wait(seconds)
        self._journal.wait()
        return code

    def is_running(self) -> bool:
        """Say whether the process lives."""
        return self.process is not None and self.process.poll() is None

    def log(self) -> str:
        """Return everything logged, over all starts."""
        paths = sorted(self.folder.glob("log.*"))
        return "".join(path.read_text(errors="replace") for path in paths)

    def events(self, name: str) -> list[dict[str, object]]:
        """Return the logged events of that name, over all starts."""
        found = []
        for line in self.log().splitlines():
            with contextlib.suppress(ValueError):
                event = json.loads(line)
                if event.get("event") == name:
                    found.append(event)
        return found

    def assert_no_traceback(self) -> None:
        """Fail where anything in the log speaks of an error nobody expected."""
        wrong = [
            line
            for line in self.log().splitlines()
            if "Traceback" in line
            or '"exception"' in line
            or not line.startswith(("{", "warning:"))
        ]
        assert wrong == [], wrong[:3]

    def memory(self, key: str = "VmRSS") -> int:
        """Return octets of the daemon's own memory; key: of /proc/PID/status."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{key}:"))

    def forget_peak(self) -> int:
        """Let VmHWM begin anew and return the memory of this moment, in octets."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")
        return self.memory()

    def _log_path(self) -> Path:
        return self.folder / f"log.{self.starts:03}"

    def _started(self) -> dict[str, object] | None:
        for line in self._log_path().read_text(errors="replace").splitlines():
            with contextlib.suppress(ValueError):
                event = json.loads(line)
                if event.get("event") == "started":
                    return event
        return None

    def _ended(self) -> bool:
        return not self.is_running()


@contextlib.contextmanager
def daemon_in(folder: Path, url: str = "", smarthost_port: int | None = None) -> Iterator[Daemon]:
    """Give a daemon, and end it however the test ends."""
    daemon = Daemon(folder, url, smarthost_port)
    try:
        yield daemon
    finally:
        if daemon.is_running():
            daemon.kill()
