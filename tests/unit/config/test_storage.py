import importlib.util
from pathlib import Path

import pytest

from mailgate.config.reader import Sheet
from mailgate.config.storage import read_store
from tests.unit.config.samples import guarded


@pytest.fixture
def read(write, folder):
    """Read the URL that a table [store] gives, with a password file to be found."""
    guarded(folder / "password", "p@ss/word\n")

    def read(store: str) -> tuple[str, Sheet]:
        sheet = Sheet(write(f"[store]\n{store}\n"))
        return read_store(sheet.top, Path("/state"), lent=True), sheet

    return read


@pytest.mark.parametrize(
    ("store", "url"),
    [
        ("", "sqlite:////state/mailgate.db"),
        ('url = "sqlite:///a/b.db"', "sqlite:////state/a/b.db"),
        ('url = "sqlite:////srv/b.db"', "sqlite:////srv/b.db"),
        ('url = "postgres://u@h/d"', "postgresql+psycopg://u@h/d"),
        ('url = "postgresql://u:p@h:5433/d?sslmode=require"',
         "postgresql+psycopg://u:p@h:5433/d?sslmode=require"),
        ('url = "postgresql+psycopg:///d?host=/run/postgresql"',
         "postgresql+psycopg:///d?host=/run/postgresql"),
        ('url = "postgresql://u@h:5433/d"\npassword = { file = "password" }',
         "postgresql+psycopg://u:p%40ss%2Fword@h:5433/d"),
    ],
)  # fmt: skip
def test_a_url_becomes_what_the_store_wants(store, url, read, folder):
    """SQLite's file is found in the state directory; PostgreSQL is spoken to by its one driver."""
    (folder / "mailgate.toml").touch(mode=0o600)
    found, sheet = read(store)
    assert (found, sheet.faults, sheet.warnings) == (url, [], [])


@pytest.mark.parametrize(
    "store",
    [
        "url = 1",
        'url = "mailgate.db"',
        'url = "sqlite:mailgate.db"',
        'url = "sqlite:///"',
        'url = "sqlite:///:memory:"',
        'url = "sqlite:///a.db?mode=ro"',
        'url = "mysql://u@h/d"',
        'url = "postgresql://h"',
        'url = "postgresql://h:port/d"',
        'url = "postgresql://h/d"\npassword = { file = "password" }',
        'url = "postgresql://u:hunter2@h/d"\npassword = { file = "password" }',
        'password = { file = "password" }',
    ],
)
def test_a_url_that_keeps_nothing_is_a_fault(store, read):
    """A database that is none, forgets, or is only half named is refused; no password is shown."""
    (fault,) = read(store)[1].faults
    assert fault.instead
    assert "hunter" not in fault.text


def test_a_missing_driver_is_a_fault(read, monkeypatch):
    """Without psycopg, PostgreSQL is refused before the daemon starts."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    (fault,) = read('url = "postgresql://u@h/d"')[1].faults
    assert "pip install 'mailgate[postgres]'" in fault.text
