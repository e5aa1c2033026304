import importlib
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlmodel import SQLModel

from mailgate.store import migrate
from mailgate.store.database import Database
from mailgate.store.migrate import SchemaState, state, upgrade

TABLES = (
    "mailgate.intake.held",
    "mailgate.intake.imap.tables",
    "mailgate.intake.model",
    "mailgate.jobs.schedule",
    "mailgate.outbox.mail",
    "mailgate.store.blobs",
    "mailgate.store.installation",
    "mailgate.tickets.confirming",
    "mailgate.tickets.model",
    "mailgate.tickets.notices",
)
_VERSIONS = "migrations/versions"
NEXT = """
revision = "9998"
down_revision = "{head}"

def upgrade():
    from alembic import op
    op.execute("CREATE TABLE from_the_future (id INTEGER)")
    {then}
"""


@pytest.fixture
def empty(empty_database_url):
    """Give a Database without a schema, on each kind."""
    database = Database(empty_database_url)
    yield database
    database.dispose()


def tables(database):
    """Return the names of the tables that are there."""
    with database.engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def head(database):
    """Return the revision that the database says it has."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest():
    """Return the newest revision that this program brings along."""
    return max(path.name[:4] for path in (Path(migrate.__file__).parent / _VERSIONS).glob("0*.py"))


@pytest.fixture
def with_next(tmp_path, monkeypatch):
    """Give a function that adds a migration to the program's own."""

    def add(newest, then="pass"):
        (tmp_path / "9998_next.py").write_text(NEXT.format(head=newest, then=then))
        ours = migrate._config

        def config(connection=None):
            made = ours(connection)
            folder = Path(migrate.__file__).parent / "migrations" / "versions"
            made.set_main_option("version_locations", f"{folder}:{tmp_path}")
            return made

        monkeypatch.setattr(migrate, "_config", config)

    return add


def test_an_empty_database_becomes_current(empty):
    """Looked at, it is empty and stays so; upgraded, it is current, and once more as well."""
    assert state(empty) is SchemaState.EMPTY
    assert tables(empty) == set()

    upgrade(empty)
    assert state(empty) is SchemaState.CURRENT
    there = tables(empty)

    upgrade(empty)
    assert state(empty) is SchemaState.CURRENT
    assert tables(empty) == there


def test_the_schema_is_that_of_the_tables(database):
    """What the migrations make is what the tables say: columns, types, keys and indexes."""
    for module in TABLES:
        importlib.import_module(module)

    with database.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, SQLModel.metadata) == []


def test_an_older_schema_is_seen_and_brought_up_to_date(empty, with_next):
    """To a program with one migration more ours is older; upgraded, it is current."""
    upgrade(empty)
    with_next(head(empty))
    assert state(empty) is SchemaState.OLDER

    upgrade(empty)
    assert state(empty) is SchemaState.CURRENT
    assert "from_the_future" in tables(empty)


def test_a_newer_schema_is_seen(empty):
    """A revision that this program does not know is of a newer one."""
    upgrade(empty)
    with empty.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    assert state(empty) is SchemaState.NEWER


def test_tables_without_a_version_are_nobody_we_know(empty):
    """A store whose version was lost is not taken for an empty one."""
    upgrade(empty)
    with empty.engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))

    assert state(empty) is SchemaState.NEWER


def test_a_migration_that_fails_leaves_nothing(empty, with_next):
    """Neither its first steps nor a revision of it are there, and the store is as it was."""
    upgrade(empty)
    before, revision = tables(empty), head(empty)
    with_next(revision, 'raise LookupError("half-way")')

    with pytest.raises(LookupError):
        upgrade(empty)

    assert tables(empty) == before
    assert head(empty) == revision
    assert state(empty) is SchemaState.OLDER


def test_a_first_migration_that_fails_leaves_an_empty_database(empty, with_next):
    """So that the next start makes it anew."""
    with_next(newest(), 'raise LookupError("half-way")')

    with pytest.raises(LookupError):
        upgrade(empty)

    assert tables(empty) <= {"alembic_version"}
    assert state(empty) is SchemaState.EMPTY


def test_two_upgrades_at_once_wait_for_each_other(empty):
    """Two daemons that start on an empty database both find it current, made once."""
    failures = []
    together = threading.Barrier(2)

    def one():
        database = Database(empty.url)
        together.wait()
        try:
            upgrade(database)
        except Exception as error:  # noqa: BLE001 - told by the test itself
            failures.append(error)
        database.dispose()

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert state(empty) is SchemaState.CURRENT
    with empty.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM installation")).scalar_one() == 1


@pytest.mark.one_database
def test_asking_makes_no_database(empty, tmp_path):
    """A question asked as root before the first start leaves no file the daemon cannot write."""
    assert state(empty) is SchemaState.EMPTY
    assert list(tmp_path.iterdir()) == []
