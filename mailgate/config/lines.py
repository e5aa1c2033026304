"""Where in a TOML file a key stands: tomllib reads the values and forgets the lines.

Works on text that tomllib has accepted, and so takes the grammar for granted. A path holds
names, and from 0 the position in an array; ("agent", 1, "name") is the name of the second
[[agent]]. What cannot be found has the line of what surrounds it.
"""

import re
from collections.abc import Mapping

Path = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BASIC = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_LITERAL = re.compile(r"'([^'\n]*)'")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")'
    r"|'''.*?'{3,5}(?!')"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SCALAR = re.compile(r"[^,\]}#\n]*")
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)")
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}


class Lines:
    """The lines of every table, key and array element of one file."""

    def __init__(self, text: str) -> None:
        self._found: Mapping[Path, int] = _Scan(text).found

    def of(self, path: Path) -> int:
        """Return the line of a path, or of the nearest that surrounds it; 1 where none does."""
        while path and path not in self._found:
            path = path[:-1]
        return self._found.get(path, 1)


class _Scan:
    """One walk through the text; `found` is filled on the way, the first place of a path kept."""

    def __init__(self, text: str) -> None:
        self.found: dict[Path, int] = {}
        self._text = text.replace("\r\n", "\n")
        self._at = 0
        self._line = 1
        self._counted = 0
        self._arrays: dict[Path, int] = {}
        table: Path = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _header(self) -> Path:
        """Read `[a.b]` or `[[a.b]]` and return the path that the keys below it share."""
        line = self._here()
        is_array = self._text.startswith("[[", self._at)
        self._at += 2 if is_array else 1
        names = self._names()
        self._at += 2 if is_array else 1
        path: Path = ()
        for position, name in enumerate(names):
            path = (*path, name)
            if is_array and position == len(names) - 1:
                self.found.setdefault(path, line)
                self._arrays[path] = self._arrays.get(path, -1) + 1
            if path in self._arrays:
                path = (*path, self._arrays[path])
            self.found.setdefault(path, line)
        return path

    def _pair(self, table: Path) -> None:
        """Read `key = value` and note every part of a dotted key."""
        line = self._here()
        path = table
        for name in self._names():
            path = (*path, name)
            self.found.setdefault(path, line)
        self._at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(path)

    def _names(self) -> list[str]:
        """Read a dotted key up to the equals sign or bracket behind it."""
        names = []
        while True:
            self._skip(_SPACE)
            names.append(self._name())
            self._skip(_SPACE)
            if not self._text.startswith(".", self._at):
                return names
            self._at += 1

    def _name(self) -> str:
        for pattern in (_BARE, _BASIC, _LITERAL):
            match = pattern.match(self._text, self._at)
            if match is not None:
                self._at = match.end()
                if pattern is _BASIC:
                    return _ESCAPE.sub(_unescape, match[1])
                return match[match.lastindex or 0]
        # Only reached on text that tomllib has refused; one step on keeps the walk finite.
        self._at += 1
        return ""

    def _value(self, path: Path) -> None:
        opening = self._text[self._at : self._at + 1]
        if opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline(path)
        else:
            self._skip(_STRING if opening in {'"', "'"} else _SCALAR)

    def _array(self, path: Path) -> None:
        self._at += 1
        self._skip(_BLANK)
        position = 0
        while self._at < len(self._text) and self._text[self._at] != "]":
            self.found.setdefault((*path, position), self._here())
            self._value((*path, position))
            self._comma()
            position += 1
        self._at += 1

    def _inline(self, path: Path) -> None:
        self._at += 1
        self._skip(_BLANK)
        while self._at < len(self._text) and self._text[self._at] != "}":
            self._pair(path)
            self._comma()
        self._at += 1

    def _comma(self) -> None:
        self._skip(_BLANK)
        if self._text.startswith(",", self._at):
            self._at += 1
            self._skip(_BLANK)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self._text, self._at)
        self._at = match.end() if match is not None else self._at + 1

    def _here(self) -> int:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line


def _unescape(match: re.Match[str]) -> str:
    what = match[1]
    if len(what) > 1:
        return chr(int(what[1:], 16))
    return _ESCAPED.get(what, what)
