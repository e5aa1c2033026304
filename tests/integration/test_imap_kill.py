"""SIGKILL of the daemon while it empties a mailbox: every mail becomes one entry."""

import random
import threading
import time
from dataclasses import dataclass

import pytest

from mailgate.intake.imap.tables import Mailbox
from mailgate.store.database import Database
from tests.chaos.daemon import Daemon, daemon_in
from tests.chaos.ledger import assert_sound, drain, entries_by_message_id
from tests.integration.mailboxes import a_mail, books_of, count
from tests.servers import wait_for
from tests.servers.dovecot import PASSWORD, DovecotInstance
from tests.smarthost_stub import smarthost_stub

MAILBOX = """
[[mailbox]]
name = "{user}"
host = "127.0.0.1"
port = {port}
ca_file = "{ca_file}"
user = "{user}"
password = {{ file = "{password}" }}
first = "all"
after = "{after}"
poll = "{poll}"
"""


@dataclass(frozen=True)
class Load:
    """How much is appended, how often is killed, and what is done with mail that was taken."""

    mails: int
    kills: int
    after: str


def watch(
    daemon: Daemon, dovecot: DovecotInstance, user: str, after: str = "keep", poll: str = "10s"
) -> None:
    """Let a daemon that is not started yet watch a mailbox."""
    password = daemon.folder / "password"
    password.write_text(PASSWORD)
    password.chmod(0o600)
    section = MAILBOX.format(
        user=user,
        port=dovecot.tls_port,
        ca_file=dovecot.certificate,
        password=password,
        after=after,
        poll=poll,
    )
    daemon.config.write_text(daemon.config.read_text() + section)


def append_slowly(dovecot: DovecotInstance, user: str, mails: int) -> None:
    """Put mails into the mailbox, faster than they are taken and not all at once."""
    with dovecot.client(user) as client:
        for number in range(mails):
            client.append("INBOX", a_mail(number, size=random.choice((0, 0, 5_000))))
            time.sleep(0.01)


@pytest.fixture
def load(database_kind):
    """Give five hundred mails and ten kills, moved away on SQLite and kept on PostgreSQL."""
    return Load(mails=500, kills=10, after="move:Done" if database_kind == "sqlite" else "keep")


@pytest.fixture
def figure(request):
    """Give a function that takes down a line of figures."""
    return lambda line: request.node.user_properties.append(("figure", line))


def test_each_mail_is_one_entry_however_often_the_daemon_is_killed(
    load, database_url, tmp_path, dovecot, figure
):
    """Killed in the middle of the taking, again and again, the daemon loses and doubles nothing."""
    seed = random.SystemRandom().randrange(10**6)
    chance = random.Random(seed)
    figure(f"seed {seed}")
    user, database = f"kill{seed}{load.mails}", Database(database_url)
    with dovecot.client(user) as client:
        client.create_folder("Done")
    with (
        smarthost_stub() as smarthost,
        daemon_in(tmp_path / "daemon", database_url, smarthost.port) as daemon,
    ):
        watch(daemon, dovecot, user, load.after)
        appending = threading.Thread(target=append_slowly, args=(dovecot, user, load.mails))
        appending.start()
        for _ in range(load.kills):
            daemon.start()
            enough = count(database) + chance.randrange(load.mails // load.kills // 2)
            wait_for(lambda enough=enough: count(database) >= enough, "some mails were taken")
            daemon.kill()
        appending.join()
        daemon.start()
        wait_for(lambda: count(database) >= load.mails, "all are taken", 60)
        drain(database, daemon, 60)
        assert daemon.stop() == 0
        daemon.assert_no_traceback()
    entries = entries_by_message_id(database)
    assert set(entries) == {f"<{number}@example.net>" for number in range(load.mails)}
    assert {len(found) for found in entries.values()} == {1}
    assert_sound(database)
    assert {row.state for row in books_of(database, user)} == {"done"}
    if load.after != "keep":
        assert dovecot.uids(user) == []
        assert len(dovecot.uids(user, "Done")) == load.mails
    else:
        assert set(dovecot.flags(user).values()) == {()}
    database.dispose()


def test_two_daemons_share_a_mailbox_and_one_takes_over(
    postgres, postgres_template, tmp_path, dovecot
):
    """Of two daemons on one PostgreSQL one takes; when it ends, the other does; none doubles."""
    url, user, mails = postgres.create(template=postgres_template), "shared", 60
    database = Database(url)
    with (
        smarthost_stub() as smarthost,
        daemon_in(tmp_path / "one", url, smarthost.port) as one,
        daemon_in(tmp_path / "two", url, smarthost.port) as two,
    ):
        for daemon in (one, two):
            watch(daemon, dovecot, user)
            daemon.start()
        appending = threading.Thread(target=append_slowly, args=(dovecot, user, mails))
        appending.start()
        wait_for(lambda: count(database) >= mails // 3, "a third is taken")
        with database.reading() as session:
            holder = session.get(Mailbox, user).owner
        first = next(each for each in (one, two) if _name(each) == holder)
        assert first.stop() == 0
        appending.join()
        other = two if first is one else one
        wait_for(lambda: count(database) == mails, "the other takes the rest", 40)
        drain(database, other, 40)
        assert other.events("mailbox-elsewhere") != []
        assert other.stop() == 0
    entries = entries_by_message_id(database)
    assert len(entries) == mails
    assert {len(found) for found in entries.values()} == {1}
    database.dispose()
    postgres.drop(url)


def _name(daemon: Daemon) -> str:
    return (daemon.state / "daemon.id").read_text().strip()
