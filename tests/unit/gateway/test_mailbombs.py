"""One sender who sends too much."""

from dataclasses import replace

import pytest

from mailgate.intake import floods, held
from mailgate.intake.spool import State
from mailgate.message.address import Address
from mailgate.store.database import Database
from mailgate.tickets import people
from mailgate.tickets.office import Floods
from tests.unit.bureau import ANNA, EWA, HOUR, OFFICE, Gate, letter

pytestmark = pytest.mark.attack("A25")

EVE = "eve@evil.example"


def gate(database: Database, unproven: int | None = 3, proven: int | None = 5) -> Gate:
    """Return a gateway that lets so many new tickets an hour in."""
    office = replace(OFFICE, floods=Floods(unproven, proven), admin="admin@example.org")
    return Gate(database, office)


def sends(at: Gate, count: int, sender: str = EVE, mail_from: str | None = None) -> list[str]:
    """Let a sender send new mails; return what became of each."""
    said = []
    for number in range(count):
        raw = letter(sender.replace("%", str(number)), f"Bomb {number}")
        envelope = sender if mail_from is None else mail_from
        (result,) = at.receive(raw, mail_from=envelope.replace("%", str(number)))
        said.append(result.cause or result.verdict)
    return said


@pytest.mark.parametrize(
    ("sender", "mail_from"), [(EVE, EVE), (EVE, ""), (EVE, "r%@evil.example"), ("%" + EVE, EVE)]
)
def test_what_is_too_much_is_held_as_one_group(
    database: Database, sender: str, mail_from: str
) -> None:
    """A new name or a new return path for each mail gets around nothing; honest mail comes in."""
    at = gate(database)
    assert sends(at, 6, sender, mail_from) == ["open"] * 3 + ["flood"] * 3
    assert sends(at, 1, ANNA) == ["open"]
    with database.reading() as session:
        (group,) = floods.groups(session)
    assert (group.sender, group.count) == (EVE, 3)


def test_it_ends_when_the_sender_has_kept_to_his_measure(database: Database) -> None:
    """What is held counts too: a flood that goes on opens no more tickets."""
    at = gate(database)
    sends(at, 4)
    at.now += HOUR / 2
    assert sends(at, 4) == ["flood"] * 4
    at.now += HOUR / 2
    assert sends(at, 1) == ["flood"]
    at.now += HOUR
    assert sends(at, 3) == ["open"] * 3


def test_replies_to_tickets_are_never_grouped(database: Database) -> None:
    """Who takes part in a ticket goes on being heard in it."""
    at = gate(database)
    raw = letter(EVE, "Bomb", message_id="<first@evil.example>")
    (first,) = at.receive(raw, mail_from=EVE)
    sends(at, 4)
    for number in range(5):
        reply = letter(EVE, f"Re {number}", headers=("In-Reply-To: <first@evil.example>",))
        (result,) = at.receive(reply, mail_from=EVE)
        assert (result.verdict, result.ticket) == ("follow-up", first.ticket)
    assert sends(at, 1) == ["flood"]


def test_copies_are_duplicates_and_no_flood(database: Database) -> None:
    """A program that sends one mail for ever is recorded at the first."""
    at = gate(database, unproven=1)
    raw = letter(EVE, "Bomb", message_id="<same@evil.example>")
    verdicts = [at.receive(raw, mail_from=EVE)[0].verdict for _ in range(4)]
    assert verdicts == ["open"] + ["duplicate"] * 3


def test_the_null_sender_is_nobody(database: Database) -> None:
    """Forms and programs of many authors that send without a return path are not one sender."""
    at = gate(database, unproven=1)
    assert sends(at, 4, "%@example.net", "") == ["open"] * 4


def test_a_proven_sender_may_send_more(database: Database) -> None:
    """An address that an agent entered has the higher bound; no bound holds nothing."""
    at = gate(database)
    with database.writing() as session:
        people.meet(session, Address(ANNA), at.now)
        people.prove(session, ANNA, "agent", at.now)
    assert sends(at, 6, ANNA) == ["open"] * 5 + ["flood"]
    assert sends(gate(database, None, None), 9) == ["open"] * 9


def test_the_admin_is_told_once(database: Database) -> None:
    """Of the sender, and of what to do; not of each mail, and again when it begins anew."""
    at = gate(database)
    sends(at, 6)
    (told,) = [each for each in at.outbox() if each.event == "admin"]
    assert told.recipient == "admin@example.org"
    assert f"--flood {EVE}" in told.raw.decode().replace("=\r\n", "")
    at.now += 3 * HOUR
    sends(at, 4)
    assert len([each for each in at.outbox() if each.event == "admin"]) == 2
    assert EWA not in [each.recipient for each in at.outbox()]


def test_a_mail_tried_again_is_not_counted_against_itself(database: Database) -> None:
    """With a higher bound, what was held comes in."""
    at = gate(database)
    sends(at, 4)
    with database.writing() as session:
        (row,) = held.listing(session, [State.HELD])
        held.retry(session, row)
        spool_id = row.id or 0
    gate(database, unproven=4).gateway.step()
    assert [each.verdict for each in at.results(spool_id)] == ["open"]
    assert at.row(spool_id).flood_of is None
