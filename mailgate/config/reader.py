"""Reading a configuration table by table, collecting faults instead of stopping at the first.

Every key is asked for by name; what nobody asked for is unknown, and so the sections are their
own schema. A fault leaves a stand-in behind, so that reading goes on; `Sheet.close` then raises.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from mailgate.config.faults import Fault, Faults
from mailgate.config.lines import Lines
from mailgate.config.lines import Path as Key
from mailgate.config.source import read_text, read_toml
from mailgate.config.wording import close_to, dotted, kind, show

T = TypeVar("T")
D = TypeVar("D")


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
        text = read_text(path)
        self.top = Table(self, (), "", read_toml(path, text))
        self._lines = Lines(text)

    @property
    def folder(self) -> Path:
        """The folder that relative paths in the file start from."""
        return self.path.parent

    def printed(self, path: Path) -> str:
        """Return a path as it reads from where the file was named: relative if that was."""
        absolute = self.folder.absolute()
        return str(self.folder / path.relative_to(absolute) if absolute in path.parents else path)

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
    """One table of a sheet. shape: its dotted key with `*` for freely chosen names.

    values: None where something else stands in its place, whose fault is noted already.
    """

    def __init__(
        self, sheet: Sheet, key: Key, shape: str, values: Mapping[str, Any] | None
    ) -> None:
        self.sheet = sheet
        self.key = key
        self._shape = shape
        self._values = values or {}
        self._is_table = values is not None
        self._known: list[str] = []
        self._missing: dict[str, Fault] = {}

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
            if self._is_table:
                self.fault(name, "is missing", instead)
                self._missing[name] = self.sheet.faults[-1]
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
            values = None
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

    def pairs(self) -> tuple[tuple[str, Any], ...]:
        """Return all keys and values of a table whose keys are values themselves, such as days."""
        return tuple(self._values.items())

    def fault(self, name: str, wrong: str, instead: str) -> None:
        """Note a fault of a key of this table, written or missing."""
        self.sheet.fault((*self.key, name), wrong, instead)

    def close(self) -> None:
        """Note as a fault each key that nobody asked for.

        One that is missing and stands there misspelt is one fault, not two.
        """
        for name in self._values:
            if name in self._known:
                continue
            meant = close_to(name, self._known)
            if meant is None:
                instead = f"remove it; known here: {', '.join(sorted(self._known))}"
            else:
                instead = f"did you mean {meant}?"
            self.fault(name, "unknown key", instead)
            if meant in self._missing:
                self.sheet.faults.remove(self._missing.pop(meant))

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
