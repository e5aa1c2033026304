"""What the README says can be found: each test, command, file and target it names."""

import re
from pathlib import Path

import pytest

from mailgate import cli

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PROMISES = README.split("## What it promises\n")[1].split("\n## ")[0]


def test_every_promise_names_a_test():
    """Twelve promises, each with a test or more that keeps it."""
    promises = re.split(r"^\d+\. ", PROMISES, flags=re.MULTILINE)[1:]
    assert len(promises) == 12
    assert [each for each in promises if "::test_" not in each] == []


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(tests/[^`]+)`", README))))
def test_a_test_that_is_named_is_there(name):
    """A promise is kept by a test of that name in that file."""
    path, _, function = name.partition("::")
    assert f"def {function}" in (ROOT / path).read_text()


def test_every_command_is_one():
    """Whatever follows `mailgate` in an example is a command."""
    examples = "\n".join(re.findall(r"```sh\n(.*?)```", README, re.DOTALL))
    named = set(re.findall(r"^mailgate (?:-c \S+ )?([a-z]+)", examples, re.MULTILINE))
    named |= set(re.findall(r"`(?:sudo -u mailgate )?mailgate ([a-z]+)", README))
    assert "tickets" in named
    assert named - set(cli._COMMANDS) == set()


def test_every_file_and_target_is_there():
    """What is copied, read or made exists."""
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"make ([a-z]+)", README)):
        assert f"\n{target}:" in makefile, target
    for path in set(re.findall(r"\b(?:systemd|docs)/[\w.]+\w", README)):
        if not path.startswith("systemd/system"):
            assert (ROOT / path).is_file(), path


def test_every_module_of_the_flow_is_there():
    """The description of a message's way names modules that exist."""
    flow = (ROOT / "docs/flow.md").read_text()
    named = re.findall(r"`([a-z_/]+\.py)`", flow)
    assert named
    assert [each for each in named if not (ROOT / "mailgate" / each).is_file()] == []
