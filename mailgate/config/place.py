"""Which file is the configuration; light, because every command begins with it."""

import os
from pathlib import Path

SYSTEM = Path("/etc/mailgate/mailgate.toml")
STATE = Path("/var/lib/mailgate")


def find(given: Path | None) -> Path:
    """Return the configuration file: `-c FILE`, MAILGATE_CONFIG, mailgate.toml here, or /etc.

    What is named need not exist; where nothing is named and nothing lies here, the answer is the
    file of the system, and loading it says that it is missing.
    """
    if given is not None:
        return given
    named = os.environ.get("MAILGATE_CONFIG", "")
    if named:
        return Path(named)
    here = Path("mailgate.toml")
    return here if here.exists() else SYSTEM


def default_state(path: Path) -> Path:
    """Return where state is kept unless the file says so: beside it, or /var/lib/mailgate."""
    folder = path.absolute().parent
    return STATE if folder == SYSTEM.parent else folder
