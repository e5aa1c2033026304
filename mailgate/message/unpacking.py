"""Files that are no parts of a mail: those inside winmail.dat, and those uuencoded in the words.

Promises each of them a number behind all real parts, the same in every reading of the same
octets, so that a file is found again by its number alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mailgate.message import body, charset, markup, tnef, uuencode
from mailgate.message.structure import Part, Tree

MAX_FILES = 300

_OPAQUE = ("application/", "x-")


@dataclass(frozen=True)
class InnerFile:
    """A file inside a part. type: "" where it is not told. octets: a slice of the part's."""

    name: str
    type: str
    content_id: str
    octets: memoryview


@dataclass
class Unpacked:
    """What the parts of a mail hold besides themselves.

    text: the words inside winmail.dat, with the marks of marks.py.
    """

    files: list[InnerFile] = field(default_factory=list)
    text: str = ""
    defects: list[str] = field(default_factory=list)


def unpacked(tree: Tree) -> Unpacked:
    """Return what the parts of a mail hold besides themselves."""
    found = Unpacked()
    for part in tree.parts:
        if part.children or part.end <= part.start:
            continue
        if part.type == "text/plain" and body.is_text(part, tree.root):
            found.files += _in_words(part.octets(tree.raw)) if _may_hold(tree, part) else ()
        elif part.type.startswith(_OPAQUE) and _is_tnef(tree, part):
            _unwrap(part.octets(tree.raw), found)
    if len(found.files) > MAX_FILES:
        found.defects.append(f"more than {MAX_FILES} files inside parts, the rest left in them")
        del found.files[MAX_FILES:]
    return found


def _may_hold(tree: Tree, part: Part) -> bool:
    return part.encoding == "base64" or tree.raw.find(b"begin ", part.start, part.end) >= 0


def _in_words(text: bytes) -> Iterator[InnerFile]:
    for block in uuencode.blocks(text):
        name = charset.one_line(charset.decode(block.name)[0])
        yield InnerFile(name, "", "", memoryview(uuencode.octets(text, block)))


def _is_tnef(tree: Tree, part: Part) -> bool:
    """Say whether a part is winmail.dat, by its first octets; its label is often another."""
    start = Part(0, part.block, part.type, {}, part.start, min(part.end, part.start + 200))
    return start.octets(tree.raw).startswith(tnef.MAGIC)


def _unwrap(octets: bytes, found: Unpacked) -> None:
    inside = tnef.unpack(octets)
    found.defects += inside.defects
    view = memoryview(octets)
    for file in inside.files:
        found.files.append(
            InnerFile(
                charset.one_line(file.name),
                charset.one_line(file.type),
                charset.one_line(file.content_id),
                view[file.start : file.end],
            )
        )
    if not found.text:
        words = markup.marked(inside.html) if inside.html else ""
        found.text = body.cut(words if words.strip() else inside.text, found.defects).strip("\n")
