from dataclasses import replace
from datetime import timedelta

import pytest

from mailgate import logs
from mailgate.replies.acknowledge import Limits
from mailgate.store.database import Database
from tests.unit.bureau import HOUR, OFFICE, Gate, letter

ADMIN = "admin@example.org"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Give the list of tickets whose breaker the log told of."""
    numbers: list[int] = []
    monkeypatch.setattr(logs, "acknowledgements_capped", lambda number, _: numbers.append(number))
    return numbers


def gate_of(database: Database, **limits: int) -> Gate:
    """Return a gateway with an admin and these limits."""
    return Gate(database, replace(OFFICE, limits=Limits(**limits), admin=ADMIN))


def comes(gate: Gate, sender: str) -> int | None:
    """Let somebody new write; return his ticket if it was not acknowledged."""
    (result,) = gate.receive(letter(sender), mail_from=sender)
    assert result.ticket is not None
    return None if result.acknowledge else result.ticket


def alarms_to_admin(gate: Gate) -> list[str]:
    """Return the subjects of what the admin was sent."""
    return [each.header("Subject") for each in gate.outbox() if each.recipient == ADMIN]


def test_a_breaker_that_trips_is_told_once(database: Database, told: list[int]) -> None:
    """Whatever the senders; each mail is a ticket that says why it was not acknowledged.

    Also where, an hour on, one is acknowledged now and then: the trip is over when nothing was
    kept back for an hour, and the next is told anew.
    """
    gate = gate_of(database, installation_hour=2)
    first = [comes(gate, f"p{number}@example{number}.net") for number in range(5)]
    assert first[:2] == [None, None] and told == [first[2]]
    for number in (6, 7, 8):
        gate.now += 25 * MINUTE
        comes(gate, f"p{number}@example{number}.net")
    assert told == [first[2]]
    (reason,) = [text for name, text in gate.events(first[4]) if name == "not-acknowledged"]
    assert "limit of 2 acknowledgements an hour by this installation" in reason
    gate.now += 3 * HOUR
    again = [comes(gate, f"p{number}@example{number}.net") for number in range(11, 14)]
    assert again[:2] == [None, None] and told == [first[2], again[2]]
    assert alarms_to_admin(gate) == [
        f"Acknowledgements are capped, since ticket {number}" for number in told
    ]


def test_each_domains_breaker_is_its_own(database: Database, told: list[int]) -> None:
    """One organisation's flood is told, and then another's."""
    gate = gate_of(database, domain_hour=1)
    senders = [
        f"p{number}@{name}.firma{number % 2}.example" for number in range(6) for name in "ab"
    ]
    silent = [number for number in (comes(gate, each) for each in senders) if number]
    assert len(silent) == len(senders) - 2 and len(told) == 2


def test_a_limit_that_a_single_sender_reaches_alarms_nobody(
    database: Database, told: list[int]
) -> None:
    """It is an everyday thing, and written into the ticket."""
    gate = gate_of(database)
    silent = [comes(gate, "anna@example.net") for _ in range(5)]
    assert [each is None for each in silent] == [True] * 3 + [False] * 2
    assert told == [] and alarms_to_admin(gate) == []
