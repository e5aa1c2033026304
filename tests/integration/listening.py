"""A listener with a store of its own to speak to: in this process, or in one of its own.

Only the store is played: everything from the socket to `accept` is the real thing.
"""

import asyncio
import contextlib
import itertools
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mailgate.intake.content import Content
from mailgate.intake.events import Events
from mailgate.intake.listener import Listener, ListenerLimits, ListenerSettings
from mailgate.intake.reception import Reception
from mailgate.intake.spool import Arrival

OURS = "@ours.example"


def knows(address: str) -> bool:
    """Say that everybody at ours.example is known but nobody@, and the postmaster."""
    lowered = address.lower()
    if lowered == "broken@ours.example":
        raise RuntimeError("the directory is on fire at /var/lib/secret")
    local, _, domain = lowered.rpartition("@")
    plain = bool(local) and not local.startswith("nobody") and "%" not in local and '"' not in local
    return lowered == "postmaster" or (domain == OURS[1:] and plain)


@dataclass
class Recorder(Events):
    """Keeps events instead of logging them."""

    faults: list[BaseException] = field(default_factory=list)
    told: list[tuple[str, str, str]] = field(default_factory=list)

    def accepted(self, spool_id: int, source: str, size: int, recipients: int) -> None:
        """Pass over it: the store knows."""

    def refused(self, source: str, peer: str, reply: bytes) -> None:
        """Pass over it: the client knows."""

    def too_fast(self, source: str, peer: str, who: str) -> None:
        """Keep who was put off."""
        self.told.append((source, peer, who))

    def fault(self, where: str, error: BaseException) -> None:
        """Keep a fault of ours."""
        self.faults.append(error)


@dataclass
class Store:
    """Stands for the spool: keeps what was accepted in a list."""

    messages: list[tuple[Arrival, bytes]] = field(default_factory=list)
    fails: BaseException | None = None
    gate: threading.Event | None = None
    entered: threading.Event = field(default_factory=threading.Event)

    def accept(self, arrival: Arrival, content: Content) -> int:
        """Take a message, or fail as told."""
        self.entered.set()
        if self.gate is not None:
            self.gate.wait(20)
        if self.fails is not None:
            raise self.fails
        self.messages.append((arrival, b"".join(content.chunks())))
        return len(self.messages)


class Running:
    """An event loop in a thread of its own, for tests that speak to it as clients."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def do(self, coroutine: Any) -> Any:
        """Run a coroutine there and return its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    def close(self) -> None:
        """Stop the loop."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


@dataclass
class House:
    """A running listener with its store."""

    listener: Listener
    store: Store
    events: Recorder
    running: Running

    def drain(self) -> None:
        """Let everybody out."""
        self.running.do(self.listener.drain())


async def _started(make: Callable[[], Any]) -> Any:
    started = make()
    await started.start()
    return started


@contextlib.contextmanager
def house(
    directory: Path,
    settings: ListenerSettings,
    store: Store | None = None,
    room: Callable[[], bool] = lambda: True,
    sockets: Sequence[socket.socket] = (),
) -> Iterator[House]:
    """Run a listener in this process."""
    store, events, running = store or Store(), Recorder(), Running()
    reception = Reception(
        store.accept, knows, lambda: datetime.now(UTC), directory, room=room, events=events
    )
    listener = running.do(
        _started(lambda: Listener(settings, reception, "mx.ours.example", sockets))
    )
    try:
        yield House(listener, store, events, running)
    finally:
        running.do(listener.drain())
        reception.close()
        running.close()


# A daemon of its own process: what it takes of memory is its own. ------------------------------


class Daemon:
    """The other process, as the test sees it. Stored messages lie in `directory`."""

    def __init__(self, directory: Path, **limits: int) -> None:
        self.directory = directory
        self._process = subprocess.Popen(
            [sys.executable, "-m", __spec__.name, str(directory), json.dumps(limits)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        ports = json.loads(self._process.stdout.readline())
        self.smtp: int = ports["smtp"]
        self.lmtp: int = ports["lmtp"]

    def memory(self) -> int:
        """Return its resident memory now, in octets."""
        return self._figure("VmRSS")

    def forget_peak(self) -> None:
        """Begin anew with the highest memory it had."""
        Path(f"/proc/{self._process.pid}/clear_refs").write_text("5")

    def peak(self) -> int:
        """Return the highest resident memory it had since, in octets."""
        return self._figure("VmHWM")

    def cpu_seconds(self) -> float:
        """Return what it has used of the processor."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stored(self) -> list[Path]:
        """Return the files of the messages it accepted."""
        return sorted(self.directory.glob("stored-*"))

    def close(self) -> None:
        """End it and wait for it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    def _figure(self, name: str) -> int:
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith(name))
        return int(line.split()[1]) * 1024


async def _serve(directory: Path, limits: ListenerLimits) -> None:
    numbers = itertools.count(1)

    def accept(arrival: Arrival, content: Content) -> int:
        number = next(numbers)
        with (directory / f"part-{number}").open("wb") as file:
            for chunk in content.chunks():
                file.write(chunk)
        (directory / f"part-{number}").rename(directory / f"stored-{number:06}")
        return number

    reception = Reception(accept, knows, lambda: datetime.now(UTC), directory, events=Recorder())
    smtp = Listener(ListenerSettings("smtp", "127.0.0.1", 0, limits), reception)
    lmtp = Listener(ListenerSettings("lmtp", "127.0.0.1", 0, limits), reception)
    await smtp.start()
    await lmtp.start()
    print(json.dumps({"smtp": smtp.port, "lmtp": lmtp.port}), flush=True)  # noqa: T201 - to the test
    await asyncio.to_thread(sys.stdin.read)
    await smtp.drain()
    await lmtp.drain()
    reception.close()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), ListenerLimits(**json.loads(sys.argv[2]))))
