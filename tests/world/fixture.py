"""The fixture that scenarios ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world.world import World


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    """Give a world on each kind of database; at its end the log must be clean."""
    made = World(tmp_path / "desk", database_url)
    try:
        yield made
    finally:
        made.ends()
