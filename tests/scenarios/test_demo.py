"""The demo is what a newcomer sees first: it must run anywhere, and tell the truth."""

import os
import re
import shlex
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from mailgate.cli import demo as command
from mailgate.demo import mailserver, performance, stage
from mailgate.demo.telling import Telling
from tests.servers import missing

ESCAPE = "\x1b"


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a newcomer would."""
    return subprocess.run(
        command,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env=os.environ | environment,
        timeout=120,
        check=False,
    )


def perform(folder: Path) -> tuple[bool, str]:
    """Play the demo in this process; return whether it went well, and what it told."""
    lines: list[str] = []
    return performance.perform(folder, Telling(lines.append)), "\n".join(lines)


def test_the_demo_tells_a_life_of_a_ticket(tmp_path):
    """It ends with 0, ticks every property, ends its daemon, and leaves what it was told to keep.

    It does so on a terminal that has no Polish letters, and the commands it names
    work on what it leaves.
    """
    strange = {"MAILGATE_CONFIG": str(tmp_path / "another.toml"), "PYTHONIOENCODING": "latin-1"}
    words = ("-m", "mailgate", "demo", "--headless", "--keep", str(tmp_path / "kept"))
    done = run(sys.executable, *words, **strange)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    _, _, table = done.stdout.partition("\nChecked\n")
    assert len(re.findall(r"^  \? ", table, re.MULTILINE)) > 20
    assert ESCAPE not in done.stdout
    if mailserver.find():
        assert "it is moved to Processed, octet for octet" in table
        assert "9 mails came in, 4 tickets were opened, 14 letters left." in done.stdout
    found = re.search(r"daemon +process (\d+)", done.stdout)
    assert found is not None
    assert not Path(f"/proc/{found[1]}").exists()

    named = [line.strip() for line in done.stdout.splitlines() if " -c " in line]
    listing = next(each for each in named if each.endswith("tickets list"))
    shown = run(*shlex.split(listing))
    assert shown.returncode == 0, shown.stderr
    assert "Drukarka nie działa" in shown.stdout


def test_without_dovecot_the_demo_is_a_step_shorter(tmp_path, monkeypatch):
    """Where no IMAP server is at hand it goes well all the same, and says how to see the step."""
    monkeypatch.setattr(mailserver, "find", lambda: None)

    went_well, told = perform(tmp_path)

    assert went_well, told
    assert (
        told.count("Left out: a mailbox by IMAP (to see it: apt-get install dovecot-imapd).") == 1
    )
    assert "8 mails came in, 3 tickets were opened, 12 letters left." in told
    assert "✓ each mail taken is kept" in told
    assert "moved to Processed" not in told
    assert "[[mailbox]]" not in (tmp_path / "mailgate.toml").read_text()


def test_a_dovecot_that_does_not_start_is_done_without(monkeypatch):
    """It is told why there is no mailbox."""
    monkeypatch.setattr(mailserver, "find", lambda: "/bin/false")
    server = mailserver.Mailserver()
    server.start()

    assert server.port == 0
    assert "Dovecot does not start: it ended with 1" in server.why_not


def test_the_demos_dovecot_keeps_mail_and_ends(monkeypatch):
    """It gives back the octets it was given, listens no more when ended, and leaves no file."""
    if mailserver.find() is None:
        missing("Dovecot is not installed (package dovecot-imapd)")
    monkeypatch.setattr(mailserver.tempfile, "mkdtemp", lambda **_: str(folder))
    folder = Path(mailserver.tempfile.gettempdir()) / f"mailgate-imap-test-{os.getpid()}"
    folder.mkdir(mode=0o700)
    server = mailserver.Mailserver()
    server.start()
    try:
        assert server.port, server.why_not
        server.append(b"Subject: Hello\r\n\r\nHello.\r\n", datetime(2026, 11, 9, tzinfo=UTC))
        assert server.mails("INBOX") == [b"Subject: Hello\r\n\r\nHello.\r\n"]
        assert server.mails("Processed") == []
        assert server.mails("Nowhere") == []
    finally:
        server.stop()

    assert not folder.exists()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", server.port)) != 0


def test_what_does_not_come_true_is_told(tmp_path, monkeypatch):
    """A daemon that counts from another date fails the demo, which says what it expected."""
    other = stage._CONFIGURATION.replace("next-business-day", "as-received")
    monkeypatch.setattr(stage, "_CONFIGURATION", other)

    went_well, told = perform(tmp_path)

    assert not went_well
    assert "✗ a mail on Saturday counts from Monday, 9:00" in told
    assert "expected  '2026-11-09T09:00:00+01:00'" in told
    assert "found     '2026-11-07T10:12:00+01:00'" in told
    assert '"event":"decided"' in told
    assert "Checked" not in told


def test_a_daemon_that_cannot_start_is_told_with_its_reason(tmp_path, monkeypatch):
    """Where the port is taken, the demo says that the daemon ended, and shows why."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        other = stage._CONFIGURATION.replace("127.0.0.1:0", f"127.0.0.1:{port}")
        monkeypatch.setattr(stage, "_CONFIGURATION", other)
        went_well, told = perform(tmp_path)

    assert not went_well
    assert "the daemon ended with 69" in told
    assert "cannot listen" in told


@pytest.mark.parametrize("keeps", [False, True])
def test_a_demo_that_fails_ends_with_1(tmp_path, monkeypatch, keeps):
    """Scripts learn of a failure by the exit code; the folder stays only where it was asked for."""
    folders: list[Path] = []

    def fail(folder: Path, _telling: Telling) -> bool:
        folders.append(folder)
        return False

    monkeypatch.setattr(performance, "perform", fail)
    keep = ["--keep", str(tmp_path / "kept")] if keeps else []
    done = CliRunner().invoke(command.demo, ["--headless", *keep])

    assert done.exit_code == 1
    assert [folder.exists() for folder in folders] == [keeps]


def test_nobodys_files_are_played_upon(tmp_path):
    """A folder that is not empty is refused."""
    (tmp_path / "mine").write_text("precious")
    done = CliRunner().invoke(command.demo, ["--keep", str(tmp_path)])

    assert done.exit_code != 0
    assert "is not empty" in done.output
    assert [each.name for each in tmp_path.iterdir()] == ["mine"]


def test_colours_are_for_terminals(tmp_path):
    """Lines carry escape sequences only where the telling is told so."""
    plain: list[str] = []
    coloured: list[str] = []
    for lines, asked in ((plain, False), (coloured, True)):
        Telling(lines.append, coloured=asked).summary(["it works"])

    assert ESCAPE not in "".join(plain)
    assert ESCAPE in "".join(coloured)
