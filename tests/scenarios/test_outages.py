"""Servers fail, daemons end: nothing is lost, and nothing is told twice in two ways."""

import threading
from smtplib import SMTPException

from tests.world.people import hand_over

HELP = "PomocDYNAMICS@example.com"


def test_mail_waits_while_the_smarthost_is_down(world):
    """Letters wait for the smarthost and leave when it is back, each once."""
    anna = world.customer("anna@klient.example", "Anna")
    world.smarthost_is_down()
    anna.writes(HELP, "Drukarka")
    ticket = world.the_ticket("Drukarka")
    assert ticket.status == "open"

    world.smarthost_is_back()

    assert [letter.subject[:9] for letter in anna.inbox.letters()] == [ticket.tag]


def test_a_letter_whose_receipt_was_lost_goes_again_under_its_name(world):
    """If the smarthost's answer is lost, the repeat carries the same Message-ID."""
    anna = world.customer("anna@klient.example", "Anna")
    world.smarthost_takes_and_says_nothing()
    anna.writes(HELP, "Drukarka")
    world.eventually(anna.inbox.letters, "the smarthost has the letter")

    world.smarthost_is_back()
    world.it_is("Tuesday 2026-11-03 10:40")
    world.settles()

    letters = anna.inbox.letters()
    assert len(letters) >= 2
    assert len({letter.message_id for letter in letters}) == 1


def test_a_refused_recipient_is_told_on_the_ticket(world):
    """An address that does not exist is seen by whoever opens the ticket."""
    anna = world.customer("anna@klient.example", "Anna")
    ewa = world.agent("ewa@example.com")
    world.smarthost.refusals["anna@klient.example"] = "550 5.1.1 no such mailbox"
    anna.writes(HELP, "Drukarka")
    ticket = world.the_ticket("Drukarka")
    assert "anna@klient.example" in ticket.history("undelivered")[0]
    assert "550 5.1.1 no such mailbox" in ticket.history("undelivered")[0]

    ewa.answers(ticket, "Proszę ją włączyć.")

    ticket = world.the_ticket("Drukarka")
    assert len(ticket.history("undelivered")) == 2
    assert ticket.status == "open", "an answer that did not arrive is none"


def test_a_deferred_recipient_gets_his_mail_later(world):
    """A host that says "later" is asked again after half an hour."""
    anna = world.customer("anna@klient.example", "Anna")
    world.smarthost.refusals["anna@klient.example"] = "451 4.7.1 greylisted"
    anna.writes(HELP, "Drukarka")
    assert anna.inbox.letters() == []

    world.smarthost.refusals.clear()
    world.it_is("Tuesday 2026-11-03 10:20")
    world.jobs_have_run()
    assert anna.inbox.letters() == []
    world.it_is("Tuesday 2026-11-03 10:34")
    world.settles()

    assert len(anna.inbox.letters()) == 1
    assert world.the_ticket("Drukarka").history("undelivered") == []


def test_a_daemon_that_ends_in_the_middle_loses_nothing(world):
    """Mail in and mail out survive a kill and a restart, each once."""
    anna = world.customer("anna@klient.example", "Anna", proven=True)
    first = anna.writes(HELP, "Pierwsze")
    world.smarthost_is_down()
    world.agent("ewa@example.com").answers(world.the_ticket("Pierwsze"), "Proszę włączyć.")
    taken = world.takes(first.octets.replace(b"Pierwsze", b"Drugie"), [HELP], anna.address)
    world.kills_daemon()

    world.starts_daemon()
    world.smarthost_is_back()

    assert [result.verdict for result in world.the_verdicts(taken)] == ["open"]
    assert [case.subject for case in world.the_tickets()] == ["Pierwsze", "Drugie"]
    subjects = [subject.partition("] ")[2] for subject in anna.inbox.subjects()]
    assert sorted(subjects) == ["Drugie", "Pierwsze", "Pierwsze"]
    world.restarts_daemon()
    anna.replies(anna.inbox.last(), "Dziękuję")
    assert len(world.the_tickets()) == 2


def test_sigterm_under_load_ends_in_good_order(world):
    """Told to stop while mail comes in, it stops soon, and each mail answered 250 is there."""
    world.starts_daemon()
    taken: list[str] = []
    enough = threading.Event()

    def sends(name: int) -> None:
        number = 0
        while True:
            number += 1
            octets = (
                f"From: c{name}@klient.example\r\nSubject: M {name} {number}\r\n"
                f"Message-ID: <{name}.{number}@klient.example>\r\n\r\nDzien dobry\r\n"
            ).encode()
            try:
                port = world.daemon.ports["smtp"]
                hand_over(port, octets, [HELP], f"c{name}@klient.example")
            except (OSError, SMTPException, AssertionError):
                return
            taken.append(f"<{name}.{number}@klient.example>")
            if len(taken) > 20:
                enough.set()

    senders = [threading.Thread(target=sends, args=(name,)) for name in range(6)]
    for each in senders:
        each.start()
    assert enough.wait(30)
    world.stops_daemon()
    for each in senders:
        each.join(30)

    world.starts_daemon()
    world.settles()
    kept = world.entries_of_customers()
    assert set(taken) <= set(kept)
    assert len(kept) == len(set(kept))


def test_two_daemons_on_one_database(world, database_kind):
    """SQLite takes one daemon and refuses the second with a sentence; PostgreSQL takes both."""
    anna = world.customer("anna@klient.example", "Anna")
    anna.writes(HELP, "Pierwsze")
    second = world.second_daemon()
    if database_kind == "sqlite":
        assert second.launch().wait(20) == 75
        assert "another mailgate daemon" in second.tail()
        assert "stop it first" in second.tail()
        anna.writes(HELP, "Drugie")
    else:
        second.start()
        hand_over(second.ports["smtp"], anna.writes(HELP, "Drugie").octets, [HELP], anna.address)
        world.settles()
        second.stop()
    assert [case.subject for case in world.the_tickets()] == ["Pierwsze", "Drugie"]
    assert len(anna.inbox.letters()) == 2
