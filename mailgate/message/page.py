"""The mail as its sender laid it out, safe to show: octets to a fragment of HTML.

Promises for any mail a fragment that runs nothing, fetches nothing, covers nothing and asks for
nothing: no script, form, frame, class or id, links only to http, https, mailto and tel, no image
but those the mail itself carries. What is too large or cannot be read is shown as text.
"""

import base64
import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from mailgate.message import body, charset, elements, markup, structure
from mailgate.message.structure import Part, Tree

MAX_HTML = 1024 * 1024
MAX_IMAGE = 2 * 1024 * 1024
MAX_IMAGES = 8 * 1024 * 1024
_MAX_PARTS = 50

_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\s\x00-\x1f<>\"'\\]{1,2000}", re.IGNORECASE)
_REMOTE_IN_STYLE = re.compile(r"url\s{0,9}\(", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,4}%?")
_COLOUR = r"(?:#[0-9a-f]{3,8}|[a-z]{3,20}|(?:rgb|hsl)a?\([0-9., %/]{3,40}\))"
_SIZE = r"(?:0|[0-9]{0,3}(?:\.[0-9]{1,4})?(?:px|pt|em|rem|ex|%))"
_SIDES = "(?:-(?:top|right|bottom|left))?"
_LINES = "(?:none|solid|dashed|dotted|double|hidden|inset|outset|groove|ridge)"
_STYLE = re.compile(
    rf"(?:color|background(?:-color)?|border{_SIDES}-color):{_COLOUR}"
    r"|font-(?:weight|style|variant):[a-z0-9-]{1,12}|font-family:[a-z0-9 ,'\"-]{1,200}"
    r"|font-size:(?:(?:x{1,2}-)?(?:small|large)|medium|smaller|larger"
    r"|(?:[6-9]|[1-3][0-9])(?:\.[0-9]{1,4})?p[xt]|0?\.[6-9][0-9]{0,3}e?m|[12](?:\.[0-9]{1,4})?em"
    r"|(?:[6-9][0-9]|1[0-9]{2})%)"
    r"|(?:text-align|vertical-align|text-decoration|white-space|list-style-type"
    r"|border-collapse|text-transform|word-break):[a-z0-9 -]{1,30}"
    rf"|padding{_SIDES}:{_SIZE}(?: {_SIZE}){{0,3}}"
    rf"|margin{_SIDES}:(?:auto|{_SIZE})(?: (?:auto|{_SIZE})){{0,3}}"
    rf"|border{_SIDES}:(?:{_SIZE}|{_LINES}|{_COLOUR})(?: (?:{_SIZE}|{_LINES}|{_COLOUR})){{0,2}}"
    rf"|border{_SIDES}-(?:style:{_LINES}|width:{_SIZE})|border-radius:{_SIZE}"
    rf"|(?:max-)?width:{_SIZE}|line-height:(?:normal|[12](?:\.[0-9]{{1,4}})?|1[0-9]{{2}}%)",
    re.IGNORECASE,
)
_PLAIN_VALUES = {
    "align": re.compile("left|right|center|justify", re.IGNORECASE),
    "valign": re.compile("top|middle|bottom|baseline", re.IGNORECASE),
    "bgcolor": re.compile(_COLOUR, re.IGNORECASE),
    "color": re.compile(_COLOUR, re.IGNORECASE),
    "face": re.compile(r"[\w ,'-]{1,100}"),
    "size": re.compile("[+-]?[1-7]"),
    "dir": re.compile("ltr|rtl|auto", re.IGNORECASE),
    "type": re.compile("[1aAiI]|disc|circle|square"),
    **dict.fromkeys(
        ("width", "height", "border", "cellpadding", "cellspacing", "colspan", "rowspan", "start"),
        _NUMBER,
    ),
}
_FETCHING = ("background", "srcset", "lowsrc", "poster", "dynsrc")
_ATTRIBUTES = {
    "*": {"style", "alt", "title", *_PLAIN_VALUES, *_FETCHING},
    "a": {"href"},
    "img": {"src"},
}
# Longer than any mail needs, and short enough that no line of them stretches the page.
_MAX_WORDS = 500
_IMAGES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_DATA = re.compile(r"data:image/[a-z]{3,5};base64,", re.IGNORECASE)


@dataclass(frozen=True)
class Fragment:
    """What is shown of a mail. remote_images: how many it asked to fetch, none of which is."""

    html: str
    remote_images: int = 0


Images = Callable[[str], bytes]


def _no_image(_: str) -> bytes:
    return b""


@dataclass
class _Sanitiser:
    """Decides on each attribute, and counts what is not shown."""

    images: Images
    left: int = MAX_IMAGES
    remote: int = 0

    def decide(self, _: str, name: str, value: str) -> str | None:
        """Return the value of an attribute as it may stand, None for nowhere."""
        if name in _PLAIN_VALUES:
            return value if _PLAIN_VALUES[name].fullmatch(value.strip()) else None
        match name:
            case "href":
                return value.strip() if _LINK.fullmatch(value.strip()) else None
            case "src":
                return self.image(value.strip())
            case "style":
                return self.style(value)
            case "alt" | "title":
                return value[:_MAX_WORDS]
            case "rel":
                return value
        self.remote += name in _FETCHING
        return None

    def style(self, value: str) -> str | None:
        """Return those declarations that only say how words look."""
        if _REMOTE_IN_STYLE.search(value):
            self.remote += 1
        kept = []
        for each in value.split(";")[:40]:
            name, _, told = each.partition(":")
            said = " ".join(told.lower().replace("!important", "").split())
            declaration = f"{name.strip().lower()}:{said}"
            if _STYLE.fullmatch(declaration):
                kept.append(declaration)
        return ";".join(kept) or None

    def image(self, source: str) -> str | None:
        """Return an image the mail carries as a data: URI; any other is counted."""
        octets = b""
        if source[:4].lower() == "cid:":
            octets = self.images(source[4:])
        elif _DATA.match(source):
            octets = charset.base64_octets(source.partition(",")[2].encode("ascii", "ignore"))
        else:
            self.remote += 1
        kind = image_type(octets)
        if not kind or len(octets) > min(MAX_IMAGE, self.left):
            return None
        self.left -= len(octets)
        return f"data:{kind};base64,{base64.b64encode(octets).decode()}"


def image_type(octets: bytes) -> str:
    """Return the type of an image that may be shown, by its content, "" for none of them."""
    if octets[:4] == b"RIFF" and octets[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _IMAGES if octets.startswith(magic)), "")


def sanitised(source: str, images: Images = _no_image) -> Fragment:
    """Return any HTML as a fragment that is safe to show inside a page.

    source: a document or a part of one; beyond 1 MB it is shown as text. images: gives the octets
    that a Content-ID without brackets names, b"" for none.
    """
    import nh3  # noqa: PLC0415 - needed by those who show a page, not by those who take mail

    if len(source) > MAX_HTML:
        return Fragment(as_text(markup.to_text(source[: 2 * MAX_HTML])))
    decisions = _Sanitiser(images)
    clean = nh3.clean(
        elements.nested(charset.plain(source), MAX_HTML),
        tags=set(elements.KEPT),
        clean_content_tags=set(elements.DROPPED),
        attributes=_ATTRIBUTES,
        attribute_filter=decisions.decide,
        link_rel="noopener noreferrer nofollow",
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
    )
    return Fragment(clean, decisions.remote)


def as_text(text: str) -> str:
    """Return a plain text as a fragment, its lines and spaces kept."""
    return f'<div style="white-space:pre-wrap">{html.escape(charset.plain(text))}</div>'


def fragment_of(raw: bytes) -> Fragment:
    """Return what a mail shows: of alternatives the HTML, of several parts all, in order."""
    tree = structure.read(raw)
    shown = _Shown(tree)
    shown.gather(tree.root)
    return Fragment("\n".join(shown.fragments), shown.remote)


class _Shown:
    """Gathers the fragments of the parts that are words."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.fragments: list[str] = []
        self.remote = 0
        self.left = 2 * MAX_HTML
        self.decoded: dict[int, bytes] = {}

    def gather(self, part: Part) -> None:
        if part.type == "multipart/alternative":
            chosen = next(filter(self._has_html, reversed(part.children)), None)
            at = len(self.fragments)
            for child in (chosen,) if chosen else filter(self._has_text, part.children):
                self.gather(child)
            # Plain ones often say the same.
            self.fragments[at:] = dict.fromkeys(self.fragments[at:])
            return
        for child in part.children:
            self.gather(child)
        if body.is_text(part, self.tree.root) and len(self.fragments) < _MAX_PARTS:
            self.show(part)

    def show(self, part: Part) -> None:
        octets = part.octets(self.tree.raw)
        if len(octets) > self.left:
            self.fragments.append("<p><em>The rest is left in the original.</em></p>")
            octets = octets[: self.left]
        self.left -= len(octets)
        text = charset.plain(charset.decode(octets, part.charset)[0])
        if part.type == "text/html" or body.is_page(text):
            fragment = sanitised(text, self.image)
            self.fragments.append(fragment.html)
            self.remote += fragment.remote_images
        elif text.strip():
            self.fragments.append(as_text(text))

    def image(self, content_id: str) -> bytes:
        """Return the octets of the part with that Content-ID, b"" for none."""
        part = self._identified.get(content_id)
        if part is None or part.end - part.start > 2 * MAX_IMAGE:
            return b""
        # Decoded once, however often it is shown.
        octets = self.decoded.get(part.number)
        if octets is None:
            octets = self.decoded[part.number] = part.octets(self.tree.raw)
        return octets

    @cached_property
    def _identified(self) -> dict[str, Part]:
        named = ((part.block.first("content-id").strip("<> "), part) for part in self.tree.parts)
        return {content_id: part for content_id, part in named if content_id}

    def _has_html(self, part: Part) -> bool:
        return self._leads_to(part, frozenset({"text/html"}))

    def _has_text(self, part: Part) -> bool:
        return self._leads_to(part, body.TEXT_TYPES)

    def _leads_to(self, part: Part, types: frozenset[str]) -> bool:
        if part.children:
            return any(self._leads_to(child, types) for child in part.children)
        return part.type in types and body.is_text(part, self.tree.root)
