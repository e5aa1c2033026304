import ast
import importlib
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from mailgate import __version__
from mailgate.cli import _COMMANDS, cli

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "mailgate" / "cli"


def commands(command: click.Command, *path: str) -> list[tuple[str, ...]]:
    """Return the names of every command below one."""
    below = [path] if path else []
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            below += commands(found, *path, name)
    return below


@pytest.mark.parametrize("name", _COMMANDS)
def test_every_command_of_the_table_is_there(name):
    """The table is all that --help reads, so that a wrong line would be found by a user."""
    module, _, attribute = _COMMANDS[name][0].partition(":")
    command = getattr(importlib.import_module(module), attribute)
    assert isinstance(command, click.Command)
    assert command.name == name


@pytest.mark.parametrize("path", commands(cli), ids=" ".join)
def test_every_command_says_what_it_does(path):
    """Its help begins with its name and a sentence, and ends with an example."""
    result = CliRunner().invoke(cli, [*path, "--help"])
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: mailgate {' '.join(path)} ")
    assert ". " in result.stdout or ".\n" in result.stdout
    if "COMMAND" not in result.stdout:
        assert "Example" in result.stdout
    else:
        assert "..." not in result.stdout.partition("Commands:")[2], "a sentence is cut in two"


def test_a_terminal_of_another_character_set_gets_what_it_can_show(tmp_path):
    """What a mail says in Polish is listed there too, with a mark for each letter it has not."""
    mail = tmp_path / "mail.eml"
    mail.write_bytes("Subject: Usługa jest żółta\n\nŻółć\n".encode())
    done = subprocess.run(
        [sys.executable, "-m", "mailgate", "explain", str(mail)],
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": "latin-1", "HOME": str(tmp_path)},
        cwd=tmp_path,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"Us?uga jest ?\xf3?ta" in done.stdout


def test_the_commands_of_the_interface_are_there():
    """Scripts and people rely on these names."""
    names = {" ".join(path) for path in commands(cli)}
    desk = "list show new reply note close resolve hold reopen assign move"
    expected = {
        *("demo", "init", "check", "migrate", "run", "accept", "explain", "jobs"),
        *(f"tickets {each}" for each in desk.split()),
        *(f"spool {each}" for each in ("list", "show", "retry", "release", "delete")),
        *(f"outbox {each}" for each in ("list", "show", "retry", "cancel")),
        *(f"calendar {each}" for each in ("show", "next", "explain")),
    }
    assert expected <= names


def test_the_version_is_told():
    """For whoever reports a fault."""
    assert CliRunner().invoke(cli, ["--version"]).stdout == f"mailgate, version {__version__}\n"


def test_it_runs_as_a_module():
    """`python -m mailgate` is the command, also where nothing put it on the path."""
    done = subprocess.run(
        [sys.executable, "-m", "mailgate", "nonsense"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (64, "")
    assert "No such command 'nonsense'" in done.stderr


@pytest.mark.parametrize("name", ["__init__", "failures", "accept"])
def test_what_every_call_imports_is_light(name):
    """At module level there is nothing of ours but what is light itself."""
    light = ("mailgate", "mailgate.cli", "mailgate.cli.failures", "mailgate.config.light")
    light += ("mailgate.intake", "mailgate.intake.handover")
    tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    imported = {each.module for each in tree.body if isinstance(each, ast.ImportFrom)}
    assert {each for each in imported if each and each.startswith("mailgate")} <= set(light)
