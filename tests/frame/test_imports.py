"""Imports go down and the core stays pure, by machine."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACTS = {each["id"]: each for each in PROJECT["tool"]["importlinter"]["contracts"]}

# What the core may not ask: the time of day and chance come as arguments.
ASKING = {"now", "utcnow", "today", "getenv", "urandom", "open", "make_msgid", "localtime"}


def pure_files() -> list[Path]:
    """Return the files whose branches are all covered, as the coverage settings name them."""
    run = PROJECT["tool"]["coverage"]["run"]
    found = {path for pattern in run["include"] for path in ROOT.glob(pattern)}
    return sorted(found - {ROOT / path.split("#")[0] for path in run["omit"]})


def contract_files() -> list[Path]:
    """Return the files of the modules that the contract calls pure."""
    modules = [ROOT / name.replace(".", "/") for name in CONTRACTS["pure"]["source_modules"]]
    files = [path.with_suffix(".py") for path in modules if not path.is_dir()]
    packages = [file for path in modules if path.is_dir() for file in path.glob("*.py")]
    return sorted({*files, *packages})


def test_the_import_contracts_hold():
    """No module imports from above, and the core imports no socket, no table, no clock."""
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_same_modules_are_pure_and_covered():
    """What the contract calls pure is what must be covered to the last branch, and all of it."""
    worker = ROOT / "mailgate/message/worker.py"
    assert set(contract_files()) - {worker} == set(pure_files())


@pytest.mark.parametrize("path", pure_files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_core_asks_nothing(path):
    """A pure module calls nothing that reads the time, chance, a file or the environment."""
    tree = ast.walk(ast.parse(path.read_text()))
    called = [node.func for node in tree if isinstance(node, ast.Call)]
    names = {each.attr for each in called if isinstance(each, ast.Attribute)}
    names |= {each.id for each in called if isinstance(each, ast.Name)}
    assert names & ASKING == set()
