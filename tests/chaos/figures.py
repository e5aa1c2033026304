"""Figures that a test measured: shown with `-s` and `-rP`, and kept in its report."""

import sys
from collections.abc import Callable

import pytest


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Give a function that takes down a line of figures."""

    def take_down(line: str) -> None:
        request.node.user_properties.append(("figure", line))
        sys.stdout.write(f"\n{line}\n")

    return take_down
