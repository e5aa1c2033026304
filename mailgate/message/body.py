"""The words of a mail: which parts are its text, in which charset, as plain text.

Promises text for any tree, at most 1 MB of it as UTF-8; what is cut or could not be read as it
says is a defect. The text of an attached message is not the text of the mail.
"""

from mailgate.message import charset, markup
from mailgate.message.structure import Part, Tree

MAX_TEXT = 1024 * 1024
_MAX_READ = 2 * MAX_TEXT
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


def text_of(raw: bytes, tree: Tree) -> str:
    """Return the text of a mail; defects are added to the tree's."""
    text = _gather(raw, tree.root, tree).strip("\n")
    return cut(text, tree.defects)


def cut(text: str, defects: list[str]) -> str:
    """Return at most 1 MB of a text."""
    if len(text) * 4 > MAX_TEXT:
        octets = text.encode()
        if len(octets) > MAX_TEXT:
            defects.append("text over 1 MB, the rest left in the original")
            return octets[:MAX_TEXT].decode("utf-8", "ignore")
    return text


def _gather(raw: bytes, part: Part, tree: Tree) -> str:
    if not part.children:
        return _read(raw, part, tree.defects) if is_text(part, tree.root) else ""
    if part.type == "multipart/alternative":
        return _best(raw, part, tree)
    texts = (_gather(raw, child, tree) for child in part.children)
    return "\n".join(text for text in texts if text.strip())


def _best(raw: bytes, part: Part, tree: Tree) -> str:
    """Return the first alternative that is plain text and says something, else the last."""
    other = ""
    for child in part.children:
        text = _gather(raw, child, tree)
        if text.strip():
            if child.type == "text/plain":
                return text
            other = text
    return other


def _read(raw: bytes, part: Part, defects: list[str]) -> str:
    octets = part.octets(raw)
    if len(octets) > _MAX_READ:
        octets = octets[:_MAX_READ]
        defects.append("text over 1 MB, the rest left in the original")
    text, defect = charset.decode(octets, part.charset)
    if defect is not None and defect not in defects:
        defects.append(defect)
    text = charset.plain(text)
    if part.type == "text/html":
        return charset.plain(markup.to_text(text))
    if part.parameters.get("format", "").lower() == "flowed":
        return _unflowed(text, part.parameters.get("delsp", "").lower() == "yes")
    return text


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
