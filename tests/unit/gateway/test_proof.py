"""Who would have an address proven that is not his, so that his words go to its owner."""

from dataclasses import replace
from ipaddress import ip_network

import pytest

from mailgate.message.address import Address
from mailgate.message.authenticity import Trust
from mailgate.message.vouching import Vouching
from mailgate.store.database import Database
from mailgate.tickets import orders, people, service
from tests.unit.bureau import AGENT, ANNA, MALLORY, NOW, Gate, letter, office

pytestmark = pytest.mark.attack("A03")

BOB = "bob@victim.example"
PASSED = "Authentication-Results: mx.example.com; dmarc=pass header.from=evil.example"
TRUST = Vouching(Trust(ids=frozenset({"mx.example.com"})), relays=(ip_network("192.0.2.0/24"),))


def gate(database: Database) -> Gate:
    """Return a gateway that believes its own mail server, of a desk that lets copies join."""
    return Gate(database, replace(office(copies=True), vouching=TRUST))


def answers(at: Gate, sender: str, to: str, *headers: str) -> bool:
    """Let a mail of somebody answer one of ours; say whether he is proven by it."""
    raw = letter(sender, "Re: x", headers=(f"In-Reply-To: {to}", *headers))
    (result,) = at.receive(raw, mail_from=sender)
    assert result.verdict == "follow-up"
    return result.proven


def test_what_one_is_sent_proves_nobody_whom_he_named_in_cc(database: Database) -> None:
    """The acknowledgement was Mallory's alone, however many take part in his ticket."""
    at = gate(database)
    (first,) = at.receive(letter(MALLORY, headers=(PASSED, f"Cc: {BOB}")), mail_from=MALLORY)
    (acknowledgement,) = at.outbox()
    assert acknowledgement.recipient == MALLORY
    assert not answers(at, BOB, acknowledgement.message_id)
    (second,) = at.receive(letter(BOB, "ZALEWAM"), mail_from=BOB)
    assert not second.proven
    assert not any("ZALEWAM" in each.words for each in at.outbox() if each.recipient == BOB)
    assert first.ticket != second.ticket


def test_what_several_are_sent_proves_none_of_them(database: Database) -> None:
    """Each of them has it, and could write as any other."""
    at = gate(database)
    (first,) = at.receive(letter(headers=(f"Cc: {BOB}",)))
    with database.writing() as session:
        ticket = session.merge(at.ticket(first.ticket))
        orders.copy_to(session, ticket, AGENT, Address(BOB), NOW)
        service.reply(session, at.office, ticket, AGENT, "Proszę.", NOW)
    shared = {each.message_id for each in at.outbox() if each.kind == "reply"}
    assert len(shared) == 1
    assert not answers(at, ANNA, shared.pop())


@pytest.mark.parametrize(
    ("header", "proves"),
    [("X-Nothing: 1", True), ("Auto-Submitted: auto-replied", False), ("Precedence: bulk", False)],
)
def test_a_machine_that_answers_us_proves_nobody(
    database: Database, header: str, proves: bool
) -> None:
    """Whose address was forged, and who is on holiday, has asked us for nothing."""
    at = gate(database)
    at.receive(letter())
    (acknowledgement,) = at.outbox()
    assert answers(at, ANNA, acknowledgement.message_id, header) is proves
    with database.reading() as session:
        assert people.is_proven(session, ANNA) is proves
