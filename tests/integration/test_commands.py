"""The commands as processes of their own: exit codes, pipes, signals, beside the real daemon."""

import array
import fcntl
import hashlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mailgate.cli import cli
from mailgate.store.database import Database
from mailgate.store.migrate import upgrade
from tests.servers import as_child
from tests.unit.config.samples import SECRET, SMALLEST, guarded

ROOT = Path(__file__).parents[2]
MAIL = (
    b"From: Anna <anna@example.net>\r\nTo: help@example.com\r\nSubject: Stars %d\r\n"
    b"Message-ID: <%d@example.net>\r\n\r\n\xc5\xbb \x00 \r.\r\n\n"
)


@dataclass(frozen=True)
class Commands:
    """Runs mailgate in a folder that holds a configuration and a secret."""

    folder: Path

    def start(self, *words: str, **changes: Any) -> subprocess.Popen[bytes]:
        """Start a command and do not wait."""
        called = as_child(sys.executable, "-m", "mailgate", *words, at_death="KILL")
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **changes.pop("env", {})}
        given = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(called, cwd=self.folder, env=environment, **(given | changes))

    def __call__(self, *words: str, given: bytes = b"", **changes: Any) -> tuple[int, bytes, str]:
        """Run a command to its end; return its code, its data and its messages."""
        process = self.start(*words, **changes)
        out, err = process.communicate(given, timeout=60)
        return process.returncode, out, err.decode()

    def told(self, *words: str) -> Any:
        """Return what a command prints as JSON, called in this process, which is quicker."""
        called = ["-c", str(self.folder / "mailgate.toml"), *words, "--json"]
        result = CliRunner().invoke(cli, called, catch_exceptions=False)
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)


@pytest.fixture
def mailgate(tmp_path: Path, database_kind: str, empty_database_url: str) -> Commands:
    """Give the commands over a store that nobody has made yet."""
    guarded(tmp_path / "secret", SECRET)
    url = re.sub(r"\+psycopg", "", empty_database_url)
    text = SMALLEST.replace(":2525", ":0").replace(
        'addresses = ["help', 'agents = ["ewa@example.org"]\naddresses = ["help'
    )
    guarded(tmp_path / "mailgate.toml", f'{text}[store]\nurl = "{url}"\n')
    return Commands(tmp_path)


@pytest.fixture
def daemon(mailgate: Commands) -> Iterator[subprocess.Popen[bytes]]:
    """Run the daemon on the same folder."""
    with (mailgate.folder / "log").open("wb") as log:
        process = mailgate.start("run", stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for(lambda: b'"event":"started"' in (mailgate.folder / "log").read_bytes())
        yield process
        process.terminate()
        assert process.wait(15) == 0


def wait_for(happened: Callable[[], Any]) -> None:
    """Wait until something is so; fail after half a minute."""
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def made(mailgate: Commands) -> None:
    """Make the store."""
    upgrade(Database(f"sqlite:///{mailgate.folder / 'mailgate.db'}"))


def test_a_store_is_made_once_and_then_used(mailgate):
    """Commands ask for the store that is missing; migrate makes it, and may be run twice."""
    code, _, err = mailgate("tickets", "list")
    assert (code, "run `mailgate migrate`" in err) == (78, True)
    assert mailgate("migrate") == (0, b"", "the database is made\n")
    assert mailgate("migrate") == (0, b"", "the database is up to date already\n")
    assert mailgate("tickets", "list", "--json") == (0, b"[]\n", "")


@pytest.mark.one_database
def test_a_newer_schema_is_left_alone(mailgate):
    """Whatever made it knows more than this program."""
    made(mailgate)
    with sqlite3.connect(mailgate.folder / "mailgate.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'later'")
    for words in (("migrate",), ("run",)):
        code, out, err = mailgate(*words)
        assert (code, out) == (78, b"")
        assert "of a newer version than this program" in err


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--help",), 0, ""),
        (("tickets", "show", "123456"), 1, "there is no ticket 123456"),
        (("tickets", "lst"), 64, "No such command 'lst'"),
        (("run", "--nonsense"), 64, "No such option"),
        (("-c", "gone.toml", "jobs"), 78, "gone.toml: no such file"),
        (("explain", "gone.eml"), 65, "gone.eml: cannot be read"),
        (("accept", "--to", "nobody@example.com"), 67, "No such recipient here"),
        (("-c", "gone.toml", "accept"), 75, "gone.toml: no such file"),
        (("run", "--clock", "clock"), 78, "--clock is only for a store that `mailgate demo` made"),
    ],
)
def test_a_process_ends_with_the_code_of_its_outcome(mailgate, words, code, said):
    """Usage 64, input 65, recipient 67, try later 75, configuration 78; data goes to stdout."""
    made(mailgate)
    ended, out, err = mailgate(*words)
    assert (ended, bool(out)) == (code, code == 0)
    assert said in err
    assert "Traceback" not in err


@pytest.mark.one_database
def test_a_database_that_is_away_is_a_service_missing(mailgate):
    """69 for a command, and for a pipe 75, so that the mail is kept by who sent it."""
    path = mailgate.folder / "mailgate.toml"
    away = re.sub(r"sqlite:///\S+", 'postgresql://nobody@127.0.0.1:1/none"', path.read_text())
    guarded(path, away)
    code, out, err = mailgate("tickets", "list")
    assert (code, out) == (69, b"")
    assert "the database does not answer" in err
    assert mailgate("accept", given=MAIL % (1, 1))[0] == 75


@pytest.mark.one_database
def test_who_stops_reading_is_no_fault(mailgate):
    """`mailgate … | head` ends quietly."""
    made(mailgate)
    process = mailgate.start("spool", "list", "--json")
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")


@pytest.mark.one_database
def test_an_interrupt_ends_quietly_and_changes_nothing(mailgate):
    """Whoever thinks better of an answer presses Ctrl-C."""
    made(mailgate)
    number = mailgate.told("tickets", "new", "--requester", "a@example.net", "--text", "x")[
        "number"
    ]
    process = mailgate.start("tickets", "reply", number)
    assert process.stdin is not None
    process.stdin.write(b"half a sen")
    process.stdin.flush()
    wait_for(lambda: has_read_all(process))
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    assert len(mailgate.told("tickets", "show", number)["entries"]) == 2


def has_read_all(process: subprocess.Popen[bytes]) -> bool:
    """Say whether a process waits for more on its standard input."""
    unread = array.array("i", [0])
    assert process.stdin is not None
    fcntl.ioctl(process.stdin, termios.FIONREAD, unread)
    state = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0]
    return unread[0] == 0 and state == "S"


@pytest.mark.one_database
def test_data_is_utf_8_whatever_the_terminal_speaks(mailgate):
    """Scripts read the same octets under every locale."""
    made(mailgate)
    name = "Zażółć"
    latin = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    latin["PYTHONIOENCODING"] = "ascii:strict"
    new = ("tickets", "new", "--requester", "a@example.net", "--name", name, "--json")
    code, out, err = mailgate(*new, given=name.encode(), env=latin)
    assert code == 0, err
    assert json.loads(out)["entries"][0]["text"] == name


def test_a_pipe_hands_its_mail_to_the_daemon(mailgate, daemon):
    """Durable when it says so, taken octet by octet, and worked off by who runs."""
    raw = [MAIL % (n, n) for n in range(3)]
    for number, octets in enumerate(raw[1:]):
        (mailgate.folder / f"{number}.eml").write_bytes(octets)
    assert mailgate("accept", "--to", "help@example.com", given=raw[0]) == (0, b"", "")
    code, out, _ = mailgate("accept", "0.eml", "1.eml", "--json")
    told = json.loads(out)
    assert code == 0
    assert [(each["file"], each["code"]) for each in told] == [("0.eml", 250), ("1.eml", 250)]
    assert mailgate("accept", "--to", "x@example.org", given=raw[0])[0] == 67
    wait_for(lambda: len(mailgate.told("spool", "list", "--state", "done")) == 3)
    rows = mailgate.told("spool", "list")[::-1]
    assert [row["sha256"] for row in rows] == [hashlib.sha256(each).hexdigest() for each in raw]
    assert mailgate("spool", "show", "1", "--raw") == (0, raw[0], "")
    assert len(mailgate.told("tickets", "list")) == 3


def test_an_agent_answers_beside_the_daemon(mailgate, daemon):
    """Both write to one store; the daemon is told nothing and finds what it has to do."""
    mailgate("accept", given=MAIL % (1, 1))
    wait_for(lambda: mailgate.told("tickets", "list"))
    number = mailgate.told("tickets", "list")[0]["number"]
    told = mailgate.told("tickets", "reply", number, "--text", "Try again.")
    assert told["status"] == "answered"
    wait_for(
        lambda: all(each["last_error"] for each in mailgate.told("outbox", "list")),
    )  # there is no smarthost at that port
    assert {each["state"] for each in mailgate.told("outbox", "list")} <= {"due", "leased"}


@pytest.mark.one_database
def test_a_second_daemon_is_refused(mailgate, daemon):
    """It says who holds the store, and to try later."""
    code, out, err = mailgate("run")
    assert (code, out) == (75, b"")
    assert f"(process {daemon.pid}) runs here" in err
