"""What is taken by telephone is confirmed by its requester, or agents hear of it."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from mailgate.message.address import Address
from mailgate.tickets import confirming, entered, service
from mailgate.tickets.notices import AgentNotice
from tests.unit.bureau import AGENT, ANNA, EWA, NOW, OFFICE, contribution, events
from tests.unit.desk import DYNAMICS, WARSAW

UNTIL = datetime(2026, 11, 4, 17, 0, tzinfo=WARSAW)  # the end of Wednesday
SOON, LATE = UNTIL - timedelta(seconds=1), UNTIL


def taken(session, phone="+48 22 123 45 67"):
    """Take a call of Anna's on Tuesday."""
    call = entered.Call(Address(ANNA), (), "Drukarka", "Nie drukuje.", (), phone)
    return entered.enter(session, OFFICE, DYNAMICS, call, AGENT, NOW)[0]


def told(session):
    """Return who was told of what."""
    rows = session.execute(select(col(AgentNotice.event), col(AgentNotice.agent)))
    return [tuple(row) for row in rows]


def test_agents_are_told_at_the_end_of_the_next_business_day(database):
    """Once, and with a line in the history."""
    with database.writing() as session:
        ticket = taken(session)
        assert confirming.due(session, SOON) == []
        assert confirming.due(session, LATE) == [ticket.id]
        assert confirming.give_up(session, OFFICE, ticket, LATE) is not None
        assert confirming.give_up(session, OFFICE, ticket, LATE) is None
        assert confirming.due(session, LATE) == []
        assert told(session) == [("unconfirmed", EWA)]
        assert [each for each, _ in events(session, ticket)][-1] == "unconfirmed"


def test_the_requesters_word_confirms(database):
    """Then nobody is reminded."""
    with database.writing() as session:
        ticket = taken(session)
        again = contribution(message_id="<2@example.net>")
        service.follow_up(session, OFFICE, ticket, again, NOW, NOW, speaks=True)
        assert confirming.due(session, LATE) == []
        assert "confirmed" in dict(events(session, ticket))


def test_what_his_machine_writes_confirms_nothing(database):
    """Neither does a third party."""
    with database.writing() as session:
        ticket = taken(session)
        again = contribution(message_id="<2@example.net>", nature="auto-reply")
        service.follow_up(session, OFFICE, ticket, again, NOW, NOW, speaks=False)
        assert confirming.due(session, LATE) == [ticket.id]


def test_what_came_by_no_telephone_waits_for_nothing(database):
    """An agent who writes a ticket down for somebody vouches for it."""
    with database.writing() as session:
        taken(session, phone="")
        assert confirming.due(session, LATE) == []
