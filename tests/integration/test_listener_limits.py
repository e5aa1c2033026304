"""What a hostile or careless client can take from the listener: bounded, and measured."""

import contextlib
import random
import socket
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.listening import Daemon
from tests.servers import wait_for

MB = 1024 * 1024
MAX_SIZE = 26 * MB
MAX_GROWTH_ACCEPTED = 80 * MB
MAX_GROWTH_REFUSED = 5 * MB


class Client:
    """A plain SMTP client on a raw socket."""

    def __init__(self, port: int, source: str = "127.0.0.1") -> None:
        self.socket = socket.create_connection(
            ("127.0.0.1", port), timeout=30, source_address=(source, 0)
        )
        self._file = self.socket.makefile("rb")

    def reply(self) -> bytes:
        """Return the last line of the next reply, b"" where the connection ended."""
        with contextlib.suppress(ConnectionError):
            while (line := self._file.readline())[3:4] == b"-":
                pass
            return line
        return b""

    def say(self, *lines: bytes) -> bytes:
        """Send command lines and return the reply to the last."""
        self.socket.sendall(b"".join(line + b"\r\n" for line in lines))
        return [self.reply() for _ in lines][-1]

    def begin(self) -> None:
        """Go as far as DATA."""
        assert self.reply().startswith(b"220")
        envelope = (b"EHLO c", b"MAIL FROM:<a@c.example>", b"RCPT TO:<x@ours.example>")
        assert self.say(*envelope, b"DATA").startswith(b"354")

    def send(self, raw: bytes) -> bytes:
        """Send octets as they are and return the reply, also where the server hung up on them."""
        with contextlib.suppress(ConnectionError):
            self.socket.sendall(raw)
        return self.reply()

    def close(self, reset: bool = False) -> None:
        """Close the connection; with a reset, as a client that dies."""
        if reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._file.close()
        self.socket.close()


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """Give a listener in a process of its own, warmed up."""
    daemon = Daemon(tmp_path)
    client = Client(daemon.smtp)
    client.begin()
    assert client.send(b"x" * 300_000 + b"\r\n.\r\n").startswith(b"250")
    client.close()
    daemon.stored()[0].unlink()
    yield daemon
    daemon.close()


def _growth(daemon: Daemon, do: Callable[[], None]) -> int:
    """Return by how much the daemon's memory was higher at most while something was done."""
    daemon.forget_peak()
    before = daemon.memory()
    do()
    growth = daemon.peak() - before
    print(f"memory grew by {growth / MB:.1f} MB at most")  # noqa: T201 - the figure is the point
    return growth


def _other_is_served(daemon: Daemon) -> None:
    other = Client(daemon.smtp, source="127.0.0.2")
    other.begin()
    assert other.send(b"hello\r\n.\r\n").startswith(b"250")
    other.close()


SHAPES = {
    "empty lines": b"\r\n" * (MAX_SIZE // 2),
    "one line": b"x" * (MAX_SIZE - 2) + b"\r\n",
    "lines of dots": b"...\r\n" * (MAX_SIZE // 5),
    "short lines": b"a\r\n" * (MAX_SIZE // 3),
    "base64": (b"QUJD" * 19 + b"\r\n") * (MAX_SIZE // 78),
    "header without end": b"X-A: b\r\n" * (MAX_SIZE // 8),
}


@pytest.mark.attack("A35")
@pytest.mark.parametrize("shape", SHAPES)
def test_26_mb_of_any_shape_is_taken_in_bounded_memory(daemon: Daemon, shape: str) -> None:
    """A message of the largest size is stored octet by octet, and others are served meanwhile."""
    raw = SHAPES[shape]
    stuffed = raw.replace(b"\r\n.", b"\r\n..")
    stuffed = b"." + stuffed if stuffed.startswith(b".") else stuffed

    def send() -> None:
        client = Client(daemon.smtp)
        client.begin()
        client.socket.sendall(stuffed[: 20 * MB])
        _other_is_served(daemon)
        assert client.send(stuffed[20 * MB :] + b".\r\n").startswith(b"250 2.0.0")
        client.close()

    assert _growth(daemon, send) < MAX_GROWTH_ACCEPTED
    assert raw in (path.read_bytes() for path in daemon.stored())


@pytest.mark.attack("A34", "A45")
@pytest.mark.parametrize(
    ("raw", "stays"),
    [
        (b"x" * (60 * MB), False),
        (b"x" * (MAX_SIZE - 1) + b"\r\n.\r\n", True),
        (b"\r\n" * (14 * MB) + b".\r\n", True),
        (b"\r\n" * (30 * MB), False),
    ],
    ids=["endless line", "one octet too many", "too many empty lines", "endless empty lines"],
)
def test_what_is_too_large_leaves_nothing(daemon: Daemon, raw: bytes, stays: bool) -> None:
    """It is refused with 552, within bounded memory; who does not end is cut off."""

    def send() -> None:
        client = Client(daemon.smtp)
        client.begin()
        assert client.send(raw).startswith(b"552 5.3.4")
        assert client.reply() == b"" if not stays else client.say(b"NOOP").startswith(b"250")
        client.close()

    assert _growth(daemon, send) < MAX_GROWTH_REFUSED
    assert daemon.stored() == []
    _other_is_served(daemon)


@pytest.mark.parametrize("length", [998, 1000, 1001, 2000, MB])
def test_long_lines_are_taken_as_they_are(daemon: Daemon, length: int) -> None:
    """Real mail has lines over 1,000 octets; they arrive unchanged (RFC 5322 §2.1.1)."""
    raw = b"Subject: x\r\n\r\n" + b"y" * length + b"\r\nend\r\n"
    client = Client(daemon.smtp)
    client.begin()
    assert client.send(raw + b".\r\n").startswith(b"250")
    client.close()
    assert [path.read_bytes() for path in daemon.stored()] == [raw]


def test_300_idle_connections_of_one_address_do_not_shut_out_another(daemon: Daemon) -> None:
    """Those over the cap hear 421 at once, and a client from elsewhere is served."""

    def connect() -> None:
        clients = [Client(daemon.smtp) for _ in range(300)]
        greetings = [client.reply()[:9] for client in clients]
        assert greetings.count(b"421 4.7.0") == 280
        _other_is_served(daemon)
        for client in clients:
            client.close()

    assert _growth(daemon, connect) < MAX_GROWTH_REFUSED
    wait_for(lambda: _is_served(daemon), "the places are free again")


def _is_served(daemon: Daemon) -> bool:
    client = Client(daemon.smtp)
    served = client.reply().startswith(b"220")
    client.close()
    return served


def test_300_idle_connections_of_many_addresses_fill_the_house(daemon: Daemon) -> None:
    """The cap in all holds where the one per address does not, with 421 for the rest."""
    clients = [Client(daemon.smtp, source=f"127.0.1.{1 + i % 100}") for i in range(300)]
    greetings = [client.reply()[:3] for client in clients]
    assert (greetings.count(b"220"), greetings.count(b"421")) == (200, 100)
    for client in clients:
        client.close()


def test_connections_in_the_middle_of_large_messages(daemon: Daemon) -> None:
    """Each of them takes less than 1 MB, however much it has sent."""

    def send() -> None:
        clients = [Client(daemon.lmtp) for _ in range(120)]
        for client in clients:
            assert client.reply().startswith(b"220")
            client.say(b"LHLO c", b"MAIL FROM:<>", b"RCPT TO:<x@ours.example>", b"DATA")
            client.socket.sendall(b"x" * (256 * 1024 - 20))
        _other_is_served(daemon)
        for client in clients:
            client.socket.sendall(b"\r\n" * 50_000)
        _other_is_served(daemon)
        for client in clients:
            client.close()

    assert _growth(daemon, send) < 120 * MB
    assert len(daemon.stored()) == 2


def test_a_client_that_never_reads_is_bounded(daemon: Daemon) -> None:
    """Replies that nobody reads are not piled up: its commands wait instead."""

    def send() -> None:
        client = Client(daemon.smtp)
        client.socket.settimeout(0.5)
        with contextlib.suppress(TimeoutError):
            for _ in range(1000):
                client.socket.sendall(b"NOOP\r\n" * 10_000)
        client.close(reset=True)

    assert _growth(daemon, send) < MAX_GROWTH_REFUSED
    _other_is_served(daemon)


@pytest.mark.attack("A39")
def test_a_client_that_dies_around_the_dot_leaves_a_whole_message_or_none(
    daemon: Daemon,
) -> None:
    """Reset or half-closed at any offset: never a part, and a half-close is answered."""
    seed = random.randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - to repeat it
    source = random.Random(seed)
    body = b"Subject: x\r\n\r\n" + b"line\r\n" * 20
    for number in range(200):
        raw = body + b"%d\r\n" % number
        sent = raw + b".\r\n"
        cut = source.randrange(max(0, len(sent) - 12), len(sent) + 1)
        client = Client(daemon.smtp, source=f"127.0.2.{1 + number % 250}")
        client.begin()
        client.socket.sendall(sent[:cut])
        if source.random() < 0.5:
            client.close(reset=True)
            continue
        client.socket.shutdown(socket.SHUT_WR)
        whole = cut == len(sent)
        assert client.reply().startswith(b"250") == whole
        client.close()
        assert (raw in (path.read_bytes() for path in daemon.stored())) == whole
    wait_for(lambda: not list(daemon.directory.glob("part-*")), "all are written")
    stored = [path.read_bytes() for path in daemon.stored()]
    assert len(stored) == len(set(stored))
    assert all(raw.startswith(body) and raw.endswith(b"\r\n") for raw in stored)


@pytest.mark.attack("A35")
def test_taking_26_mb_costs_less_than_5_seconds_of_processor(daemon: Daemon) -> None:
    """Thirteen million empty lines are no more work than other octets."""
    before, began = daemon.cpu_seconds(), time.monotonic()
    client = Client(daemon.smtp)
    client.begin()
    assert client.send(SHAPES["empty lines"] + b".\r\n").startswith(b"250")
    client.close()
    used = daemon.cpu_seconds() - before
    print(f"{used:.2f} s of CPU, {time.monotonic() - began:.2f} s in all")  # noqa: T201
    assert used < 5
