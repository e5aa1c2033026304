"""The bytes of a message while it comes in."""

import errno
import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailgate.intake.content import Content, remove_stale

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize("octets", [0, 1, 99, 100, 101, 250, 1000])
@pytest.mark.parametrize("step", [1, 7, 100, 1000])
def test_octets_come_out_as_they_went_in(tmp_path: Path, octets: int, step: int) -> None:
    """In memory or in a file: same octets, same size, same digest, in pieces as asked for."""
    raw = bytes(i % 256 for i in range(octets))
    with Content(tmp_path, max_in_memory_bytes=100) as content:
        for start in range(0, octets, step):
            content.write(raw[start : start + step])
        content.finish()
        assert content.spilled == (octets > 100)
        assert content.size == octets
        assert content.sha256 == hashlib.sha256(raw).hexdigest()
        for _ in range(2):
            pieces = list(content.chunks(max_bytes=64))
            assert b"".join(pieces) == raw
            assert all(0 < len(piece) <= 64 for piece in pieces)
        assert content.head(10) == raw[:10]


def test_a_large_message_leaves_no_name_in_the_directory(tmp_path: Path) -> None:
    """A crash can leave nothing, since the file has no name while it is in use."""
    with Content(tmp_path, max_in_memory_bytes=10) as content:
        content.write(b"x" * 100)
        assert list(tmp_path.iterdir()) == []


def test_nothing_is_added_to_what_is_finished_or_closed(tmp_path: Path) -> None:
    """Size and digest are final once it is handed over."""
    finished, closed = Content(tmp_path), Content(tmp_path)
    finished.finish()
    closed.close()
    closed.close()
    for content in (finished, closed):
        with pytest.raises(ValueError, match="no more octets"):
            content.write(b"x")
    with pytest.raises(ValueError, match="closed"):
        closed.head(1)


def test_a_missing_directory_surfaces_when_a_message_grows(tmp_path: Path) -> None:
    """A fault of the disk is an OSError for the caller, and small mail does not notice."""
    content = Content(tmp_path / "gone", max_in_memory_bytes=10)
    content.write(b"small")
    with pytest.raises(OSError) as caught:
        content.write(b"x" * 100)
    assert caught.value.errno == errno.ENOENT


def test_only_old_files_of_our_own_naming_are_removed(tmp_path: Path) -> None:
    """What another program keeps there, and what is young, is left alone."""
    for name, age in {
        "incoming-a.tmp": timedelta(hours=2),
        "incoming-b.tmp": timedelta(minutes=59),
        "other.tmp": timedelta(days=9),
        "incoming-c.eml": timedelta(days=9),
    }.items():
        path = tmp_path / name
        path.touch()
        seconds = (NOW - age).timestamp()
        os.utime(path, (seconds, seconds))
    assert remove_stale(tmp_path, NOW) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "incoming-b.tmp",
        "incoming-c.eml",
        "other.tmp",
    ]
