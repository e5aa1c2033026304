"""The fixtures every test may ask for do what their docstrings promise."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from mailgate.store import migrate
from mailgate.store.database import Database
from tests.servers import missing


def test_a_database_has_the_schema_and_no_past(database, database_kind):
    """Each kind of database comes migrated, and of the kind that was asked for."""
    assert migrate.state(database) == "current"
    assert database.is_sqlite == (database_kind == "sqlite")
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM ticket")).scalar() == 0


def test_an_empty_database_has_no_schema(empty_database_url):
    """What tests of migrations start from is empty on each kind."""
    database = Database(empty_database_url)
    assert migrate.state(database) == "empty"
    database.dispose()


@pytest.mark.one_database
def test_one_database_means_sqlite(database_kind):
    """A test that counts in thousands is run once, on SQLite."""
    assert database_kind == "sqlite"


SWALLOWING = """
import contextlib, socket
{imports}
def test_swallows():
    with contextlib.suppress(OSError):
        socket.create_connection(({host!r}, 25), timeout=1)
"""


@pytest.mark.parametrize(
    ("host", "outcome"),
    [
        ("192.0.2.1", "tried to reach 192.0.2.1"),
        ("mx.example.com", "tried to reach mx.example.com"),
        ("127.0.0.1", "1 passed"),
        ("localhost", "1 passed"),
    ],
)
def test_a_test_that_reaches_elsewhere_fails(tmp_path, host, outcome):
    """Leaving the loopback fails the test, even where what is tested swallows the refusal."""
    imports = "from tests.conftest import no_traffic_elsewhere"
    (tmp_path / "test_it.py").write_text(SWALLOWING.format(imports=imports, host=host))
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    done = subprocess.run(
        [*command, str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome in done.stdout


@pytest.mark.parametrize(
    ("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)]
)
def test_a_missing_server_is_a_failure_in_ci_only(monkeypatch, ci, outcome):
    """CI=true promises every server; elsewhere the test is skipped and says what to install."""
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="Dovecot is not installed: run tests/provision as root"):
        missing("Dovecot is not installed")
