"""Every real mail of the corpus goes through the real daemon, by LMTP and by `mailgate accept`.

The collection lies beside the project or where MAILGATE_CORPUS points; it is read, never copied.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from mailgate.intake.spool import Spool, SpoolResult, State
from mailgate.store import blobs
from mailgate.store.database import Database
from tests.chaos.daemon import DESK, ROOT, Daemon, daemon_in
from tests.chaos.figures import figure
from tests.chaos.ledger import assert_sound, drain
from tests.chaos.wire import Wire, as_received, digest

__all__ = ["figure"]  # a fixture

CORPUS = Path(os.environ.get("MAILGATE_CORPUS") or ROOT.parent / "shared" / "corpus")
SENDER = "corpus@example.net"
FILES_AT_ONCE = 200


@pytest.fixture(scope="module")
def files() -> list[Path]:
    """Give the files that hold a whole message."""
    manifest = CORPUS / "manifest.jsonl"
    if not manifest.exists():
        pytest.skip(f"no mails at {CORPUS}: set MAILGATE_CORPUS to where they lie")
    entries = map(json.loads, manifest.read_text(encoding="utf-8").splitlines())
    found = [CORPUS / each["path"] for each in entries if each["format"] == "rfc822"]
    assert len(found) > 1300
    return found


def by_lmtp(daemon: Daemon, files: list[Path]) -> Iterator[tuple[int, str]]:
    """Send every file on one connection; yield spool id and SHA-256 of the octets sent."""
    with Wire(daemon.ports["lmtp"], "LHLO") as wire:
        for path in files:
            octets = path.read_bytes()
            reply = wire.send(SENDER, DESK, octets)
            assert reply.startswith("250 2.0.0 "), f"{path}: {reply}"
            yield int(reply.split()[2]), digest(as_received(octets))


def by_accept(daemon: Daemon, files: list[Path]) -> Iterator[tuple[int, str]]:
    """Hand over every file by the command; yield spool id and SHA-256 of the file."""
    command = [sys.executable, "-m", "mailgate", "-c", daemon.config, "accept", "--json"]
    command += ["--mail-from", SENDER, "--to", DESK]
    for start in range(0, len(files), FILES_AT_ONCE):
        some = files[start : start + FILES_AT_ONCE]
        done = subprocess.run(
            [*command, *some], cwd=daemon.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        for path, answer in zip(some, json.loads(done.stdout), strict=True):
            assert answer["code"] == 250, answer
            yield answer["id"], digest(path.read_bytes())


def assert_all_there(database: Database, sent: dict[int, str]) -> Counter[str]:
    """Fail unless each mail is one row, done or held with a cause, of the octets sent.

    Returns how often each verdict was given.
    """
    with database.reading() as session:
        rows = list(session.execute(select(Spool)).scalars())
        assert {row.id: row.sha256 for row in rows} == sent
        unfinished = [row.id for row in rows if row.state not in (State.DONE, State.HELD)]
        assert unfinished == []
        assert [row.id for row in rows if row.state == State.HELD and not row.cause] == []
        errors = {row.id: row.last_error for row in rows if row.last_error}
        assert errors == {}
        results = session.execute(select(col(SpoolResult.verdict), col(SpoolResult.cause))).all()
        counts = Counter(" ".join(filter(None, row)) for row in results)
        decided = set(session.execute(select(col(SpoolResult.spool_id))).scalars())
        assert decided == set(sent)
        for sha256 in set(sent.values()):
            assert digest(blobs.get_bytes(session, sha256)) == sha256
    return counts


@pytest.mark.parametrize(("way", "kind"), [("lmtp", "sqlite"), ("accept", "postgresql")])
def test_each_real_mail_is_kept_and_decided(way, kind, files, tmp_path, request, figure):
    """Each is accepted, one row, done or held with a cause, octet by octet, and nothing fails."""
    url = ""
    if kind == "postgresql":
        cluster = request.getfixturevalue("postgres")
        url = cluster.create(template=request.getfixturevalue("postgres_template"))
    began = time.monotonic()
    with daemon_in(tmp_path / "daemon", url) as daemon:
        daemon.start()
        sent = dict(by_lmtp(daemon, files) if way == "lmtp" else by_accept(daemon, files))
        taken = time.monotonic()
        assert len(sent) == len(files)
        database = Database(daemon.url)
        drain(database, daemon, 120)
        worked_off = time.monotonic()
        assert daemon.stop() == 0
        counts = assert_all_there(database, sent)
        assert_sound(database)
        daemon.assert_no_traceback()
        database.dispose()
    table = "\n".join(f"  {count:5} {verdict}" for verdict, count in counts.most_common())
    figure(
        f"{len(files)} mails by {way} into {kind}: taken in {taken - began:.1f} s, "
        f"worked off {worked_off - taken:.1f} s later\n{table}"
    )
    if url:
        cluster.drop(url)
