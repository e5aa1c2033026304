"""Agents by mail: what a proven mail does, and what one that is not proven does not."""

from dataclasses import replace
from ipaddress import ip_network

import pytest
from sqlalchemy import select
from sqlmodel import col

from mailgate import tokens
from mailgate.departments import Agent, Directory
from mailgate.jobs.notify import Notifier, Pace
from mailgate.message.address import Address
from mailgate.message.authenticity import Trust
from mailgate.message.vouching import Vouching
from mailgate.tickets import orders, people, views
from mailgate.tickets.model import Entry, Role
from tests.unit.bureau import ANNA, DESK_ADDRESS, EWA, KEYS, NOW, OFFICE, Gate, letter
from tests.unit.desk import BILLING, DYNAMICS

JAN = "jan@example.com"
DESK = replace(
    OFFICE,
    directory=Directory.of(
        (replace(DYNAMICS, agents=(EWA, JAN)), replace(BILLING, agents=(JAN,))),
        (Agent(EWA, "Ewa Nowak"), Agent(JAN, "Jan Zieliński")),
        "dynamics",
    ),
    vouching=Vouching(
        Trust(ids=frozenset({"mx.example.com"})), relays=(ip_network("192.0.2.0/24"),)
    ),
)


@pytest.fixture
def gate(database):
    """Give a gateway that believes its own mail server."""
    return Gate(database, DESK)


def proof(outcome):
    """Return what our mail server says of a sender, as header lines."""
    said = {"pass": "dmarc=pass", "fail": "dmarc=fail (p=reject)"}
    if outcome == "none":
        return ()
    return (f"Authentication-Results: mx.example.com; {said[outcome]} header.from=example.com",)


def a_ticket(gate):
    """Let Anna open a ticket, and return its number."""
    (opened,) = gate.receive(letter(message_id="<anna@example.net>"))
    return opened.ticket


def token(gate, number, agent=EWA):
    """Return the Message-ID of a notice of a ticket to an agent."""
    with gate.database.writing() as session:
        known = people.meet(session, Address(agent), NOW)
    return tokens.signed_message_id(
        KEYS, number, "aa", OFFICE.instance, OFFICE.domain, NOW.date(), known.id
    )


def answer(gate, number, text, *, agent=EWA, outcome="pass", reference=None, again=""):
    """Let an agent answer a notice, and return what was decided."""
    headers = (*proof(outcome), f"In-Reply-To: {reference or token(gate, number, agent)}")
    raw = letter(agent, "Re: Drukarka", text, message_id=f"<e{again}@example.com>", headers=headers)
    (result,) = gate.receive(raw, mail_from=agent)
    return result


def told(gate):
    """Let the letters to agents be written, and return the mail in the outbox since."""
    notifier = Notifier(gate.database, DESK, Pace(per_minute=100), lambda: NOW, lambda: None)
    while notifier.step():
        pass
    return gate.outbox()


def to_anna(gate):
    """Return event and text of what Anna is sent."""
    return [(each.event, each.words) for each in gate.outbox() if each.recipient == ANNA]


def test_a_proven_agents_answer_reaches_the_customer(gate):
    """As from the command line: in the department's name, as a person's mail, in her thread."""
    number = a_ticket(gate)

    result = answer(gate, number, "Proszę ją włączyć.\r\n\r\nOn 3.11.2026 10:00 x wrote:\r\n> a")

    assert (result.verdict, result.ticket, result.may_speak) == ("follow-up", number, "agent")
    event, words = to_anna(gate)[-1]
    assert event == "comment"
    assert "Proszę ją włączyć." in words
    assert "wrote" not in words
    last = gate.outbox()[-1]
    assert last.header("Auto-Submitted") == ""
    assert last.header("In-Reply-To") == "<anna@example.net>"
    assert "<e@example.com>" not in last.header("References")
    ticket = gate.ticket(number)
    assert (ticket.status, ticket.assignee) == ("answered", EWA)
    (entry,) = gate.entries(number, "reply")
    assert (entry.source, entry.author, entry.spool_id) == ("mail", EWA, 2)


@pytest.mark.attack("A05")
@pytest.mark.parametrize("outcome", ["pass", "none", "fail"])
@pytest.mark.parametrize("good", [True, False])
def test_only_her_token_together_with_proof_speaks(gate, good, outcome):
    """Of the four cases one reaches the customer; of the others she is told, in no word of them."""
    number = a_ticket(gate)
    before = len(gate.outbox())
    hers = token(gate, number)
    forged = hers.replace(".aa.", ".ab.")

    result = answer(gate, number, "ZALEWAM", outcome=outcome, reference=hers if good else forged)

    letters = told(gate)[before:]
    assert any("ZALEWAM" in each.words for each in letters if each.recipient == ANNA) is (
        good and outcome == "pass"
    )
    if good and outcome != "pass":
        assert (result.verdict, result.cause) == ("hold", "agent_unproven")
        warnings = [each for each in letters if each.event == "agent-unproven"]
        assert [each.recipient for each in warnings] == [EWA]
        assert "mailgate spool release 2" in warnings[0].words
        assert "ZALEWAM" not in warnings[0].words
        assert warnings[0].header("Subject") == "Wstrzymana wiadomość"
    if not good:
        assert result.verdict == "open"


def test_another_agents_token_is_none_of_hers(gate):
    """A notice that was passed on makes nobody an agent of the ticket."""
    number = a_ticket(gate)
    result = answer(gate, number, "tak", agent=EWA, reference=token(gate, number, JAN))
    assert result.cause == "agent_unproven"
    assert "another" in result.verdict_reason


def test_a_note_and_commands_are_carried_out_and_the_customer_sees_none(gate):
    """All of a block is done, through the same door as on the command line."""
    number = a_ticket(gate)
    seen = len(to_anna(gate))
    text = "#note\r\n#priority high\r\n#assign jan\r\n#cc ola@example.net\r\n\r\ntajne"

    answer(gate, number, text)

    ticket = gate.ticket(number)
    assert (ticket.priority, ticket.assignee, ticket.status) == ("high", JAN, "open")
    assert [each.text for each in gate.entries(number, "note")] == ["tajne"]
    assert to_anna(gate)[seen:] == []
    with gate.database.reading() as session:
        assert [each.address for each in views.copied(session, ticket.id)] == ["ola@example.net"]


@pytest.mark.parametrize(
    ("text", "status", "events"),
    [
        ("#close", "closed", ["closed"]),
        ("#resolve\r\n\r\nGotowe.", "resolved", ["comment", "resolved"]),
        ("#hold 2026-12-01\r\n", "on-hold", ["hold"]),
        ("#department Billing", "open", ["moved"]),
    ],
)
def test_only_commands_post_no_comment(gate, text, status, events):
    """With words below them, these go first."""
    number = a_ticket(gate)
    seen = len(to_anna(gate))

    answer(gate, number, text)

    assert gate.ticket(number).status == status
    letters = to_anna(gate)[seen:]
    assert [event for event, _ in letters] == events
    assert not any("#" + text[1:8] in words for _, words in letters)


def test_a_closed_ticket_is_opened_by_command(gate):
    """And the answer goes out with it."""
    number = a_ticket(gate)
    answer(gate, number, "#close")
    answer(gate, number, "#open\r\n\r\nJednak nie.", again="2")
    assert gate.ticket(number).status == "open"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("#clsoe\r\n\r\nGotowe TAJNE", "nie ma takiego polecenia"),
        ("#open\r\n\r\nTAJNE", "stan zgłoszenia na to nie pozwala"),
        ("#hold 2020-01-01\r\n\r\nTAJNE", "ta data już minęła"),
        ("#assign nikt\r\n\r\nTAJNE", "nie ma takiego konsultanta"),
        ("#department nikt\r\n\r\nTAJNE", "nie ma takiego działu"),
        ("#cc pomocdynamics@example.com\r\n\r\nTAJNE", "to jest nasz własny adres"),
        ("#merge 999999\r\n\r\nTAJNE", "nie ma takiego zgłoszenia"),
        ("#new ola@example.net\r\n\r\nTAJNE", "działa tylko w nowej wiadomości"),
        ("--- Odpowiedz powyżej tej linii ---\r\n\r\nTAJNE", "nie ma w niej ani słowa"),
        ("#note\r\n#TAJNE", "nie ma takiego polecenia"),
    ],
)
def test_what_is_wrong_is_sent_back_and_nothing_is_done(gate, text, wrong):
    """Nothing is lost: the mail is a note, and the agent reads what was wrong with it."""
    number = a_ticket(gate)
    seen = len(to_anna(gate))
    before = gate.ticket(number)

    answer(gate, number, "#priority high\r\n" + text if text.startswith("#") else text)

    after = gate.ticket(number)
    assert (after.status, after.priority, after.department) == (
        before.status,
        "normal",
        before.department,
    )
    assert to_anna(gate)[seen:] == []
    (note,) = gate.entries(number, "note")
    assert "TAJNE" in note.text and note.spool_id == 2
    back = [each for each in told(gate) if each.event == "not-understood"]
    assert [each.recipient for each in back] == [EWA]
    assert wrong in back[0].words and "TAJNE" in back[0].words


def test_a_note_without_words_is_sent_back(gate):
    """There is nothing to note."""
    number = a_ticket(gate)
    answer(gate, number, "#note")
    assert [each.event for each in told(gate) if each.recipient == EWA][-1] == "not-understood"


def test_what_is_so_already_is_a_line_in_the_history(gate):
    """The mail ends in the ticket, whatever it changed."""
    number = a_ticket(gate)
    result = answer(gate, number, "#department dynamics")
    assert (result.verdict, result.ticket) == ("follow-up", number)
    assert "by-mail" in dict(gate.events(number))


def test_the_same_mail_again_acts_once(gate):
    """A mail that comes by two ways is one answer."""
    number = a_ticket(gate)
    answer(gate, number, "Raz.")
    assert answer(gate, number, "Raz.").verdict == "duplicate"
    assert len(gate.entries(number, "reply")) == 1


def test_her_files_go_along_and_the_logo_stays(gate):
    """What she attached reaches the customer as it was."""
    number = a_ticket(gate)
    parts = [
        "--b\r\nContent-Type: text/plain\r\n\r\nW zalaczeniu.",
        '--b\r\nContent-Type: application/pdf; name="plan.pdf"\r\n'
        "Content-Disposition: attachment\r\n\r\n%PDF plan",
        '--b\r\nContent-Type: image/png; name="logo.png"\r\nContent-Disposition: inline\r\n\r\nPNG',
    ]
    text = "\r\n".join([*parts, "--b--"])
    headers = (
        f"In-Reply-To: {token(gate, number)}",
        *proof("pass"),
        'Content-Type: multipart/mixed; boundary="b"',
    )
    gate.receive(letter(EWA, "Re", text, message_id="<e@example.com>", headers=headers))

    last = gate.outbox()[-1]
    names = [part.get_filename() for part in last.parsed.walk() if part.get_filename()]
    assert names == ["plan.pdf"]
    assert [part.get_payload(decode=True) for part in last.parsed.walk()][-1] == b"%PDF plan"


def test_two_tickets_of_one_customer_become_one(gate):
    """Entries, people and references go along; both numbers lead to the one that stays."""
    first = a_ticket(gate)
    (second,) = gate.receive(letter(message_id="<two@example.net>", subject="Toner"))

    answer(gate, second.ticket, f"#merge {first}\r\n\r\nOdpowiadam razem.")

    with gate.database.reading() as session:
        assert views.by_number(session, second.ticket).number == first
    assert len(gate.entries(first)) == 2
    assert [each.text for each in gate.entries(first, "reply")] == ["Odpowiadam razem."]
    assert f"[#{first}]" in to_anna(gate)[-1][1]
    (again,) = gate.receive(
        letter(message_id="<3@example.net>", headers=("In-Reply-To: <two@example.net>",))
    )
    assert again.ticket == first


def test_tickets_of_two_customers_are_never_merged(gate):
    """One would read what is the other's."""
    first = a_ticket(gate)
    (other,) = gate.receive(letter("mallory@evil.example", message_id="<m@evil.example>"))
    answer(gate, other.ticket, f"#merge {first}")
    assert gate.ticket(other.ticket).merged_into is None
    back = [each for each in told(gate) if each.event == "not-understood"]
    assert "innego klienta" in back[0].words


def test_a_fresh_mail_opens_a_ticket_for_a_customer(gate):
    """His words, written down by the agent, are acknowledged to him, who is proven by that."""
    text = "#new ola@example.net\r\n#phone +48 22 123 45 67\r\n#priority high\r\n\r\nNie drukuje."
    raw = letter(EWA, "Drukarka", text, message_id="<e@example.com>", headers=proof("pass"))

    (result,) = gate.receive(raw, mail_from=EWA)

    ticket = gate.ticket(result.ticket)
    assert (ticket.requester_address, ticket.subject) == ("ola@example.net", "Drukarka")
    assert ticket.priority == "high"
    (entry,) = gate.entries(result.ticket)
    assert (entry.author, entry.text, entry.spool_id) == ("ola@example.net", "Nie drukuje.", 1)
    (received,) = [each for each in gate.outbox() if each.recipient == "ola@example.net"]
    assert received.event == "received" and "Drukarka" in received.words
    assert "<e@example.com>" not in received.raw.decode()
    entered = dict(gate.events(result.ticket))["entered"]
    assert "+48 22 123 45 67" in entered and "to be confirmed" in entered
    assert [each.recipient for each in told(gate) if each.event == "new-ticket"] == [JAN]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("#close\r\n\r\nTAJNE", "wymaga odpowiedzi na powiadomienie"),
        ("#new pomocdynamics@example.com\r\n\r\nTAJNE", "to jest nasz własny adres"),
        ("#phone 22 123 45 67\r\n\r\nTAJNE", "działa tylko z #new"),
    ],
)
def test_a_fresh_mail_with_a_wrong_command_is_held_and_sent_back(gate, text, wrong):
    """There is no ticket to keep it in."""
    raw = letter(EWA, "x", text, message_id="<e@example.com>", headers=proof("pass"))

    (result,) = gate.receive(raw, mail_from=EWA)

    assert (result.verdict, result.cause, result.ticket) == ("hold", "error", None)
    assert gate.row(1).state == "held"
    (back,) = told(gate)
    assert (back.recipient, back.event) == (EWA, "not-understood")
    assert wrong in back.words and "numerem 1" in " ".join(back.words.split())


def test_a_command_in_a_fresh_mail_without_proof_is_held(gate):
    """And she is told, three times an hour at most."""
    for number in range(5):
        raw = letter(EWA, "x", "#new a@example.net\r\n\r\nx", message_id=f"<{number}@example.com>")
        (result,) = gate.receive(raw, mail_from=EWA)
        assert result.cause == "agent_unproven"
    assert [each.event for each in told(gate)] == ["agent-unproven"] * 3


def test_an_agent_without_command_or_token_is_a_requester(gate):
    """Her own trouble with the printer is a ticket like any other."""
    (result,) = gate.receive(letter(EWA, message_id="<e@example.com>"), mail_from=EWA)
    assert result.verdict == "open"
    assert gate.ticket(result.ticket).requester_address == EWA
    assert [each.recipient for each in told(gate) if each.event == "new-ticket"] == [JAN]


def test_her_out_of_office_acts_for_nobody(gate):
    """It is filed in the ticket, and nobody is told of it."""
    number = a_ticket(gate)
    seen = len(told(gate))
    headers = (
        f"In-Reply-To: {token(gate, number)}",
        *proof("pass"),
        "Auto-Submitted: auto-replied",
    )
    raw = letter(EWA, "Nie ma mnie", "urlop", message_id="<o@example.com>", headers=headers)

    (result,) = gate.receive(raw, mail_from="")

    assert (result.ticket, result.may_speak) == (number, "third-party")
    assert len(told(gate)) == seen
    assert gate.ticket(number).status == "open"


def test_a_mail_that_opened_both_tickets_is_in_the_one_that_stays_once(database):
    """The other copy stays where it was."""
    gate = Gate(database, DESK)
    raw = letter(message_id="<both@example.net>", to=f"{DESK_ADDRESS}, billing@example.com")
    one, two = gate.receive(raw, recipients=(DESK_ADDRESS, "billing@example.com"))
    with database.writing() as session:
        first = views.locked(session, gate.ticket(one.ticket).id)
        second = views.locked(session, gate.ticket(two.ticket).id)
        cc = people.meet(session, Address("ola@example.net"), NOW)
        people.join(session, second.id, cc.person_id, "ola@example.net", Role.CC, NOW)
        orders.merge(session, second, first, _jan(), NOW)
        copied = [each.address for each in views.copied(session, first.id)]
    assert copied == ["ola@example.net"]
    assert (len(gate.entries(one.ticket)), len(gate.entries(two.ticket))) == (1, 1)
    with database.reading() as session:
        moved = select(col(Entry.event)).where(col(Entry.ticket_id) == first.id)
        assert "merged" in set(session.execute(moved).scalars())


def _jan():
    from mailgate.tickets.office import Actor, ActorKind

    return Actor(ActorKind.AGENT, Address(JAN), "cli")
