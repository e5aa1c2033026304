"""The parts of a mail that are files to a person, with names one may show and save.

Promises an Attachment for every leaf that is not words of the mail, named or not, and the same
number for it in every reading of the same octets. What a file is by its content is told beside
what it says it is. No archive is unpacked or opened.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from mailgate.message import body, charset, filetypes, headers, structure, unpacking
from mailgate.message.message import Attachment
from mailgate.message.structure import Part, Tree
from mailgate.message.unpacking import Unpacked

MAX_NAME = 120
_MAX_CONTENT_ID = 200
_MAX_EXTENSION = 12

_REPORT_PARTS = frozenset(
    {
        "message/delivery-status",
        "message/global-delivery-status",
        "message/disposition-notification",
        "message/feedback-report",
        "message/rfc822-headers",
        "text/rfc822-headers",
    }
)
_MESSAGES = frozenset({"message/rfc822", "message/global"})
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])\s?(?:\.|$)", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f]')
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def attachments_of(tree: Tree, inside: Unpacked | None = None) -> tuple[Attachment, ...]:
    """Return the files of a mail in the order of its parts, then those inside of parts.

    inside: what `unpacking` found. A file whose name hides what it is becomes a defect of the tree.
    """
    found = [_attachment(tree.raw, part) for part in tree.parts if _is_file(part, tree.root)]
    for number, inner in enumerate(inside.files if inside else (), len(tree.parts)):
        name = safe_name(inner.name)
        label = inner.type or filetypes.detected(inner.octets) or "application/octet-stream"
        told = _Told(number, name, label, False, inner.content_id[:_MAX_CONTENT_ID])
        found.append(_told(told, inner.octets))
    for file in found:
        why = filetypes.warning(file.name, file.detected or file.type)
        if why is not None and file.detected:
            tree.defects.append(why)
    return tuple(found)


def payload(raw: bytes, part: int) -> bytes:
    """Return the decoded octets of the file with that number, b"" where there is none."""
    return payloads(raw, (part,))[0]


def payloads(raw: bytes, parts: Sequence[int]) -> list[bytes]:
    """Return the decoded octets of the files with these numbers, the mail read once for all."""
    tree = structure.read(raw)
    count = len(tree.parts)
    inside = unpacking.unpacked(tree).files if any(part >= count for part in parts) else []
    found: list[bytes] = []
    for part in parts:
        if 0 <= part < count:
            found.append(tree.parts[part].octets(tree.raw))
        else:
            there = count <= part < count + len(inside)
            found.append(bytes(inside[part - count].octets) if there else b"")
    return found


def safe_name(name: str) -> str:
    """Return a name fit to show and to save under, "" if nothing of it is.

    First what cannot be seen goes, then the folders, then dots and spaces at the ends: in another
    order one step would bring back what the one before took out (CVE-2026-28289).
    """
    text = unicodedata.normalize("NFKC", name[:1000].replace("\ufffd", ""))
    text = "".join(char for char in text if unicodedata.category(char) not in _DROPPED)
    text = re.split(r"[/\\]", text)[-1]
    text = _FORBIDDEN.sub("_", " ".join(text.split())).strip(". ")
    if _RESERVED.match(text):
        text = f"_{text}"
    if len(text) > MAX_NAME:
        stem, dot, extension = text.rpartition(".")
        if dot and len(extension) <= _MAX_EXTENSION:
            text = stem[: MAX_NAME - 1 - len(extension)].strip(". ") + f".{extension}"
        text = text[:MAX_NAME].strip(". ")
    return text


def _is_file(part: Part, root: Part) -> bool:
    if part.children or part.type.startswith("multipart/") or body.is_text(part, root):
        return False
    if part.within == "multipart/appledouble" and part.type == "application/applefile":
        return False  # the icon and the window of the file beside it
    if part.type in _REPORT_PARTS and root.type == "multipart/report":
        return False
    if part.within == "multipart/alternative" and part.type.startswith("text/"):
        return part.type == "text/calendar"  # the others say the same once more
    return True


@dataclass(frozen=True)
class _Told:
    """What is said of a file; name: "" for none that is fit."""

    part: int
    name: str
    label: str
    inline: bool
    content_id: str


def _attachment(raw: bytes, part: Part) -> Attachment:
    octets = part.octets(raw)
    disposition = part.block.first("content-disposition").lower()
    content_id = charset.one_line(charset.repaired(part.block.first("content-id").strip("<> "))[0])
    related = part.within == "multipart/related" and bool(content_id)
    inline = disposition.startswith("inline") or (related and not disposition)
    given = _name(part, octets)
    return _told(_Told(part.number, given, part.type, inline, content_id[:_MAX_CONTENT_ID]), octets)


def _told(told: _Told, octets: bytes | memoryview) -> Attachment:
    found = filetypes.detected(octets)
    detected = found if filetypes.differs(told.label, found) else ""
    return Attachment(
        part=told.part,
        name=told.name or f"attachment-{told.part}.{filetypes.extension(told.label, found)}",
        type=told.label,
        size=len(octets),
        digest=hashlib.sha256(octets).hexdigest(),
        inline=told.inline,
        content_id=told.content_id,
        detected=detected,
    )


def _name(part: Part, octets: bytes) -> str:
    given = part.disposition_parameters().get("filename") or part.parameters.get("name") or ""
    name = safe_name(given)
    if not name and part.type in _MESSAGES:
        block = headers.read(octets[: headers.MAX_BLOCK])
        subject = safe_name(headers.decoded("subject", block.first("subject"))[:100])
        name = f"{subject}.eml" if subject else ""
    return name
