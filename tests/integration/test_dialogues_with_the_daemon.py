"""The attacks among the dialogues, once more against the daemon as it is run, on each database."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from mailgate.intake.spool import Arrival, Spool, claimed_of
from mailgate.store import blobs
from mailgate.store.database import Database
from tests.chaos.daemon import DESK, Daemon, daemon_in
from tests.chaos.wire import Wire
from tests.integration.dialogues import Dialogue, Player, cases
from tests.integration.test_dialogues import certificate

__all__ = ["certificate"]  # a fixture

OURS = '["pomoc@example.com", "x@ours.example", "y@ours.example"]'
MAX_SIZE = "max_message_size=1000"


def plays_with(dialogue: Dialogue) -> bool:
    """Say whether a dialogue is an attack, and wants no other settings than the daemon has.

    Who tries out names is made to wait here, so that harvesting is left to the listener alone.
    """
    fits = set(dialogue.options) <= {"tls", MAX_SIZE}
    clear = "STARTTLS" not in " ".join(dialogue.lines) or "tls" in dialogue.options
    return bool(dialogue.attacks) and fits and clear and not dialogue.name.startswith("harvest")


@pytest.fixture
def daemon(
    database_url: str, tmp_path: Path, certificate: tuple[Path, Path]
) -> Iterator[tuple[Daemon, Database]]:
    """Give a daemon that answers for the addresses of the dialogues, and its database."""
    with daemon_in(tmp_path / "daemon", database_url) as daemon:
        daemon.write_config(largest="1000 B")
        text = daemon.config.read_text().replace(f'["{DESK}"]', OURS)
        tls = f'tls_certificate = "{certificate[0]}"\ntls_key = "{certificate[1]}"\n'
        certificate[1].chmod(0o600)
        daemon.config.write_text(text.replace("[listener.lmtp]", f"{tls}\n[listener.lmtp]"))
        daemon.start()
        database = Database(database_url)
        yield daemon, database
        database.dispose()


def taken_since(database: Database, spool_id: int) -> list[tuple[Arrival, bytes]]:
    """Return what the daemon has in its store after that mail, as it came."""
    with database.reading() as session:
        rows = session.execute(
            select(Spool).where(col(Spool.id) > spool_id).order_by(col(Spool.id))
        )
        return [
            (claimed_of(row).arrival, blobs.get_bytes(session, row.sha256))
            for row in rows.scalars()
        ]


@pytest.mark.attack("A30", "A31", "A37", "A38", "A39", "A40", "A41", "A42", "A43", "A44", "A45")
def test_attacks_in_words_fail_at_the_daemon_too(daemon: tuple[Daemon, Database]) -> None:
    """It answers as the listener alone does, keeps what it accepted, and logs no error."""
    process, database = daemon
    played = set()
    for dialogue in filter(plays_with, cases()):
        with database.reading() as session:
            last = session.execute(select(func.max(col(Spool.id)))).scalar_one() or 0

        def messages(last: int = last) -> list[tuple[Arrival, bytes]]:
            return taken_since(database, last)

        Player(process.ports["smtp"], messages, dialogue, last + 1).play()
        played.update(dialogue.attacks)
    assert {f"A{number}" for number in (30, 31, 37, 39, 40, 41, 43, 44, 45)} <= played
    with Wire(process.ports["smtp"]) as wire:
        for command in ("AUTH PLAIN AGNhbmFyeQBjYW5hcnk=", "AUTH LOGIN", "VRFY canary", "canary"):
            wire.say(command)
    process.assert_no_traceback()
    assert not re.search("canary|AGNhbmFyeQ", process.log())
