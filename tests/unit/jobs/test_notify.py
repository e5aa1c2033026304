"""Letters to agents: who gets them, how many, and that none is lost."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from mailgate import tokens
from mailgate.departments import Agent
from mailgate.jobs.notify import Notifier, Pace
from mailgate.replies.templates import Event
from mailgate.tickets import notices, service
from mailgate.tickets.notices import AgentNotice
from tests.unit.bureau import (
    AGENT,
    ANNA,
    DAY,
    EWA,
    KEYS,
    NOW,
    OFFICE,
    contribution,
    office,
    opened,
    sent,
)
from tests.unit.desk import BILLING

JAN, OLA = "jan@example.com", "ola@example.com"
THREE = office(
    agents=(EWA, JAN, OLA),
    known=(Agent(EWA, "Ewa Nowak"), Agent(JAN, "Jan"), Agent(OLA)),
)
MINUTE = timedelta(minutes=1)


def notifier(database, at=THREE, now=NOW, **pace):
    """Return the spine, whose clock stands."""
    return Notifier(database, at, Pace(**pace), lambda: now, lambda: None)


def told(database, at=THREE, now=NOW, **pace):
    """Let all letters be written that are due, and return those to agents, in order."""
    while notifier(database, at, now, **pace).step():
        pass
    with database.reading() as session:
        return [each for each in sent(session) if each.kind == "notice"]


def to_whom(letters):
    """Return event and recipient of each."""
    return sorted((each.event, each.recipient) for each in letters)


def state_of(database):
    """Return how many notices are in each state."""
    with database.reading() as session:
        return Counter(session.execute(select(col(AgentNotice.state))).scalars())


def test_a_new_ticket_is_told_to_each_agent_of_the_department(database):
    """One letter each, with the customer's words, signed for her and marked as automatic."""
    with database.writing() as session:
        ticket, _ = opened(session, at=THREE)

    letters = told(database)

    assert to_whom(letters) == [("new-ticket", each) for each in (EWA, JAN, OLA)]
    letter = letters[0]
    assert letter.header("To") == '"Ewa Nowak" <ewa@example.com>' or EWA in letter.header("To")
    assert (letter.mail_from, letter.header("Auto-Submitted")) == ("", "auto-generated")
    assert "tekst" in letter.words
    assert ANNA in letter.words
    anchor = tokens.anchor(ticket.number, OFFICE.instance, OFFICE.domain)
    assert letter.header("References") == anchor
    proofs = {
        tokens.read_message_id(KEYS, each.message_id, OFFICE.instance, NOW.date()).participant
        for each in letters
    }
    assert len(proofs - {0}) == 3


def test_a_reply_address_is_signed_for_the_one_agent(database):
    """Where subaddresses arrive, the answer goes to an address that nobody else has."""
    desk = office(agents=(EWA,), subaddressing=True)
    with database.writing() as session:
        ticket, _ = opened(session, at=desk)

    (letter,) = told(database, desk)

    token = tokens.read_address(KEYS, letter.header("Reply-To"), NOW.date())
    assert (token.purpose, token.number) == (tokens.Purpose.REPLY, ticket.number)
    assert token.participant > 0


def test_who_works_on_a_ticket_is_told_and_who_did_it_is_not(database):
    """The table of behaviour, event by event: assignee, else department; never the actor."""
    jan = replace(AGENT, who=replace(AGENT.who, address=JAN, name="Jan"))
    with database.writing() as session:
        ticket, _ = opened(session, at=THREE)
        service.note(session, THREE, ticket, AGENT, "nikt nie ma", NOW)
        service.reply(session, THREE, ticket, jan, "tak", NOW)
        again = contribution(message_id="<2@example.net>")
        service.follow_up(session, THREE, ticket, again, NOW, NOW, speaks=True)
        service.assign(session, THREE, ticket, jan, Agent(OLA), NOW)
        service.close(session, THREE, ticket, AGENT, "", NOW)
        service.reopen(session, THREE, ticket, AGENT, NOW)
        service.mail_failed(session, THREE, ticket, NOW, "no", recipient=ANNA, was_answer=True)
        service.end_hold(session, THREE, ticket, NOW)
        noted = select(col(AgentNotice.event), col(AgentNotice.agent)).order_by(col(AgentNotice.id))
        found = [tuple(row) for row in session.execute(noted)]

    assert found == [
        *(("new-ticket", each) for each in (EWA, JAN, OLA)),
        *(("note", each) for each in (JAN, OLA)),
        ("agent-reply", EWA),
        ("customer-reply", JAN),
        ("assigned", OLA),
        ("came-back", OLA),
        ("undelivered", OLA),
        ("hold-ended", OLA),
    ]


@pytest.mark.parametrize(("provable", "hint"), [(True, "#note"), (False, "wstrzymana")])
def test_a_letter_says_what_becomes_of_a_reply(database, provable, hint):
    """It promises no way that is closed where no sender is checked."""
    at = office(agents=(EWA,))
    with database.writing() as session:
        opened(session, at=at)
    (letter,) = told(database, replace(at, agents_by_mail=provable))
    assert hint in letter.words
    assert "--- Odpowiedz powyżej tej linii ---" in letter.words


def test_a_ticket_handed_over_is_told_to_its_new_department(database):
    """Those it leaves are not told."""
    billing = replace(BILLING, agents=(JAN,))
    directory = replace(THREE.directory, departments={**THREE.directory.departments})
    directory.departments["billing"] = billing
    at = replace(THREE, directory=directory)
    with database.writing() as session:
        ticket, _ = opened(session, at=replace(at, directory=THREE.directory))
        service.move(session, at, ticket, AGENT, billing, NOW)

    letters = [each for each in told(database, at) if each.event == "handed-over"]

    assert to_whom(letters) == [("handed-over", JAN)]
    assert "Handed over" in letters[0].words


@pytest.mark.parametrize(
    ("changes", "given"),
    [
        ({"notify": False}, {}),
        ({}, {"nature": "auto-reply"}),
        ({"agents": ()}, {}),
        ({"agents": ("pomocdynamics+x@example.com",)}, {}),
    ],
)
def test_nobody_is_told(database, changes, given):
    """By setting; of what a mail program answers; no own address."""
    at = office(**changes)
    with database.writing() as session:
        opened(session, contribution(**given), at=at)

    assert told(database, at) == []
    assert state_of(database) == {}


def test_a_mail_to_an_agent_that_fails_tells_nobody(database):
    """Else it would go on for ever."""
    with database.writing() as session:
        ticket, _ = opened(session, at=THREE)
        service.mail_failed(session, THREE, ticket, NOW, "no", recipient=EWA, was_answer=False)

    assert {each.event for each in told(database)} == {"new-ticket"}


@pytest.mark.attack("A28")
def test_a_storm_becomes_a_digest(database):
    """Five letters a minute at once, the rest in one; every ticket is in one of them."""
    with database.writing() as session:
        for number in range(12):
            opened(session, contribution(message_id=f"<{number}@example.net>"), at=THREE)

    first = [each for each in told(database) if each.recipient == EWA]
    assert len(first) == 5
    assert state_of(database) == {"sent": 15, "waiting": 21}
    second = [each for each in told(database, now=NOW + 4 * MINUTE) if each.recipient == EWA]
    assert len(second) == 5

    last = [each for each in told(database, now=NOW + 5 * MINUTE) if each.recipient == EWA]

    assert [each.event for each in last] == ["new-ticket"] * 5 + ["agent-digest"]
    digest = last[-1]
    assert (digest.mail_from, digest.header("Auto-Submitted")) == ("", "auto-generated")
    words = "\n".join(each.words for each in last)
    with database.reading() as session:
        numbers = set(session.execute(select(col(service.Ticket.number))).scalars())
    assert len(numbers) == 12
    assert [number for number in numbers if str(number) not in words] == []
    assert state_of(database) == {"sent": 15, "digested": 21}


def test_while_a_digest_is_gathered_no_letter_goes_out_before_it(database):
    """What came earlier is told earlier."""
    with database.writing() as session:
        for number in range(3):
            opened(session, contribution(message_id=f"<{number}@example.net>"), at=THREE)
    told(database, per_minute=1)
    with database.writing() as session:
        opened(session, contribution(message_id="<later@example.net>"), at=THREE)

    told(database, now=NOW + 2 * MINUTE, per_minute=1)

    assert state_of(database) == {"sent": 3, "waiting": 9}


def test_digests_keep_a_minute_apart(database, monkeypatch):
    """Also where one is not enough."""
    monkeypatch.setattr("mailgate.jobs.notify._IN_ONE_DIGEST", 4)
    with database.writing() as session:
        for number in range(12):
            opened(session, contribution(message_id=f"<{number}@example.net>"), at=office())
    told(database, office())

    def digests(now):
        return sum(each.event == "agent-digest" for each in told(database, office(), now))

    later = NOW + 5 * MINUTE
    assert [digests(later), digests(later), digests(later + MINUTE)] == [1, 1, 2]


def test_two_daemons_write_each_letter_once(database):
    """Whoever takes a notice first writes it."""
    with database.writing() as session:
        opened(session, at=THREE)
    one, two = notifier(database), notifier(database)
    with database.reading() as session:
        rows = list(session.execute(select(AgentNotice)).scalars())

    for each in (one, two):
        each._write(rows[:1], EWA, notices.State.NEW, notices.State.SENT, NOW)

    assert len(told(database)) == 3


def test_a_letter_that_cannot_be_written_does_not_stop_the_others(database, monkeypatch):
    """It is put aside, with the error in the log."""
    with database.writing() as session:
        opened(session, at=THREE)
    monkeypatch.setattr("mailgate.tickets.agent_letters.compose", _fails_for(JAN))

    assert to_whom(told(database)) == [("new-ticket", EWA), ("new-ticket", OLA)]
    assert state_of(database) == {"sent": 2, "failed": 1}


def _fails_for(address):
    from mailgate.replies.compose import compose

    def composed(letter, head):
        if head.to[0].address == address:
            raise ValueError("no such letter")
        return compose(letter, head)

    return composed


@pytest.mark.attack("A05")
def test_who_is_no_agent_any_more_is_told_nothing(database):
    """What waited for her, by itself or for a digest, goes nowhere; the others get theirs."""
    with database.writing() as session:
        opened(session, at=THREE)
        opened(session, contribution(message_id="<2@example.net>"), at=THREE)
    notifier(database, per_minute=0).step()
    with database.writing() as session:
        opened(session, contribution(message_id="<3@example.net>"), at=THREE)
    left = office(agents=(JAN, OLA), known=(Agent(JAN, "Jan"), Agent(OLA)))

    letters = told(database, left, NOW + 10 * MINUTE)

    assert {each.recipient for each in letters} == {JAN, OLA}
    assert state_of(database)["dropped"] == 3


def test_warnings_are_three_an_hour(database):
    """Whoever forges an agent's address cannot use us to fill her mailbox."""
    with database.writing() as session:
        for spool_id in range(1, 6):
            if notices.may_answer(session, EWA, Event.AGENT_UNPROVEN, NOW):
                notices.answer(session, THREE, EWA, Event.AGENT_UNPROVEN, NOW, spool_id=spool_id)
        assert notices.may_answer(session, EWA, Event.AGENT_UNPROVEN, NOW + 61 * MINUTE)

    letters = told(database)

    assert to_whom(letters) == [("agent-unproven", EWA)] * 3
    assert "mailgate spool show 1\r\n" in letters[0].words


def test_old_notices_are_forgotten_and_waiting_ones_are_not(database):
    """What was told needs no book any more."""
    with database.writing() as session:
        for number in range(6):
            opened(session, contribution(message_id=f"<{number}@example.net>"), at=THREE)
    told(database)
    with database.writing() as session:
        notices.forget(session, NOW + DAY)

    assert state_of(database) == {"waiting": 3}
