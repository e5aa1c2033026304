"""A real PostgreSQL for the tests: one cluster a test process, in a temporary folder.

The cluster runs with fsync on, as mailgate demands, as the user `postgres` when the tests run as
root, and listens on loopback with a password. A fresh database is a copy of a template.
"""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.servers import as_child, free_port, missing, wait_for

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "fsync": "on",
    # A checkpoint in the middle of a test would only slow it down.
    "checkpoint_timeout": "1h",
    "max_wal_size": "4GB",
    "log_min_messages": "warning",
    "timezone": "UTC",
}


class Postgres:
    """A running cluster."""

    def __init__(self, folder: Path, programs: Path) -> None:
        """Make the cluster in an empty folder and start it."""
        self.folder = folder
        self.log = folder / "log"
        self._password = secrets.token_hex(16)
        self._programs = programs
        self._user = "postgres" if os.geteuid() == 0 else None
        self._databases = 0
        if self._user:
            shutil.chown(folder, self._user, self._user)
        self._make_cluster()
        self.port = 0
        self._process = self._start()

    def url(self, database: str) -> str:
        """Return the URL of a database as mailgate takes it."""
        return f"postgresql+psycopg://postgres:{self._password}@127.0.0.1:{self.port}/{database}"

    def create(self, name: str | None = None, template: str = "template0") -> str:
        """Create a database, empty or as a copy of another that nobody uses; return its URL."""
        self._databases += 1
        name = name or f"test{self._databases}"
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'")
        with self._connect() as connection:
            connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected to it."""
        name = url.rsplit("/", 1)[1]
        with self._connect() as connection:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(name)))

    def stop(self) -> None:
        """End the server at once; the cluster is thrown away with its folder."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(timeout=30)

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="postgres",
            password=self._password,
            dbname="postgres",
            autocommit=True,
        )

    def _make_cluster(self) -> None:
        password = self.folder / "password"
        password.write_text(self._password)
        password.chmod(0o600)
        if self._user:
            shutil.chown(password, self._user, self._user)
        self._run(
            self._programs / "initdb",
            "--no-sync",
            "--auth=password",
            f"--pwfile={password}",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            self.folder / "data",
        )

    def _run(self, *command: str | Path) -> None:
        done = subprocess.run(
            as_child(*command, user=self._user),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def _start(self) -> subprocess.Popen[bytes]:
        for _attempt in range(5):  # another program may take the free port before we do
            self.port = free_port()
            process = self._launch()
            if wait_for(lambda p=process: self._verdict(p), "PostgreSQL answers") == "answers":
                return process
        raise AssertionError(self.log.read_text())

    def _launch(self) -> subprocess.Popen[bytes]:
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        program = self._programs / "postgres"
        arguments = ["-D", self.folder / "data", f"--port={self.port}", *settings]
        command = as_child(program, *arguments, user=self._user, at_death="QUIT")
        with self.log.open("ab") as log:
            return subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)

    def _verdict(self, process: subprocess.Popen[bytes]) -> str:
        if process.poll() is not None:
            return "ended"
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return ""
        return "answers"


def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL server on this machine, or None."""
    found = [*Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: int(path.parent.parent.name)).parent
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).resolve().parent if elsewhere else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Give this test process's own PostgreSQL cluster, ended with the tests."""
    where = programs()
    if where is None:
        missing("the PostgreSQL server is not installed (package postgresql)")
    # Directly under /tmp: pytest's own folders cannot be entered by the user postgres.
    folder = Path(tempfile.mkdtemp(prefix="mailgate-postgres-"))
    try:
        cluster = Postgres(folder, where)
        yield cluster
        cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
