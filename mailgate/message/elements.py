"""Any markup as well-nested, harmless elements in bounded number, ready to be sanitised.

Promises markup in which every element that is opened is closed, at most 100 deep, with at most 20
attributes each, in time linear in what came in. What no mail needs (scripts, styles, forms,
drawings, frames) is left out with its content, unknown elements without it. It is not the last
word on what is safe: it makes sure that he who says it (nh3, quadratic in depth and in
attributes) has a bounded task.
"""

import re

MAX_DEPTH = 100
MAX_ATTRIBUTES = 20
MAX_VALUE = 2000

KEPT = frozenset(
    {
        "a", "abbr", "address", "article", "b", "big", "blockquote", "br", "caption", "center",
        "cite", "code", "col", "colgroup", "dd", "del", "div", "dl", "dt", "em", "figcaption",
        "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img",
        "ins", "kbd", "li", "main", "ol", "p", "pre", "q", "s", "samp", "section", "small", "span",
        "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
        "tt", "u", "ul",
    }
)  # fmt: skip
_VOID = frozenset({"br", "hr", "img", "col"})
DROPPED = frozenset(
    {
        "script", "style", "title", "textarea", "select", "button", "iframe", "object", "applet",
        "svg", "math", "template", "noscript", "noembed", "noframes", "frameset", "xmp",
        "plaintext", "audio", "video", "canvas", "map", "datalist", "dialog",
    }
)  # fmt: skip
_CELLS = frozenset({"td", "th"})
_ROWS = _CELLS | {"tr"}
_TABLE = _ROWS | {"thead", "tbody", "tfoot", "caption", "colgroup", "table"}
_PARAGRAPH = frozenset({"p"})
# What an opening tag ends where it has not been closed, as browsers do it.
_ENDS = {
    "li": _PARAGRAPH | {"li"}, "dt": _PARAGRAPH | {"dt", "dd"}, "dd": _PARAGRAPH | {"dt", "dd"},
    "td": _PARAGRAPH | _CELLS, "th": _PARAGRAPH | _CELLS, "tr": _PARAGRAPH | _ROWS,
    "tbody": _TABLE - {"table"}, "thead": _TABLE - {"table"}, "tfoot": _TABLE - {"table"},
    "p": _PARAGRAPH, "div": _PARAGRAPH, "table": _PARAGRAPH, "ul": _PARAGRAPH, "ol": _PARAGRAPH,
    "blockquote": _PARAGRAPH, "pre": _PARAGRAPH, "hr": _PARAGRAPH, "a": frozenset({"a"}),
}  # fmt: skip

_TAG = re.compile(
    r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,30}+)((?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+'|[\"'])*+)>"
)
_ATTRIBUTE = re.compile(
    r"([^\s=<>\"'/]{1,40}+)(?:\s{0,9}+=\s{0,9}+(?:\"([^\"<]*+)\"|'([^'<]*+)'|([^\s\"'<>]++)))?+"
)
_DECLARATION = re.compile(r"<[!?/][^<>]*+>")
_CLOSING = {name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in DROPPED}


class _Elements:
    """What was written so far, and what is open."""

    def __init__(self, html: str, max_source: int) -> None:
        self.html = html
        self.max_source = max_source
        self.out: list[str] = []
        self.open: list[str] = []
        self.unclosed: set[str] = set()

    def text(self, start: int, end: int) -> None:
        # Character references stay as they are: the sanitiser reads them.
        self.out.append(self.html[start:end].replace("<", "&lt;").replace(">", "&gt;"))

    def markup(self, at: int) -> int:
        """Take what stands at a `<`, and return where reading goes on."""
        if self.html.startswith("<!--", at):
            closing = -1 if "--" in self.unclosed else self.html.find("-->", at + 2)
            if closing >= 0:
                return closing + 3
            self.unclosed.add("--")
        match = _TAG.match(self.html, at)
        if match is None:
            other = _DECLARATION.match(self.html, at)
            if other is not None:
                return other.end()
            self.out.append("&lt;")
            return at + 1
        name = match[2].lower()
        if name in DROPPED and not match[1] and name not in self.unclosed:
            closed = _CLOSING[name].search(self.html, match.end())
            if closed is not None:
                return closed.start()
            self.unclosed.add(name)
        elif name in KEPT and match[1]:
            self.close(name)
        elif name in KEPT:
            self.begin(name, match[3])
        return match.end()

    def begin(self, name: str, attributes: str) -> None:
        ends = _ENDS.get(name, ())
        while self.open and self.open[-1] in ends:
            self.end()
        if name not in _VOID:
            if len(self.open) >= MAX_DEPTH:
                return
            self.open.append(name)
        self.out.append(f"<{name}{self.written(attributes)}>")

    def written(self, attributes: str) -> str:
        """Return attributes anew, each in double quotes; values that are too long are left out."""
        out = []
        for match in _ATTRIBUTE.finditer(attributes):
            value = match[2] or match[3] or match[4] or ""
            name = match[1].lower()
            most = self.max_source if name == "src" else MAX_VALUE
            if len(value) <= most and name.isascii():
                out.append(f' {name}="{value.replace(">", "&gt;").replace(chr(34), "&quot;")}"')
                if len(out) == MAX_ATTRIBUTES:
                    break
        return "".join(out)

    def close(self, name: str) -> None:
        """Close an element and what is open in it; across a table only what belongs to one."""
        for depth, each in enumerate(reversed(self.open), 1):
            if each == name:
                for _ in range(depth):
                    self.end()
                return
            if (each in _CELLS and name not in _TABLE) or each == "table":
                return

    def end(self) -> None:
        self.out.append(f"</{self.open.pop()}>")


def nested(html: str, max_source: int = MAX_VALUE) -> str:
    """Return markup as well-nested elements. max_source: characters of a src that are kept."""
    elements = _Elements(html, max_source)
    at, end = 0, len(html)
    while at < end:
        opening = html.find("<", at)
        if opening < 0:
            opening = end
        elements.text(at, opening)
        at = opening if opening == end else elements.markup(opening)
    while elements.open:
        elements.end()
    return "".join(elements.out)
