from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session

from mailgate.departments import Agent
from mailgate.replies.compose import File
from mailgate.store.database import Database
from mailgate.tickets import service
from mailgate.tickets.lifecycle import MoveRefusedError, Status
from mailgate.tickets.model import Entry, Ticket
from mailgate.tickets.office import SYSTEM, Office
from tests.unit.bureau import (
    AGENT,
    ANNA,
    EWA,
    HOUR,
    NOW,
    OFFICE,
    contribution,
    events,
    office,
    opened,
    put_into,
    sent,
    steps,
)
from tests.unit.desk import BILLING

FRIDAY = date(2026, 11, 6)
LATER = NOW + HOUR
Move = Callable[[Session, Office, Ticket], Entry]


def writes(session: Session, at: Office, ticket: Ticket) -> Entry:
    """Let the customer write."""
    said = contribution(message_id="<2@example.net>")
    return service.follow_up(session, at, ticket, said, LATER, LATER, speaks=True)


def replies(session: Session, at: Office, ticket: Ticket) -> Entry:
    """Let an agent answer."""
    return service.reply(session, at, ticket, AGENT, "Proszę.", LATER)


def holds(session: Session, at: Office, ticket: Ticket) -> Entry:
    """Put it off."""
    return service.hold(session, at, ticket, AGENT, FRIDAY, LATER)


def resolves(session: Session, at: Office, ticket: Ticket) -> Entry:
    """Call it solved."""
    return service.resolve(session, at, ticket, AGENT, "Zrobione.", LATER)


def closes(session: Session, at: Office, ticket: Ticket) -> Entry:
    """Close it."""
    return service.close(session, at, ticket, AGENT, "Zrobione.", LATER)


def reopens(session: Session, at: Office, ticket: Ticket) -> Entry:
    """Open it again."""
    return service.reopen(session, at, ticket, AGENT, LATER)


def moves(session: Session, at: Office, ticket: Ticket) -> Entry:
    """Give it to the other department."""
    return service.move(session, at, ticket, AGENT, BILLING, LATER)


def ends_hold(session: Session, _at: Office, ticket: Ticket) -> Entry:
    """Let the day of a hold come."""
    return service.end_hold(session, OFFICE, ticket, LATER)


def closes_by_time(session: Session, at: Office, ticket: Ticket) -> Entry:
    """Let the days after a resolution pass."""
    return service.close_resolved(session, at, ticket, LATER)


@pytest.mark.parametrize(
    ("before", "move", "after", "mail"),
    [
        ("open", writes, "open", None),
        ("answered", writes, "customer-replied", None),
        ("customer-replied", writes, "customer-replied", None),
        ("on-hold", writes, "customer-replied", None),
        ("resolved", writes, "open", None),
        ("closed", writes, "open", None),
        ("open", replies, "answered", "comment"),
        ("customer-replied", replies, "answered", "comment"),
        ("on-hold", replies, "on-hold", "comment"),
        ("closed", replies, "closed", "comment"),
        ("open", holds, "on-hold", "hold"),
        ("on-hold", holds, "on-hold", "hold"),
        ("open", resolves, "resolved", "resolved"),
        ("on-hold", resolves, "resolved", "resolved"),
        ("open", closes, "closed", "closed"),
        ("resolved", closes, "closed", "closed"),
        ("closed", reopens, "open", "reopened"),
        ("resolved", reopens, "open", "reopened"),
        ("on-hold", reopens, "open", "reopened"),
        ("closed", moves, "closed", "moved"),
        ("on-hold", ends_hold, "open", None),
        ("resolved", closes_by_time, "closed", "closed"),
    ],
)
def test_each_move_has_its_status_entry_and_mail(
    database: Database, before: str, move: Move, after: str, mail: str | None
) -> None:
    """One entry, one step in the history if the status changes, one mail to the requester."""
    with database.writing() as session:
        ticket, _ = opened(session)
        put_into(session, ticket, before)
        known, known_mails = steps(session, ticket), len(sent(session))
        entry = move(session, OFFICE, ticket)
        session.flush()
        assert ticket.status == after and ticket.updated_at == LATER
        expected = [(before, after, entry.id)] if after != before else []
        assert steps(session, ticket)[len(known) :] == expected
        mails = sent(session)[known_mails:]
        assert [(each.event, each.recipient) for each in mails] == ([(mail, ANNA)] if mail else [])


@pytest.mark.parametrize(
    ("before", "move"),
    [
        ("closed", closes),
        ("closed", resolves),
        ("resolved", resolves),
        ("closed", holds),
        ("resolved", holds),
        ("open", reopens),
        ("answered", reopens),
        ("customer-replied", reopens),
    ],
)
def test_a_move_that_is_refused_changes_nothing(
    database: Database, before: str, move: Move
) -> None:
    """Neither entries nor mail nor the ticket."""
    with database.writing() as session:
        ticket, _ = opened(session)
        put_into(session, ticket, before)
        known, mails = events(session, ticket), len(sent(session))
        with pytest.raises(MoveRefusedError, match="the ticket is"):
            move(session, OFFICE, ticket)
        assert (ticket.status, ticket.updated_at) == (before, NOW)
        assert (events(session, ticket), len(sent(session))) == (known, mails)


def test_a_new_ticket_counts_from_when_the_desk_is_open(database: Database) -> None:
    """By the department's calendar, from when it was received, not from when we got round to it."""
    sunday = datetime(2026, 11, 1, 10, 0, tzinfo=UTC)
    with database.writing() as session:
        ticket, entry = service.open_ticket(
            session, OFFICE, BILLING, contribution(language=None), sunday, NOW
        )
    monday = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
    assert (ticket.received_at, ticket.created_at) == (sunday, NOW)
    assert ticket.effective_received_at == entry.effective_received_at == monday
    assert (ticket.language, ticket.department, entry.at) == ("en", "billing", sunday)


def test_what_does_not_speak_changes_nothing_but_the_record(database: Database) -> None:
    """A machine's or a third party's words: no status, no language, no thread, no mail."""
    with database.writing() as session:
        ticket, _ = opened(session, contribution(thread_index="his"))
        put_into(session, ticket, "closed")
        mails = len(sent(session))
        said = contribution(language="en", thread_index="other", proven=True)
        service.follow_up(session, OFFICE, ticket, said, LATER, LATER, speaks=False)
        assert (ticket.status, ticket.language, ticket.thread_index) == ("closed", "pl", "his")
        assert (ticket.reopened, len(sent(session))) == (0, mails)


def test_a_customer_who_writes_speaks_his_language(database: Database) -> None:
    """The next mail to him is in it; where it is not known, all stays."""
    with database.writing() as session:
        ticket, _ = opened(session)
        for language, now_in in (("en", "en"), (None, "en"), ("pl", "pl")):
            said = contribution(language=language)
            service.follow_up(session, OFFICE, ticket, said, NOW, NOW, speaks=True)
            assert ticket.language == now_in


def test_a_reply_after_an_answer_is_one_after_reopening_too(database: Database) -> None:
    """Closed, reopened by the customer: open; his next mail: customer-replied."""
    with database.writing() as session:
        ticket, _ = opened(session)
        replies(session, OFFICE, ticket)
        closes(session, OFFICE, ticket)
        seen = []
        for _ in range(2):
            writes(session, OFFICE, ticket)
            seen.append(ticket.status)
        assert seen == ["open", "customer-replied"] and ticket.reopened == 1


@pytest.mark.parametrize(("agents", "keeps"), [((EWA,), True), ((), False)])
def test_a_reopened_ticket_stays_with_an_agent_who_is_there(
    database: Database, agents: tuple[str, ...], keeps: bool
) -> None:
    """Else it goes to the department, by whomever it is reopened."""
    at = office(agents=agents)
    if not keeps:
        at = office(agents=agents, known=())
    for move in (writes, reopens):
        with database.writing() as session:
            ticket, _ = opened(session)
            service.assign(session, OFFICE, ticket, SYSTEM, Agent(EWA, "Ewa Nowak"), NOW)
            put_into(session, ticket, "closed")
            move(session, at, ticket)
            assert ticket.assignee == (EWA if keeps else None)


def test_who_answers_first_has_the_ticket(database: Database) -> None:
    """Unless it is somebody's already; the clock never has one."""
    with database.writing() as session:
        ticket, _ = opened(session)
        service.reply(session, OFFICE, ticket, SYSTEM, "automat", NOW)
        assert ticket.assignee is None
        service.reply(session, OFFICE, ticket, AGENT, "tak", NOW)
        assert ticket.assignee == EWA
        service.assign(session, OFFICE, ticket, AGENT, Agent("Jan@Example.com"), NOW)
        service.reply(session, OFFICE, ticket, AGENT, "tak", NOW)
        assert ticket.assignee == "jan@example.com"
        assert events(session, ticket) == [("assigned", "assigned to Jan@Example.com")]


@pytest.mark.parametrize(
    ("days", "closes_at"), [(0, None), (2, datetime(2026, 11, 5, 8, 0, tzinfo=UTC))]
)
def test_a_resolved_ticket_closes_after_business_days_or_never(
    database: Database, days: int, closes_at: datetime | None
) -> None:
    """And a customer's reply takes the date away."""
    at = office(close_resolved_after=days)
    with database.writing() as session:
        ticket, _ = opened(session, at=at)
        resolves(session, at, ticket)
        if closes_at is None:
            assert ticket.close_at is None
        else:
            assert ticket.close_at is not None and ticket.close_at >= closes_at
        writes(session, at, ticket)
        assert ticket.close_at is None


def test_a_hold_tells_its_date_and_a_new_one_replaces_it(database: Database) -> None:
    """Each is a line in the history and a mail; the end of it is a line."""
    with database.writing() as session:
        ticket, _ = opened(session)
        for day in (FRIDAY, FRIDAY + timedelta(days=3)):
            service.hold(session, OFFICE, ticket, AGENT, day, NOW)
        assert ticket.hold_until == date(2026, 11, 9)
        assert [each.event for each in sent(session)] == ["hold", "hold"]
        ends_hold(session, OFFICE, ticket)
        assert (ticket.hold_until, ticket.status) == (None, "open")
        assert events(session, ticket)[-1] == (
            "hold-ended",
            "the hold until 2026-11-09 has ended",
        )


def test_a_moved_ticket_leaves_its_agent_behind(database: Database) -> None:
    """Its mail comes from the new department; to where it is it cannot be moved."""
    with database.writing() as session:
        ticket, _ = opened(session)
        replies(session, OFFICE, ticket)
        moves(session, OFFICE, ticket)
        assert (ticket.department, ticket.assignee) == ("billing", None)
        assert BILLING.address in sent(session)[-1].header("From")
        with pytest.raises(MoveRefusedError, match="billing already"):
            moves(session, OFFICE, ticket)


def test_a_note_is_nobodys_business_outside(database: Database) -> None:
    """No mail, no status; its files are kept."""
    with database.writing() as session:
        ticket, _ = opened(session)
        file = File("a", "text/plain", b"x")
        service.note(session, OFFICE, ticket, AGENT, "tajne", LATER, [file])
        assert (sent(session), ticket.status, ticket.updated_at) == ([], "open", LATER)


def test_an_answers_files_go_along(database: Database) -> None:
    """To the customer, and into the ticket."""
    with database.writing() as session:
        ticket, _ = opened(session)
        plan = File("plan.txt", "text/plain", b"zawartosc")
        service.reply(session, OFFICE, ticket, AGENT, "tak", NOW, [plan])
        (mail,) = sent(session)
    assert [part.get_filename() for part in mail.parsed.walk() if part.get_filename()] == [
        "plan.txt"
    ]


@pytest.mark.parametrize("was_answer", [True, False])
@pytest.mark.parametrize("before", list(Status))
def test_a_mail_that_failed_reopens_only_if_it_was_an_answer(
    database: Database, before: Status, was_answer: bool
) -> None:
    """Then the customer has not been answered."""
    with database.writing() as session:
        ticket, _ = opened(session)
        put_into(session, ticket, before)
        service.mail_failed(
            session, OFFICE, ticket, LATER, "no such user", recipient=ANNA, was_answer=was_answer
        )
        assert ticket.status == ("open" if was_answer else before)
        settled = before in (Status.RESOLVED, Status.CLOSED)
        assert ticket.reopened == (1 if was_answer and settled else 0)
        assert events(session, ticket)[-1] == ("undelivered", "no such user")
