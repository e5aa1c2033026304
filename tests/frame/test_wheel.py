"""A wheel has all that the daemon needs besides its code, and finds it where it is unpacked."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

FIND = """
import json, mailgate
from mailgate.replies.templates import shipped_templates
languages = [folder for folder in shipped_templates().iterdir() if folder.is_dir()]
names = [f"{folder.name}/{template.name}" for folder in languages for template in folder.iterdir()]
print(json.dumps([mailgate.__file__, sorted(names)]))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Build a wheel as a packager would, without network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


def test_a_wheel_has_code_templates_migrations_and_example(wheel):
    """Nothing of mailgate/ and templates/ is left out, and nothing of the tests comes along."""
    names = set(zipfile.ZipFile(wheel).namelist())
    code = {path for path in (ROOT / "mailgate").rglob("*") if path.suffix in {".py", ".mako"}}
    expected = {path.relative_to(ROOT).as_posix() for path in code}
    expected |= {
        f"mailgate/{path.relative_to(ROOT).as_posix()}"
        for path in (ROOT / "templates").rglob("*")
        if path.is_file()
    }
    assert expected - names == set()
    assert "mailgate/config.example.toml" in names
    assert {name for name in names if "/migrations/versions/" in name}
    assert not {name for name in names if name.startswith(("tests", "systemd", "templates"))}


def test_templates_are_found_in_a_wheel_and_in_a_checkout(wheel, tmp_path):
    """The same templates are shipped, whichever way mailgate got onto the machine."""
    zipfile.ZipFile(wheel).extractall(tmp_path)
    origin, unpacked = find_templates(tmp_path)
    assert Path(origin).is_relative_to(tmp_path)

    origin, checkout = find_templates(ROOT)
    assert Path(origin).is_relative_to(ROOT / "mailgate")

    assert unpacked == checkout
    assert {"pl/received.txt", "en/received.txt", "pl/received.html"} <= set(unpacked)


def find_templates(where: Path) -> tuple[str, list[str]]:
    """Return which mailgate a program started with `where` on its path has, and its templates."""
    done = subprocess.run(
        [sys.executable, "-c", FIND],
        cwd="/",
        env={**os.environ, "PYTHONPATH": str(where)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    origin, names = json.loads(done.stdout)
    return origin, names
