"""The secret file: lines `key-id base64`; the first signs, all verify.

Says what is wrong by line and never quotes what stands there.
"""

import base64
import binascii
import re
import secrets
from pathlib import Path

from mailgate.config.faults import Fault
from mailgate.tokens import Keys

SECRET_BYTES = 32
_LEAST_BYTES = 16
_KEY_ID = re.compile(r"[a-z0-9]{1,8}")
_INSTEAD = "write `key-id base64`, as `mailgate init` does"
_OTHERS = 0o007
_MAX_FILE_BYTES = 65_536


def new_key(key_id: str) -> str:
    """Return a line for a secret file, with a secret nobody has had before."""
    return f"{key_id} {base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode('ascii')}\n"


def read_guarded(path: Path) -> str | tuple[str, str]:
    """Return the text of a file that holds a secret, or what is wrong and what to do.

    Refused is what others than owner and group may read or change.
    """
    try:
        with path.open("rb") as file:
            mode = path.stat().st_mode
            octets = file.read(_MAX_FILE_BYTES)
    except FileNotFoundError:
        return f"{path} does not exist", "make the file, or name the right one"
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}", "let the user of the daemon read it"
    if mode & _OTHERS:
        return f"{path} is open to everybody (mode {mode & 0o777:o})", f"chmod 600 {path}"
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return f"{path} is not text", "write UTF-8"


def read_keys(path: Path, text: str) -> tuple[Keys, list[Fault]]:
    """Return the keys of a secret file and what is wrong in it."""
    entries: list[tuple[str, bytes]] = []
    faults: list[Fault] = []
    for line, row in enumerate(text.splitlines(), start=1):
        if not row.strip() or row.lstrip().startswith("#"):
            continue
        entry = _entry(row, {key_id for key_id, _ in entries})
        if isinstance(entry, str):
            faults.append(Fault(str(path), line, "", entry, _INSTEAD))
        else:
            entries.append(entry)
    if not entries and not faults:
        faults.append(Fault(str(path), 0, "", "holds no key", _INSTEAD))
    return Keys(tuple(entries)), faults


def _entry(row: str, taken: set[str]) -> tuple[str, bytes] | str:
    """Return key id and secret of a line, or what is wrong with it."""
    words = row.split()
    if len(words) != 2:
        return f"has {len(words)} word{'' if len(words) == 1 else 's'}, not two"
    key_id, encoded = words
    if not _KEY_ID.fullmatch(key_id):
        return "the key id is not 1 to 8 lower-case letters and digits"
    if key_id in taken:
        return "the key id is used twice"
    try:
        secret = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return "the secret is not base64"
    if len(secret) < _LEAST_BYTES:
        return f"the secret has {len(secret)} octets, too few to be safe (at least {_LEAST_BYTES})"
    return key_id, secret
