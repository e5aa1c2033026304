"""What every test may ask for: databases of both kinds, real servers; and what none may do."""

import ipaddress
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.servers.dovecot import dovecot, dovecots
from tests.servers.postfix import postfix
from tests.servers.postgres import Postgres, postgres

if TYPE_CHECKING:
    from mailgate.store.database import Database

__all__ = ["dovecot", "dovecots", "postfix", "postgres"]  # fixtures, found here by every test

DATABASES = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run whatever asks for a database on both kinds, and @pytest.mark.one_database on SQLite."""
    if "database_kind" in metafunc.fixturenames:
        once = metafunc.definition.get_closest_marker("one_database")
        metafunc.parametrize("database_kind", DATABASES[:1] if once else DATABASES)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests took down, each behind its test, where a run measured any."""
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.getreports(kind)]
    figures = [
        f"{report.nodeid}: {line}"
        for report in reports
        if report.when == "call"
        for name, line in report.user_properties
        if name == "figure"
    ]
    if figures:
        terminalreporter.section("figures measured")
        terminalreporter.write_line("\n".join(figures))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an SQLite file with the current schema and no rows, to be copied."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    _upgrade(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """Give the name of a PostgreSQL database with the current schema and no rows."""
    _upgrade(postgres.create("template"))
    return "template"


def _upgrade(url: str) -> None:
    from mailgate.store.database import Database
    from mailgate.store.migrate import upgrade

    database = Database(url)
    upgrade(database)
    database.dispose()


@pytest.fixture
def empty_database_url(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[str]:
    """Give the URL of a database without any schema, on each kind."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'mailgate.db'}"
    else:
        cluster: Postgres = request.getfixturevalue("postgres")
        url = cluster.create()
        yield url
        cluster.drop(url)


@pytest.fixture
def database_url(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[str]:
    """Give the URL of a fresh database with the current schema, on each kind."""
    if database_kind == "sqlite":
        path = tmp_path / "mailgate.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
    else:
        cluster: Postgres = request.getfixturevalue("postgres")
        url = cluster.create(template=request.getfixturevalue("postgres_template"))
        yield url
        cluster.drop(url)


@pytest.fixture
def database(database_url: str) -> Iterator["Database"]:
    """Give a fresh Database with the current schema, on each kind."""
    from mailgate.store.database import Database

    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture(autouse=True)
def no_traffic_elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that connects to, or looks up, anything but this machine.

    What is tested may swallow the refusal, so that it is remembered and told at the end.
    """
    tried: list[str] = []

    def watched(method: Callable[..., Any]) -> Callable[..., Any]:
        def connect(self: socket.socket, address: Any) -> Any:
            if self.family != socket.AF_UNIX and not _is_here(address[0]):
                tried.append(str(address[0]))
                raise ConnectionRefusedError(f"tests reach loopback only, not {address[0]}")
            return method(self, address)

        return connect

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not _is_here(host):
            tried.append(str(host))
            raise socket.gaierror(f"tests look up no names, and {host} is one")
        return look_up(host, *args, **kwargs)

    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket.socket, "connect", watched(socket.socket.connect))
    monkeypatch.setattr(socket.socket, "connect_ex", watched(socket.socket.connect_ex))
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield
    if tried:
        pytest.fail(f"this test tried to reach {', '.join(tried)}")


def _is_here(host: str | bytes | None) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost", socket.gethostname()):
        return True
    try:
        return ipaddress.ip_address(str(name)).is_loopback
    except ValueError:
        return False
