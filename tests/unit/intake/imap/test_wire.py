"""Only what is allowed leaves; what comes is read as it came, however it was cut."""

import random
import socket
import threading

import pytest

from mailgate.intake.imap.settings import Bounds
from mailgate.intake.imap.wire import Wire, WireError

GREETING = b"* OK [CAPABILITY IMAP4rev1] hello\r\n"


@pytest.fixture
def talk():
    """Give a function that connects a wire to a peer that sends these blocks after CAPABILITY."""
    listener = socket.create_server(("127.0.0.1", 0))
    peers: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def connect(*blocks: bytes) -> Wire:
        def serve() -> None:
            peer, _ = listener.accept()
            peers.append(peer)
            peer.sendall(GREETING)
            tag = peer.recv(1000).split()[0]
            peer.sendall(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")
            for block in blocks:
                peer.sendall(block)

        thread = threading.Thread(target=serve)
        thread.start()
        threads.append(thread)
        wire = Wire("127.0.0.1", listener.getsockname()[1], None, Bounds())
        thread.join()
        wire.state = "SELECTED"
        return wire

    yield connect
    for each in (*peers, listener):
        each.close()


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("DELETE", ("INBOX",)),
        ("EXPUNGE", ()),
        ("CLOSE", ()),
        ("STORE", ("1", "+FLAGS", "(\\Seen)")),
        ("UID", ("SORT", "1")),
        ("UID", ("FETCH", "1\r\nA1 DELETE INBOX", "(X)")),
        ("UID", ("COPY", "1", b'"a\nb"')),
        ("SELECT", ('"IN\0BOX"',)),
    ],
)
def test_a_command_that_is_not_allowed_does_not_leave(talk, name, args):
    """Neither another command, nor one with CR, LF or NUL in it (A80)."""
    wire = talk()
    sent: list[bytes] = []
    wire.send = sent.append
    with pytest.raises(WireError):
        wire._command(name, *args)
    assert sent == []


def test_octets_are_read_as_they_came_however_they_are_cut(talk):
    """Lines and literals come out whole, in whatever pieces the network gives them."""
    chance = random.Random(7)
    parts = [chance.randbytes(chance.choice((0, 1, 5, 300, 70_000))) for _ in range(40)]
    parts = [part.replace(b"\n", b"n") for part in parts]
    stream = b"".join(b"%d\r\n%b" % (len(part), part) for part in parts)
    cuts = sorted(chance.randrange(len(stream)) for _ in range(60))
    blocks = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    wire = talk(*blocks)
    for part in parts:
        size = int(wire.readline())
        assert size == len(part)
        wire.allow_literal(size)
        assert wire.read(size) == part
