"""Every attack that is known has a test that names it; reliability.md numbers them."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
MARK = "@ attack "

IDENTITY, LOOPS, PROTOCOL = range(1, 17), range(20, 30), range(30, 46)
CONTENT, MAILBOXES = range(50, 74), range(80, 91)
MUST_BE_NAMED = {f"A{number:02}" for numbers in (IDENTITY, LOOPS, PROTOCOL) for number in numbers}
KNOWN = MUST_BE_NAMED | {f"A{number:02}" for numbers in (CONTENT, MAILBOXES) for number in numbers}


def marked_in(source: str) -> Iterator[str]:
    """Yield the ids that a file of tests names in `pytest.mark.attack(...)`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.attack":
            for argument in node.args:
                if isinstance(argument, ast.Constant):
                    yield str(argument.value)


def named() -> dict[str, list[str]]:
    """Return the files that name each attack, those of written dialogues among them."""
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for each in marked_in(path.read_text(encoding="utf-8")):
            found.setdefault(each, []).append(path.name)
    for path in sorted((TESTS / "dialogues").glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            for each in line.removeprefix(MARK).split() if line.startswith(MARK) else ():
                found.setdefault(each, []).append(path.name)
    return found


def test_every_attack_has_a_test():
    """What nobody tries, nobody keeps out."""
    assert MUST_BE_NAMED - set(named()) == set()


def test_every_mark_is_of_an_attack_that_is_known():
    """A slip of the pen keeps nothing out."""
    assert {each: files for each, files in named().items() if each not in KNOWN} == {}


def test_marks_are_found_wherever_they_stand():
    """On a test, on all of a file, on one of its cases; not in what only looks like one."""
    source = """
pytestmark = [pytest.mark.attack("A01"), pytest.mark.slow]
CASES = [pytest.param(1, marks=pytest.mark.attack("A02"))]
@pytest.mark.attack("A03", "A04")
def test_it(): "@pytest.mark.attack('A05')"
def attack(number): return pytest.mark.attack(number)
"""
    assert sorted(marked_in(source)) == ["A01", "A02", "A03", "A04"]
