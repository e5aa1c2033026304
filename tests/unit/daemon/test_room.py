from pathlib import Path
from types import SimpleNamespace

import pytest

from mailgate.daemon import room
from mailgate.daemon.room import Room


def test_every_place_must_have_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """As much as is needed is enough, one octet less in one of them is not."""
    free = {Path("/state"): 100, Path("/database"): 50}
    monkeypatch.setattr("shutil.disk_usage", lambda place: SimpleNamespace(free=free[place]))
    assert Room(free, 50)()
    assert not Room(free, 51)()


def test_the_disks_are_not_asked_for_every_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, until it is time to look again."""
    asked: list[Path] = []
    monkeypatch.setattr(
        "shutil.disk_usage", lambda place: asked.append(place) or SimpleNamespace(free=1)
    )
    enough = Room([Path("/state")], 1)
    assert enough() and enough() and len(asked) == 1
    monkeypatch.setattr(room, "_LOOK_AGAIN_SECONDS", -1.0)
    assert enough() and len(asked) == 2


def test_a_place_that_is_gone_is_an_error_of_the_system(tmp_path: Path) -> None:
    """The reception makes a temporary refusal of it."""
    with pytest.raises(FileNotFoundError):
        Room([tmp_path / "gone"], 1)()
