import hashlib
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from mailgate.store import blobs
from mailgate.store.blobs import CHUNK_BYTES, Blob, BlobChunk
from mailgate.tickets.model import Entry, Person, Ticket

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


def sizes_of(session, sha256):
    """Return the sizes of a blob's pieces."""
    wanted = select(func.length(col(BlobChunk.data))).where(col(BlobChunk.sha256) == sha256)
    return list(session.execute(wanted.order_by(col(BlobChunk.seq))).scalars())


@pytest.mark.parametrize(
    ("size", "pieces"),
    [
        (0, []),
        (1, [1]),
        (CHUNK_BYTES - 1, [CHUNK_BYTES - 1]),
        (CHUNK_BYTES, [CHUNK_BYTES]),
        (CHUNK_BYTES + 1, [CHUNK_BYTES, 1]),
        (2 * CHUNK_BYTES, [CHUNK_BYTES] * 2),
        (3 * CHUNK_BYTES + 7, [CHUNK_BYTES] * 3 + [7]),
    ],
)
def test_octets_come_out_as_they_went_in(database, size, pieces):
    """Every octet value, at every size around a piece's; no piece is larger than 256 KB."""
    content = (bytes(range(256)) * (size // 256 + 1))[:size]

    with database.writing() as session:
        sha256 = blobs.put_bytes(session, content, NOW)

    assert sha256 == hashlib.sha256(content).hexdigest()
    with database.reading() as session:
        assert sizes_of(session, sha256) == pieces
        assert blobs.get_bytes(session, sha256) == content
        assert [len(piece) for piece in blobs.get(session, sha256)] == pieces
        blob = session.get(Blob, sha256)
        assert blob is not None
        assert blob.size == size


def test_the_same_octets_are_stored_once(database):
    """A content that is known is not even read again; an old transaction's and our own."""
    sha256 = hashlib.sha256(b"hello").hexdigest()
    read = []

    def chunks():
        read.append(True)
        return [b"hello"]

    with database.writing() as session:
        blobs.put(session, sha256, 5, chunks, NOW)
        blobs.put(session, sha256, 5, chunks, NOW)
    with database.writing() as session:
        blobs.put(session, sha256, 5, chunks, NOW)

    assert read == [True]
    with database.reading() as session:
        assert sizes_of(session, sha256) == [5]


def test_what_is_unknown_is_nothing(database):
    """Asked for a blob that is not there, it gives no octets."""
    with database.reading() as session:
        assert blobs.get_bytes(session, "0" * 64) == b""


def test_a_blob_goes_with_the_transaction_that_brought_it(database):
    """Rolled back, neither blob nor pieces are there."""
    with pytest.raises(LookupError), database.writing() as session:
        sha256 = blobs.put_bytes(session, b"hello", NOW)
        raise LookupError

    with database.reading() as session:
        assert session.get(Blob, sha256) is None
        assert sizes_of(session, sha256) == []


def test_a_forgotten_blob_is_gone_and_can_come_back(database):
    """Blob and pieces are deleted; the same octets can be stored anew."""
    with database.writing() as session:
        sha256 = blobs.put_bytes(session, b"hello", NOW)
        blobs.forget(session, sha256)
        assert blobs.get_bytes(session, sha256) == b""
        assert session.get(Blob, sha256) is None
        blobs.put_bytes(session, b"hello", NOW)
        assert blobs.get_bytes(session, sha256) == b"hello"


def test_a_blob_that_somebody_names_is_not_forgotten(database):
    """The database refuses while an entry names it, and its octets stay."""
    with database.writing() as session:
        sha256 = blobs.put_bytes(session, b"hello", NOW)
        _an_entry_of(session, sha256)

    with pytest.raises(IntegrityError), database.writing() as session:
        blobs.forget(session, sha256)

    with database.reading() as session:
        assert blobs.get_bytes(session, sha256) == b"hello"


def _an_entry_of(session, sha256):
    person = Person(created_at=NOW)
    session.add(person)
    session.flush()
    times = dict.fromkeys(("created_at", "received_at", "effective_received_at", "updated_at"), NOW)
    ticket = Ticket(
        number=123456,
        department="help",
        requester_id=person.id,
        requester_address="anna@example.net",
        status="new",
        subject="hello",
        language="en",
        **times,
    )
    session.add(ticket)
    session.flush()
    entry = Entry(
        ticket_id=ticket.id, kind="message", source="mail", author="a", at=NOW, sha256=sha256
    )
    session.add(entry)
