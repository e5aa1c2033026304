"""Octets kept exactly as received: content-addressed, in chunks, inside the database.

A blob is named by the SHA-256 of its content and stored once. It comes and goes within the
caller's transaction, so that a mail and the row that speaks of it are never apart.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from sqlalchemy import LargeBinary, bindparam, delete, select
from sqlmodel import Field, Session, SQLModel, col

from mailgate.store.database import insert_once, insert_row

CHUNK_BYTES = 256 * 1024


class Blob(SQLModel, table=True):
    """One content. sha256: hexadecimal. size: octets."""

    sha256: str = Field(primary_key=True, max_length=64)
    size: int
    stored_at: datetime


class BlobChunk(SQLModel, table=True):
    """One piece of a blob, at most CHUNK_BYTES long; seq counts from 0."""

    __tablename__ = "blob_chunk"

    sha256: str = Field(primary_key=True, foreign_key="blob.sha256", max_length=64)
    seq: int = Field(primary_key=True)
    data: bytes = Field(sa_type=LargeBinary)


_CHUNK = select(col(BlobChunk.data)).where(
    col(BlobChunk.sha256) == bindparam("sha256"), col(BlobChunk.seq) == bindparam("seq")
)


def put(
    session: Session, sha256: str, size: int, chunks: Callable[[], Iterable[bytes]], at: datetime
) -> None:
    """Store a content under its digest, unless it is there already.

    chunks gives pieces of at most CHUNK_BYTES; it is not called for a content that is known.
    """
    if insert_once(session, Blob, {"sha256": sha256, "size": size, "stored_at": at}):
        for seq, data in enumerate(chunks()):
            insert_row(session, BlobChunk, {"sha256": sha256, "seq": seq, "data": data})


def put_bytes(session: Session, content: bytes, at: datetime) -> str:
    """Store a content that is in memory; return its SHA-256."""
    sha256 = hashlib.sha256(content).hexdigest()
    put(session, sha256, len(content), lambda: pieces(content), at)
    return sha256


def pieces(content: bytes) -> Iterator[bytes]:
    """Cut a content into pieces of at most CHUNK_BYTES."""
    for start in range(0, len(content), CHUNK_BYTES):
        yield content[start : start + CHUNK_BYTES]


def get(session: Session, sha256: str) -> Iterator[bytes]:
    """Give the pieces of a blob in order, one in memory at a time; nothing if it is unknown."""
    seq = 0
    while True:
        data = session.execute(_CHUNK, {"sha256": sha256, "seq": seq}).scalar_one_or_none()
        if data is None:
            return
        yield data
        # Every piece but the last is full.
        if len(data) < CHUNK_BYTES:
            return
        seq += 1


def get_bytes(session: Session, sha256: str) -> bytes:
    """Return the whole of a blob, b"" if it is unknown or empty."""
    return b"".join(get(session, sha256))


def forget(session: Session, sha256: str) -> None:
    """Delete a blob; the database refuses while a row still names it."""
    session.execute(delete(BlobChunk).where(col(BlobChunk.sha256) == sha256))
    session.execute(delete(Blob).where(col(Blob.sha256) == sha256))
