"""Every attack has a world to be tried on, and some have two."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailgate.store.database import Database
from mailgate.store.migrate import upgrade
from tests.world.fixture import world
from tests.world.world import World

__all__ = ["world"]


@pytest.fixture
def other_world(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[World]:
    """Give a second installation, with a database, an instance id and a smarthost of its own."""
    url = f"sqlite:///{tmp_path / 'other.db'}"
    if database_kind == "postgresql":
        cluster = request.getfixturevalue("postgres")
        url = cluster.create()
    database = Database(url)
    upgrade(database)
    database.dispose()
    made = World(tmp_path / "other", url)
    try:
        yield made
    finally:
        made.ends()
        if database_kind == "postgresql":
            cluster.drop(url)
