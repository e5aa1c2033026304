from datetime import datetime, timedelta

import pytest

from mailgate import tokens
from mailgate.gateway.loops import Came, suspicion
from mailgate.store.database import Database
from tests.unit.bureau import ANNA, DAY, HOUR, KEYS, NOW, Gate, letter

MINUTE = timedelta(minutes=1)
SAME = "Zgłoszenie nr 1 przyjęto o 10:00."
PEER = "b0b1b2b3b4b5b6b7"


def exchange(*rounds: tuple[int, int, str]) -> tuple[list[Came], list[datetime]]:
    """Return mails and what was sent before each, as minutes and texts."""
    came = [Came(NOW + at * MINUTE, text) for at, _, text in rounds]
    return came, [NOW + (at - before) * MINUTE for at, before, _ in rounds]


FIRST = (0, 90, "Dzień dobry")


@pytest.mark.parametrize(
    ("rounds", "last", "suspected"),
    [
        ([FIRST], True, False),
        ([FIRST, (1, 1, SAME)], True, False),
        ([FIRST, (1, 1, SAME), (2, 1, SAME.replace("1", "7"))], False, True),
        ([FIRST, (1, 1, SAME), (2, 1, "Co innego")], False, False),
        ([FIRST, (1, 1, SAME), (2, 1, "Co innego")], True, True),
        ([FIRST, (1, 1, SAME), (20, 9, "Co innego")], True, False),
        ([FIRST, (20, 9, SAME), (22, 1, "Co innego")], True, False),
        ([FIRST, (20, 9, SAME), (22, 1, SAME)], False, False),
        ([FIRST, (1, 1, "1"), (2, 1, "2")], False, False),
    ],
)
def test_who_answers_at_once_and_alike_is_a_machine(
    rounds: list[tuple[int, int, str]], last: bool, suspected: bool
) -> None:
    """Promptness alone counts at the end of the budget, and the same words before it."""
    came, sent = exchange(*rounds)
    assert bool(suspicion(came, sent, last_of_budget=last)) is suspected


def test_what_is_unknown_is_not_suspected() -> None:
    """No mail, and none of ours."""
    assert suspicion([], [NOW], last_of_budget=True) == ""
    assert suspicion([Came(NOW, SAME)] * 5, [], last_of_budget=True) == ""


def test_a_suspect_has_no_automatic_mail_for_a_day(database: Database) -> None:
    """Told once, in the ticket that showed it; a day later all is as before."""
    gate = Gate(database)
    for _ in range(3):
        result = gate.receive(letter(text=SAME))[0]
        gate.now += MINUTE
    assert result.acknowledge
    (told,) = [text for name, text in gate.events(result.ticket) if name == "loop-suspected"]
    assert ANNA in told and "rests until 2026-11-04" in told
    gate.now += 2 * HOUR
    (silent,) = gate.receive(letter(text=SAME))
    assert not silent.acknowledge and "loop" in silent.acknowledge_reason
    assert ("not-acknowledged", silent.acknowledge_reason) in gate.events(silent.ticket)
    assert not [each for each in gate.events(silent.ticket) if each[0] == "loop-suspected"]
    gate.now += DAY
    assert gate.receive(letter(text=SAME))[0].acknowledge
    assert len(gate.outbox()) == 4


def test_a_customer_in_a_hurry_is_none(database: Database) -> None:
    """Three matters within an hour, each a while after our answer to the one before."""
    gate = Gate(database)
    for text in ("Drukarka", "Monitor", "Klawiatura"):
        assert gate.receive(letter(text=text))[0].acknowledge
        gate.now += 10 * MINUTE
    gate.now += HOUR
    assert gate.receive(letter(text="Mysz"))[0].acknowledge


def peers_mail(number: int, of: str) -> bytes:
    """Return a mail that another installation's machine wrote in answer to one."""
    message_id = tokens.signed_message_id(KEYS, 123456, f"n{number}", PEER, "b.example", NOW.date())
    return letter("desk@b.example", message_id=message_id, headers=(f"In-Reply-To: {of}",))


def test_an_installation_like_ours_that_answers_mail_nobody_sent_is_told(
    database: Database,
) -> None:
    """Once a day in a ticket; it is acknowledged all the same, since a person may have written."""
    gate = Gate(database)
    (first,) = gate.receive(peers_mail(1, "<forged@b.example>"), mail_from="desk@b.example")
    (second,) = gate.receive(peers_mail(2, "<forged@b.example>"), mail_from="desk@b.example")
    assert first.acknowledge
    told = [text for name, text in gate.events(first.ticket) if name == "loop-suspected"]
    assert told == [
        f"loop suspected: another mailgate ({PEER}) answers a mail that nobody here has sent"
    ]
    assert "loop-suspected" not in dict(gate.events(second.ticket))


def test_an_installation_like_ours_that_answers_our_machine_is_told(database: Database) -> None:
    """And not where it answers an agent, or a mail that somebody did write to us."""
    gate = Gate(database)
    mine = letter("desk@b.example", message_id="<mine@b.example>")
    (first,) = gate.receive(mine, mail_from="desk@b.example")
    gate.receive(peers_mail(1, "<mine@b.example>"), mail_from="desk@b.example")
    assert gate.events(first.ticket) == []
    gate.receive(peers_mail(2, gate.outbox()[0].message_id), mail_from="desk@b.example")
    (told,) = gate.events(first.ticket)
    assert told[0] == "loop-suspected" and told[1].endswith("answers our automatic mail")
