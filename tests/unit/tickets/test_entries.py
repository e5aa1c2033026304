import pytest
from sqlalchemy import select

from mailgate.message.message import Attachment as MailAttachment
from mailgate.replies.compose import File
from mailgate.store import blobs
from mailgate.store.database import Database
from mailgate.tickets import entries, views
from mailgate.tickets.lifecycle import Status
from mailgate.tickets.model import Entry, EntryKind, KnownMessage, Ticket
from tests.unit.bureau import AGENT, DAY, EWA, HOUR, NOW, contribution, opened, steps

UNFLUSHED = Ticket(number=1)  # type: ignore[call-arg]


def test_what_someone_sent_is_kept_whole(database: Database) -> None:
    """Words, origin, doubts, files as parts of the original, and the index of its Message-ID."""
    octets = b"From: anna@example.net\r\n\r\ntekst\r\n"
    with database.writing() as session:
        digest = blobs.put_bytes(session, octets, NOW)
        given = contribution(
            message_id="<7@example.net>",
            fingerprint="f" * 64,
            attachments=(MailAttachment(3, "plan.pdf", "application/pdf", 9, "a" * 64, True),),
            spool_id=7,
            sha256=digest,
            nature="person",
            authenticity="none",
            third_party=True,
            defects=("no Date",),
        )
        ticket, _ = opened(session)
        stored = entries.add_message(session, ticket, given, NOW, NOW + DAY)
    with database.reading() as session:
        entry = session.get_one(Entry, stored.id)
        assert (entry.kind, entry.source, entry.text) == ("message", "mail", "tekst")
        assert (entry.at, entry.effective_received_at) == (NOW, NOW + DAY)
        assert (entry.spool_id, entry.sha256, entry.defects) == (7, digest, ["no Date"])
        assert entry.third_party and not entry.proven
        (_, (file,)) = views.history(session, entry.ticket_id)[-1]
        assert (file.part, file.name, file.size, file.inline) == (3, "plan.pdf", 9, True)
        (known,) = views.same_message(session, "<7@example.net>", "f" * 64, NOW)
        assert (known.direction, known.department, known.at) == ("in", "dynamics", NOW)


def test_what_came_by_no_mail_has_no_message_id_to_find_it_by(database: Database) -> None:
    """A telephone call is in no thread."""
    with database.writing() as session:
        opened(session, contribution(message_id="", source="cli"))
        assert session.execute(select(KnownMessage)).first() is None


def test_one_mail_is_one_entry_of_a_ticket(database: Database) -> None:
    """The database refuses a second, and allows any number without a mail."""
    with database.writing() as session:
        ticket, _ = opened(session)
        for _ in range(2):
            entries.add_event(session, ticket, "x", "x", NOW)
        entries.add_message(session, ticket, contribution(spool_id=7), NOW, None)
        with pytest.raises(Exception, match=r"(?i)unique"), session.begin_nested():
            entries.add_message(session, ticket, contribution(spool_id=7), NOW, None)


def test_files_that_came_otherwise_are_blobs_of_their_own(database: Database) -> None:
    """Equal ones are stored once and listed twice."""
    with database.writing() as session:
        ticket, _ = opened(session)
        entry = entries.add_words(session, ticket, EntryKind.NOTE, AGENT, "plany", NOW)
        twice = [File("a.txt", "text/plain", b"abc"), File("b.txt", "text/plain", b"abc")]
        entries.add_files(session, entry, twice, NOW)
        session.flush()
        (_, files) = views.history(session, entry.ticket_id)[-1]
        assert [(each.name, each.part, each.size) for each in files] == [
            ("a.txt", None, 3),
            ("b.txt", None, 3),
        ]
        assert blobs.get_bytes(session, files[0].digest) == b"abc"


def test_an_agents_words_are_hers(database: Database) -> None:
    """With the channel she used; an event without an actor is ours."""
    with database.writing() as session:
        ticket, _ = opened(session)
        words = entries.add_words(session, ticket, EntryKind.REPLY, AGENT, "tak", NOW)
        hers = entries.add_event(session, ticket, "closed", "closed", NOW, AGENT)
        ours = entries.add_event(session, ticket, "closed", "closed", NOW)
    assert (words.author, words.author_name, words.source, words.proven) == (
        EWA,
        "Ewa Nowak",
        "cli",
        True,
    )
    assert (hers.source, ours.source, ours.author) == ("cli", "system", "mailgate")


@pytest.mark.parametrize(
    ("after", "kept"),
    [
        (Status.ON_HOLD, (True, False, False)),
        (Status.RESOLVED, (False, True, False)),
        (Status.CLOSED, (False, False, True)),
        (Status.ANSWERED, (False, False, False)),
    ],
)
def test_a_date_belongs_to_its_status(
    database: Database, after: Status, kept: tuple[bool, bool, bool]
) -> None:
    """No hold, closing time or time of closing outlives the status it is of."""
    with database.writing() as session:
        ticket, entry = opened(session)
        ticket.hold_until, ticket.close_at, ticket.closed_at = NOW.date(), NOW, NOW
        entries.set_status(session, ticket, entry, after, NOW + HOUR)
        found = (ticket.hold_until, ticket.close_at, ticket.closed_at)
        assert tuple(each is not None for each in found) == kept
        assert ticket.closed_at in (None, NOW + HOUR)
        assert [each[:2] for each in steps(session, ticket)] == [(None, "open"), ("open", after)]


def test_a_status_that_stays_is_no_step(database: Database) -> None:
    """And keeps its dates."""
    with database.writing() as session:
        ticket, entry = opened(session)
        entries.set_status(session, ticket, entry, Status.CLOSED, NOW)
        entries.set_status(session, ticket, entry, Status.CLOSED, NOW + DAY)
        assert ticket.closed_at == NOW
        assert [each[:2] for each in steps(session, ticket)] == [(None, "open"), ("open", "closed")]


def test_nothing_hangs_on_a_ticket_that_is_not_stored(database: Database) -> None:
    """A mistake of ours is said at once."""
    with database.writing() as session:
        opened(session)
        with pytest.raises(ValueError, match="flush"):
            entries.add_event(session, UNFLUSHED, "x", "x", NOW)
