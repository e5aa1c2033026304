"""Telling systemd how we are (sd_notify(3)): a datagram to the socket it names, or nothing.

Never fails: without systemd, or when it does not listen, the daemon goes on all the same.
"""

import contextlib
import os
import socket


def notify(*lines: str) -> None:
    """Send state lines such as READY=1 to the service manager, if there is one."""
    name = os.environ.get("NOTIFY_SOCKET", "")
    if not name:
        return
    # A leading @ stands for the abstract namespace, which begins with NUL.
    address = "\0" + name[1:] if name.startswith("@") else name
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to_manager,
    ):
        to_manager.sendto("\n".join(lines).encode(), address)


def watchdog_seconds() -> float | None:
    """Return within how many seconds a sign of life is expected, None where none is."""
    text = os.environ.get("WATCHDOG_USEC", "")
    return int(text) / 1_000_000 if text.isascii() and text.isdigit() else None
