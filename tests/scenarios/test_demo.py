"""The demo is what a newcomer sees first: it must run anywhere, and tell the truth."""

import os
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from mailgate.cli import demo as command
from mailgate.demo import performance, stage
from mailgate.demo.telling import Telling

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
    found = re.search(r"daemon +process (\d+)", done.stdout)
    assert found is not None
    assert not Path(f"/proc/{found[1]}").exists()

    named = [line.strip() for line in done.stdout.splitlines() if " -c " in line]
    listing = next(each for each in named if each.endswith("tickets list"))
    shown = run(*shlex.split(listing))
    assert shown.returncode == 0, shown.stderr
    assert "Drukarka nie działa" in shown.stdout


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
