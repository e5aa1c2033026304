"""A folder with a good secret file, in which a test writes its configuration."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.config.samples import SECRET, guarded


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the working directory: it holds a good secret file, and the environment nothing."""
    for name in ("MAILGATE_CONFIG", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    guarded(tmp_path / "secret", SECRET)
    return tmp_path


@pytest.fixture
def write(folder: Path) -> Callable[[str], Path]:
    """Write a configuration there, and return its relative path."""

    def write(text: str) -> Path:
        (folder / "mailgate.toml").write_text(text, encoding="utf-8")
        return Path("mailgate.toml")

    return write


@pytest.fixture
def copy(folder: Path) -> Callable[[Path], Path]:
    """Copy a wrong configuration there, and return its relative path.

    A checkout keeps no file modes, so files called secret* are closed to others here and all else
    is open to everybody.
    """

    def copy(case: Path) -> Path:
        for source in case.iterdir():
            target = folder / source.name
            shutil.copyfile(source, target)
            target.chmod(0o600 if source.name.startswith("secret") else 0o644)
        return Path("mailgate.toml")

    return copy
