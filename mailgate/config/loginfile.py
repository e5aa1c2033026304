"""listener.smtp.logins_file: lines `address hash`, as `mailgate password` makes them.

Says what is wrong by line and never quotes what stands there.
"""

from pathlib import Path

from mailgate.config import values
from mailgate.config.faults import Fault
from mailgate.config.keyfile import read_guarded
from mailgate.config.reader import Table, Unfit
from mailgate.intake.logins import Hash, Logins, read_hash
from mailgate.message.address import canonical

_KEY = "logins_file"
_INSTEAD = "write `address hash`, as `mailgate password ADDRESS` prints it"


def read_logins(table: Table, *, tls: bool) -> Logins | None:
    """Return who may sign in, None without a file or with a fault in it.

    tls: whether the listener has a certificate; without one nobody could sign in.
    """
    path = table.take(_KEY, values.path_from(table.sheet.folder), None)
    if path is None:
        return None
    if not (tls or table.has("tls_certificate") or table.has("tls_key")):
        table.fault(
            _KEY,
            "stands without tls_certificate",
            "write tls_certificate and tls_key, or remove it",
        )
    text = read_guarded(path)
    if isinstance(text, tuple):
        table.fault(_KEY, *text)
        return None
    logins, faults = _read(path, text)
    table.sheet.faults.extend(faults)
    return None if faults else logins


def _read(path: Path, text: str) -> tuple[Logins, list[Fault]]:
    hashes: dict[str, Hash] = {}
    faults: list[Fault] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        entry = _entry(line, hashes)
        if isinstance(entry, str):
            faults.append(Fault(str(path), number, "", entry, _INSTEAD))
        else:
            hashes[entry[0]] = entry[1]
    if not hashes and not faults:
        faults.append(Fault(str(path), 0, "", "holds no login", _INSTEAD))
    return Logins(hashes), faults


def _entry(line: str, taken: dict[str, Hash]) -> tuple[str, Hash] | str:
    """Return address and hash of a line, or what is wrong with it."""
    words = line.split()
    if len(words) != 2:
        return f"has {len(words)} word{'' if len(words) == 1 else 's'}, not two"
    try:
        address = canonical(values.address(words[0]))
    except Unfit:
        return "does not begin with a plain address"
    if address in taken:
        return "the address has a line already"
    found = read_hash(words[1])
    return "the second word is no such hash" if found is None else (address, found)
