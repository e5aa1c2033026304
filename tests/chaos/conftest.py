"""Fixtures of the chaos tests."""

from tests.chaos.figures import figure

__all__ = ["figure"]
