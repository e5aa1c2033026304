"""The schema and its versions: forward only, by Alembic.

A fresh database is made at once. An older one is brought up to date by `mailgate migrate`, a
newer one is refused. A migration is one transaction, on both databases; when it fails, the
database is as it was. Two at once wait for each other.
"""

from enum import StrEnum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from mailgate.store.database import Database

_ADVISORY_LOCK = 0x6D61696C  # "mail"


class SchemaState(StrEnum):
    """How the schema of a database stands to this program."""

    EMPTY = "empty"
    CURRENT = "current"
    OLDER = "older"
    NEWER = "newer"


def state(database: Database) -> SchemaState:
    """Return how the schema stands; changes nothing, and makes no file where there is none."""
    if database.file is not None and not database.file.exists():
        return SchemaState.EMPTY
    with database.engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
        if revision is None:
            known = inspect(connection).has_table("installation")
            return SchemaState.NEWER if known else SchemaState.EMPTY
    script = ScriptDirectory.from_config(_config())
    if revision == script.get_current_head():
        return SchemaState.CURRENT
    revisions = {each.revision for each in script.walk_revisions()}
    return SchemaState.OLDER if revision in revisions else SchemaState.NEWER


def upgrade(database: Database) -> None:
    """Bring the schema up to date, from nothing or from any older version."""
    engine = database.engine.execution_options(mailgate_writes=True)
    with engine.begin() as connection:
        if not database.is_sqlite:
            # Another daemon's migration may take its time, and so may the tables it holds.
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(
                text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK}
            )
        command.upgrade(_config(connection), "head")


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
