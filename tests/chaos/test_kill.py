"""SIGKILL at random instants: what was answered 250 is there once, and so is its answer."""

import random
import threading
import time
from dataclasses import dataclass

import pytest

from mailgate.store.database import Database
from tests.chaos.crowd import Crowd
from tests.chaos.daemon import daemon_in
from tests.chaos.ledger import Mail, a_mail, assert_acknowledged, assert_sound, drain
from tests.servers import wait_for
from tests.smarthost_stub import smarthost_stub


@dataclass(frozen=True)
class Load:
    """How much is sent, how often is killed at least, and how long a daemon lives."""

    mails: int
    kills: int
    lives: tuple[float, float]


def a_crowd_of_mails(count: int, chance: random.Random) -> list[Mail]:
    """Return mails of which some are larger than what is kept in memory."""
    sizes = [0] * 20 + [5_000] * 4 + [300_000]
    return [
        a_mail(f"m{number}", "Nie działa.\r\n" + "dalej\r\n" * (chance.choice(sizes) // 7))
        for number in range(count)
    ]


@pytest.fixture
def load(database_kind):
    """Give the thousand on SQLite, and on PostgreSQL what shows the same."""
    if database_kind == "sqlite":
        return Load(mails=1000, kills=8, lives=(0.1, 0.6))
    return Load(mails=150, kills=4, lives=(0.1, 0.4))


def test_what_was_answered_250_survives_sigkill(load, database_url, tmp_path, figure):
    """After kills at random each mail answered 250 is one entry with one acknowledgement."""
    seed = random.SystemRandom().randrange(10**6)
    chance = random.Random(seed)
    figure(f"seed {seed}")  # also where the test fails half-way
    began, kills = time.monotonic(), 0
    with (
        smarthost_stub() as smarthost,
        daemon_in(tmp_path / "daemon", database_url, smarthost.port) as daemon,
    ):
        daemon.start()
        crowd = Crowd(daemon, a_crowd_of_mails(load.mails, chance))
        life = threading.Event()
        try:
            while crowd.sending or kills < load.kills:
                life.wait(chance.uniform(*load.lives))
                daemon.kill()
                kills += 1
                daemon.start()
        finally:
            crowd.stop()
        database = Database(database_url)
        drain(database, daemon)
        repeated = assert_acknowledged(database, smarthost.accepted, kills)
        assert daemon.stop() == 0
        figure(
            f"{load.mails} mails, {kills} kills, {time.monotonic() - began:.1f} s, "
            f"replies {dict(crowd.ledger.codes())}, {repeated} acknowledgements repeated"
        )
        crowd.ledger.assert_kept(database)
        assert_sound(database)
        daemon.assert_no_traceback()
        database.dispose()


@pytest.mark.one_database
def test_the_check_finds_what_a_hasty_daemon_loses(database_url, tmp_path):
    """A daemon that answers 250 and commits later does not pass: this test can fail."""
    with daemon_in(tmp_path / "daemon", database_url) as daemon:
        daemon.start("hasty")
        crowd = Crowd(daemon, [a_mail(f"m{number}") for number in range(2000)])
        wait_for(lambda: len(crowd.ledger.answered("250")) > 100, "a hundred are answered")
        daemon.kill()
        crowd.stop()
        daemon.start()
        database = Database(database_url)
        drain(database, daemon)
        with pytest.raises(AssertionError, match="lost"):
            crowd.ledger.assert_kept(database)
        database.dispose()
