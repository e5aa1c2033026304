"""What is kept in the repository says nothing of one machine and leaves nothing for later."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Written so that this file does not find itself.
FORBIDDEN = {
    "the host of a package registry": re.compile(
        r"index[-_]url|https?://[^\s\"'>]+/(simple|packages|pool)/"
        r"|py[p]i\.org|pythonhoste[d]\.org|deb\.debia[n]\.org|npmj[s]\.(org|com)"
    ),
    "a path of one machine": re.compile(r"(?<![\w.~$}-])/(?:work|root)/"),
    "something left for later": re.compile(r"\b(TO[D]O|FIX[M]E|XX[X])\b"),
}


def kept() -> list[Path]:
    """Return the files in the git index."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listing.returncode != 0:
        pytest.skip("this is no git checkout")
    files = [ROOT / name for name in listing.stdout.split("\0") if name]
    return [path for path in files if path.is_file()]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what):
    """No file names a registry's host, a path of the machine it was written on, or a leftover."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in kept()
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if FORBIDDEN[what].search(line)
    ]
    assert found == []


def test_constraints_are_exact_versions():
    """Every constraint is name==version: no index, no URL, nothing that is not pinned."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    loose = [line for line in lines if not re.fullmatch(r"#.*|[\w.-]+==[\w.]+", line)]
    assert loose == []


def test_everything_installed_is_pinned():
    """Each requirement of pyproject.toml has its constraint."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    wanted = {re.match(r"[\w.-]+", each)[0].lower() for group in groups for each in group}
    pinned = re.findall(r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert wanted - {name.lower() for name in pinned} == set()
