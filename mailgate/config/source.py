"""The configuration file itself: its text and its values, or why there are none.

What tomllib says of the first error of syntax is kept, and what to write is added.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

from mailgate.config.faults import Fault, Faults

_MAX_FILE_BYTES = 1_000_000
_TOML_NAMES = re.compile(r"\(('[^)]*',?)\)")
_NAME = r"'([^']*)'"
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def read_text(path: Path) -> str:
    """Return the text of the file; Faults where it cannot be read."""
    try:
        with path.open("rb") as file:
            octets = file.read(_MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        instead = "name the file with -c FILE, or write one with `mailgate init`"
        raise Faults([Fault(str(path), 0, "", "no such file", instead)]) from None
    except OSError as error:
        wrong = f"cannot be read: {error.strerror}"
        instead = "name a file that this user may read"
        raise Faults([Fault(str(path), 0, "", wrong, instead)]) from None
    if len(octets) > _MAX_FILE_BYTES:
        raise Faults([Fault(str(path), 0, "", "over 1 MB", "name a configuration with -c FILE")])
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        wrong = f"the octet 0x{octets[error.start]:02x} is not UTF-8"
        raise Faults([Fault(str(path), line, "", wrong, "save the file as UTF-8")]) from None


def read_toml(path: Path, text: str) -> dict[str, Any]:
    """Return the values of the file; Faults with the line of the first error of syntax."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        place = _TOML_PLACE.search(said)
        line, column = (place[1], place[2]) if place is not None else (None, None)
        what = said[: place.start()] if place is not None else said
        what = _TOML_NAMES.sub(lambda names: f"[{'.'.join(re.findall(_NAME, names[1]))}]", what)
        at = f" (column {column})" if column else ""
        number = int(line) if line else text.rstrip("\n").count("\n") + 1
        wrong = f"not TOML: {what[:1].lower()}{what[1:]}{at}"
        raise Faults([Fault(str(path), number, "", wrong, _remedy(what))]) from None
    except RecursionError:
        raise Faults([Fault(str(path), 0, "", "nested too deeply", "write plain tables")]) from None


def _remedy(said: str) -> str:
    match said.split():
        case ["Invalid", "value", *_]:
            return 'put text in quotes: key = "text"'
        case ["Unclosed", "array", *_]:
            return "end the list with ]"
        case ["Illegal", "character", "'\\n'", *_]:
            return "end the text with a quote, or use three for several lines"
        case ["Cannot", "overwrite", *_]:
            return "write each key once"
        case ["Cannot", "declare", *_]:
            return "write each [table] once"
        case ["Expected", "'='", *_] | ["Invalid", "statement", *_]:
            return 'write key = "value", [table], or # before a comment'
        case _:
            return "write TOML 1.0, as config.example.toml does"
