"""[store]: where the database is, as SQLAlchemy wants it written.

A URL may hold a password and is therefore never quoted in a fault.
"""

import importlib.util
import re
from pathlib import Path
from urllib.parse import quote, urlsplit

from mailgate.config import values
from mailgate.config.passwords import read_password
from mailgate.config.reader import Table, Unfit

DEFAULT = "sqlite:///mailgate.db"
_POSTGRESQL = re.compile(r"(?:postgres|postgresql|postgresql\+psycopg)://")
_INSTEAD = 'write "sqlite:///mailgate.db" or "postgresql://user@host/database"'


def read_store(top: Table, state: Path, *, lent: bool) -> str:
    """Return the URL of the database: `sqlite:////…` or `postgresql+psycopg://…`."""
    table = top.table("store")
    url = table.take("url", _url, DEFAULT)
    password = read_password(table, lent=lent)
    table.close()
    if url.startswith("sqlite:///"):
        if password is not None:
            table.fault("password", "SQLite knows no password", "remove it")
        return f"sqlite:///{state / url.removeprefix('sqlite:///')}"
    return _with_password(table, url, password)


def _url(value: object) -> str:
    said = values.text(value)
    if said.startswith("sqlite:"):
        path = said.removeprefix("sqlite:///")
        if path == said or not path or ":memory:" in path or "?" in path or path.endswith("/"):
            raise Unfit("is no file of SQLite", _INSTEAD)
        return said
    if not _POSTGRESQL.match(said):
        raise Unfit("is neither SQLite nor PostgreSQL", _INSTEAD)
    try:
        parts = urlsplit(said)
        parts.port  # noqa: B018 - raises where the port is no number
    except ValueError:
        raise Unfit("is no URL", _INSTEAD) from None
    if not parts.path.strip("/"):
        raise Unfit("names no database", _INSTEAD)
    if importlib.util.find_spec("psycopg") is None:
        raise Unfit("the driver for PostgreSQL is missing", "pip install 'mailgate[postgres]'")
    return _POSTGRESQL.sub("postgresql+psycopg://", said, count=1)


def _with_password(table: Table, url: str, password: str | None) -> str:
    """Return a URL of PostgreSQL with the password put in, which may not stand in it already."""
    parts = urlsplit(url)
    if parts.password is not None:
        if password is not None:
            table.fault("password", "stands in url as well", "remove it from url")
        elif table.sheet.path.stat().st_mode & 0o004:
            table.sheet.warn(
                (*table.key, "url"),
                "holds a password, and everybody may read this file; "
                'write password = { file = "…" } instead',
            )
        return url
    if password is None:
        return url
    user, at, where = parts.netloc.rpartition("@")
    if not at:
        table.fault("url", "names no user for the password", _INSTEAD)
        return url
    return parts._replace(netloc=f"{user}:{quote(password, safe='')}@{where}").geturl()
