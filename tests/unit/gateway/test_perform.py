from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from mailgate import cage
from mailgate.departments import Directory, Reopen, ReopenRule
from mailgate.intake import floods, held
from mailgate.intake.spool import Spool
from mailgate.message.parse import simplified
from mailgate.outbox.mail import OutboxMail
from mailgate.store.database import Database
from mailgate.tickets import people, service, views
from mailgate.tickets.model import Participant, TicketLink
from mailgate.tickets.notices import AgentNotice
from tests.unit.bureau import AGENT, ANNA, DAY, DESK_ADDRESS, MALLORY, OFFICE, Gate, letter, office
from tests.unit.desk import BILLING, DIRECTORY

PAYLOAD = "KUPTERAZ"


def close(gate: Gate, number: int | None) -> None:
    """Close a ticket as an agent does."""
    with gate.database.writing() as session:
        ticket = views.by_number(session, number or 0)
        assert ticket is not None
        service.close(session, gate.office, ticket, AGENT, "", gate.now)


def answer(gate: Gate, number: int | None, text: str = "Proszę spróbować.") -> str:
    """Answer a ticket as an agent does; return the mail's Message-ID."""
    with gate.database.writing() as session:
        ticket = views.by_number(session, number or 0)
        assert ticket is not None
        return service.reply(session, gate.office, ticket, AGENT, text, gate.now).message_id


def participants(gate: Gate, number: int | None) -> list[tuple[str, str]]:
    """Return who takes part in a ticket, and as what."""
    with gate.database.reading() as session:
        found = people.participants(session, gate.ticket(number).id or 0)
        return [(each.address, each.role) for each in found]


def bounce(of: str, recipient: str = ANNA, action: str = "failed") -> bytes:
    """Return a delivery report on a mail of ours."""
    status = "5.1.1" if action == "failed" else "4.0.0"
    body = "\r\n".join(
        [
            "--x",
            "Content-Type: text/plain",
            "",
            "Your mail was not delivered.",
            "--x",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; mx.example.net",
            "",
            f"Final-Recipient: rfc822; {recipient}",
            f"Action: {action}",
            f"Status: {status}",
            "Diagnostic-Code: smtp; 550 no such user",
            "",
            "--x",
            "Content-Type: text/rfc822-headers",
            "",
            *([f"Message-ID: {of}"] if of else ["Subject: something"]),
            "",
            "--x--",
        ]
    )
    kind = 'Content-Type: multipart/report; report-type=delivery-status; boundary="x"'
    return letter("MAILER-DAEMON@mx.example.net", "Undelivered", body, headers=(kind,))


def test_a_new_mail_is_a_ticket_with_one_acknowledgement(database: Database) -> None:
    """Result, ticket, participant, entry and outbox agree with each other."""
    gate = Gate(database)
    (result,) = gate.receive(letter(message_id="<1@example.net>"))
    ticket = gate.ticket(result.ticket)
    assert (result.verdict, result.department, ticket.status) == ("open", "dynamics", "open")
    assert result.acknowledge and result.effective_received_at == ticket.effective_received_at
    (entry,) = gate.entries(result.ticket)
    assert (entry.author, entry.message_id, entry.nature) == (ANNA, "<1@example.net>", "person")
    assert participants(gate, result.ticket) == [(ANNA, "requester")]
    (mail,) = gate.outbox()
    assert (mail.kind, mail.recipient, mail.mail_from) == ("acknowledgement", ANNA, "")
    assert mail.header("In-Reply-To") == "<1@example.net>"


def test_an_unproven_sender_reads_no_word_of_his_own(database: Database) -> None:
    """Neither subject nor name nor text of his stands in any automatic mail to him."""
    gate = Gate(database)
    sender = f'"{PAYLOAD}" <{ANNA}>'
    (result,) = gate.receive(
        letter(sender, f"{PAYLOAD} teraz", f"{PAYLOAD}!", headers=(f"Thread-Topic: {PAYLOAD}",))
    )
    close(gate, result.ticket)
    acknowledgement, closed = gate.outbox()
    assert (acknowledgement.kind, closed.event) == ("acknowledgement", "closed")
    for mail in (acknowledgement, closed):
        assert PAYLOAD not in mail.words
        assert PAYLOAD.encode() not in mail.raw
    tag = f"[#{result.ticket}]"
    assert acknowledgement.header("Subject") == f"{tag} Potwierdzenie otrzymania zgłoszenia"


def test_a_proven_sender_reads_his_subject(database: Database) -> None:
    """Who was proven earlier is answered in his own words."""
    gate = Gate(database)
    with database.writing() as session:
        people.meet(session, AGENT.who, gate.now)
        people.prove(session, AGENT.who.canonical, "agent", gate.now)
    gate.receive(letter(AGENT.who.address, "Moja drukarka"), mail_from=AGENT.who.address)
    (mail,) = gate.outbox()
    assert mail.header("Subject").endswith("] Moja drukarka")


def test_two_departments_get_a_ticket_each_and_the_two_are_linked(database: Database) -> None:
    """Each has its own acknowledgement; a mail to one department twice is still one ticket."""
    gate = Gate(database)
    to = (DESK_ADDRESS, BILLING.address, "POMOCDYNAMICS+x@example.com")
    results = gate.receive(letter(message_id="<1@example.net>"), recipients=to)
    assert [each.department for each in results] == ["dynamics", "billing"]
    first, second = (gate.ticket(each.ticket) for each in results)
    with database.reading() as session:
        assert views.linked(session, first.id or 0) == [second.number]
        assert views.linked(session, second.id or 0) == [first.number]
    assert len(gate.outbox()) == 2


def test_one_mail_delivered_to_two_departments_apart_is_in_two_linked_tickets(
    database: Database,
) -> None:
    """As if it had come once; another mail of the same Message-ID has nothing to do with it."""
    gate = Gate(database)
    raw = letter(message_id="<1@example.net>")
    (first,) = gate.receive(raw)
    gate.receive(letter(message_id="<1@example.net>", text="Co innego."))
    (second,) = gate.receive(raw, recipients=(BILLING.address,))
    assert (second.verdict, second.department) == ("open", "billing")
    with database.reading() as session:
        (link,) = session.execute(select(TicketLink)).scalars()
        assert views.linked(session, gate.ticket(second.ticket).id or 0) == [first.ticket]
    assert link.kind == "department"


def test_the_same_mail_again_is_recorded_and_makes_no_entry(database: Database) -> None:
    """Within 30 days and in one department; the other department has not seen it yet."""
    gate = Gate(database)
    raw = letter(message_id="<1@example.net>")
    (first,) = gate.receive(raw)
    gate.now += 29 * DAY
    (again,) = gate.receive(b"Received: by another path\r\n" + raw)
    assert (again.verdict, again.ticket) == ("duplicate", first.ticket)
    assert len(gate.entries(first.ticket)) == 1
    assert [event for event, _ in gate.events(first.ticket)] == ["duplicate"]
    (elsewhere,) = gate.receive(raw, recipients=(BILLING.address,))
    assert (elsewhere.verdict, elsewhere.department) == ("open", "billing")


def test_a_mail_that_comes_again_without_end_fills_no_ticket(database: Database) -> None:
    """Five lines for each mail; the spool has a row for every one that came."""
    gate = Gate(database)
    one, two = letter(message_id="<1@example.net>"), letter(message_id="<2@example.net>")
    (first,) = gate.receive(one)
    for _ in range(8):
        assert gate.receive(one)[0].ticket == first.ticket
    texts = [text for _, text in gate.events(first.ticket)]
    assert len(texts) == 5
    assert [each.endswith("in the spool only") for each in texts] == [False] * 4 + [True]
    with database.reading() as session:
        assert floods.duplicates(session, "<1@example.net>", first.ticket or 0, 99) == 8
    (other,) = gate.receive(two)
    gate.receive(two)
    assert len(gate.events(other.ticket)) == 1


@pytest.mark.parametrize(
    ("second", "days"),
    [
        (letter(message_id="<1@example.net>", text="Co innego."), 0),
        (letter(message_id="<1@example.net>"), 31),
    ],
    ids=["other content", "30 days later"],
)
def test_the_same_message_id_alone_is_no_duplicate(
    database: Database, second: bytes, days: int
) -> None:
    """Who sends first with another's Message-ID suppresses nothing."""
    gate = Gate(database)
    (first,) = gate.receive(letter(message_id="<1@example.net>"))
    gate.now += timedelta(days=days)
    (other,) = gate.receive(second)
    assert other.verdict == "open" and other.ticket != first.ticket


def test_two_equal_mails_without_message_id_are_two_tickets(database: Database) -> None:
    """A form mailer means both; each gets a name by how it was delivered."""
    gate = Gate(database)
    results = [gate.receive(letter())[0] for _ in range(2)]
    assert {each.verdict for each in results} == {"open"}
    names = {gate.entries(each.ticket)[0].message_id for each in results}
    assert len(names) == 2 and "" not in names


def test_the_duplicate_of_a_reply_is_known_after_the_ticket_has_moved(database: Database) -> None:
    """The ticket is what counts, not the department in which it was then."""
    gate = Gate(database)
    (first,) = gate.receive(letter(message_id="<1@example.net>"))
    reply = letter(subject=f"Re: [#{first.ticket}] x", message_id="<2@example.net>")
    gate.receive(reply)
    with database.writing() as session:
        ticket = views.by_number(session, first.ticket or 0)
        assert ticket is not None
        service.move(session, gate.office, ticket, AGENT, BILLING, gate.now)
    (again,) = gate.receive(reply)
    assert (again.verdict, again.ticket) == ("duplicate", first.ticket)
    assert len(gate.entries(first.ticket)) == 2


def test_a_stranger_who_quotes_a_number_gets_a_linked_ticket(database: Database) -> None:
    """The old ticket is neither changed nor reopened nor shown."""
    gate = Gate(database)
    (first,) = gate.receive(letter())
    close(gate, first.ticket)
    before, history = gate.ticket(first.ticket), gate.events(first.ticket)
    (result,) = gate.receive(letter(MALLORY, f"Re: [#{first.ticket}] Drukarka"), mail_from=MALLORY)
    assert (result.verdict, result.may_speak) == ("open", "stranger")
    assert result.ticket != first.ticket
    assert gate.ticket(first.ticket) == before and gate.events(first.ticket) == history
    with database.reading() as session:
        assert views.linked(session, gate.ticket(result.ticket).id or 0) == [first.ticket]


def test_whom_our_mail_was_shown_to_is_a_third_party(database: Database) -> None:
    """He is heard; nobody is added who is written to, nothing reopens, he is sent nothing."""
    gate = Gate(database)
    (first,) = gate.receive(letter())
    ours = answer(gate, first.ticket)
    close(gate, first.ticket)
    mails = len(gate.outbox())
    reply = letter(MALLORY, "Re: x", headers=(f"In-Reply-To: {ours}",))
    (result,) = gate.receive(reply, mail_from=MALLORY)
    assert (result.verdict, result.may_speak, result.ticket) == (
        "follow-up",
        "third-party",
        first.ticket,
    )
    assert gate.entries(first.ticket)[-1].third_party
    assert gate.ticket(first.ticket).status == "closed" and len(gate.outbox()) == mails
    answer(gate, first.ticket)
    assert {each.recipient for each in gate.outbox()} == {ANNA}
    assert not result.proven


def test_our_own_address_takes_part_in_nothing(database: Database) -> None:
    """Neither as requester of a forged mail nor as a third party with a token."""
    gate = Gate(database)
    (first,) = gate.receive(letter())
    ours = answer(gate, first.ticket)
    forged = letter(BILLING.address, headers=(f"In-Reply-To: {ours}",))
    gate.receive(forged, mail_from=BILLING.address)
    (new,) = gate.receive(letter(BILLING.address), mail_from=BILLING.address)
    with database.reading() as session:
        everyone = session.execute(select(col(Participant.address))).scalars().all()
    assert list(everyone) == [ANNA]
    answer(gate, new.ticket)
    assert {each.recipient for each in gate.outbox()} == {ANNA}


def test_a_mail_of_nobody_with_a_token_makes_nobody_a_participant(database: Database) -> None:
    """Two addresses in From are no identity; the words are kept."""
    gate = Gate(database)
    (first,) = gate.receive(letter())
    ours = answer(gate, first.ticket)
    two = letter(f"{MALLORY}, ewa2@example.com", headers=(f"In-Reply-To: {ours}",))
    (result,) = gate.receive(two)
    assert (result.verdict, result.may_speak) == ("follow-up", "third-party")
    assert participants(gate, first.ticket) == [(ANNA, "requester")]


@pytest.mark.parametrize(
    ("rule", "days_later", "verdict", "status"),
    [
        (Reopen(), 400, "follow-up", "open"),
        (Reopen(ReopenRule.WITHIN, 14), 14, "follow-up", "open"),
        (Reopen(ReopenRule.WITHIN, 14), 15, "open", "closed"),
        (Reopen(ReopenRule.NEVER), 0, "open", "closed"),
    ],
)
def test_a_reply_to_a_closed_ticket(
    database: Database, rule: Reopen, days_later: int, verdict: str, status: str
) -> None:
    """By the department's setting it reopens, or becomes a new ticket linked to the old one."""
    gate = Gate(database, office(reopen=rule))
    (first,) = gate.receive(letter())
    close(gate, first.ticket)
    gate.now += timedelta(days=days_later)
    (result,) = gate.receive(letter(subject=f"Re: [#{first.ticket}]  Drukarka"))
    assert (result.verdict, gate.ticket(first.ticket).status) == (verdict, status)
    if verdict == "open":
        assert gate.ticket(result.ticket).subject == "Re: Drukarka"
        with database.reading() as session:
            (link,) = session.execute(select(TicketLink)).scalars()
            assert link.kind == "late-reply"


def test_the_old_tag_goes_in_any_case_and_however_often(database: Database) -> None:
    """Mail programs change the case of a tag with letters in it, and double it."""
    base = office(reopen=Reopen(ReopenRule.NEVER))
    gate = Gate(database, replace(base, subject_tag="[HD#{number}]"))
    (first,) = gate.receive(letter())
    close(gate, first.ticket)
    subject = f"Re: [hd#{first.ticket}] AW: [HD#{first.ticket}] Drukarka"
    (result,) = gate.receive(letter(subject=subject))
    assert gate.ticket(result.ticket).subject == "Re: AW: Drukarka"


def test_a_late_reply_to_a_department_that_is_gone_goes_to_postmaster(database: Database) -> None:
    """A ticket outlives its department; a mail about it is not an error."""
    gate = Gate(database, office(reopen=Reopen(ReopenRule.NEVER)))
    (first,) = gate.receive(letter(), recipients=(BILLING.address,))
    close(gate, first.ticket)
    only = DIRECTORY.departments["dynamics"]
    gone = Directory.of((replace(only, reopen=Reopen(ReopenRule.NEVER)),), (), "dynamics")
    gate.office = replace(OFFICE, directory=gone)
    (result,) = gate.receive(letter(subject=f"[#{first.ticket}] x"))
    assert (result.verdict, gate.ticket(result.ticket).department) == ("open", "dynamics")


def test_automatic_mail_changes_no_status(database: Database) -> None:
    """An out-of-office is kept in the ticket and reopens nothing."""
    gate = Gate(database)
    (first,) = gate.receive(letter())
    close(gate, first.ticket)
    away = letter(subject=f"[#{first.ticket}]", headers=("Auto-Submitted: auto-replied",))
    (result,) = gate.receive(away)
    assert (result.verdict, gate.ticket(first.ticket).status) == ("follow-up", "closed")
    assert len(gate.outbox()) == 2  # the acknowledgement and the notice of closing


def test_a_bounce_of_an_answer_opens_the_ticket_again(database: Database) -> None:
    """The customer has not been answered; the mail is marked as failed."""
    gate = Gate(database)
    (first,) = gate.receive(letter())
    ours = answer(gate, first.ticket)
    _delivered(gate, ours)
    (result,) = gate.receive(bounce(ours), mail_from="")
    assert (result.verdict, result.ticket) == ("bounce", first.ticket)
    assert gate.ticket(first.ticket).status == "open"
    assert _states(gate, ours) == ["refused"]


@pytest.mark.parametrize(
    ("groups", "states"),
    [
        (
            (
                "Final-Recipient: rfc822; jan@example.net", "Action: failed", "",
                f"Final-Recipient: rfc822; {ANNA}", "Action: delayed",
            ),
            ["delivered"],
        ),
        (("X-Why: nobody is named",), ["refused"]),
    ],
    ids=["another failed", "nobody named"],
)  # fmt: skip
def test_a_bounce_marks_whom_it_says_to_have_failed(
    database: Database, groups: tuple[str, ...], states: list[str]
) -> None:
    """Whose mail is only late is not marked; a report that names nobody is of the mail."""
    gate = Gate(database)
    (first,) = gate.receive(letter())
    ours = answer(gate, first.ticket)
    _delivered(gate, ours)
    named = f"Final-Recipient: rfc822; {ANNA}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    raw = bounce(ours)
    assert named.encode() in raw
    raw = raw.replace(named.encode(), "\r\n".join((*groups, "")).encode())
    raw = raw.replace(b"Diagnostic-Code: smtp; 550 no such user\r\n", b"")
    (result,) = gate.receive(raw, mail_from="")
    assert (result.verdict, gate.ticket(first.ticket).status) == ("bounce", "open")
    assert _states(gate, ours) == states


def test_a_bounce_that_only_its_envelope_sender_places_marks_the_mail(database: Database) -> None:
    """The answers of that day to that recipient; no other day's and no other ticket's."""
    gate = Gate(database, office(subaddressing=True))
    (first,), (other,) = gate.receive(letter()), gate.receive(letter())
    before, elsewhere = answer(gate, first.ticket), answer(gate, other.ticket)
    gate.now += DAY
    ours = answer(gate, first.ticket)
    for each in (before, elsewhere, ours):
        _delivered(gate, each)
    (mail,) = gate.outbox(col(OutboxMail.message_id) == ours)
    back = (mail.mail_from.upper(),)
    (result,) = gate.receive(bounce("", "a.nowak@elsewhere.example"), mail_from="", recipients=back)
    assert (result.verdict, gate.ticket(first.ticket).status) == ("bounce", "open")
    states = [_states(gate, each) for each in (before, elsewhere, ours)]
    assert states == [["delivered"], ["delivered"], ["refused"]]


@pytest.mark.parametrize(
    ("sender", "mail_from", "headers", "verdict", "status"),
    [
        ("postmaster@mx.example.net", "", (), "bounce", "open"),
        (None, "", (), "bounce", "open"),
        ("robot@mx.example.net", "robot@mx", ("Precedence: bulk",), "follow-up", "answered"),
        (ANNA, "", (), "follow-up", "answered"),
        (ANNA, ANNA, ("Auto-Submitted: auto-replied",), "follow-up", "answered"),
        ("x@mx.example.net", "", ("X-Autoreply: yes",), "follow-up", "answered"),
        (ANNA, ANNA, (), "open", "answered"),
    ],
    ids=["unread", "nobody", "robot", "participant", "absent", "absent-elsewhere", "person"],
)
def test_what_machines_send_to_the_envelope_sender_belongs_to_its_ticket(
    database: Database,
    sender: str | None,
    mail_from: str,
    headers: tuple[str, ...],
    verdict: str,
    status: str,
) -> None:
    """From nowhere and nobody of the ticket it is a bounce that we could not read."""
    gate = Gate(database, office(subaddressing=True))
    (first,) = gate.receive(letter())
    ours = answer(gate, first.ticket)
    _delivered(gate, ours)
    (mail,) = gate.outbox(col(OutboxMail.message_id) == ours)
    raw = letter(sender, "Hm", "Nie udało się\r\ndoręczyć.", headers=headers)
    (result,) = gate.receive(raw, mail_from=mail_from, recipients=(mail.mail_from,))
    assert (result.verdict, gate.ticket(first.ticket).status) == (verdict, status)
    assert (result.ticket == first.ticket) is (verdict != "open")
    assert _states(gate, ours) == ["refused" if verdict == "bounce" else "delivered"]
    if verdict == "bounce":
        ((event, text),) = gate.events(first.ticket)
        assert event == "undelivered" and "Nie udało się doręczyć." in text


def test_a_bounce_of_an_acknowledgement_changes_no_status(database: Database) -> None:
    """A line in the history, and no mail."""
    gate = Gate(database)
    (first,) = gate.receive(letter())
    (mail,) = gate.outbox()
    answer(gate, first.ticket)
    (result,) = gate.receive(bounce(mail.message_id), mail_from="")
    assert (result.verdict, gate.ticket(first.ticket).status) == ("bounce", "answered")
    assert [event for event, _ in gate.events(first.ticket)] == ["undelivered"]
    assert len(gate.outbox()) == 2


def test_an_agent_is_told_what_the_far_server_said(database: Database) -> None:
    """Its words and the status, once, and nothing of how the report was read."""
    gate = Gate(database)
    (first,) = gate.receive(letter())
    ours = answer(gate, first.ticket)
    gate.receive(bounce(ours), mail_from="")
    with database.reading() as session:
        told = session.scalars(select(AgentNotice).order_by(col(AgentNotice.id).desc())).first()
    assert told is not None and told.event == "undelivered"
    assert told.detail == f"{ANNA}\n5.1.1 550 no such user"


def test_a_delay_is_history(database: Database) -> None:
    """Nothing has failed yet."""
    gate = Gate(database)
    (first,) = gate.receive(letter())
    ours = answer(gate, first.ticket)
    (result,) = gate.receive(bounce(ours, action="delayed"), mail_from="")
    assert (result.verdict, gate.ticket(first.ticket).status) == ("bounce", "answered")


@pytest.mark.parametrize("of", ["", "<made-up@evil.example>", "<1@example.net>"])
def test_a_bounce_of_nothing_of_ours_is_held(database: Database, of: str) -> None:
    """A forged report changes no ticket, also when it names the customer's own mail."""
    gate = Gate(database)
    (first,) = gate.receive(letter(message_id="<1@example.net>"))
    spool_id = gate.accept(bounce(of), mail_from="")
    gate.gateway.step()
    assert (gate.row(spool_id).state, gate.row(spool_id).cause) == ("held", "bounce_of_nothing")
    assert gate.events(first.ticket) == []


def test_a_mail_without_from_is_a_ticket_that_nobody_is_told_of(database: Database) -> None:
    """It is kept with its defect; an answer to it has nowhere to go, and says so."""
    gate = Gate(database)
    (result,) = gate.receive(letter(None), mail_from="")
    assert (result.verdict, result.acknowledge) == ("open", False)
    assert gate.outbox() == []
    assert "no From" in gate.entries(result.ticket)[0].defects
    answer(gate, result.ticket)
    assert gate.outbox() == []
    assert [event for event, _ in gate.events(result.ticket)] == ["not-acknowledged", "not-sent"]


LONG = "a" * 3_000


@pytest.mark.parametrize(
    "raw",
    [
        letter(f"{LONG}@example.net"),
        letter(f'"{LONG * 10}" <{ANNA}>'),
        letter(f"anna@{'x' * 60}.{'y.' * 1_000}example.net"),
        letter(f"<anna@example.net(> {LONG}"),
        letter("=?utf-8?q?a=00b=ED=A0=80?= <anna@example.net>"),
        letter(subject="=?utf-8?q?a=00b=0D=0ABcc:_x@example.net?="),
        letter(subject="=?unicode_escape?q?=5Cud800?="),
        letter(subject=LONG, message_id=f"<{LONG}@example.net>"),
        letter(message_id=f"<{'m' * 480}@example.net>"),
        letter(text="\x00\x01 tekst \udcff"),
        letter(headers=("Thread-Index: " + "A" * 5_000, "References: " + "<r@example.net> " * 500)),
        letter("\u0130stanbul@\u0130stanbul.example"),
    ],
    ids=range(12),
)
def test_whatever_stands_in_the_headers_is_stored(database: Database, raw: bytes) -> None:
    """Long, odd, NUL and broken values make a ticket with an entry, never an error of ours."""
    gate = Gate(database)
    (result,) = gate.receive(raw)
    assert result.verdict == "open"
    for mail in gate.outbox():
        assert b"Bcc" not in mail.raw
    answer(gate, result.ticket)
    close(gate, result.ticket)


@pytest.mark.parametrize(
    ("senders", "limit"),
    [((ANNA,) * 4, "3 acknowledgements an hour"), ((ANNA, "Anna@EXAMPLE.net") * 2, "3")],
)
def test_the_mail_that_trips_a_limit_is_still_a_ticket(
    database: Database, senders: tuple[str, ...], limit: str
) -> None:
    """The fourth in an hour is not acknowledged, and its ticket says why."""
    gate = Gate(database)
    results = [gate.receive(letter(each))[0] for each in senders]
    assert [each.acknowledge for each in results] == [True, True, True, False]
    ((event, text),) = gate.events(results[-1].ticket)
    assert event == "not-acknowledged" and limit in text
    assert len(gate.outbox()) == 3


def _delivered(gate: Gate, message_id: str) -> None:
    with gate.database.writing() as session:
        of = select(OutboxMail).where(col(OutboxMail.message_id) == message_id)
        for row in session.execute(of).scalars():
            row.state = "delivered"


def _states(gate: Gate, message_id: str) -> list[str]:
    with gate.database.reading() as session:
        of = select(col(OutboxMail.state)).where(col(OutboxMail.message_id) == message_id)
        return list(session.execute(of).scalars())


@pytest.mark.parametrize(
    "sender",
    [
        f"{ANNA}, {MALLORY}",
        f"{ANNA}\r\nFrom: {MALLORY}",
        f"friends: {ANNA};",
        f"{ANNA} (<{MALLORY}>)",
        f'"{ANNA}" <{MALLORY}>, {ANNA}',
        f"<@evil.example:{ANNA}>",
        "anna",
        "",
    ],
)
def test_a_from_that_is_not_one_address_is_nobody(database: Database, sender: str) -> None:
    """A ticket of its own, unanswered, though it names a participant and his ticket."""
    gate = Gate(database)
    (first,) = gate.receive(letter())
    (result,) = gate.receive(letter(sender, f"[#{first.ticket}] x"))
    assert (result.verdict, result.acknowledge, result.proven) == ("open", False, False)
    assert result.ticket != first.ticket and len(gate.outbox()) == 1


def test_a_display_name_is_no_identity(database: Database) -> None:
    """Neither a participant's nor an agent's address opens anything from there."""
    gate = Gate(database)
    (first,) = gate.receive(letter())
    forged = letter(f'"{ANNA}" <{MALLORY}>', f"[#{first.ticket}]")
    (result,) = gate.receive(forged, mail_from=MALLORY)
    assert (result.verdict, gate.ticket(result.ticket).requester_address) == ("open", MALLORY)


def test_no_header_of_a_mail_commands_us(database: Database) -> None:
    """Neither in our name nor in that of other systems, and nothing goes to Reply-To."""
    gate = Gate(database)
    (first,) = gate.receive(letter())
    orders = (
        f"X-Mailgate-Ticket: {first.ticket}",
        "X-Mailgate-Agent: ewa@example.com",
        f"RT-Send-CC: {MALLORY}",
        f"Reply-To: {MALLORY}",
        f"Disposition-Notification-To: {MALLORY}",
        f"Errors-To: {MALLORY}",
        f"Cc: {MALLORY}",
    )
    (result,) = gate.receive(letter(headers=orders))
    answer(gate, result.ticket)
    assert result.ticket != first.ticket
    assert {each.recipient for each in gate.outbox()} == {ANNA}
    assert participants(gate, result.ticket) == [(ANNA, "requester")]


@pytest.mark.parametrize(
    ("headers", "mail_from"),
    [
        (("List-Id: <l.example.net>",), ANNA),
        (("Precedence: bulk",), ANNA),
        (("Auto-Submitted: auto-generated",), ANNA),
        (("X-Auto-Response-Suppress: All",), ANNA),
        ((), ""),
        ((), "anna@other.example"),
    ],
)
def test_what_asks_for_no_answer_gets_none(
    database: Database, headers: tuple[str, ...], mail_from: str
) -> None:
    """It is a ticket all the same, and says why it was not answered."""
    gate = Gate(database)
    (result,) = gate.receive(letter(headers=headers), mail_from=mail_from)
    assert (result.verdict, result.acknowledge, gate.outbox()) == ("open", False, [])
    assert [event for event, _ in gate.events(result.ticket)] == ["not-acknowledged"]


def test_our_own_mail_come_back_is_kept_in_the_spool_alone(database: Database) -> None:
    """By its Message-ID, and by the loop header of automatic mail."""
    gate = Gate(database)
    gate.receive(letter())
    (ours,) = gate.outbox()
    marked = (f"X-Mailgate-Loop: {OFFICE.instance}", "Auto-Submitted: auto-replied")
    for raw in (ours.raw, letter(headers=marked)):
        spool_id = gate.accept(raw, mail_from="")
        gate.gateway.step()
        (result,) = gate.results(spool_id)
        assert (gate.row(spool_id).state, result.verdict, result.ticket) == ("done", "ignore", None)
    assert len(gate.outbox()) == 1


@pytest.mark.parametrize("recipient", ["postmaster", "PostMaster@Example.COM", "abuse@example.com"])
def test_postmaster_is_somebody(database: Database, recipient: str) -> None:
    """The department that was named for it."""
    gate = Gate(database)
    (result,) = gate.receive(letter(), recipients=(recipient,))
    assert (result.verdict, result.department) == ("open", "dynamics")


def test_numbers_guessed_by_a_stranger_change_nothing(database: Database) -> None:
    """Many in one subject, whole tags and bare numbers."""
    gate = Gate(database)
    tickets = [gate.receive(letter())[0].ticket for _ in range(3)]
    before = [gate.ticket(each) for each in tickets]
    subject = " ".join(f"[#{each}] ticket {each}" for each in tickets)
    (result,) = gate.receive(letter(MALLORY, subject), mail_from=MALLORY)
    assert result.verdict == "open" and result.ticket not in tickets
    assert [gate.ticket(each) for each in tickets] == before
    assert [len(gate.entries(each)) for each in tickets] == [1, 1, 1]


def test_an_agents_address_with_a_token_and_no_proof_is_held(database: Database) -> None:
    """Let in by an operator, her words are nobody's: they move no status."""
    gate = Gate(database)
    (first,) = gate.receive(letter())
    ours = answer(gate, first.ticket)
    forged = letter(AGENT.who.address, headers=(f"In-Reply-To: {ours}",))
    spool_id = gate.accept(forged, mail_from=AGENT.who.address)
    gate.gateway.step()
    assert (gate.row(spool_id).state, gate.row(spool_id).cause) == ("held", "agent_unproven")
    assert len(gate.entries(first.ticket)) == 1
    with database.writing() as session:
        held.release(session, session.get_one(Spool, spool_id), first.ticket)
    gate.gateway.step()
    assert gate.row(spool_id).state == "done"
    assert gate.ticket(first.ticket).status == "answered"
    assert gate.entries(first.ticket)[-1].third_party


@pytest.mark.parametrize(
    ("groups", "answered"), [(frozenset({"L.example.NET"}), True), ((), False)]
)
def test_a_list_is_answered_only_where_the_department_names_it(
    database: Database, groups: frozenset[str], answered: bool
) -> None:
    """By its List-Id, which may stand behind its name."""
    gate = Gate(database, office(groups=frozenset(groups)))
    (result,) = gate.receive(letter(headers=('List-Id: "The list" <l.example.net>',)))
    assert result.acknowledge is answered


def test_what_could_not_be_read_has_its_original_attached(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And its ticket says so."""
    read_only_its_head = simplified(letter(), 10, "too much of it")
    monkeypatch.setattr(cage, "read", lambda *_: read_only_its_head)
    gate = Gate(database)
    (result,) = gate.receive(letter())
    ticket = gate.ticket(result.ticket)
    with database.reading() as session:
        (_, (file,)), *_ = views.history(session, ticket.id or 0)
    assert (file.name, file.part) == ("original.eml", None)
    assert "unreadable" in [event for event, _ in gate.events(result.ticket)]
