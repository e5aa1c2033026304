"""Real servers for tests; each runs in a folder of its own and ends with the tests."""

import os
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest

Answer = TypeVar("Answer")


def missing(what: str, remedy: str = "run tests/provision as root, on Debian") -> NoReturn:
    """Skip the test for want of a server, or fail it where CI=true promises that all are there."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}: {remedy}")
    pytest.skip(f"{what}: {remedy}")


def free_port() -> int:
    """Return a loopback TCP port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(question: Callable[[], Answer], what: str, seconds: float = 20) -> Answer:
    """Ask until the answer is truthy and return it; fail the test when the time is over."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds} s in vain until {what}")
        time.sleep(0.01)
    return answer


def as_child(*command: str | Path, user: str | None = None, at_death: str = "TERM") -> list[str]:
    """Return the command line of a server that ends when the test process does, even if killed.

    user: whom to run as, for servers that refuse to run as root. at_death: the signal it gets.
    """
    if shutil.which("setpriv") is None:
        missing("setpriv is not installed (package util-linux)")
    whom = [f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []
    return ["setpriv", f"--pdeathsig={at_death}", *whom, "--", *map(str, command)]
