"""The files of a ticket: kept with their entry, known again, and found by their id.

Works in the caller's transaction. The octets of a mail's files are those of its original, and
are read out of it each time; nothing is stored twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlmodel import Session, col

from mailgate.message import attachments
from mailgate.message.message import Attachment as MailAttachment
from mailgate.store import blobs
from mailgate.tickets.model import Attachment, Entry

_MAX_ID = 2**31 - 1  # PostgreSQL's INTEGER
_MAX_SIGNATURE_IMAGE = 256 * 1024


@dataclass(frozen=True)
class Found:
    """A file and its octets, None where the mail it came in is kept no more."""

    name: str
    type: str
    octets: bytes | None


def add_of_mail(session: Session, entry: Entry, files: Sequence[MailAttachment]) -> None:
    """Add the files of a mail to its entry; images that came before are marked as such."""
    seen = _seen(session, entry, {file.digest for file in files if _is_small_image(file)})
    for file in files:
        add(session, entry, file, file.part, repeated=file.digest in seen)


def add(
    session: Session,
    entry: Entry,
    file: MailAttachment,
    part: int | None,
    *,
    repeated: bool = False,
) -> None:
    """Add a file to an entry; part None says that its digest names a blob."""
    row = Attachment(
        entry_id=_id(entry),
        part=part,
        name=file.name,
        type=file.type,
        size=file.size,
        digest=file.digest,
        inline=file.inline,
        detected=file.detected or None,
        repeated=repeated,
    )
    session.add(row)


def find(session: Session, file_id: int) -> Found | None:
    """Return a file with its octets, None for an id that is none.

    The original of a mail is read in time linear in its size; its bounds are those of `message`.
    """
    row = session.get(Attachment, file_id) if file_id <= _MAX_ID else None
    entry = session.get(Entry, row.entry_id) if row is not None else None
    if row is None or entry is None:
        return None
    digest = row.digest if row.part is None else entry.sha256 or ""
    kept = session.get(blobs.Blob, digest)
    octets = blobs.get_bytes(session, digest) if kept is not None else None
    if octets is not None and row.part is not None:
        octets = attachments.payload(octets, row.part)
    return Found(row.name, row.type, octets)


def _seen(session: Session, entry: Entry, digests: set[str]) -> set[str]:
    """Return which of these came with an earlier mail of the same ticket or the same author."""
    if not digests:
        return set()
    statement = (
        select(col(Attachment.digest))
        .join(Entry, col(Entry.id) == col(Attachment.entry_id))
        .where(
            col(Attachment.digest).in_(sorted(digests)),
            col(Entry.id) != _id(entry),
            or_(
                col(Entry.ticket_id) == entry.ticket_id,
                col(Entry.author) == entry.author,
            ),
        )
        .distinct()
    )
    return set(session.execute(statement).scalars())


def _is_small_image(file: MailAttachment) -> bool:
    """Say whether a file may be the picture of a signature."""
    kind = file.detected or file.type
    return kind.startswith("image/") and 0 < file.size <= _MAX_SIGNATURE_IMAGE


def _id(entry: Entry) -> int:
    if entry.id is None:
        raise ValueError("the entry is not stored yet; flush the session first")
    return entry.id
