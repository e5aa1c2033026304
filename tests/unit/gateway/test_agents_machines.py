"""What an agent's mailbox does by itself, and whom it may set off."""

import pytest

from tests.unit.bureau import ANNA, EWA, HOUR, letter
from tests.unit.gateway.test_agents import a_ticket, answer, gate, proof, told

__all__ = ["gate"]  # a fixture

pytestmark = pytest.mark.attack("A20")

ROUNDS = 20


def test_a_mailbox_that_sends_our_letters_back_is_answered_ten_times_an_hour(gate):
    """It hands on whatever comes as a new mail of hers, without a word that a machine does it."""
    number = a_ticket(gate)
    for count in range(ROUNDS):
        last = [each for each in told(gate) if each.recipient == EWA][-1]
        words = last.parsed.get_payload(0).get_payload(decode=True).decode()
        headers = (*proof("pass"), f"In-Reply-To: {last.message_id}")
        subject = f"FW: {last.header('Subject')}"
        raw = letter(EWA, subject, words, message_id=f"<{count}@example.com>", headers=headers)
        gate.receive(raw, mail_from=EWA)
    events = [each.event for each in told(gate) if each.recipient == EWA]
    assert events == ["new-ticket"] + ["not-understood"] * 10
    assert len(gate.entries(number, "note")) == ROUNDS
    (result,) = gate.results(ROUNDS)
    assert result.verdict_reason.endswith("kept as a note, and not sent back: too many")


@pytest.mark.parametrize("mark", ["Precedence: bulk", "Auto-Submitted: auto-replied"])
def test_two_agents_machines_do_not_answer_each_other(gate, mark):
    """What a program of hers answers to a notice is kept, and no news for anybody."""
    number = a_ticket(gate)
    answered = set()
    for _ in range(4):
        for each in told(gate):
            if each.recipient != ANNA and each.message_id not in answered:
                answered.add(each.message_id)
                headers = (*proof("pass"), f"In-Reply-To: {each.message_id}", mark)
                name = f"<{len(answered)}@example.com>"
                raw = letter(each.recipient, "Re: Drukarka", message_id=name, headers=headers)
                gate.receive(raw, mail_from=each.recipient)
    assert [each.event for each in told(gate)] == ["received", "new-ticket", "new-ticket"]
    assert [each.third_party for each in gate.entries(number)] == [False, True, True]


def test_a_machine_of_hers_that_hides_what_it_is_speaks_twice_in_a_ticket(gate):
    """And the customer's, which answers each time, is not answered for ever."""
    number = a_ticket(gate)
    for count in range(6):
        answer(gate, number, "Jestem poza biurem.", again=count)
        reply = gate.outbox()[-1]
        headers = (f"In-Reply-To: {reply.message_id}",)
        gate.receive(letter(text="Mnie też nie ma.", headers=headers, message_id=f"<r{count}@x.y>"))
    assert len(gate.entries(number, "reply")) == 2
    assert len(gate.entries(number, "note")) == 4
    assert [event for event, _ in gate.events(number)].count("loop-suspected") == 4
    answer(gate, number, "Już jestem.", again="back")
    gate.now += 2 * HOUR
    answer(gate, number, "Jestem poza biurem.", again="later")
    assert len(gate.entries(number, "reply")) == 4
