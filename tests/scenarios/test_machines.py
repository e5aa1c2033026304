"""Machines write, too: reports, lists, loops. None is answered, and none is lost."""

import pytest

from tests.world.reports import report_on

HELP, BILLING = "PomocDYNAMICS@example.com", "billing@example.com"


@pytest.fixture
def anna(world):
    """Give a known customer with a ticket."""
    anna = world.customer("anna@klient.example", "Anna Kowalska", proven=True)
    anna.writes(HELP, "Drukarka")
    return anna


@pytest.fixture
def host(world):
    """Give another mail server, which writes as nobody."""
    return world.customer("", "")


def test_the_bounce_of_an_answer_reopens(world, anna, host):
    """An answer that did not arrive is no answer: the ticket is open again and says why."""
    ewa = world.agent("ewa@example.com")
    ewa.answers(world.the_ticket("Drukarka"), "Proszę włączyć.")
    answer = anna.inbox.last()
    ewa.closes(world.the_ticket("Drukarka"))

    host.sends(report_on(answer, world.now), answer.mail_from)

    ticket = world.the_ticket("Drukarka")
    assert (ticket.status, ticket.reopened) == ("open", 1)
    assert "anna@klient.example: failed 5.1.1" in ticket.history("undelivered")[0]
    assert len(world.the_tickets()) == 1


def test_the_bounce_of_an_acknowledgement_changes_nothing_else(world, anna, host):
    """What a machine failed to tell does not wake a closed ticket."""
    acknowledgement = anna.inbox.last()
    world.agent("ewa@example.com").closes(world.the_ticket("Drukarka"))
    letters = len(world.letters_outside)

    host.sends(report_on(acknowledgement, world.now), HELP)
    host.sends(report_on(acknowledgement, world.now, action="delayed"), HELP)

    ticket = world.the_ticket("Drukarka")
    assert (ticket.status, ticket.reopened) == ("closed", 0)
    assert len(ticket.history("undelivered")) == 1
    assert len(ticket.history("delay")) == 1
    assert len(world.letters_outside) == letters


def test_a_bounce_of_nothing_of_ours_is_held(world, anna, host):
    """Reports on mail that others sent in our name open no tickets."""
    foreign = anna.inbox.last()
    octets = report_on(foreign, world.now).replace(b"<t", b"<x").replace(b"[#", b"[%")

    host.sends(octets, HELP)

    assert world.held() == ["bounce_of_nothing"]
    assert len(world.the_tickets()) == 1
    assert len(anna.inbox.letters()) == 1


def test_mail_through_a_list_is_answered_only_if_the_desk_names_it(world):
    """Nobody on a list that we were not told of ever reads our machine's mail."""
    world.the_desk_has("billing", groups=["klienci.lista.example"])
    anna = world.customer("anna@klient.example", "Anna")
    listed = {"List-Id": "Klienci <klienci.lista.example>", "Precedence": "list"}

    for to in (HELP, BILLING):
        anna.writes(to, to, headers=listed, mail_from="klienci-bounces@klient.example")

    unnamed, named = world.the_tickets()
    assert [case.messages[0].nature for case in (unnamed, named)] == ["group", "group"]
    assert [letter.subject[:9] for letter in anna.inbox.letters()] == [named.tag]
    assert len(unnamed.history("not-acknowledged")) == 1
    assert named.history("not-acknowledged") == []


def test_our_own_mail_come_back_is_counted_and_never_answered(world, anna):
    """A forward at the customer's that points back at us makes no loop."""
    echo = anna.inbox.last().octets

    for hidden in (b"Neither", b"Message-ID", b"X-Mailgate-Loop"):
        octets = echo.replace(hidden + b": ", b"X-Was: ")
        mail = anna.sends(octets, HELP)
        assert [result.verdict for result in world.the_verdicts(mail)] == ["ignore"]

    assert world.held() == []
    assert len(world.the_tickets()) == 1
    assert len(world.the_ticket("Drukarka").messages) == 1
    assert len(world.letters_outside) == 1


def test_mail_from_one_of_our_own_addresses_is_kept_and_never_answered(world):
    """Two departments cannot be made to write to each other for ever."""
    forger = world.customer(BILLING, "Billing")

    forger.writes(HELP, "Hello from the other desk")

    ticket = world.the_ticket("Hello from the other desk")
    assert ticket.department == "dynamics"
    assert "one of ours" in ticket.history("not-acknowledged")[0]
    world.agent("ewa@example.com").answers(ticket, "Who are you?")
    assert world.letters_outside == []
    told = world.the_ticket("Hello from the other desk").history("not-sent")
    assert "an address of ours" in told[0]


def test_no_more_than_five_automatic_mails_a_day_to_an_unproven_address(world):
    """A flood in somebody's name costs him five mails; each ticket says why it was silent."""
    victim = world.customer("victim@elsewhere.example", "Victim")
    for hour in (9, 11, 13):
        world.it_is(f"Tuesday 2026-11-03 {hour:02}:30")
        for turn in range(4):
            victim.writes(HELP, f"Mail {hour} {turn}")

    assert len(victim.inbox.letters()) == 5
    assert len(world.the_tickets()) == 12
    assert "limit of 3" in world.the_ticket("Mail 9 3").history("not-acknowledged")[0]
    assert "limit of 5" in world.the_ticket("Mail 11 2").history("not-acknowledged")[0]
    world.it_is("Wednesday 2026-11-04 14:00")
    victim.writes(HELP, "A day later")
    assert len(victim.inbox.letters()) == 6
