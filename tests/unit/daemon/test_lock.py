import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailgate.daemon import lock


def test_a_lock_is_held_until_it_is_let_go(tmp_path: Path) -> None:
    """The second is refused with the file and the process; afterwards it is free."""
    path = tmp_path / "new" / "mailgate.lock"
    held = lock.take(path)
    with pytest.raises(lock.TakenError) as refused:
        lock.take(path)
    assert f"{path}: another mailgate daemon (process {os.getpid()})" in str(refused.value)
    held.close()
    with lock.take(path):
        assert path.read_text() == f"{os.getpid()}\n"


def test_a_lock_does_not_outlive_its_process(tmp_path: Path) -> None:
    """However the daemon ends, nothing has to be removed by hand."""
    path = tmp_path / "mailgate.lock"
    script = (
        "import os, sys, pathlib; from mailgate.daemon import lock;"
        " lock.take(pathlib.Path(sys.argv[1])); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert done.returncode == -9 and path.exists()
    lock.take(path).close()


@pytest.mark.parametrize("content", ["", "not a number at all, and long", "\n"])
def test_a_lock_file_may_say_anything(tmp_path: Path, content: str) -> None:
    """Who holds it is told as far as it is known."""
    path = tmp_path / "mailgate.lock"
    held = lock.take(path)
    path.write_text(content)
    with pytest.raises(lock.TakenError, match="process "):
        lock.take(path)
    held.close()


def test_a_lock_that_cannot_be_written_is_an_error_of_the_system(tmp_path: Path) -> None:
    """A file where the directory should be."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        lock.take(tmp_path / "file" / "mailgate.lock")


def test_a_daemon_keeps_its_name(tmp_path: Path) -> None:
    """The same after each start, another in each directory."""
    name = lock.name_of(tmp_path)
    assert len(name) == 16 and lock.name_of(tmp_path) == name
    other = tmp_path / "other"
    other.mkdir()
    assert lock.name_of(other) != name


@pytest.mark.parametrize("left", ["", "\n"])
def test_a_name_that_was_not_written_is_made_again(tmp_path: Path, left: str) -> None:
    """A crash or a full disk at the first start makes no two daemons of one name."""
    (tmp_path / "daemon.id").write_text(left)
    name = lock.name_of(tmp_path)
    assert len(name) == 16 and lock.name_of(tmp_path) == name
    assert [each.name for each in tmp_path.iterdir()] == ["daemon.id"]
