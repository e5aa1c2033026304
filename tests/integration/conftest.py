"""The world of the scenarios, for tests with programs of others."""

from tests.chaos.figures import figure
from tests.world.fixture import world

__all__ = ["figure", "world"]
