"""The daemon's own memory, as the kernel counts it, while somebody sends all he may and more."""

import base64
import contextlib

import pytest
from sqlalchemy import select
from sqlmodel import col

from mailgate.store.database import Database
from mailgate.tickets.model import Entry, EntryKind
from tests.chaos.daemon import DESK, daemon_in
from tests.chaos.ledger import Mail, a_mail, assert_sound, drain
from tests.chaos.wire import Wire, as_received, digest

MB = 1_000_000
LARGEST = 26 * MB


def typed(name, header, body):
    """Return a mail with a Content-Type and so much of a body that it is 26 MB."""
    head = a_mail(name).octets.partition(b"Content-Type:")[0]
    head += b"MIME-Version: 1.0\r\n" + header + b"\r\n\r\n"
    return Mail(name, (head + body)[: LARGEST - 2] + b"\r\n")


def with_attachment():
    """Return a mail with an attachment in base64."""
    encoded = base64.encodebytes(bytes(range(256)) * 72_000).replace(b"\n", b"\r\n")
    part = b"--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    text = b"--b\r\nContent-Type: text/plain\r\n\r\nIn the attachment.\r\n"
    header = b'Content-Type: multipart/mixed; boundary="b"'
    return typed("attachment", header, text + part + encoded + b"\r\n--b--\r\n")


def deep():
    """Return multiparts within multiparts, two thousand deep, and text."""
    opening = b"".join(
        b'--b%d\r\nContent-Type: multipart/mixed; boundary="b%d"\r\n\r\n' % (level, level + 1)
        for level in range(2000)
    )
    return typed(
        "deep",
        b'Content-Type: multipart/mixed; boundary="b0"',
        opening + b"--b2000\r\n\r\n" + b"dalej\r\n" * (LARGEST // 7),
    )


def text_of(name, line):
    """Return a mail of one line again and again, in UTF-8 as it is."""
    header = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit"
    return typed(name, header, line * (LARGEST // len(line)))


SHAPES = {
    "attachment": with_attachment,
    "empty-lines": lambda: text_of("empty-lines", b"\r\n"),
    "endless-line": lambda: text_of("endless-line", b"x"),
    "8bit": lambda: text_of("8bit", "Zażółć gęślą jaźń, już dziś.\r\n".encode()),
    "long-lines": lambda: text_of("long-lines", b"y" * 1998 + b"\r\n"),
    "deep": deep,
}


@pytest.fixture(scope="module")
def running(tmp_path_factory, sqlite_template):
    """Give a daemon that has warmed up, and its database."""
    folder = tmp_path_factory.mktemp("memory")
    with daemon_in(folder / "daemon") as daemon:
        daemon.start()
        database = Database(daemon.url)
        with Wire(daemon.ports["smtp"]) as wire:
            for number in range(20):
                mail = a_mail(f"warm{number}", "dalej\r\n" * 100_000 * (number == 0))
                assert wire.send(mail.sender, DESK, mail.octets).startswith("250")
        drain(database, daemon)
        yield daemon, database
        assert_sound(database)
        assert daemon.stop() == 0
        daemon.assert_no_traceback()
        database.dispose()


@pytest.mark.parametrize("shape", SHAPES)
def test_a_large_mail_of_any_shape_costs_little_memory(running, shape, figure):
    """26 MB come in and become a ticket with all their octets, at less than 80 MB of memory."""
    daemon, database = running
    mail = SHAPES[shape]()
    assert LARGEST - MB < len(mail.octets) <= LARGEST
    before = daemon.forget_peak()
    with Wire(daemon.ports["smtp"]) as wire:
        reply = wire.send(mail.sender, DESK, mail.octets)
        assert reply.startswith("250"), reply
    drain(database, daemon, 60)
    grown = daemon.memory("VmHWM") - before

    figure(
        f"{shape}: {len(mail.octets) / MB:.1f} MB, the daemon grew by {grown / MB:.1f} MB "
        f"to {(before + grown) / MB:.0f} MB"
    )
    assert grown < 80 * MB
    with database.reading() as session:
        wanted = select(col(Entry.sha256)).where(
            col(Entry.kind) == EntryKind.MESSAGE, col(Entry.message_id) == mail.message_id
        )
        entries = list(session.execute(wanted).scalars())
    assert entries == [digest(as_received(mail.octets))]


def too_many_lines(wire):
    """Send 60 MB of empty lines without having said how much it will be."""
    assert wire.envelope("anna@example.net", [DESK]).startswith("354")
    with contextlib.suppress(OSError):  # not listened to until the end
        for _ in range(60):
            wire.socket.sendall(b"\r\n" * (MB // 2))
        wire.socket.sendall(b".\r\n")
    return wire.reply(), "552 5.3.4"


def endless_line(wire):
    """Send one line of 60 MB."""
    assert wire.envelope("anna@example.net", [DESK]).startswith("354")
    with contextlib.suppress(OSError):
        for _ in range(60):
            wire.socket.sendall(b"x" * MB)
    return wire.reply(), "552 5.3.4"


def declared(wire):
    """Say 30 MB with SIZE."""
    return wire.say(f"MAIL FROM:<anna@example.net> SIZE={30 * MB}"), "552 5.3.4"


def endless_command(wire):
    """Send a command of 5 MB."""
    with contextlib.suppress(OSError):
        wire.socket.sendall(b"MAIL FROM:<" + b"x" * (5 * MB))
    return wire.reply(), "500 5.5.2"


def many_recipients(wire):
    """Name five thousand recipients."""
    assert wire.say("MAIL FROM:<anna@example.net>").startswith("250")
    wire.socket.sendall(f"RCPT TO:<{DESK}>\r\n".encode() * 5000)
    replies = [wire.reply()[:9] for _ in range(5000)]
    assert replies[:100] == ["250 2.1.5"] * 100
    assert set(replies[100:]) == {"452 4.5.3"}
    return replies[-1], "452 4.5.3"


@pytest.mark.parametrize(
    "excess", [too_many_lines, endless_line, declared, endless_command, many_recipients]
)
def test_what_is_refused_costs_next_to_nothing(running, excess, figure):
    """Each kind of too much gets its answer, and less than 5 MB of memory."""
    daemon, _ = running
    before = daemon.forget_peak()
    with Wire(daemon.ports["smtp"]) as wire:
        said, wanted = excess(wire)
    grown = daemon.memory("VmHWM") - before

    figure(f"{excess.__name__}: the daemon grew by {grown / MB:.1f} MB")
    assert said.startswith(wanted), said
    assert grown < 5 * MB


def test_idle_connections_keep_nobody_out(running, figure):
    """With 300 clients that say hello and fall silent, another one is served."""
    daemon, database = running
    before = daemon.forget_peak()
    with contextlib.ExitStack() as idle:
        for _ in range(300):
            idle.enter_context(Wire(daemon.ports["smtp"]))
        with Wire(daemon.ports["smtp"]) as wire:
            mail = a_mail("served")
            assert wire.send(mail.sender, DESK, mail.octets).startswith("250")
        grown = daemon.memory("VmHWM") - before
    figure(f"300 idle connections: the daemon grew by {grown / MB:.1f} MB")
    assert grown < 30 * MB
    drain(database, daemon)


def test_the_scale_sees_a_daemon_that_keeps_mail_in_memory(tmp_path):
    """One that reads a whole message into memory weighs more by that: this test can fail."""
    with daemon_in(tmp_path / "daemon") as daemon:
        daemon.start("greedy")
        before = daemon.forget_peak()
        mail = SHAPES["8bit"]()
        with Wire(daemon.ports["smtp"]) as wire:
            assert wire.send(mail.sender, DESK, mail.octets).startswith("250")
        assert daemon.memory("VmHWM") - before > len(mail.octets)
