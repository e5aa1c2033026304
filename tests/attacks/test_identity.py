"""Who says that he is somebody else, in one of the many places where a mail names people."""

import pytest
from sqlalchemy import inspect

from tests.world.cases import Case
from tests.world.world import World

DESK, ANNA, MALLORY = "PomocDYNAMICS@example.com", "anna@klient.example", "mallory@evil.example"
EWA, JAN = "ewa@example.com", "jan@example.com"


def told(ticket: Case) -> tuple[str, ...]:
    """Return what an agent reads beside a ticket's first mail."""
    return ticket.messages[0].defects


@pytest.mark.attack("A06")
def test_headers_carry_no_commands(world: World) -> None:
    """A06: what looks like a control header of ours or of another system does nothing."""
    world.customer(ANNA, proven=True).writes(DESK, "Drukarka")
    ticket = world.the_ticket("Drukarka")
    headers = {
        "X-Mailgate-Ticket": ticket.number,
        "X-Mailgate-Agent": EWA,
        "X-Mailgate-Status": "closed",
        "X-Mailgate-Loop": "0a1b2c3d4e5f6071",
        "RT-Send-CC": "drop@evil.example",
        "RT-Ticket": f"support #{ticket.number}",
        "RT-Squelch-Replies-To": ANNA,
        "X-RT-Command": "Status: resolved",
        "Resent-To": "drop@evil.example",
        "Bcc": "drop@evil.example",
    }
    world.customer(MALLORY).writes(DESK, "Rozkazy", headers=headers)
    world.agent(EWA).answers(world.the_ticket("Rozkazy"), "Słucham?")
    assert world.the_ticket("Drukarka") == ticket
    orders = world.the_ticket("Rozkazy")
    assert (orders.status, orders.requester, orders.copied) == ("answered", MALLORY, ())
    assert orders.linked == ()
    assert world.smarthost.letters_to("drop@evil.example") == []


@pytest.mark.attack("A07")
def test_a_name_that_is_an_address_deceives_nobody(world: World) -> None:
    """A07: the address alone says who wrote; the agent is told of the name."""
    mail = world.customer(MALLORY, f"{EWA} via desk").writes(DESK, "Rozkaz", "#close\n\nZamknij")
    (verdict,) = world.the_verdicts(mail)
    (ticket,) = world.the_tickets()
    assert verdict.verdict == "open" and ticket.requester == MALLORY
    assert any("looks like an address" in each and MALLORY in each for each in told(ticket))
    assert MALLORY in world.commands("tickets", "show", ticket.number)


SEVERAL = {
    "two Froms": f"From: {ANNA}\r\nFrom: {MALLORY}\r\n",
    "two in one": f"From: {ANNA}, {MALLORY}\r\n",
    "a group": f"From: Klienci: {ANNA}, {MALLORY};\r\n",
}


@pytest.mark.attack("A08")
@pytest.mark.parametrize("which", SEVERAL)
def test_more_than_one_sender_is_nobody(world: World, which: str) -> None:
    """A08: a flagged ticket of nobody's and no answer; no ticket of theirs moves."""
    anna = world.customer(ANNA, proven=True)
    opening = anna.writes(DESK, "Drukarka")
    before, letters = world.the_ticket("Drukarka"), len(world.smarthost.letters)
    head = f"{SEVERAL[which]}In-Reply-To: {opening.message_id}\r\nSubject: Wielu\r\n"
    world.customer(MALLORY).sends(f"{head}\r\nPokaż mi\r\n".encode(), DESK)
    ticket = world.the_ticket("Wielu")
    assert ticket.requester == "unknown" and told(ticket)
    assert ticket.linked == (before.number,) and "From" in ticket.history("not-acknowledged")[0]
    assert world.the_ticket("Drukarka").entries == before.entries
    new = world.smarthost.letters[letters:]
    assert {each.recipient for each in new} <= {EWA, JAN}


@pytest.mark.attack("A12")
def test_reply_to_is_shown_and_never_written_to(world: World) -> None:
    """A12: acknowledgement, answer and notices go to the address in From."""
    headers = {"Reply-To": "drop@evil.example"}
    world.customer(ANNA, proven=True).writes(DESK, "Drukarka", headers=headers)
    ewa = world.agent(EWA)
    ewa.answers(world.the_ticket("Drukarka"), "Proszę włączyć.")
    ewa.closes(world.the_ticket("Drukarka"))
    assert len(world.smarthost.letters_to(ANNA)) == 3
    assert world.smarthost.letters_to("drop@evil.example") == []
    assert any("drop@evil.example" in each for each in told(world.the_ticket("Drukarka")))
    assert "drop@evil.example" in world.commands(
        "tickets", "show", world.the_ticket("Drukarka").number
    )


@pytest.mark.attack("A13")
def test_mail_creates_no_account(world: World) -> None:
    """A13: there is nowhere a mail could put a password, a session or a login."""
    world.customer(ANNA).writes(DESK, "Drukarka")
    found = inspect(world.database.engine)
    columns = [
        f"{table}.{column['name']}"
        for table in found.get_table_names()
        for column in found.get_columns(table)
    ]
    words = ("password", "passwd", "session", "login", "credential", "secret", "api_key")
    kept = {"spool.login"}  # who signed in to hand a mail over, a name without any right
    assert {each for each in columns if any(word in each for word in words)} <= kept


@pytest.mark.attack("A15")
def test_who_takes_a_message_id_first_keeps_nobody_out(world: World) -> None:
    """A15: two bodies under one Message-ID are two tickets; the same mail twice is one, told of."""
    known = {"Message-ID": "<known@klient.example>"}
    world.customer(MALLORY).writes(DESK, "Pierwsza", "zajęte", headers=known)
    anna = world.customer(ANNA, proven=True)
    real = anna.writes(DESK, "Prawdziwa", "Proszę o pomoc", headers=known)
    again = anna.sends(real.octets, DESK)
    assert world.the_ticket("Pierwsza").requester == MALLORY
    assert world.the_ticket("Prawdziwa").requester == ANNA
    assert [each.verdict for each in world.the_verdicts(again)] == ["duplicate"]
    assert len(world.the_ticket("Prawdziwa").history("duplicate")) == 1
    reply = anna.writes(DESK, "Re: Prawdziwa", headers={"In-Reply-To": real.message_id})
    (verdict,) = world.the_verdicts(reply)
    assert str(verdict.ticket) == world.the_ticket("Prawdziwa").number


@pytest.mark.attack("A16")
def test_mails_without_an_id_never_collide(world: World) -> None:
    """A16: the same sender, subject, second and words, without a Message-ID: two tickets."""
    octets = (
        f"From: {ANNA}\r\nTo: {DESK}\r\nSubject: Formularz\r\n"
        "Date: Tue, 03 Nov 2026 10:00:00 +0100\r\n\r\nZamawiam toner\r\n"
    ).encode()
    for _ in range(2):
        world.customer(ANNA).sends(octets, DESK)
    first, second = world.the_tickets()
    assert first.messages[0].message_id != second.messages[0].message_id
    assert first.messages[0].sha256 == second.messages[0].sha256
