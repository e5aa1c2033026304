"""Reading a configuration table by table, collecting faults instead of stopping at the first.

Every key is asked for by name; what nobody asked for is unknown, and so the sections are their
own schema. A fault leaves a stand-in behind, so that reading goes on; `Sheet.close` then raises.
"""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from mailgate.config.faults import Fault, Faults
from mailgate.config.lines import Lines
from mailgate.config.lines import Path as Key

T = TypeVar("T")
D = TypeVar("D")

_MAX_FILE_BYTES = 1_000_000
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class Unfit(Exception):
    """A value that cannot be used. instead: what to write."""

    def __init__(self, wrong: str, instead: str) -> None:
        self.wrong = wrong
        self.instead = instead
        super().__init__(f"{wrong}; {instead}")


class Sheet:
    """One configuration file while it is read.

    asked and present: keys by shape, such as `department.*.name`, for the test that holds the
    example against what is read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[Fault] = []
        self.warnings: list[str] = []
        self.asked: set[str] = set()
        self.present: set[str] = set()
        text = _text(path)
        self.top = Table(self, (), "", _toml(path, text))
        self._lines = Lines(text)

    @property
    def folder(self) -> Path:
        """The folder that relative paths in the file start from."""
        return self.path.parent

    def line(self, key: Key) -> int:
        """Return the line of a key."""
        return self._lines.of(key)

    def fault(self, key: Key, wrong: str, instead: str) -> None:
        """Note a fault of a key."""
        self.faults.append(Fault(str(self.path), self.line(key), dotted(key), wrong, instead))

    def warn(self, key: Key, what: str) -> None:
        """Note what works, but probably not as meant."""
        self.warnings.append(f"{self.path}:{self.line(key)}: {dotted(key)}: {what}")

    def close(self) -> None:
        """Raise Faults if there are any, in the order of the lines."""
        if self.faults:
            raise Faults(sorted(self.faults, key=lambda fault: (fault.file, fault.line)))


class Table:
    """One table of a sheet. shape: its dotted key with `*` for freely chosen names."""

    def __init__(self, sheet: Sheet, key: Key, shape: str, values: Mapping[str, Any]) -> None:
        self.sheet = sheet
        self.key = key
        self._shape = shape
        self._values = values
        self._known: list[str] = []

    def has(self, name: str) -> bool:
        """Say whether a key is written."""
        return name in self._values

    def take(self, name: str, read: Callable[[object], T], default: D) -> T | D:
        """Return a key as `read` understands it, or the default where it is missing or wrong."""
        self._ask(name)
        if name not in self._values:
            return default
        return self._read(name, read, default)

    def need(self, name: str, read: Callable[[object], T], stand_in: D, instead: str) -> T | D:
        """Return a key that must be there; missing or wrong, the stand-in and a fault."""
        self._ask(name)
        if name not in self._values:
            self.fault(name, "is missing", instead)
            return stand_in
        return self._read(name, read, stand_in)

    def each(self, name: str, read: Callable[[object], T]) -> tuple[tuple[int, T], ...]:
        """Return the readable elements of a list with their positions; () where it is missing."""
        self._ask(name)
        values = self._values.get(name, [])
        if not isinstance(values, list):
            self.fault(name, f"is {kind(values)}, not a list", f"write {name} = [{show(values)}]")
            return ()
        found = []
        for position, value in enumerate(values):
            try:
                found.append((position, read(value)))
            except Unfit as unfit:
                self.sheet.fault((*self.key, name, position), unfit.wrong, unfit.instead)
        return tuple(found)

    def table(self, name: str) -> "Table":
        """Return a table within, an empty one where it is missing or no table."""
        self._ask(name)
        values = self._values.get(name, {})
        if not isinstance(values, dict):
            path = dotted((*self.key, name))
            self.fault(name, f"is {kind(values)}, not a table", f"write a table [{path}]")
            values = {}
        return Table(self.sheet, (*self.key, name), self._shape_of(name), values)

    def tables(self, name: str) -> tuple["Table", ...]:
        """Return an array of tables, () where it is missing."""
        self._ask(name)
        values = self._values.get(name, [])
        if not (isinstance(values, list) and all(isinstance(value, dict) for value in values)):
            self.fault(name, "is not an array of tables", f"head each entry with [[{name}]]")
            return ()
        shape = self._shape_of(name)
        return tuple(
            Table(self.sheet, (*self.key, name, position), shape, value)
            for position, value in enumerate(values)
        )

    def named(self) -> tuple[tuple[str, "Table"], ...]:
        """Return the tables within whose names the operator chose, with their names."""
        found = []
        for name, value in self._values.items():
            if isinstance(value, dict):
                key = (*self.key, name)
                found.append((name, Table(self.sheet, key, self._shape_of("*"), value)))
            else:
                path = dotted((*self.key, "NAME"))
                self.fault(name, "is not a table", f"write it below a head [{path}]")
        return tuple(found)

    def pairs(self) -> tuple[tuple[str, object], ...]:
        """Return all keys and values of a table whose keys are values themselves, such as days."""
        return tuple(self._values.items())

    def fault(self, name: str, wrong: str, instead: str) -> None:
        """Note a fault of a key of this table, written or missing."""
        self.sheet.fault((*self.key, name), wrong, instead)

    def close(self) -> None:
        """Note as a fault each key that nobody asked for."""
        for name in self._values:
            if name not in self._known:
                self.fault(name, "unknown key", _did_you_mean(name, self._known))

    def _ask(self, name: str) -> None:
        if name not in self._known:
            self._known.append(name)
        self.sheet.asked.add(self._shape_of(name))
        if name in self._values:
            self.sheet.present.add(self._shape_of(name))

    def _shape_of(self, name: str) -> str:
        return f"{self._shape}.{name}" if self._shape else name

    def _read(self, name: str, read: Callable[[object], T], default: D) -> T | D:
        try:
            return read(self._values[name])
        except Unfit as unfit:
            self.fault(name, unfit.wrong, unfit.instead)
            return default


def dotted(key: Key) -> str:
    """Return a key as it is printed: `department.dynamics.addresses[2]`, counted from 1."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            name = part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else show(part)
            text += f".{name}" if text else name
    return text


def show(value: object) -> str:
    """Return a value as the operator wrote it, or nearly so, on one line and not too long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = "".join(sign if sign.isprintable() else "?" for sign in text)
    return text if len(text) <= 60 else f"{text[:57]}…"


def kind(value: object) -> str:
    """Return what sort of TOML value this is, in words."""
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return "a date or time"


def close_to(name: str, known: list[str]) -> str | None:
    """Return the known name that was probably meant, or None."""
    import difflib  # noqa: PLC0415 - only when something is wrong

    folded = {other.lower(): other for other in known}
    found = difflib.get_close_matches(name.lower(), list(folded), n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def _did_you_mean(name: str, known: list[str]) -> str:
    meant = close_to(name, known)
    if meant is not None:
        return f"did you mean {meant}?"
    return f"remove it; known here: {', '.join(known)}" if known else "remove it"


def _text(path: Path) -> str:
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


def _toml(path: Path, text: str) -> dict[str, Any]:
    """Return the values of the file; Faults with the line of the first error of syntax."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        place = _TOML_PLACE.search(said)
        line, column = (place[1], place[2]) if place is not None else (None, None)
        what = said[: place.start()] if place is not None else said
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
        case ["Cannot", "overwrite", *_]:
            return "write each key once"
        case ["Cannot", "declare", *_]:
            return "write each [table] once"
        case ["Expected", "'='", *_] | ["Invalid", "statement", *_]:
            return 'write key = "value", [table], or # before a comment'
        case _:
            return "write TOML 1.0, as config.example.toml does"
