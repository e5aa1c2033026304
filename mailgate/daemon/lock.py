"""One daemon to a state directory, and one to an SQLite database.

Locks are the kernel's (flock), so that none outlives its holder, however it ends. The directory
also keeps the daemon's name, under which it finds its own claims again after a crash.
"""

import fcntl
import os
import secrets
from pathlib import Path
from typing import IO


class TakenError(Exception):
    """Another daemon holds the lock; the text says which file."""


def take(path: Path) -> IO[str]:
    """Take a lock file for as long as the returned file is open.

    Raises TakenError where it is held, OSError where it cannot be written.
    """
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    file = path.open("a+", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read(20).strip() or "unknown"
        file.close()
        raise TakenError(
            f"{path}: another mailgate daemon (process {holder}) runs here; "
            "stop it first, or give this one a directory and a database of its own"
        ) from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def name_of(state: Path) -> str:
    """Return the name of the daemon that lives in a state directory, made at its first start."""
    path = state / "daemon.id"
    name = path.read_text(encoding="ascii").strip() if path.exists() else ""
    if not name:
        name = secrets.token_hex(8)
        # Put in place whole: a daemon with half a name, or none, would free another's claims.
        new = path.with_suffix(".new")
        new.write_text(f"{name}\n", encoding="ascii")
        new.replace(path)
    return name
