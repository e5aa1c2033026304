"""Clients that die, or hold on for ever, at the daemon as it is run, on each database."""

import contextlib
import random
import socket
import struct
import time
from collections import Counter

import pytest

from mailgate.store.database import Database
from tests.chaos.daemon import DESK, daemon_in
from tests.chaos.ledger import a_mail, assert_sound, drain, entries_by_message_id
from tests.chaos.wire import Wire, digest, on_the_wire

CUTS = 200
DRIPPERS = 500


def reset(client: socket.socket) -> None:
    """Close a connection as a client that dies."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


@pytest.mark.attack("A39")
def test_who_dies_around_the_dot_leaves_a_whole_entry_or_none(database_url, tmp_path, figure):
    """Reset or half-closed at any octet: what was answered 250 is there once, all is whole."""
    seed = random.SystemRandom().randrange(10**6)
    chance, answered, mails = random.Random(seed), [], {}
    with daemon_in(tmp_path / "daemon", database_url) as daemon:
        daemon.start()
        for number in range(CUTS):
            mail = a_mail(f"m{number}")
            mails[mail.message_id] = mail
            octets = on_the_wire(mail.octets)
            cut = chance.randrange(len(octets) - 8, len(octets) + 1)
            with Wire(daemon.ports["smtp"]) as wire:
                assert wire.envelope(mail.sender, [DESK]).startswith("354")
                wire.socket.sendall(octets[:cut])
                if chance.random() < 0.5:
                    reset(wire.socket)
                    continue
                wire.socket.shutdown(socket.SHUT_WR)
                with contextlib.suppress(EOFError):
                    assert wire.reply().startswith("250")
                    answered.append(mail.message_id)
                assert (mail.message_id in answered) == (cut == len(octets))
        database = Database(database_url)
        drain(database, daemon)
        entries = entries_by_message_id(database)
        figure(f"seed {seed}: {len(answered)} answered, {len(entries)} entries")
        assert answered
        assert set(answered) <= set(entries)
        assert {name: found for name, found in entries.items() if len(found) > 1} == {}
        for name, (sha256,) in entries.items():
            assert sha256 == digest(mails[name].octets)
        assert_sound(database)
        daemon.assert_no_traceback()
        database.dispose()


@pytest.mark.attack("A36")
def test_five_hundred_clients_that_drip_keep_no_mail_out(database_url, tmp_path, figure):
    """With the caps as they come: eight addresses hold 160 places, an honest mail takes no 2 s."""
    with daemon_in(tmp_path / "daemon", database_url) as daemon:
        text = daemon.config.read_text()
        for wide in ("max_connections = 400\n", "max_connections_per_address = 350\n"):
            assert wide in text
            text = text.replace(wide, "")
        daemon.config.write_text(text)
        daemon.start()
        drippers = [
            socket.create_connection(
                ("127.0.0.1", daemon.ports["smtp"]),
                timeout=30,
                source_address=(f"127.0.0.{2 + number % 8}", 0),
            )
            for number in range(DRIPPERS)
        ]
        waits = []
        for number, letter in enumerate(b"MAIL FROM"):
            for dripper in drippers:
                with contextlib.suppress(OSError):
                    dripper.send(bytes([letter]))
            mail, began = a_mail(f"m{number}"), time.monotonic()
            with Wire(daemon.ports["smtp"]) as wire:
                assert wire.send(mail.sender, DESK, mail.octets).startswith("250")
            waits.append(time.monotonic() - began)
        database = Database(database_url)
        drain(database, daemon)
        refused = Counter(str(each["reply"])[:9] for each in daemon.events("intake.refused"))
        figure(f"{max(waits):.2f} s at most, {dict(refused)}")
        assert max(waits) < 2
        assert refused["421 4.7.0"] >= DRIPPERS - 8 * 20
        assert len(entries_by_message_id(database)) == len(waits)
        for dripper in drippers:
            dripper.close()
        database.dispose()
