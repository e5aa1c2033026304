"""Every scenario has a world."""

from tests.world.fixture import world

__all__ = ["world"]
