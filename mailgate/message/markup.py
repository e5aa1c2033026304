"""HTML to the text a person would read in it.

Promises text for any markup, in time linear in it: each search that fails is not made again,
and a tag ends at the next `<` at the latest. Quotes (blockquote) come out with "> " before each
line; what mail programs label as quote, signature or "On … wrote:" gets a mark (marks.py) for
`quotes` to find. Hidden text is left out, links show where they lead. Nothing is fetched.
"""

import re

from mailgate.message import clients, marks
from mailgate.message.clients import Role
from mailgate.message.layout import Layout

_TAG = re.compile(
    r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30}+)(?=[\s/>])(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+'|[\"'])*+>"
)
# Addresses that a program did not escape: "Anna <anna@example.com> wrote:".
_BARE_ADDRESS = re.compile(r"<(?:mailto:)?[\w.+=-]{1,64}@[\w.-]{1,200}>")
_RUN = re.compile(r"<{1,1000}(?=<)|<(?![\w!/?])")
_DECLARATION = re.compile(r"<[!?/][^<>]*+>")
_HREF = re.compile(
    r"\bhref\s*=\s*[\"']?\s*((?:https?://|mailto:)[^\s\"'<>]{1,300})(?=[\s\"'>])", re.IGNORECASE
)
_UNREAD = frozenset({"script", "style", "title", "svg", "noframes", "template"})
_CLOSING = {name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in _UNREAD}
_HIDDEN = "hidden"
_LINE = frozenset(
    {
        "div", "tr", "table", "ul", "ol", "dl", "dt", "dd", "section", "article", "header",
        "footer", "address", "center", "form", "fieldset", "tbody", "thead", "body", "html",
    }
)  # fmt: skip
_PARAGRAPH = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre"})


def to_text(html: str) -> str:
    """Return the readable text of an HTML document or fragment, without marks."""
    return marks.unmarked(marked(html))


def marked(html: str) -> str:
    """Return the readable text, its lines marked by what mail programs say of them.

    Where nothing but a title, a style or hidden text is to be read, that is shown: no words are
    lost. html: without control characters but tab and line feed, so that marks are ours.
    """
    unclosed: set[str] = set()
    page = _read(html, unclosed)
    if page.is_hiding():
        # What hides is never closed: the rest of the mail is no preheader.
        page = _read(html, {*unclosed, _HIDDEN})
    return page.text() or _read(html, {*_UNREAD, _HIDDEN}).text()


def _read(html: str, unclosed: set[str]) -> Layout:
    """Return the page. unclosed: elements whose content is not left out."""
    page = Layout()
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
    return page


def _markup(html: str, at: int, page: Layout, unclosed: set[str]) -> int:
    """Take what stands at a `<`, and return where reading goes on."""
    if html.startswith("<!--", at):
        closing = -1 if "--" in unclosed else html.find("-->", at)
        if closing >= 0:
            return closing + 3
        unclosed.add("--")
    match = _TAG.match(html, at)
    if match is None:
        return _no_tag(html, at, page)
    name = match[2].lower()
    if match[1]:
        page.leave(name)
        _close(name, page)
    elif name in _UNREAD and name not in unclosed:
        closed = _CLOSING[name].search(html, match.end())
        if closed is not None:
            return closed.start()
        unclosed.add(name)
    else:
        if match.end() - at > len(name) + 2:
            _enter(name, match, page, unclosed)
        else:
            page.enter(name, None)
        _open(name, match[0], page)
    return match.end()


def _no_tag(html: str, at: int, page: Layout) -> int:
    run = _RUN.match(html, at)
    if run is not None:
        page.write(run[0])
        return run.end()
    bare = _BARE_ADDRESS.match(html, at)
    if bare is not None:
        page.write(bare[0])
        return bare.end()
    other = _DECLARATION.match(html, at)
    if other is not None:
        return other.end()
    page.write("<")
    return at + 1


def _enter(name: str, match: re.Match[str], page: Layout, unclosed: set[str]) -> None:
    """Take the role and the link of a tag with attributes."""
    if name == "a":
        href = _HREF.search(match[0][:2000])
        page.link(href[1] if href is not None else "")
        return
    role = clients.role_of(name, match[0], match.string, match.end())
    if role is Role.HIDDEN and _HIDDEN in unclosed:
        role = None
    page.enter(name, role)


def _open(name: str, tag: str, page: Layout) -> None:
    match name:
        case "br":
            page.end_line(keep_empty=True)
        case "blockquote":
            page.quote()
        case "li":
            page.end_line()
            page.write("- ")
        case "hr":
            page.end_line()
            page.write("_" * 32)
            page.end_line()
        case "td" | "th":
            page.write(" ")
        case "p" if clients.is_tight(tag):
            page.end_line()
            page.tight = True
        case _ if name in _PARAGRAPH:
            page.paragraph()
            page.preformatted += name == "pre"
        case _ if name in _LINE:
            page.end_line()


def _close(name: str, page: Layout) -> None:
    if name == "a":
        page.end_link()
    elif name == "blockquote":
        page.unquote()
    elif name in _PARAGRAPH:
        page.end_paragraph()
        if name == "pre":
            page.preformatted = max(page.preformatted - 1, 0)
    elif name in _LINE or name == "li":
        page.end_line()
