"""Passwords: from a file, an environment variable or a systemd credential, never in the text.

Nothing here quotes a value, since it could be the password itself.
"""

import os
import re
from pathlib import Path

from mailgate.config.keyfile import read_guarded
from mailgate.config.reader import Table

_WAYS = ("file", "env", "credential")
_INSTEAD = (
    'write {} = {{ file = "/path" }}, {{ env = "NAME" }} or {{ credential = "name" }} of systemd'
)
_CREDENTIAL = re.compile(r"[A-Za-z0-9_.@-]{1,255}")


def read_password(
    table: Table, key: str = "password", *, lent: bool = True, whole: bool = False
) -> str | None:
    """Return the password a table names, None where it names none or there is a fault.

    lent: whether this process must have what its environment lends it (variables, credentials);
    where not, what is absent is a warning, since the daemon's environment may have it.
    whole: for keys and certificates, which are more than one line.
    """
    if not table.has(key):
        table.take(key, lambda value: value, None)
        return None
    if not isinstance(table.take(key, lambda value: value, None), dict):
        table.fault(key, "stands in the file itself", _INSTEAD.format(key))
        return None
    source = table.table(key)
    named = {way: source.take(way, _name, "") for way in _WAYS}
    given = {way: name for way, name in named.items() if source.has(way)}
    source.close()
    if len(given) != 1:
        table.fault(key, "needs one source", _INSTEAD.format(key))
        return None
    way, name = next(iter(given.items()))
    if not name:
        source.fault(way, "is no name", _INSTEAD.format(key))
        return None
    return _read(source, way, name, lent, whole)


def _read(source: Table, way: str, name: str, lent: bool, whole: bool) -> str | None:
    match way:
        case "file":
            return _from_file(source, way, source.sheet.folder / name, whole)
        case "env":
            found = os.environ.get(name)
            if not found:
                missing = f"the environment variable {name} is not set"
                _absent(source, way, missing, "set it before the daemon starts", lent)
            return found or None
        case _:
            folder = os.environ.get("CREDENTIALS_DIRECTORY")
            if not _CREDENTIAL.fullmatch(name):
                source.fault(way, "is no name of a credential", "use letters, digits, - _ . @")
                return None
            if not folder:
                missing = "only systemd gives credentials, and did not start this process"
                _absent(
                    source,
                    way,
                    missing,
                    f"write LoadCredential={name}:/path in the unit and start that",
                    lent,
                )
                return None
            return _from_file(source, way, Path(folder) / name, whole)


def _from_file(source: Table, way: str, path: Path, whole: bool) -> str | None:
    text = read_guarded(path)
    if isinstance(text, tuple):
        source.fault(way, *text)
        return None
    if whole:
        return text
    password = text.rstrip("\r\n")
    if not password or "\n" in password or "\0" in password:
        source.fault(way, f"{path} is not one line of text", "write the password alone into it")
        return None
    return password


def _absent(source: Table, way: str, missing: str, instead: str, lent: bool) -> None:
    if lent:
        source.fault(way, missing, instead)
    else:
        source.sheet.warn((*source.key, way), f"{missing} here; {instead}")


def _name(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
