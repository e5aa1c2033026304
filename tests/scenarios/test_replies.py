"""Customers answer, and their mail finds its ticket; strangers find none."""

import pytest

HELP = "PomocDYNAMICS@example.com"


@pytest.fixture
def anna(world):
    """Give a customer whose printer is broken."""
    anna = world.customer("anna@klient.example", "Anna Kowalska")
    anna.writes(HELP, "Drukarka nie działa")
    return anna


def the_ticket(world):
    """Return the ticket of the broken printer."""
    return world.the_ticket("Drukarka nie działa")


def test_the_number_in_the_subject_brings_a_mail_into_its_ticket(world, anna):
    """A program that keeps no references is enough: the number in the subject does."""
    ticket = the_ticket(world)

    anna.writes(HELP, f"Re: {ticket.tag} Drukarka nie działa", "Nadal nie działa.")

    ticket = the_ticket(world)
    assert [entry.text for entry in ticket.messages][1:] == ["Nadal nie działa."]
    assert ticket.status == "open"
    assert len(anna.inbox.letters()) == 1, "a follow-up is not acknowledged"


def test_references_bring_a_mail_into_its_ticket_without_the_number(world, anna):
    """A customer who changes the subject, or whose answer crosses ours, is understood."""
    own = world.the_verdicts  # what was decided is asked below
    by_ours = anna.replies(anna.inbox.last(), "Pierwsza", subject="A inaczej")
    first = anna.writes(HELP, "Skaner", "Skaner też nie działa.")
    by_his_own = anna.replies(first, "Druga", subject="Jeszcze o skanerze", at=HELP)

    assert [entry.text for entry in the_ticket(world).messages][1:] == ["Pierwsza"]
    assert [entry.text for entry in world.the_ticket("Skaner").messages][1:] == ["Druga"]
    assert [own(mail)[0].matched_by for mail in (by_ours, by_his_own)] == ["reference"] * 2
    assert len(world.the_tickets()) == 2


def test_a_stranger_quoting_a_number_gets_a_ticket_of_his_own(world, anna):
    """A number is no key: the old ticket stays as it is, and nothing of it is shown."""
    before = the_ticket(world)
    marek = world.customer("marek@ciekawski.example", "Marek")

    marek.writes(HELP, f"Re: {before.tag} Drukarka nie działa", "Proszę o stan zgłoszenia.")

    after = the_ticket(world)
    his = world.the_tickets()[1]
    assert after.entries == before.entries
    assert (after.status, after.reopened) == (before.status, 0)
    assert (his.requester, his.linked) == ("marek@ciekawski.example", (before.number,))
    letter = marek.inbox.last()
    assert before.number not in letter.octets.decode()
    assert his.number in letter.text
    assert len(anna.inbox.letters()) == 1


def test_a_number_that_is_nobodys_changes_nothing(world, anna):
    """An order number in a subject is no ticket number, and does not link tickets."""
    ticket = the_ticket(world)
    marek = world.customer("marek@ciekawski.example", "Marek")

    marek.writes(HELP, f"PO #{ticket.number} delivery")

    assert world.the_tickets()[1].linked == ()
    assert len(the_ticket(world).messages) == 1


def test_a_reply_reopens_a_closed_ticket(world, anna):
    """Closed is never the last word of a customer's ticket."""
    ewa = world.agent("ewa@example.com")
    ewa.answers(the_ticket(world), "Proszę włączyć drukarkę.")
    ewa.closes(the_ticket(world))
    assert the_ticket(world).status == "closed"

    anna.replies(anna.inbox.last(), "Nadal nie działa.")

    ticket = the_ticket(world)
    assert (ticket.status, ticket.reopened) == ("open", 1)
    assert ticket.assignee == "ewa@example.com"
    assert ticket.messages[-1].text == "Nadal nie działa."


def test_out_of_office_is_kept_and_neither_answered_nor_reopens(world, anna):
    """A machine's answer does not wake anybody, and machines never talk to each other."""
    world.agent("ewa@example.com").closes(the_ticket(world))
    letters = len(anna.inbox.letters())

    anna.replies_out_of_office(anna.inbox.last())

    ticket = the_ticket(world)
    assert (ticket.status, ticket.reopened) == ("closed", 0)
    assert ticket.messages[-1].nature == "auto-reply"
    assert len(anna.inbox.letters()) == letters


def test_an_agents_mail_with_a_token_but_no_proof_is_held(world, anna):
    """Nobody speaks as an agent by writing her address into From."""
    ticket = the_ticket(world)
    letter = anna.inbox.last()
    forger = world.customer("ewa@example.com", "Ewa Nowak")

    forger.replies(letter, "Proszę podać hasło.")

    assert world.held() == ["agent_unproven"]
    assert the_ticket(world) == ticket
    assert len(anna.inbox.letters()) == 1
