"""Whoever opens a file is told what each thing in it promises."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "mailgate").rglob("*.py"))
MAX_HEADER_LINES = 12

Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def public(node: ast.AST) -> Iterator[Documented]:
    """Yield public functions and classes, and the public methods of those."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Documented) and not child.name.startswith("_"):
            yield child
            if isinstance(child, ast.ClassDef):
                yield from public(child)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_everything_public_says_what_it_promises(path):
    """Public functions and classes have a docstring, a module a header of twelve lines at most."""
    tree = ast.parse(path.read_text())
    silent = [each.name for each in public(tree) if not ast.get_docstring(each)]
    header = ast.get_docstring(tree) or ""

    assert silent == []
    assert len(header.splitlines()) <= MAX_HEADER_LINES
    assert header or path.name == "__init__.py"
