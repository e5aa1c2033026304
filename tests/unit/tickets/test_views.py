from datetime import timedelta

import pytest
from sqlmodel import Session

from mailgate.message.message import Attachment
from mailgate.store.database import Database
from mailgate.tickets import entries, service, views
from mailgate.tickets.lifecycle import Status
from mailgate.tickets.model import LinkKind, Ticket
from mailgate.tickets.views import Filter
from tests.unit.bureau import AGENT, ANNA, DAY, HOUR, MALLORY, NOW, OFFICE, contribution, opened
from tests.unit.desk import BILLING


def listed(session: Session, **wanted: object) -> list[str]:
    """Return the subjects of a list."""
    return [ticket.subject for ticket, _ in views.listing(session, Filter(**wanted))]  # type: ignore[arg-type]


def titled(session: Session, *subjects: str) -> list[Ticket]:
    """Open tickets with these subjects."""
    return [opened(session, contribution(subject=each))[0] for each in subjects]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, ["third", "second", "first"]),
        ({"status": Status.CLOSED}, ["second"]),
        ({"status": Status.RESOLVED}, []),
        ({"department": "billing"}, ["third"]),
        ({"department": "gone"}, []),
        ({"requester": "ANNA@example.NET"}, ["second", "first"]),
        ({"requester": "anna@example.ne_"}, []),
        ({"requester": "anna@example.net\0"}, []),
        ({"requester": "\udcff@example.net"}, []),
        ({"department": "\ud800"}, []),
        ({"search": "\udcff"}, []),
        ({"search": "first\0"}, []),
        ({"since": NOW}, ["third", "second", "first"]),
        ({"since": NOW + DAY}, []),
        ({"status": Status.OPEN, "requester": ANNA, "search": "first"}, ["first"]),
    ],
)
def test_a_list_is_narrowed_by_every_filter_at_once(
    database: Database, wanted: dict[str, object], expected: list[str]
) -> None:
    """The latest change comes first."""
    with database.writing() as session:
        titled(session, "first")
        (second,) = titled(session, "second")
        third, _ = opened(session, contribution(MALLORY, "third"), department=BILLING)
        service.close(session, OFFICE, second, AGENT, "", NOW + HOUR)
        third.updated_at = NOW + 2 * HOUR
        session.flush()
        assert listed(session, **wanted) == expected


def test_a_list_counts_entries_and_ends_at_its_limit(database: Database) -> None:
    """Messages and events alike."""
    with database.writing() as session:
        titled(session, "first")
        (second,) = titled(session, "second")
        service.close(session, OFFICE, second, AGENT, "", NOW + HOUR)
        session.flush()
        found = views.listing(session, Filter(), limit=1)
        assert [(ticket.subject, count) for ticket, count in found] == [("second", 2)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("100%", {"100% pewne"}),
        ("%", {"100% pewne"}),
        ("a_b", {"a_b.txt"}),
        ("_", {"a_b.txt"}),
        ("\\", {"C:\\temp"}),
        ("c:\\TEMP", {"C:\\temp"}),
        ("AXB", {"axb.txt"}),
        ("tekst", {"100% pewne", "a_b.txt", "axb.txt", "C:\\temp"}),
        ("'; DROP TABLE ticket; --", set()),
        ("", {"100% pewne", "a_b.txt", "axb.txt", "C:\\temp"}),
    ],
)
def test_a_search_finds_words_as_they_stand(
    database: Database, words: str, expected: set[str]
) -> None:
    """No character of theirs is a pattern, in the subject or in an entry."""
    with database.writing() as session:
        titled(session, "100% pewne", "a_b.txt", "axb.txt", "C:\\temp")
        assert set(listed(session, search=words)) == expected


@pytest.mark.parametrize("words", ["działa", "DZIAŁA", "NIE Dzia", "ĄĆĘŁŃÓŚŹŻ", "ąćęłńóśźż"])
def test_a_search_knows_the_case_of_every_letter(database: Database, words: str) -> None:
    """Polish ones too, in the subject and in an entry."""
    with database.writing() as session:
        titled(session, "Nie działa ĄĆĘŁŃÓŚŹŻ", "inne")
        opened(session, contribution(subject="w treści", text="nie DZIAŁA ąćęłńóśźż"))
        assert set(listed(session, search=words)) == {"Nie działa ĄĆĘŁŃÓŚŹŻ", "w treści"}


def test_history_is_every_entry_with_its_files_in_order(database: Database) -> None:
    """Also those without any."""
    files = (
        Attachment(1, "plan.pdf", "application/pdf", 10, "a" * 64),
        Attachment(2, "b.txt", "text/plain", 1, "b" * 64),
    )
    with database.writing() as session:
        ticket, entry = opened(session, contribution(attachments=files))
        opened(session, contribution(attachments=files))
        service.note(session, OFFICE, ticket, AGENT, "sprawdzam", NOW)
        session.flush()
        found = views.history(session, entry.ticket_id)
        assert [(each.kind, [file.name for file in its]) for each, its in found] == [
            ("message", ["plan.pdf", "b.txt"]),
            ("note", []),
        ]


def test_a_link_is_read_in_both_directions_and_stored_once(database: Database) -> None:
    """Linking again, the other way round or with itself changes nothing."""
    with database.writing() as session:
        (first,), (second,) = titled(session, "first"), titled(session, "second")
        one, two = first.id or 0, second.id or 0
        service.link(session, first, two, LinkKind.STRANGER)
        service.link(session, second, one, LinkKind.DEPARTMENT)
        service.link(session, first, one, LinkKind.DEPARTMENT)
        assert views.linked(session, one) == [second.number]
        assert views.linked(session, two) == [first.number]


def test_a_merged_ticket_is_its_survivor_by_every_question(database: Database) -> None:
    """A number nobody has is nobody's."""
    with database.writing() as session:
        old, _ = opened(session, contribution(message_id="<old@example.net>"))
        new, _ = opened(session, contribution(message_id="<new@example.net>"))
        old.merged_into = new.id
        session.flush()
        assert views.by_number(session, old.number) is new
        assert views.by_id(session, old.id or 0) is new
        by_ids = views.by_message_ids(session, ["<old@example.net>", "<x@example.net>"])
        assert by_ids == {"<old@example.net>": [new]}
        assert views.by_number(session, 99_999_999) is None
        assert (views.by_numbers(session, []), views.by_message_ids(session, [])) == ({}, {})


@pytest.mark.parametrize("size", [512, 513, 5_000])
def test_a_message_id_is_found_however_long_it_is(database: Database, size: int) -> None:
    """What does not fit into the index is cut in the same way when it is sought."""
    long = f"<{'x' * size}@example.net>"
    with database.writing() as session:
        ticket, _ = opened(session, contribution(message_id=long, fingerprint="f"))
        assert views.by_message_ids(session, [long]) == {long: [ticket]}
        assert len(views.same_message(session, long, "f", NOW)) == 1
        assert views.by_sent(session, long) is None


def test_the_thread_is_the_customers_first_and_last_two_mails(database: Database) -> None:
    """Neither those of machines nor those of third parties: an answer is not to them."""
    with database.writing() as session:
        ticket, entry = opened(session, contribution(message_id="<0@example.net>"))
        assert views.thread_of(session, entry.ticket_id) == ["<0@example.net>"]
        for n, changes in enumerate(
            ({}, {}, {}, {"third_party": True}, {"nature": "auto-reply"}, {"nature": "machine"}), 1
        ):
            mail = contribution(message_id=f"<{n}@example.net>", **changes)  # type: ignore[arg-type]
            entries.add_message(session, ticket, mail, NOW, None)
        service.reply(session, OFFICE, ticket, AGENT, "odpowiedź", NOW)
        assert views.thread_of(session, entry.ticket_id) == [
            "<0@example.net>",
            "<2@example.net>",
            "<3@example.net>",
        ]


def test_what_is_due_is_found_from_its_day_on(database: Database) -> None:
    """A hold by its date, a resolved ticket by its moment; nothing in another status."""
    day = NOW.date()
    with database.writing() as session:
        held, resolved, other = titled(session, "held", "resolved", "other")
        service.hold(session, OFFICE, held, AGENT, day, NOW)
        service.resolve(session, OFFICE, resolved, AGENT, "", NOW)
        resolved.close_at = NOW + HOUR
        other.hold_until, other.close_at = day, NOW
        session.flush()
        assert views.on_hold_until(session, day - timedelta(days=1)) == []
        assert views.on_hold_until(session, day) == [held]
        assert views.resolved_due(session, NOW) == []
        assert views.resolved_due(session, NOW + HOUR) == [resolved.id]


def test_a_locked_ticket_is_as_it_was_committed_last(database: Database) -> None:
    """What another transaction changed meanwhile is seen, and what we changed is not lost."""
    with database.writing() as session:
        ticket, entry = opened(session)
        ticket.language = "en"
        again = views.locked(session, entry.ticket_id)
        assert again is ticket and again.language == "en"
    if database.is_sqlite:
        return
    with database.writing() as session:
        read = views.by_id(session, entry.ticket_id)
        with database.writing() as other:
            views.locked(other, entry.ticket_id).status = "closed"
        assert (read.status, views.locked(session, entry.ticket_id).status) == ("open", "closed")
        assert read.status == "closed"


def test_a_locked_ticket_can_be_linked_to(database: Database) -> None:
    """A stranger's mail that names it does not wait for whoever is at work on it."""
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    with database.writing() as session:
        old, _ = opened(session)
        new, _ = opened(session, contribution(MALLORY))
    with database.writing() as session:
        views.locked(session, old.id or 0)
        with database.writing() as other:
            other.connection().exec_driver_sql("SET LOCAL lock_timeout = '2s'")
            service.link(other, views.by_id(other, new.id or 0), old.id or 0, LinkKind.STRANGER)
    with database.reading() as session:
        assert views.linked(session, old.id or 0) == [new.number]
