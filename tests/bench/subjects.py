"""The two that are compared, each as a process of its own, and what they use of the machine."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiosmtpd.controller import Controller

from tests.servers import free_port

_CONFIGURATION = """
[gateway]
name = "Centrum Wsparcia"
domain = "support.example.com"
secret_file = "secret"
postmaster_department = "dynamics"
[store]
url = "sqlite:///mailgate.db"
[listener.smtp]
address = "127.0.0.1:0"
[smarthost]
host = "127.0.0.1"
port = {sink}
[department.dynamics]
name = "DYNAMICS"
addresses = ["pomoc@example.com"]
language = "pl"
calendar = "standard"
[calendar.standard]
timezone = "Europe/Warsaw"
holidays = "PL"
hours = {{ mon-fri = "09:00-17:00" }}
after_hours = "next-business-day"
[acknowledge]
unproven = "100000/hour, 100000/day"
domain = "100000/hour"
installation = "100000/hour"
"""


@dataclass(frozen=True)
class Running:
    """A process under measurement and the port it takes mail on."""

    process: subprocess.Popen[bytes]
    port: int

    def cpu_seconds(self) -> float:
        """Return what it and its ended children have used, user and system."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        fields = stat.rpartition(")")[2].split()
        return sum(int(fields[index]) for index in (11, 12, 13, 14)) / os.sysconf("SC_CLK_TCK")

    def peak_bytes(self) -> int:
        """Return the most memory it ever had resident."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        line = next(each for each in status.splitlines() if each.startswith("VmHWM"))
        return int(line.split()[1]) * 1024


class Sink:
    """A smarthost that counts what it is handed, in this process."""

    def __init__(self) -> None:
        self.count = 0
        self._more = threading.Condition()
        self._port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self._port)

    async def handle_DATA(self, *_: object) -> str:
        """Count and accept."""
        with self._more:
            self.count += 1
            self._more.notify_all()
        return "250 2.0.0 OK"

    def wait_for(self, count: int, seconds: float) -> None:
        """Wait until so many mails have come; TimeoutError otherwise."""
        with self._more:
            if not self._more.wait_for(lambda: self.count >= count, seconds):
                raise TimeoutError(f"{self.count} of {count} acknowledgements after {seconds} s")

    @contextmanager
    def listening(self) -> Iterator[int]:
        """Listen for as long as the context lasts; gives the port."""
        self._controller.start()
        try:
            yield self._port
        finally:
            self._controller.stop()


@contextmanager
def floor(folder: Path) -> Iterator[Running]:
    """Run the floor in a folder."""
    program = [sys.executable, "-m", "tests.bench.floor", str(folder / "floor.db")]
    process = subprocess.Popen(program, stdout=subprocess.PIPE)
    try:
        assert process.stdout
        yield Running(process, int(process.stdout.readline()))
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def mailgate(folder: Path, sink_port: int) -> Iterator[Running]:
    """Run the daemon in a folder, with a smarthost on that port."""
    configuration = folder / "mailgate.toml"
    configuration.write_text(_CONFIGURATION.format(sink=sink_port), encoding="utf-8")
    secret = folder / "secret"
    secret.touch(mode=0o600)
    secret.write_text("k1 MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n", encoding="ascii")
    program = [sys.executable, "-m", "mailgate", "-c", str(configuration), "run"]
    process = subprocess.Popen(program, stderr=subprocess.PIPE)
    try:
        assert process.stderr
        yield Running(process, _port_in(process.stderr.readline()))
    finally:
        process.terminate()
        process.wait(20)


def _port_in(line: bytes) -> int:
    event = json.loads(line)
    if event.get("event") != "started":
        raise RuntimeError(f"the daemon did not start: {line!r}")
    return int(event["ports"]["smtp"])


def drain(running: Running) -> None:
    """Read the daemon's log away in the background, so that it never waits for us."""
    stream = running.process.stderr
    assert stream
    threading.Thread(target=stream.read, daemon=True).start()
