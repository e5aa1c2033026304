from pathlib import Path

import pytest

from mailgate.config import find
from mailgate.config.place import default_state


@pytest.mark.parametrize(
    ("given", "environment", "here", "found"),
    [
        ("a.toml", "b.toml", True, "a.toml"),
        (None, "b.toml", True, "b.toml"),
        (None, "", True, "mailgate.toml"),
        (None, None, True, "mailgate.toml"),
        (None, None, False, "/etc/mailgate/mailgate.toml"),
    ],
)
def test_the_nearest_name_wins(given, environment, here, found, folder, monkeypatch):
    """`-c`, then the environment, then the file here, then the one of the system."""
    if environment is not None:
        monkeypatch.setenv("MAILGATE_CONFIG", environment)
    if here:
        (folder / "mailgate.toml").touch()
    assert find(Path(given) if given else None) == Path(found)


@pytest.mark.parametrize(
    ("path", "state"),
    [
        ("/etc/mailgate/mailgate.toml", "/var/lib/mailgate"),
        ("/srv/desk/mailgate.toml", "/srv/desk"),
        ("/etc/mailgate/second/mailgate.toml", "/etc/mailgate/second"),
    ],
)
def test_state_lies_beside_the_file_but_not_in_etc(path, state):
    """What the daemon keeps never goes to /etc by default."""
    assert default_state(Path(path)) == Path(state)
