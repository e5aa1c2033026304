"""The daemon's local socket and its client, through a real unix socket."""

import contextlib
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailgate.intake.handover import Answer, Handover, hand_over, name_of
from mailgate.intake.limits import ListenerLimits
from mailgate.intake.local import LocalSocket
from mailgate.intake.reception import Reception
from mailgate.message.address import Envelope
from tests.integration.listening import Recorder, Running, Store, knows
from tests.servers import wait_for

LIMITS = ListenerLimits(max_message_size=1000, max_recipients=3, max_hops=2)
FULL = {"recipients": ["x@ours.example"], "mail_from": None, "size": 0}


class Door:
    """A running local socket with its store."""

    def __init__(self, path: Path, store: Store, room: Callable[[], bool]) -> None:
        self.path, self.store, self.running = path, store, Running()
        self.reception = Reception(
            store.accept, knows, lambda: datetime.now(UTC), path.parent, room, Recorder()
        )
        self.local = LocalSocket(path, self.reception, LIMITS)
        self.running.do(self.local.start())

    def close(self) -> None:
        """End it."""
        self.running.do(self.local.drain())
        self.reception.close()
        self.running.close()


@contextlib.contextmanager
def door(
    path: Path, store: Store | None = None, room: Callable[[], bool] = lambda: True
) -> Iterator[Door]:
    """Run a local socket."""
    running = Door(path, store or Store(), room)
    try:
        yield running
    finally:
        running.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name the socket."""
    return tmp_path / "mailgate.sock"


def test_several_messages_go_over_one_connection(path: Path) -> None:
    """Octets arrive as they are, with the envelope that was given or without one."""
    first, second = b"one\nbare\r\r\n.\r\n\0\xff", b""
    with door(path) as running, Handover(path) as connection:
        answer = connection.send("", ["x@ours.example", "y@ours.example"], len(first), [first])
        assert answer == Answer(250, "2.0.0 1 accepted", 1)
        assert connection.send(None, [], len(second), [second]).spool_id == 2
    (one, raw_one), (two, raw_two) = running.store.messages
    assert (one.source, two.source) == ("accept", "accept")
    assert one.envelope == Envelope("", ("x@ours.example", "y@ours.example"))
    assert two.envelope == Envelope(None, ())
    assert (raw_one, raw_two) == (first, second)


@pytest.mark.parametrize(
    ("mail_from", "recipients", "message", "code", "text"),
    [
        ("a@b.example", ["nobody@ours.example"], b"x", 550, "5.1.1"),
        ("a@b.example", ["x@ours.example", "nobody@ours.example"], b"x", 550, "5.1.1"),
        ("a@b.example", ["x%y@ours.example"], b"x", 550, "5.7.1"),
        ("a@b.example", ["x y"], b"x", 501, "5.1.3"),
        ("a\nb@c.example", [], b"x", 501, "5.1.7"),
        (None, ["x@ours.example"] * 3, b"x" * 1001, 552, "5.3.4"),
        (None, [f"{n}@ours.example" for n in range(4)], b"x", 452, "4.5.3"),
        (None, ["broken@ours.example"], b"x", 451, "4.3.0"),
        (None, [], b"Received: x\n" * 3 + b"\n", 554, "5.4.6"),
    ],
)
def test_the_rules_are_those_of_the_listeners(
    path: Path, mail_from: str | None, recipients: list[str], message: bytes, code: int, text: str
) -> None:
    """A refused message is read away, so that the next one is heard."""
    with door(path) as running, Handover(path) as connection:
        answer = connection.send(mail_from, recipients, len(message), [message])
        assert (answer.code, answer.text[:5], answer.spool_id) == (code, text, None)
        assert connection.send(None, [], 2, [b"ok"]).code == 250
    assert [raw for _, raw in running.store.messages] == [b"ok"]


def test_what_is_far_too_large_is_refused_without_reading_it(path: Path) -> None:
    """The client hears why although nobody takes its octets."""
    huge = 50 * 1024 * 1024
    with door(path):
        chunks = (b"x" * 65536 for _ in range(huge // 65536))
        with Handover(path) as connection:
            assert connection.send(None, [], huge, chunks).code == 552


def test_a_fault_of_ours_is_temporary(path: Path) -> None:
    """A store that fails and a full disk are told apart, and nothing more."""
    with door(path, Store(fails=RuntimeError("secret"))):
        assert hand_over(path, None, [], b"x") == Answer(451, "4.3.0 Please try again later")
    with door(path, room=lambda: False):
        assert hand_over(path, None, [], b"x").code == 452


def test_a_message_cut_short_is_not_taken(path: Path) -> None:
    """Whoever goes away before the last octet never sent it."""
    with door(path) as running:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
            client.sendall(json.dumps({**FULL, "size": 10}).encode() + b"\n123456789")
        assert hand_over(path, None, [], b"whole").code == 250
    assert [raw for _, raw in running.store.messages] == [b"whole"]


@pytest.mark.parametrize(
    "line",
    [
        b"EHLO x",
        b"[]",
        b"{}",
        b'{"mail_from": 1, "recipients": [], "size": 0}',
        b'{"mail_from": null, "recipients": [1], "size": 0}',
        b'{"mail_from": null, "recipients": [], "size": -1}',
        b'{"mail_from": null, "recipients": [], "size": true}',
        b"[" * 60_000,
        b"x" * 200_000,
    ],
)
def test_what_is_no_request_is_refused_and_ends_the_connection(path: Path, line: bytes) -> None:
    """Nobody can know where the next message would begin."""
    with door(path) as running, socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        with contextlib.suppress(ConnectionError):
            client.sendall(line + b"\n")
        said = client.makefile("rb").read()
        assert json.loads(said)["code"] == 501
    assert running.store.messages == []


def test_a_message_whose_size_was_wrong_is_not_taken(path: Path) -> None:
    """A file that grows or shrinks meanwhile is the caller's error."""
    with door(path) as running:
        for chunks in ([b"123"], [b"12345"]):
            with pytest.raises(ValueError, match="another size"), Handover(path) as connection:
                connection.send(None, [], 4, chunks)
        assert hand_over(path, None, [], b"x").code == 250
    assert len(running.store.messages) == 1


def test_draining_answers_what_was_handed_over_and_ends_the_rest(path: Path) -> None:
    """An idle connection is closed; a message past its last octet is answered."""
    gate, answers = threading.Event(), []
    store = Store(gate=gate)
    with door(path, store) as running:
        with Handover(path, timedelta(seconds=20)) as idle:
            sender = threading.Thread(
                target=lambda: answers.append(hand_over(path, None, [], b"late"))
            )
            sender.start()
            assert store.entered.wait(10)
            drain = threading.Thread(target=lambda: running.running.do(running.local.drain()))
            drain.start()
            wait_for(lambda: not path.exists(), "nobody else is let in")
            with pytest.raises(ConnectionError):
                idle.send(None, [], 1, [b"x"])
            gate.set()
            drain.join(10)
            sender.join(10)
        assert [answer.code for answer in answers] == [250]
        assert not path.exists()
        with pytest.raises(FileNotFoundError):
            Handover(path)


def test_one_daemon_a_socket(path: Path) -> None:
    """A second one is refused, what a dead one left is removed, and no file is."""
    with door(path), pytest.raises(OSError, match="another daemon"):
        Door(path, Store(), lambda: True)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with door(path):
        assert hand_over(path, None, [], b"x").code == 250
    path.write_text("a file of somebody")
    with pytest.raises(FileExistsError):
        Door(path, Store(), lambda: True)
    assert path.read_text() == "a file of somebody"


def test_only_user_and_group_may_open_it(path: Path) -> None:
    """Whoever may hand over decides what becomes a ticket."""
    with door(path):
        assert path.stat().st_mode & 0o777 == 0o660


def test_the_state_directory_may_have_a_long_name(tmp_path: Path) -> None:
    """The kernel's limit of 107 octets is not the operator's."""
    directory = tmp_path / ("d" * 120)
    directory.mkdir()
    with door(directory / "mailgate.sock"):
        assert hand_over(directory / "mailgate.sock", None, [], b"x").code == 250
    with name_of(Path("/short")) as name:
        assert name == "/short"


def test_more_connections_than_allowed_are_told(path: Path) -> None:
    """A runaway script cannot take the daemon's memory."""
    with door(path) as running, contextlib.ExitStack() as stack:
        for _ in range(50):
            client = stack.enter_context(socket.socket(socket.AF_UNIX))
            client.connect(str(path))
        wait_for(lambda: len(running.local._sessions) == 50, "all are connected")
        assert hand_over(path, None, [], b"x").code == 421


def test_the_client_loads_nothing_heavy() -> None:
    """A pipe is started for every mail."""
    code = (
        "import sys, mailgate.intake.handover\n"
        "print(sorted({'asyncio', 'aiosmtpd', 'sqlmodel', 'sqlalchemy', 'ssl', 'email', 'typer'}"
        " & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
