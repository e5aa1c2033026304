from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlmodel import Session, col

from mailgate import tokens
from mailgate.gateway.lookup import examine
from mailgate.intake import held
from mailgate.intake.spool import Arrival, Claimed, Spool
from mailgate.message.address import Envelope, canonical
from mailgate.message.message import Nature, Report
from mailgate.store.database import Database
from mailgate.threads import Speak, Standing
from mailgate.tickets import people, service, views
from mailgate.tickets.model import Ticket
from mailgate.tokens import Purpose
from tests.unit.bureau import (
    AGENT,
    ANNA,
    DESK_ADDRESS,
    KEYS,
    MALLORY,
    NOW,
    OFFICE,
    Gate,
    contribution,
    letter,
    office,
    opened,
)
from tests.unit.desk import BILLING, message

BOB = "bob@example.net"


def claimed(*recipients: str, release_to: int | None = None) -> Claimed:
    """Return a mail taken in by SMTP."""
    arrival = Arrival("smtp", Envelope(ANNA, recipients or (DESK_ADDRESS,)), NOW)
    return Claimed(1, arrival, "", 100, 1, release_to)


def merged(session: Session, ticket: Ticket, survivor: Ticket) -> None:
    """Merge a ticket into another."""
    ticket.merged_into = survivor.id


def test_without_a_database_nothing_is_known() -> None:
    """A dry run decides by the mail alone."""
    mail = message("[#123456]", in_reply_to=("<1@example.net>",))
    examined = examine(None, OFFICE, mail, claimed(), NOW)
    facts = examined.circumstances
    assert (facts.found.hit, facts.reopens, facts.seen, examined.proven) == (None, True, {}, False)
    assert [each.key for each in facts.route.departments] == ["dynamics"]


def test_a_merged_ticket_leads_to_its_survivor_by_number_and_by_message_id(
    database: Database,
) -> None:
    """On every path, through several merges, and in a ring of them too."""
    with database.writing() as session:
        first, _ = opened(session, contribution(message_id="<a@example.net>"))
        second, _ = opened(session, contribution(message_id="<b@example.net>"))
        third, _ = opened(session, contribution(message_id="<c@example.net>"))
        merged(session, first, second)
        merged(session, second, third)
        session.flush()
        for mail in (message(f"[#{first.number}]"), message(in_reply_to=("<a@example.net>",))):
            found = examine(session, OFFICE, mail, claimed(), NOW).circumstances.found
            assert isinstance(found, Speak) and found.hit.ticket.number == third.number
        merged(session, third, first)
        session.flush()
        assert views.by_number(session, first.number) is not None


def test_the_same_message_id_in_two_tickets_leads_to_the_senders_own(database: Database) -> None:
    """Who sends a mail under another's Message-ID does not take his replies away."""
    with database.writing() as session:
        his, _ = opened(session, contribution(message_id="<1@example.net>"))
        opened(session, contribution(MALLORY, message_id="<1@example.net>"))
        mail = message("Re: x", in_reply_to=("<1@example.net>",))
        found = examine(session, OFFICE, mail, claimed(), NOW).circumstances.found
    assert isinstance(found, Speak)
    assert (found.hit.ticket.number, found.standing) == (his.number, Standing.PARTICIPANT)


def test_a_message_id_that_many_have_taken_costs_no_question_for_each(database: Database) -> None:
    """Who sends it again and again makes no reply to it slow."""
    asked: list[str] = []
    counts = []
    with database.writing() as session:
        event.listen(
            session.connection(), "before_cursor_execute", lambda *told: asked.append(told[2])
        )
        his, _ = opened(session)
        for tickets in (2, 20):
            for _ in range(tickets):
                opened(session, contribution(MALLORY))
            session.flush()
            asked.clear()
            mail = message("Re: x", in_reply_to=("<1@example.net>",))
            found = examine(session, OFFICE, mail, claimed(), NOW).circumstances.found
            assert isinstance(found, Speak) and found.hit.ticket.number == his.number
            counts.append(len(asked))
    assert counts[0] == counts[1]


def test_of_two_departments_tickets_the_addressed_one_is_meant(database: Database) -> None:
    """A mail to two departments is in two tickets under one Message-ID."""
    with database.writing() as session:
        first, _ = opened(session, contribution())
        second, _ = opened(session, contribution(), department=BILLING)
        mail = message("Re: x", in_reply_to=("<1@example.net>",))
        for recipient, ticket in ((DESK_ADDRESS, first), (BILLING.address, second)):
            found = examine(session, OFFICE, mail, claimed(recipient), NOW).circumstances.found
            assert found.hit is not None and found.hit.ticket.number == ticket.number


@pytest.mark.parametrize(
    ("made_for", "sender", "vouched"),
    [
        (ANNA, ANNA, True),
        (BOB, ANNA, False),
        (ANNA, MALLORY, False),
        (ANNA, "Anna@Example.NET", True),
    ],
)
def test_a_reply_address_proves_only_whom_it_was_made_for(
    database: Database, made_for: str, sender: str, vouched: bool
) -> None:
    """A colleague who has his own proves nobody else with it."""
    at = office(subaddressing=True)
    with database.writing() as session:
        ticket, _ = opened(session, at=at)
        person = people.meet(session, AGENT.who.__class__(made_for), NOW)
        address = tokens.signed_address(
            KEYS, Purpose.REPLY, DESK_ADDRESS, ticket.number, person.id or 0, NOW.date()
        )
        mail = message("x", sender=sender, to=(address,))
        examined = examine(session, at, mail, claimed(address), NOW)
    assert (examined.vouched, examined.proven) == (vouched, vouched)
    found = examined.circumstances.found
    assert isinstance(found, Speak)
    expected = Standing.PARTICIPANT if canonical(sender) == ANNA else Standing.THIRD_PARTY
    assert found.standing is expected


def test_a_token_of_ours_proves_the_requester_for_good(database: Database) -> None:
    """His next mail needs none."""
    gate = Gate(database)
    (first,) = gate.receive(letter())
    (mail,) = gate.outbox()
    (reply,) = gate.receive(letter(headers=(f"In-Reply-To: {mail.message_id}",)))
    assert (first.proven, reply.proven) == (False, True)
    (new,) = gate.receive(letter(subject="Inna sprawa"))
    assert new.proven and "Inna sprawa" in gate.outbox()[-1].words


@pytest.mark.parametrize(
    ("was_in", "age", "known"), [("dynamics", 30, True), ("dynamics", 31, False)]
)
def test_a_mail_was_seen_by_department_and_for_thirty_days(
    database: Database, was_in: str, age: int, known: bool
) -> None:
    """The first ticket that has it counts."""
    given = contribution(fingerprint="f" * 64)
    with database.writing() as session:
        first, _ = opened(session, given)
        opened(session, given)
        now = NOW + timedelta(days=age)
        seen = examine(session, OFFICE, message(), claimed(), now).circumstances.seen or {}
        unnamed = examine(session, OFFICE, message(message_id=""), claimed(), NOW).circumstances
    assert {key: each.number for key, each in seen.items()} == (
        {was_in: first.number} if known else {}
    )
    assert unnamed.seen == {}


def _bounce_to(recipient: str, of: str = "") -> Claimed:
    return Claimed(1, Arrival("smtp", Envelope("", (recipient,)), NOW), "", 1, 1, None)


def test_a_bounce_without_message_id_finds_its_ticket_by_the_signed_envelope_sender(
    database: Database,
) -> None:
    """Only answers have one; a token for replies, or of another installation, is none."""
    at = office(subaddressing=True)
    with database.writing() as session:
        ticket, _ = opened(session, at=at)
        service.reply(session, at, ticket, AGENT, "Proszę.", NOW)
    (mail,) = Gate(database).outbox()
    report = message(sender="mailer-daemon@example.net").__class__(
        **{**message("x", sender="mailer-daemon@example.net").__dict__}
        | {"report": Report("delivery-status")}
    )
    with database.reading() as session:
        right = examine(session, at, report, _bounce_to(mail.mail_from), NOW)
        assert right.circumstances.reported is not None
        assert right.reported is not None and right.reported.was_answer
        assert right.circumstances.reported.number == ticket.number
        assert right.circumstances.nature is Nature.BOUNCE
        for wrong in (mail.header("Reply-To"), DESK_ADDRESS, mail.mail_from.replace("+t", "+t1")):
            other = examine(session, at, report, _bounce_to(wrong), NOW)
            assert (other.circumstances.reported, other.reported) == (None, None)


def test_a_complaint_about_an_answer_is_no_report_that_it_failed(database: Database) -> None:
    """What a recipient calls spam did arrive: agents see the complaint, nothing is marked."""
    at = office(subaddressing=True)
    with database.writing() as session:
        ticket, _ = opened(session, at=at)
        service.reply(session, at, ticket, AGENT, "Proszę.", NOW)
    (mail,) = Gate(database).outbox()
    about = Report("feedback-report", (), mail.message_id)
    given = message("x", sender="feedback@isp.example")
    complaint = given.__class__(**given.__dict__ | {"report": about})
    with database.reading() as session:
        examined = examine(session, at, complaint, _bounce_to(mail.mail_from), NOW)
    assert examined.circumstances.nature is Nature.MACHINE
    assert (examined.circumstances.reported, examined.reported) == (None, None)


def test_a_report_on_a_mail_that_came_in_is_on_none_of_ours(database: Database) -> None:
    """A forged report names what its maker knows: the customer's own Message-ID."""
    with database.writing() as session:
        opened(session)
        about = Report("delivery-status", (), "<1@example.net>")
        mail = message().__class__(**message().__dict__ | {"report": about})
        examined = examine(session, OFFICE, mail, claimed(), NOW)
    assert examined.circumstances.reported is None


def test_a_released_mail_goes_where_the_operator_said(database: Database) -> None:
    """Into a ticket, or as a new one, also where no department was found for it."""
    gate = Gate(database)
    (first,) = gate.receive(letter())
    held_ids = [
        gate.accept(letter(MALLORY, f"mail {n}"), recipients=("x@example.org",)) for n in range(2)
    ]
    gate.gateway.step()
    assert [gate.row(each).cause for each in held_ids] == ["no_department"] * 2
    for spool_id, into in zip(held_ids, (first.ticket, None), strict=True):
        with database.writing() as session:
            held.release(session, session.get_one(Spool, spool_id), into)
    gate.gateway.step()
    (into_old,), (as_new,) = (gate.results(each) for each in held_ids)
    assert (into_old.verdict, into_old.ticket) == ("follow-up", first.ticket)
    assert (as_new.verdict, as_new.department) == ("open", "dynamics")
    assert gate.entries(first.ticket)[-1].third_party
    assert [gate.row(each).state for each in held_ids] == ["done"] * 2
    assert gate.row(held_ids[0]).release_to is None


def test_a_ticket_of_a_department_that_is_gone_is_found(database: Database) -> None:
    """Its mail goes on to be an entry of it."""
    with database.writing() as session:
        ticket, _ = opened(session)
        ticket.department = "gone"
        session.flush()
        mail = message(f"[#{ticket.number}]")
        facts = examine(session, OFFICE, mail, claimed(), NOW).circumstances
    assert isinstance(facts.found, Speak) and facts.reopens


@pytest.mark.one_database
def test_a_mail_full_of_pointers_costs_a_bounded_number_of_questions(database: Database) -> None:
    """However many numbers and references it has."""
    asked: list[str] = []
    ids = tuple(f"<{n}@example.net>" for n in range(200))
    numbers = " ".join(f"[#{n}]" for n in range(100000, 100100))
    event.listen(database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    with database.reading() as session:
        session.execute(select(col(Ticket.id)))
        examine(session, OFFICE, message(numbers, references=ids, in_reply_to=ids), claimed(), NOW)
    assert len(asked) < 12
