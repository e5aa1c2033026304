"""Machines that would have us answer them, and reports that nobody's server wrote."""

import smtplib

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from mailgate.outbox.mail import OutboxMail
from tests.attacks.shapes import shapes
from tests.world.smarthost import Letter
from tests.world.world import World

DESK, BILLING = "PomocDYNAMICS@example.com", "billing@example.com"
ANNA, EWA = "anna@klient.example", "ewa@example.com"
AGENTS = (EWA, "jan@example.com")


def outside(world: World) -> list[Letter]:
    """Return what went to anybody who is no agent."""
    return [each for each in world.smarthost.letters if each.recipient not in AGENTS]


def fates(world: World) -> list[tuple[str, str]]:
    """Return what became of each outgoing mail to Anna."""
    with world.database.reading() as session:
        hers = select(col(OutboxMail.message_id), col(OutboxMail.state))
        rows = session.execute(hers.where(col(OutboxMail.recipient) == ANNA)).all()
        return sorted((row[0], row[1]) for row in rows)


@pytest.mark.attack("A21")
def test_two_desks_in_one_mail_are_never_written_to(world: World) -> None:
    """A21: twenty replies to all, own addresses in every spelling: each desk answers once."""
    anna = world.customer(ANNA)
    own = [DESK.upper(), "billing+x@example.com", "Billing <BILLING@Example.COM>"]
    anna.writes([DESK, BILLING], "Obie", headers={"Cc": ", ".join(own), "Reply-To": BILLING})
    acknowledgements = outside(world)
    for turn in range(20):
        anna.replies(acknowledgements[turn % 2], f"Odpowiedź {turn}", headers={"Cc": own[1]})
    for ticket in world.the_tickets():
        world.agent(EWA).answers(ticket, "Do wszystkich.")
    assert len(acknowledgements) == len(world.the_tickets()) == 2
    assert {each.recipient for each in outside(world)} == {ANNA}
    assert len(outside(world)) == 4


@pytest.mark.attack("A22")
def test_what_comes_back_for_an_acknowledgement_is_never_answered(world: World) -> None:
    """A22: seven shapes, 0 mails out; the closed ticket has its lines and stays closed.

    A provider's complaint alone is a machine's mail that agents see, since the mail did arrive.
    """
    anna = world.customer(ANNA)
    anna.writes(DESK, "Drukarka")
    world.agent(EWA).closes(world.the_ticket("Drukarka"))
    before = outside(world)
    for name, octets in shapes(before[0].message_id, ANNA, DESK).items():
        mail = world.customer("").sends(octets, DESK)
        for result in world.the_verdicts(mail):
            assert result.verdict == ("open" if name == "ARF" else "bounce"), name
            assert not result.acknowledge, name
    ticket = world.the_ticket("Drukarka")
    assert outside(world) == before and len(world.the_tickets()) == 2
    assert (ticket.status, ticket.reopened) == ("closed", 0)
    assert len(ticket.messages) == 1
    assert len(ticket.history("undelivered")) == 5 and len(ticket.history("receipt")) == 1


@pytest.mark.attack("A23")
def test_a_forged_report_silences_nobody(world: World) -> None:
    """A23: a report that returns no Message-ID or sender of ours, unchanged, is held as nothing.

    Neither the ticket nor what is known of the mail's delivery changes.
    """
    world.the_desk_has("dynamics", reply_address="subaddress")
    anna = world.customer(ANNA, proven=True)
    anna.writes(DESK, "Drukarka")
    world.agent(EWA).answers(world.the_ticket("Drukarka"), "Proszę czekać.")
    world.agent(EWA).closes(world.the_ticket("Drukarka"))
    answer = next(each for each in outside(world) if each.mail_from)
    before, sent, letters = world.the_ticket("Drukarka"), fates(world), outside(world)
    local, _, domain = answer.mail_from.rpartition("@")
    forged_sender = f"{local[:-1]}{'a' if local[-1] != 'a' else 'b'}@{domain}"
    stem, _, rest = answer.message_id.partition(".")
    for of, to in (
        ("<guessed@support.example.com>", DESK),
        (f"<t{before.number}.1.k1.x@support.example.com>", DESK),
        (f"{stem}.f{rest}", DESK),
        ("", forged_sender),
    ):
        for octets in shapes(of, ANNA, to).values():
            world.customer("").sends(octets, to)
    assert world.the_ticket("Drukarka").entries == before.entries
    assert world.the_ticket("Drukarka").status == "closed"
    assert fates(world) == sent and outside(world) == letters
    assert set(world.held()) == {"bounce_of_nothing"}


@pytest.mark.attack("A24")
def test_an_absent_customers_program_reopens_nothing(world: World) -> None:
    """A24: an automatic reply with a good token is kept, and the closed ticket stays closed."""
    world.the_desk_has("dynamics", reply_address="subaddress")
    anna = world.customer(ANNA)
    anna.writes(DESK, "Drukarka")
    world.agent(EWA).closes(world.the_ticket("Drukarka"))
    letters = outside(world)
    anna.replies_out_of_office(letters[-1])
    ticket = world.the_ticket("Drukarka")
    assert (ticket.status, ticket.reopened) == ("closed", 0)
    assert [each.nature for each in ticket.messages] == ["person", "auto-reply"]
    assert outside(world) == letters


@pytest.mark.attack("A26")
def test_lists_that_somebody_subscribed_us_to_are_not_answered(world: World) -> None:
    """A26: forty lists, each by a header of its own kind: a ticket each, and not one mail."""
    kinds = (
        {"List-Id": "<l{0}.example>"},
        {"List-Unsubscribe": "<https://l{0}.example/u>"},
        {"Precedence": "bulk"},
        {"List-Help": "<mailto:help@l{0}.example>"},
    )
    for number in range(40):
        header = {name: value.format(number) for name, value in kinds[number % 4].items()}
        host = world.customer(f"confirm@l{number}.example")
        host.writes(DESK, f"Please confirm {number}", headers=header)
    assert world.count_tickets() == 40
    assert outside(world) == [] and world.held() == []


@pytest.mark.attack("A27")
def test_what_is_refused_is_not_written_about(world: World) -> None:
    """A27: a refusal is said to who connects, and no bounce goes to whom he names as sender."""
    world.starts_daemon()
    with smtplib.SMTP("127.0.0.1", world.daemon.ports["smtp"], timeout=60) as smtp:
        smtp.ehlo("client.example.net")
        assert smtp.mail("victim@elsewhere.example")[0] == 250
        assert smtp.rcpt("nobody@example.com")[0] == 550
        assert smtp.rcpt("victim@elsewhere.example")[0] == 550
        assert smtp.docmd("DATA")[0] == 503
    world.settles()
    with world.database.reading() as session:
        assert session.execute(select(func.count()).select_from(OutboxMail)).scalar_one() == 0
    assert world.smarthost.letters == []
