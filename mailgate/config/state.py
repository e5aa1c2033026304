"""`[gateway] state`: where the daemon keeps what must survive it."""

from pathlib import Path

from mailgate.config import values
from mailgate.config.place import default_state
from mailgate.config.reader import Table


def read_state(table: Table) -> Path:
    """Return the directory of the database, the local socket and files on their way in."""
    path = table.sheet.path
    state = table.take("state", values.path_from(path.absolute().parent), default_state(path))
    if state.exists() and not state.is_dir():
        table.fault("state", f"{table.sheet.printed(state)} is no directory", "name a directory")
    return state
