"""Small rooms: how long a file and a function may be, and by name what is longer and why."""

import ast
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40
MEDIAN_FUNCTION_LINES = 10

# Path or path:function, and the reason why it may be longer. What has shrunk again must leave.
EXCEPTIONS: dict[str, str] = {}


@dataclass(frozen=True)
class Room:
    """A file or a function, and how many lines it has, docstring and all."""

    name: str
    lines: int


def python_files() -> list[Path]:
    """Return the files of the package; a migration is a list of tables and as long as that is."""
    return [
        path for path in sorted((ROOT / "mailgate").rglob("*.py")) if path.parent.name != "versions"
    ]


def name_of(path: Path) -> str:
    """Return a path as it reads from the root of the project."""
    return path.relative_to(ROOT).as_posix()


def files() -> list[Room]:
    """Return every file with its length."""
    return [Room(name_of(path), len(path.read_text().splitlines())) for path in python_files()]


def functions() -> list[Room]:
    """Return every function and method with its length, those inside others apart."""
    return [room for path in python_files() for room in _functions_of(path)]


def _functions_of(path: Path) -> Iterator[Room]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield Room(f"{name_of(path)}:{node.name}", lines)


def too_long() -> dict[str, int]:
    """Return what is longer than a room should be, by name."""
    rooms = [room for room in files() if room.lines > MAX_FILE_LINES]
    rooms += [room for room in functions() if room.lines > MAX_FUNCTION_LINES]
    return {room.name: room.lines for room in rooms}


def test_rooms_are_small_or_have_a_reason():
    """A file has at most 300 lines and a function 40, or it is named above with a reason."""
    assert {name: lines for name, lines in too_long().items() if name not in EXCEPTIONS} == {}


def test_exceptions_are_still_needed():
    """What is small again is taken off the list, and every exception says why."""
    assert set(EXCEPTIONS) - set(too_long()) == set()
    assert all(EXCEPTIONS.values())


def test_most_functions_are_a_few_lines():
    """Half of all functions have fewer than ten lines."""
    assert statistics.median(room.lines for room in functions()) < MEDIAN_FUNCTION_LINES
