"""The unit is what systemd takes without a word, and leaves the daemon little to be misused for."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.servers import missing

UNIT = Path(__file__).parents[2] / "systemd/mailgate.service"
MAX_EXPOSURE = 1.2


@pytest.fixture
def analyze():
    """Give a function that runs systemd-analyze and returns what came of it."""
    if shutil.which("systemd-analyze") is None:
        missing("systemd-analyze is not installed (package systemd)")

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = ["systemd-analyze", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return run


def settings() -> dict[str, list[str]]:
    """Return the unit's settings, each with its values in order."""
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text().splitlines():
        if line and line[0] not in "#[":
            name, value = line.split("=", 1)
            found.setdefault(name, []).append(value)
    return found


def test_the_unit_is_clean(analyze, tmp_path):
    """systemd-analyze verify has nothing to say, once the program named exists."""
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/usr/bin/mailgate", "/usr/bin/true"))
    done = analyze("verify", "--man=no", unit)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_daemon_is_exposed_little(analyze):
    """The overall exposure is 1.2 at most."""
    done = analyze("security", "--offline=true", "--no-pager", UNIT)
    found = re.search(r"exposure level for mailgate.service: ([\d.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    assert float(found[1]) <= MAX_EXPOSURE


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Type", ["notify"]),
        ("WatchdogSec", ["60"]),
        ("TimeoutStopSec", ["15"]),
        ("Restart", ["on-failure"]),
        ("RestartPreventExitStatus", ["78"]),
        ("ExecStart", ["/usr/bin/mailgate run"]),
        # Without the dash systemd would start it for ever over a fault in the configuration.
        ("ExecStartPre", ["-/usr/bin/mailgate migrate"]),
        ("StateDirectory", ["mailgate"]),
        ("ConfigurationDirectory", ["mailgate"]),
    ],
)
def test_the_unit_starts_and_ends_the_daemon_as_promised(name, values):
    """What the daemon's own code relies on stands in the unit."""
    assert settings()[name] == values


def test_comments_stand_on_their_own_lines():
    """Systemd reads a comment after a value as part of the value."""
    assert not [value for values in settings().values() for value in values if "#" in value]


def test_the_user_of_the_unit_is_made(tmp_path):
    """systemd-sysusers makes the user that the unit runs as."""
    if shutil.which("systemd-sysusers") is None:
        missing("systemd-sysusers is not installed (package systemd)")
    users = UNIT.with_name("mailgate.sysusers")
    command = ["systemd-sysusers", f"--root={tmp_path}", "--dry-run", str(users)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Creating user 'mailgate'" in done.stdout + done.stderr
    assert settings()["User"] == settings()["Group"] == ["mailgate"]
