"""HTML to the text a person would read in it.

Promises text for any markup, in time linear in it: each search that fails is not made again,
and a tag ends at the next `<` at the latest. Quotes (blockquote) come out with "> " before each
line, so that they are cut like any other quote. Nothing is fetched, no attribute is read.
"""

import re
from html.entities import html5

MAX_QUOTE_DEPTH = 8

_TAG = re.compile(
    r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30}+)(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+'|[\"'])*+>"
)
_DECLARATION = re.compile(r"<[!?/][^<>]*+>")
_ENTITY = re.compile(r"&(?:#[xX]([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([A-Za-z][A-Za-z0-9]{1,30}));?")
_SPACE = re.compile(r"[\s\u00a0]+")
_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u2060\ufeff]")
_UNREAD = frozenset({"script", "style", "title", "svg", "noframes", "template"})
_CLOSING = {name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in _UNREAD}
_LINE = frozenset(
    {
        "div", "tr", "table", "ul", "ol", "dl", "dt", "dd", "section", "article", "header",
        "footer", "address", "center", "form", "fieldset", "tbody", "thead", "body", "html",
    }
)  # fmt: skip
_PARAGRAPH = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre"})


class _Page:
    """The text so far: finished lines, and the one being written."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.words: list[str] = []
        self.depth = 0
        self.preformatted = 0

    def write(self, text: str) -> None:
        if "&" in text:
            text = _ENTITY.sub(_character, text)
        if self.preformatted:
            first, *others = text.split("\n")
            self.words.append(first)
            for line in others:
                self.end_line(keep_empty=True)
                self.words.append(line)
        else:
            self.words.append(_SPACE.sub(" ", text))

    def end_line(self, *, keep_empty: bool = False) -> None:
        text = "".join(self.words)
        text = text.rstrip() if self.preformatted else _SPACE.sub(" ", text).strip()
        self.words = []
        if text or keep_empty:
            self.lines.append("> " * self.depth + text)

    def paragraph(self) -> None:
        self.end_line()
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append(("> " * self.depth).rstrip())


def to_text(html: str) -> str:
    """Return the readable text of an HTML document or fragment.

    Where nothing but a title or a style is to be read, that is shown: no words are lost.
    """
    return _read(html, set()) or _read(html, set(_UNREAD))


def _read(html: str, unclosed: set[str]) -> str:
    """Return the text. unclosed: elements whose content is not left out."""
    page = _Page()
    at, end = 0, len(html)
    while at < end:
        opening = html.find("<", at)
        if opening < 0:
            opening = end
        if opening > at:
            page.write(html[at:opening])
        if opening == end:
            break
        at = _markup(html, opening, page, unclosed)
    page.end_line()
    return _INVISIBLE.sub("", "\n".join(page.lines)).strip("\n")


def _markup(html: str, at: int, page: _Page, unclosed: set[str]) -> int:
    """Take what stands at a `<`, and return where reading goes on."""
    if html.startswith("<!--", at):
        closing = -1 if "--" in unclosed else html.find("-->", at)
        if closing >= 0:
            return closing + 3
        unclosed.add("--")
    match = _TAG.match(html, at)
    if match is None:
        other = _DECLARATION.match(html, at)
        if other is not None:
            return other.end()
        page.write("<")
        return at + 1
    name = match[2].lower()
    if match[1]:
        _close(name, page)
    elif name in _UNREAD and name not in unclosed:
        closed = _CLOSING[name].search(html, match.end())
        if closed is not None:
            return closed.start()
        unclosed.add(name)
    else:
        _open(name, page)
    return match.end()


def _open(name: str, page: _Page) -> None:
    match name:
        case "br":
            page.end_line(keep_empty=True)
        case "blockquote":
            page.paragraph()
            page.depth = min(page.depth + 1, MAX_QUOTE_DEPTH)
        case "li":
            page.end_line()
            page.words.append("- ")
        case "hr":
            page.end_line()
            page.words.append("_" * 32)
            page.end_line()
        case "td" | "th":
            page.words.append(" ")
        case _ if name in _PARAGRAPH:
            page.paragraph()
            page.preformatted += name == "pre"
        case _ if name in _LINE:
            page.end_line()


def _close(name: str, page: _Page) -> None:
    if name == "blockquote":
        page.end_line()
        page.depth = max(page.depth - 1, 0)
        page.paragraph()
    elif name in _PARAGRAPH:
        page.paragraph()
        if name == "pre":
            page.preformatted = max(page.preformatted - 1, 0)
    elif name in _LINE or name == "li":
        page.end_line()


def _character(match: re.Match[str]) -> str:
    """Return what an entity stands for; what is none stays as it is."""
    if match[3]:
        return html5.get(match[3] + ";", match[0])
    code = int(match[1], 16) if match[1] else int(match[2])
    if 0x80 <= code <= 0x9F:
        # What browsers do: those who write these mean windows-1252.
        return bytes([code]).decode("cp1252", "replace")
    if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return chr(code)
