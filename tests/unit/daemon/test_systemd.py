import socket
from pathlib import Path

import pytest

from mailgate.daemon import systemd


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> socket.socket:
    """Give the socket on which a service manager would listen."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listening.bind(str(tmp_path / "notify"))
    listening.settimeout(5)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    return listening


def test_lines_arrive_as_one_datagram(manager: socket.socket) -> None:
    """As sd_notify(3) asks."""
    systemd.notify("READY=1", "STATUS=żółw")
    assert manager.recv(4096) == "READY=1\nSTATUS=żółw".encode()
    manager.close()


def test_the_abstract_namespace_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that begins with @ is no file."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0mailgate-test-notify")
        listening.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", "@mailgate-test-notify")
        systemd.notify("STOPPING=1")
        assert listening.recv(4096) == b"STOPPING=1"


@pytest.mark.parametrize("name", [None, "", "/nowhere/at/all", "@nobody-listens", "x" * 500])
def test_without_a_manager_nothing_happens(
    monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    """Telling never fails."""
    if name is None:
        monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    else:
        monkeypatch.setenv("NOTIFY_SOCKET", name)
    systemd.notify("READY=1")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [(None, None), ("", None), ("30000000", 30.0), ("-1", None), ("abc", None), ("１", None)],
)
def test_the_watchdog_says_how_often(
    monkeypatch: pytest.MonkeyPatch, text: str | None, seconds: float | None
) -> None:
    """In seconds; what is no number is no watchdog."""
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    if text is not None:
        monkeypatch.setenv("WATCHDOG_USEC", text)
    assert systemd.watchdog_seconds() == seconds
