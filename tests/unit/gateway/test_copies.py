from dataclasses import replace

import pytest

from mailgate.gateway.copies import MOST, join_copied
from mailgate.message.address import Address
from mailgate.message.authenticity import Authenticity
from mailgate.message.message import Nature
from mailgate.store.database import Database
from mailgate.tickets import views
from tests.unit.bureau import ANNA, DESK_ADDRESS, EWA, NOW, events, office, opened
from tests.unit.desk import message

BOB, CAROL = "bob@example.net", "carol@example.org"
COPYING = office(copies=True)
PASS, PERSON = Authenticity.PASS, Nature.PERSON


@pytest.mark.parametrize(
    ("copies", "authenticity", "nature", "joins"),
    [
        (True, PASS, PERSON, True),
        (True, PASS, Nature.GROUP, True),
        (True, PASS, Nature.NO_ANSWER, True),
        (True, PASS, Nature.MACHINE, False),
        (True, PASS, Nature.AUTO_REPLY, False),
        (True, Authenticity.NONE, PERSON, False),
        (True, Authenticity.FAIL, PERSON, False),
        (False, PASS, PERSON, False),
    ],
)
def test_those_in_cc_join_by_the_word_of_an_authenticated_person(
    database: Database, copies: bool, authenticity: Authenticity, nature: Nature, joins: bool
) -> None:
    """And only where the department lets them; the ticket says who joined."""
    at = office(copies=copies)
    with database.writing() as session:
        ticket, _ = opened(session)
        mail = message(cc=(BOB, CAROL))
        for _ in range(2):
            join_copied(session, at, ticket, mail, nature, authenticity, NOW)
        found = [each.address for each in views.copied(session, ticket.id or 0)]
        assert found == [BOB, CAROL] * joins
        told = [text for name, text in events(session, ticket) if name == "copied"]
        assert told == [f"joined as Cc of an authenticated mail: {BOB}, {CAROL}"] * joins


@pytest.mark.parametrize(
    "address",
    [
        ANNA,
        EWA,
        DESK_ADDRESS,
        "PomocDynamics+t1@example.com",
        "no-reply@example.net",
        "a b@example.net",
        "bob",
    ],
)
def test_who_need_not_or_must_not_be_written_to_joins_never(
    database: Database, address: str
) -> None:
    """The requester, an agent, an address of ours, one nobody reads, one nobody can write to."""
    with database.writing() as session:
        ticket, _ = opened(session)
        mail = replace(message(), cc=(Address(address),))
        join_copied(session, COPYING, ticket, mail, PERSON, PASS, NOW)
        assert views.copied(session, ticket.id or 0) == []


def test_no_mail_copies_a_ticket_to_the_world(database: Database) -> None:
    """Twenty join, by however many mails; the rest do not."""
    with database.writing() as session:
        ticket, _ = opened(session)
        for turn in range(3):
            cc = tuple(f"{turn}.{number}@example.net" for number in range(15))
            join_copied(session, COPYING, ticket, message(cc=cc), PERSON, PASS, NOW)
        assert len(views.copied(session, ticket.id or 0)) == MOST
