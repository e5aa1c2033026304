"""The words of a mail: which parts are its text, in which charset, as plain text.

Promises text for any tree, at most 1 MB of it as UTF-8; what is cut or could not be read as it
says is a defect. The text of an attached message is not the text of the mail. Text made of HTML
holds the marks of marks.py.
"""

import re

from mailgate.message import charset, markup, uuencode
from mailgate.message.structure import Part, Tree

MAX_TEXT = 1024 * 1024
_MAX_READ = 2 * MAX_TEXT
_TOO_LONG = "text over 1 MB, the rest left in the original"
_MAX_STUB = 500
# What stands for the words in a plain part whose program writes HTML alone.
_STUB = re.compile(
    r"(?:your|this) (?:e-?mail |mail )?(?:client|program|reader|software)[^.]{0,60} (?:does not"
    r"|doesn't|do not|cannot|can't|not) (?:support|display|show|read|view)[^.]{0,30}html"
    r"|(?:this (?:is|message is|e-?mail is)|to view this|please view this|view this)"
    r"[^.]{0,60}html|html[- ](?:capable|enabled|compatible)|\bhtml (?:message|e-?mail|version)\b"
    r"|(?:klient|program|czytnik)[^.]{0,60} nie (?:obsługuje|wyświetla|potrafi)[^.]{0,40}html"
    r"|(?:wiadomość|mail) (?:jest )?w formacie html|wersj[aęi] html"
    r"|(?:diese|ihr)[^.]{0,60}html[^.]{0,60}(?:nicht|format|anzeig)|(?:ce|votre)[^.]{0,60}html",
    re.IGNORECASE,
)
# HTML that is labelled as plain text; beside words it says them once more.
_MARKUP = re.compile(r"\s{0,20}<(?:!doctype|html|head|body|div|p|table|span|meta)\b", re.IGNORECASE)
_PAGE = re.compile(r"\s{0,20}<(?:!doctype\s{1,5}html|html)\b", re.IGNORECASE)
_FOR_PROGRAMS = frozenset(
    {"text/calendar", "text/rtf", "text/css", "text/vcard", "text/x-vcard", "text/directory",
     "text/rfc822-headers"}
)  # fmt: skip
_FORMATTING = re.compile(r"<param>[^<]{0,500}</param>|</?[A-Za-z][A-Za-z0-9-]{0,59}>")
TEXT_TYPES = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext"})


def is_text(part: Part, root: Part) -> bool:
    """Say whether a leaf is words of the mail itself, and no file."""
    if part.children or part.type not in TEXT_TYPES:
        return False
    disposition = part.block.first("content-disposition").lower()
    if disposition.startswith("attachment"):
        return False
    named = "filename" in disposition or "name" in part.parameters
    return part is root or not named


def text_of(tree: Tree) -> str:
    """Return the text of a mail; defects are added to the tree's."""
    reader = _Reader(tree)
    text = reader.gather(tree.root).strip("\n")
    if not text.strip():
        # Some send their words as a named or attached text, and nothing else.
        leaves = (part for part in tree.parts if _is_readable(part) and not part.children)
        text = next(filter(str.strip, map(reader.read, leaves)), "").strip("\n")
    return cut(text, tree.defects)


def _is_readable(part: Part) -> bool:
    """Say whether a part could be words: of an unknown text too (RFC 2046 §4.1.4)."""
    return part.type.startswith("text/") and part.type not in _FOR_PROGRAMS


def cut(text: str, defects: list[str]) -> str:
    """Return at most 1 MB of a text."""
    if len(text) * 4 > MAX_TEXT:
        octets = text.encode()
        if len(octets) > MAX_TEXT:
            if _TOO_LONG not in defects:
                defects.append(_TOO_LONG)
            return octets[:MAX_TEXT].decode("utf-8", "ignore")
    return text


class _Reader:
    """Reads the parts that are text, as far as there is use in it."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.left = _MAX_READ

    def gather(self, part: Part) -> str:
        if not part.children:
            return self.read(part) if is_text(part, self.tree.root) else ""
        if part.type == "multipart/alternative":
            return self.best(part)
        texts = [self.gather(child) for child in part.children]
        return "\n".join(text for text in texts if text.strip())

    def best(self, part: Part) -> str:
        """Return the alternatives that are plain text and say something, else the last that does.

        Of several plain ones each has its say: programs that join two mails write different words.
        """
        plain: dict[str, str] = {}
        other = stub = ""
        for child in part.children:
            text = "" if plain and child.type != "text/plain" else self.gather(child)
            if not text.strip():
                continue
            if child.type != "text/plain":
                other = text
            elif len(text) <= _MAX_STUB and _STUB.search(text):
                stub = text
            elif not plain or not _MARKUP.match(text):
                plain.setdefault(" ".join(text.split()), text)
        return "\n".join(plain.values()) or other or stub

    def read(self, part: Part) -> str:
        octets = part.octets(self.tree.raw)
        if part.type == "text/plain":
            octets = uuencode.without(octets)  # files, see unpacking.py
        if len(octets) > self.left:
            octets = octets[: self.left]
            self.tree.note(_TOO_LONG)
        self.left -= len(octets)
        named = part.charset or (charset.named_in_page(octets) if part.type == "text/html" else "")
        text, defect = charset.decode(octets, named)
        if defect is not None:
            self.tree.note(defect)
        text = charset.plain(text)
        if part.type == "text/html" or is_page(text):
            return markup.marked(text)
        if part.type in ("text/enriched", "text/richtext"):
            return _unenriched(text)
        if part.parameters.get("format", "").lower() == "flowed":
            return _unflowed(text, part.parameters.get("delsp", "").lower() == "yes")
        return text


def is_page(text: str) -> bool:
    """Say whether a text is a whole page of HTML, which scripts send labelled as plain text."""
    return _PAGE.match(text) is not None and text[-100:].rstrip().lower().endswith("</html>")


def _unenriched(text: str) -> str:
    """Return the words of text/enriched (RFC 1896) or of its forebear (RFC 1341 §7.1.3)."""
    text = text.replace("<<", "\0").replace("<lt>", "\0")  # no NUL is left in a text
    # One line end is a space, each further one a line.
    lines = re.sub(r"\n(\n*)", lambda match: match[1] or " ", text).replace("<nl>", "\n")
    return _FORMATTING.sub("", lines).replace("\0", "<")


def _unflowed(text: str, delete_space: bool) -> str:
    """Join the soft lines of format=flowed (RFC 3676 §4.2); a quote joins only its own depth."""
    out: list[str] = []
    pieces: list[str] = []
    last_depth = 0
    for line in text.split("\n"):
        words = line.lstrip(">")
        depth = len(line) - len(words)
        words = words.removeprefix(" ")
        if pieces and depth != last_depth:
            out.append(_marked("".join(pieces), last_depth))
            pieces = []
        last_depth = depth
        if words.endswith(" ") and words != "-- ":
            pieces.append(words[:-1] if delete_space else words)
            continue
        pieces.append(words)
        out.append(_marked("".join(pieces), depth))
        pieces = []
    if pieces:
        out.append(_marked("".join(pieces), last_depth))
    return "\n".join(out)


def _marked(words: str, depth: int) -> str:
    return f"{'>' * min(depth, 20)} {words}" if depth else words
