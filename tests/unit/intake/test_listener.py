"""Who may come in, and how everybody leaves."""

import contextlib
import logging
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailgate.intake import answers
from mailgate.intake.conversation import Conversation
from mailgate.intake.limits import Pace, RateLimits
from mailgate.intake.listener import Listener, ListenerLimits, ListenerSettings, tls_context
from mailgate.intake.reception import Reception
from tests.integration.listening import House, Recorder, Store, house, knows
from tests.servers import wait_for

ENVELOPE = b"EHLO c\r\nMAIL FROM:<a@c.example>\r\nRCPT TO:<x@ours.example>\r\nDATA\r\n"


@contextlib.contextmanager
def _client(running: House, source: str = "127.0.0.1") -> Iterator[socket.socket]:
    with socket.create_connection(
        ("127.0.0.1", running.listener.port), timeout=10, source_address=(source, 0)
    ) as client:
        yield client


def _settings(**limits: object) -> ListenerSettings:
    return ListenerSettings("smtp", "127.0.0.1", 0, ListenerLimits(**limits))  # type: ignore[arg-type]


def _all(client: socket.socket) -> list[bytes]:
    said = b""
    with contextlib.suppress(ConnectionError):
        while block := client.recv(65536):
            said += block
    return [line[:9] for line in said.splitlines()]


@pytest.mark.attack("A36")
def test_whoever_only_holds_a_place_makes_room(tmp_path: Path) -> None:
    """At the cap, the one silent for longest before EHLO leaves and the newcomer is served."""
    settings = _settings(max_per_address=2, pressure_idle=timedelta())
    with (
        house(tmp_path, settings) as running,
        _client(running) as first,
        _client(running) as second,
    ):
        assert first.recv(99).startswith(b"220")
        assert second.recv(99).startswith(b"220")
        with _client(running) as third:
            assert third.recv(99).startswith(b"220")
            assert _all(first) == [b"421 4.7.0"]
            third.sendall(b"QUIT\r\n")
            assert _all(third) == [b"221 2.0.0"]
        second.sendall(b"NOOP\r\n")
        assert second.recv(99).startswith(b"250")


def test_each_newcomer_displaces_another(tmp_path: Path) -> None:
    """Two who come in at the same moment take two places, also from who sends in drops."""
    settings = _settings(max_per_address=2, pressure_idle=timedelta())
    gate = threading.Event()
    with house(tmp_path, settings) as running, contextlib.ExitStack() as stack:
        first, second = (stack.enter_context(_client(running)) for _ in range(2))
        for client in (first, second):
            assert client.recv(99).startswith(b"220")
            client.sendall(b"NOOP\r\nE")
            assert client.recv(99).startswith(b"250")
        running.running.loop.call_soon_threadsafe(gate.wait)
        newcomers = [stack.enter_context(_client(running)) for _ in range(2)]
        gate.set()
        for client in newcomers:
            assert client.recv(99).startswith(b"220")
        assert _all(first) == _all(second) == [b"421 4.7.0"]
        assert running.listener.connections == 2


def test_the_house_makes_room_for_another_address_too(tmp_path: Path) -> None:
    """The cap in all works as the one per address."""
    settings = _settings(max_connections=1, pressure_idle=timedelta())
    with house(tmp_path, settings) as running, _client(running) as first:
        assert first.recv(99).startswith(b"220")
        with _client(running, "127.0.0.2") as second:
            assert second.recv(99).startswith(b"220")
            assert _all(first) == [b"421 4.7.0"]


def test_whoever_has_greeted_keeps_his_place(tmp_path: Path) -> None:
    """At the cap the newcomer is sent away, and the next comes in when somebody has left."""
    settings = _settings(max_per_address=1, pressure_idle=timedelta())
    with house(tmp_path, settings) as running, _client(running) as first:
        assert first.recv(99).startswith(b"220")
        first.sendall(b"HELO c\r\n")
        assert first.recv(99).startswith(b"250")
        with _client(running) as second:
            assert _all(second) == [b"421 4.7.0"]
        first.sendall(b"QUIT\r\n")
        assert _all(first) == [b"221 2.0.0"]
        wait_for(lambda: running.listener.connections == 0, "the place is free")
        with _client(running) as third:
            assert third.recv(99).startswith(b"220")


def test_draining_tells_the_idle_and_answers_the_rest(tmp_path: Path) -> None:
    """Past the final dot: 250 and then 421. Idle or in the middle of a message: 421 alone."""
    store = Store(gate=threading.Event())
    with (
        house(tmp_path, _settings(), store) as running,
        _client(running) as idle,
        _client(running) as middle,
        _client(running) as late,
    ):
        middle.sendall(ENVELOPE + b"half a mess")
        late.sendall(ENVELOPE + b"whole\r\n.\r\n")
        assert store.entered.wait(10)
        wait_for(lambda: b"354" in middle.recv(9999), "the client is in its message")
        drain = threading.Thread(target=running.drain)
        drain.start()
        assert _all(idle) == [b"220 mx.ou", b"421 4.3.2"]
        assert _all(middle) == [b"421 4.3.2"]
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(middle.getsockname())
        assert store.gate is not None
        store.gate.set()
        assert _all(late)[-2:] == [b"250 2.0.0", b"421 4.3.2"]
        drain.join(10)
        assert not drain.is_alive()
        assert running.listener.connections == 0
    assert [raw for _, raw in store.messages] == [b"whole\r\n"]


def test_draining_ends_with_its_patience(tmp_path: Path) -> None:
    """A commit that hangs does not hold up the end for ever; its client hears nothing."""
    store = Store(gate=threading.Event())
    with house(tmp_path, _settings(), store) as running, _client(running) as client:
        client.sendall(ENVELOPE + b"whole\r\n.\r\n")
        assert store.entered.wait(10)
        running.running.do(running.listener.drain(timedelta(seconds=0.05)))
        assert _all(client)[-1] == b"354 End d"
        assert store.gate is not None
        store.gate.set()
    assert len(store.messages) == 1


@pytest.mark.attack("A36")
def test_too_slow_a_message_is_cut_off(tmp_path: Path) -> None:
    """Drops that come in time for every deadline are still too slow together."""
    settings = _settings(rate_grace=timedelta(seconds=0.01), min_octets_per_second=10**9)
    with house(tmp_path, settings) as running, _client(running) as client:
        client.sendall(ENVELOPE)
        said = b""
        while b"354" not in said:
            said += client.recv(9999)
        with contextlib.suppress(ConnectionError):
            while not (said := _waiting(client)):
                client.sendall(b"x")
        assert said.startswith(b"421 4.4.2")


def _waiting(client: socket.socket) -> bytes:
    client.settimeout(0.02)
    try:
        return client.recv(99)
    except TimeoutError:
        return b""


def test_open_sockets_are_taken_over(tmp_path: Path) -> None:
    """A service manager may have bound them; the address in the settings is then not used."""
    with socket.socket() as first, socket.socket() as second:
        for bound in (first, second):
            bound.bind(("127.0.0.1", 0))
        ports = [bound.getsockname()[1] for bound in (first, second)]
        settings = ListenerSettings("lmtp", "192.0.2.1", 24)
        with house(tmp_path, settings, sockets=(first, second)) as running:
            assert [port for _, port in running.listener.addresses] == ports
            for port in ports:
                with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
                    assert client.recv(99).startswith(b"220 mx.ours.example LMTP")


def test_lmtp_is_refused_on_a_socket_of_port_25(tmp_path: Path) -> None:
    """Also where somebody else has bound it."""

    class Port25(socket.socket):
        def getsockname(self) -> tuple[str, int]:
            return ("127.0.0.1", 25)

    reception = Reception(Store().accept, knows, lambda: datetime.now(UTC), tmp_path)
    with Port25() as bound, pytest.raises(ValueError, match="port 25"):
        Listener(ListenerSettings("lmtp", "127.0.0.1", 24), reception, sockets=[bound])


def test_tls_files_that_do_not_serve_are_told_at_once(tmp_path: Path) -> None:
    """No listener starts that would fail its first client."""
    nonsense = tmp_path / "certificate.pem"
    nonsense.write_text("nonsense")
    for certificate in (tmp_path / "missing.pem", nonsense):
        with pytest.raises(OSError):
            tls_context(
                ListenerSettings("smtp", "127.0.0.1", 0, ListenerLimits(), certificate, certificate)
            )
    with pytest.raises(ValueError, match="together"):
        ListenerSettings("smtp", "127.0.0.1", 0, ListenerLimits(), nonsense)
    assert tls_context(_settings()) is None


@pytest.mark.attack("A42")
def test_nothing_a_client_says_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither addresses nor secrets typed into the wrong prompt reach any log."""
    caplog.set_level(logging.DEBUG)
    with house(tmp_path, _settings()) as running, _client(running) as client:
        client.sendall(b"AUTH PLAIN canary\r\nVRFY canary\r\ncanary\r\n" + ENVELOPE)
        client.sendall(b"Subject: canary\r\n.\r\nRCPT TO:<canary>\r\nQUIT\r\n")
        assert _all(client)[-1] == b"221 2.0.0"
    assert isinstance(running.events, Recorder)
    said = capsys.readouterr()
    assert "canary" not in caplog.text + said.out + said.err
    assert all(record.name != "mail.log" for record in caplog.records)


def test_who_is_told_to_leave_is_not_taken_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A 421 in the moment in which the final dot comes in means that nothing was stored."""
    received = Conversation.data_received

    def and_dismissed(self: Conversation, data: bytes) -> None:
        received(self, data)
        if data.endswith(b"\r\n.\r\n"):
            self.dismiss(answers.SHUTTING_DOWN)

    monkeypatch.setattr(Conversation, "data_received", and_dismissed)
    with house(tmp_path, _settings()) as running, _client(running) as client:
        client.sendall(ENVELOPE)
        said = b""
        while b"354" not in said:
            said += client.recv(9999)
        client.sendall(b"Subject: x\r\n\r\nx\r\n.\r\n")
        assert _all(client) == [b"421 4.3.2"]
    assert not running.store.messages


@pytest.mark.attack("A25")
def test_who_sends_too_much_is_put_off_before_his_data(tmp_path: Path) -> None:
    """450 at MAIL, for him alone; his session goes on and the operator is told once."""
    rates = RateLimits(Pace(2, None), Pace(5, None), trusted_relays=())
    settings = ListenerSettings("smtp", "127.0.0.1", 0, rates=rates)
    with house(tmp_path, settings) as running, _client(running) as client:
        senders = [b"a@c.example"] * 3 + [b"", b"b@c.example", b"", b"c@c.example", b""]
        mails = b"".join(b"MAIL FROM:<%b>\r\nRSET\r\n" % sender for sender in senders)
        client.sendall(b"EHLO c\r\n" + mails + b"QUIT\r\n")
        said = [line for line in _all(client) if line in (b"250 2.1.0", b"450 4.7.1")]
        ok, later = b"250 2.1.0", b"450 4.7.1"
        assert said == [ok, ok, later, ok, ok, ok, later, later]
        assert isinstance(running.events, Recorder)
        assert running.events.told == [("smtp", "127.0.0.1", "sender")]


def test_mail_servers_that_hand_on_by_lmtp_have_no_pace(tmp_path: Path) -> None:
    """They took the mail already; putting it off would only fill their queues."""
    settings = ListenerSettings("lmtp", "127.0.0.1", 0, rates=RateLimits(Pace(1), Pace(1), ()))
    with house(tmp_path, settings) as running, _client(running) as client:
        client.sendall(b"LHLO c\r\n" + b"MAIL FROM:<a@c.example>\r\nRSET\r\n" * 3 + b"QUIT\r\n")
        assert _all(client).count(b"250 2.1.0") == 3
