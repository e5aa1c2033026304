"""The lines of a page while its markup is read: finished lines, and the one being written.

Promises bounded depths: quotes eight deep, sixteen labelled elements in one another, 200 links.
"""

import re
from dataclasses import dataclass

from mailgate.message import entities, marks
from mailgate.message.clients import Role

MAX_QUOTE_DEPTH = 8
_MAX_REGIONS = 16
_MAX_LINKS = 200
_MAX_LINK_WORDS = 300

_SPACE = re.compile(r"[\s\u00a0]+")
_INVISIBLE = re.compile("[\u00ad\u034f\u200b\u200c\u2060\ufeff]")
_BLOCKS = frozenset({"p", "div", "blockquote", "table", "ul", "ol", "hr", "pre"})
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "col", "area", "base", "wbr"})
_SCHEME = re.compile(r"(?:mailto:|https?://)(?:www\.)?", re.IGNORECASE)
_MARK = {Role.QUOTE: marks.QUOTED, Role.SIGNATURE: marks.SIGNED, Role.TOLD: marks.TOLD}


@dataclass
class _Region:
    """An element with a role. open: how many of its name are open since it began."""

    name: str
    role: Role
    open: int = 1


class Layout:
    """Takes words and elements in the order of the page."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.words: list[str] = []
        self.preformatted = 0
        self.tight = False
        self._quotes: list[bool] = []
        self._depth = 0
        self._prefix = ""
        self._regions: list[_Region] = []
        self._mark = ""
        self._hidden = 0
        self._resting = False
        self._address = ""
        self._link_words: list[str] = []
        self._links = 0
        self._indents = False

    def text(self) -> str:
        """Return all lines."""
        return _INVISIBLE.sub("", "\n".join(self.lines)).strip("\n")

    def is_hiding(self) -> bool:
        """Say whether the words are being left out where the page stands now."""
        return self._hidden > 0

    def write(self, text: str) -> None:
        """Take words as they stand between two tags."""
        if self._hidden:
            return
        text = entities.resolved(text)
        if self._address and len(self._link_words) < _MAX_LINK_WORDS:
            self._link_words.append(text)
        if self.preformatted:
            first, *others = text.split("\n")
            self.words.append(first)
            for line in others:
                self.end_line(keep_empty=True)
                self.words.append(line)
        else:
            self.words.append(_SPACE.sub(" ", text))

    def end_line(self, *, keep_empty: bool = False) -> None:
        """Begin a new line, if there is anything on this one or empty ones are meant."""
        if not self.words and not keep_empty:
            return
        text = "".join(self.words)
        text = text.rstrip() if self.preformatted else _SPACE.sub(" ", text).strip()
        self.words = []
        if self._hidden:
            return
        if text:
            self.lines.append(self._mark + self._prefix + text)
        elif keep_empty:
            self.lines.append(self._prefix)

    def paragraph(self) -> None:
        """Begin a new paragraph, parted from what is above by one empty line."""
        self.end_line()
        self._blank()

    def end_paragraph(self) -> None:
        """End a paragraph; an empty one of those without space around them is an empty line."""
        if not self.tight:
            self.paragraph()
            return
        self.tight = False
        empty = not "".join(self.words).strip()
        self.end_line()
        if empty:
            self._blank()

    def _blank(self) -> None:
        if not self._hidden and self.lines and self.lines[-1].strip("> " + marks.ALL):
            self.lines.append(self._prefix.rstrip())

    def quote(self) -> None:
        """Begin a quote, or what only looks like one: some programs indent by it."""
        self.paragraph()
        indents, self._indents = self._indents, False
        self._quotes.append(not indents)
        self._deepen(not indents)

    def unquote(self) -> None:
        """End a quote."""
        self.end_line()
        if self._quotes:
            self._deepen(-self._quotes.pop())
        self.paragraph()

    def _deepen(self, by: int) -> None:
        self._depth += by
        self._prefix = "> " * min(self._depth, MAX_QUOTE_DEPTH)

    def link(self, address: str) -> None:
        """Begin a link."""
        self.end_link()
        self._address, self._link_words = address, []

    def end_link(self) -> None:
        """End a link, and say where it leads if its words do not."""
        address, self._address = self._address, ""
        if not address or self._hidden or self._links >= _MAX_LINKS:
            return
        shown = "".join(self._link_words).strip()
        if address[:7].lower() == "mailto:":
            address = address[7:].partition("?")[0]
        bare = _SCHEME.sub("", address, count=1).rstrip("/")
        if shown and bare and bare.lower() not in shown.lower():
            self._links += 1
            self.words.append(f" <{address}>")

    def enter(self, name: str, role: Role | None) -> None:
        """Take the beginning of an element."""
        if self._regions and self._regions[-1].name == "p" and name in _BLOCKS:
            self._pop()
        if role is Role.REST:
            self.end_line()
            self._resting = True
            self._remark()
        elif role is Role.INDENT:
            self._indents = True
        elif role is not None and name not in _VOID and len(self._regions) < _MAX_REGIONS:
            self.end_line()
            self._regions.append(_Region(name, role))
            self._hidden += role is Role.HIDDEN
            self._remark()
        elif self._regions and self._regions[-1].name == name:
            self._regions[-1].open += 1

    def leave(self, name: str) -> None:
        """Take the end of an element."""
        if self._regions and self._regions[-1].name == name:
            self._regions[-1].open -= 1
            if self._regions[-1].open == 0:
                self._pop()

    def _pop(self) -> None:
        self.end_line()
        role = self._regions.pop().role
        self._hidden -= role is Role.HIDDEN
        self._remark()

    def _remark(self) -> None:
        """Set the mark of the lines to come: of another mail, signed, or telling whose."""
        if self._resting:
            self._mark = marks.QUOTED
            return
        roles = {region.role for region in self._regions}
        self._mark = next((mark for role, mark in _MARK.items() if role in roles), "")
