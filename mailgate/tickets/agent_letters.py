"""Letters to agents: of a ticket's news, of many tickets', of mail held in an agent's name.

Works in the caller's transaction and puts the letter in the outbox. Each is signed for the one
agent who gets it, in its Message-ID and, where subaddresses arrive, in its Reply-To: with that,
and an authenticated sender, her reply acts in her name. Automatic mail with the null sender, so
that nothing answers it.
"""

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from mailgate import tokens
from mailgate.departments import Department
from mailgate.message.address import Address
from mailgate.outbox import mail
from mailgate.replies.compose import Head, compose
from mailgate.replies.lines import BadCommand, TicketNews
from mailgate.replies.sandbox import one_line
from mailgate.replies.templates import WITHOUT_TICKET, Event, Facts
from mailgate.tickets import entries, people, views
from mailgate.tickets.model import Entry, Ticket
from mailgate.tickets.notices import AgentNotice
from mailgate.tickets.office import Office
from mailgate.tokens import Purpose

_MAX_COMMENT = 50_000
_MAX_SUBJECT = 100
_MAX_LINE = 200
_SPOKEN = (Event.NEW_TICKET, Event.CUSTOMER_REPLY, Event.AGENT_REPLY, Event.NOTE)


def write(session: Session, office: Office, notice: AgentNotice, now: datetime) -> None:
    """Put the letter of one notice in the outbox."""
    event = Event(notice.event)
    if notice.ticket_id is None or notice.entry_id is None:
        department = office.directory.postmaster
        facts = _held_facts(office, notice, department)
        return _post(session, office, notice.agent, department, event, facts, now)
    entry = session.get_one(Entry, notice.entry_id)
    ticket = views.by_id(session, notice.ticket_id)
    department = office.department_of(ticket)
    facts = _ticket_facts(session, office, notice, ticket, entry, event)
    return _post(session, office, notice.agent, department, event, facts, now, (ticket, entry))


def write_digest(
    session: Session, office: Office, notices: Sequence[AgentNotice], now: datetime
) -> None:
    """Put one letter in the outbox that names every ticket of these notices to one agent."""
    counted: dict[int, Counter[str]] = {}
    for notice in notices:
        if notice.ticket_id is not None:
            counted.setdefault(notice.ticket_id, Counter())[notice.event] += 1
    if not counted:
        return
    tickets = {ticket_id: views.by_id(session, ticket_id) for ticket_id in counted}
    department = office.department_of(tickets[next(iter(counted))])
    lines = tuple(
        TicketNews(
            office.tag(tickets[ticket_id]),
            one_line(tickets[ticket_id].subject)[:_MAX_SUBJECT],
            tuple(news.items()),
        )
        for ticket_id, news in counted.items()
    )
    facts = replace(_facts(office, department), news=lines)
    _post(session, office, notices[0].agent, department, Event.AGENT_DIGEST, facts, now)


def _facts(office: Office, department: Department) -> Facts:
    return Facts(
        number="",
        tag="",
        subject=None,
        department=department.name,
        timezone=ZoneInfo(str(department.calendar.timezone)),
        centre=office.centre,
        address=department.address,
        phone=department.phone,
        words=department.words,
    )


def _held_facts(office: Office, notice: AgentNotice, department: Department) -> Facts:
    return replace(
        _facts(office, department),
        recipient=notice.agent,
        received_at=notice.at,
        spool_id=str(notice.spool_id or ""),
        bad_commands=_bad_commands(notice.detail),
    )


def _ticket_facts(
    session: Session,
    office: Office,
    notice: AgentNotice,
    ticket: Ticket,
    entry: Entry,
    event: Event,
) -> Facts:
    agent = office.agent(entry.author)
    name = entry.author_name or (agent.name if agent else "")
    is_somebody = event in _SPOKEN or agent is not None
    recipient, _, reason = notice.detail.partition("\n")
    refused = event is Event.NOT_UNDERSTOOD
    return replace(
        _facts(office, office.department_of(ticket)),
        number=str(ticket.number),
        tag=office.tag(ticket),
        subject=ticket.subject,
        author=_mailbox(name, entry.author) if is_somebody else "",
        at=entry.at,
        received_at=entry.at,
        comment=(entry.text if event in _SPOKEN or refused else "")[:_MAX_COMMENT],
        files=", ".join(each.name for each in views.files_of(session, notice.entry_id or 0)),
        warning=_warning(entry),
        by_mail=office.agents_by_mail,
        recipient=recipient,
        reason=reason,
        bad_commands=_bad_commands(notice.detail) if refused else (),
    )


def _warning(entry: Entry) -> str:
    if entry.third_party:
        return "third-party"
    return "failed" if entry.authenticity == "fail" else ""


def _mailbox(name: str, address: str) -> str:
    return f"{name} <{address}>" if name else address


def _bad_commands(detail: str) -> tuple[BadCommand, ...]:
    """Return the lines that could not be carried out, as `written` stores them."""
    pairs = (line.partition("\t") for line in detail.split("\n") if "\t" in line)
    return tuple(BadCommand(one_line(line)[:_MAX_LINE], wrong) for wrong, _, line in pairs)


def _post(
    session: Session,
    office: Office,
    agent: str,
    department: Department,
    event: Event,
    facts: Facts,
    now: datetime,
    about: tuple[Ticket, Entry] | None = None,
) -> None:
    """Compose a letter, and put it in the outbox under an id that is signed for this agent."""
    known = office.agent(agent)
    to = Address(known.address if known else agent, known.name if known else "")
    participant = people.meet(session, to, now).id
    head = _head(office, department, about, to, participant, facts, now)
    composed = compose(office.letters.render(event, department.language, facts), head)
    ticket, entry = about or (None, None)
    if event in WITHOUT_TICKET:
        ticket = entry = None
    outgoing = mail.Outgoing(
        ticket_id=ticket.id if ticket else None,
        entry_id=entry.id if entry else None,
        kind=mail.Kind.NOTICE,
        event=event.value,
        recipient=to.address,
        mail_from="",
        message_id=head.message_id,
        content=composed.headers + composed.body,
    )
    if mail.put(session, outgoing, now) and ticket and entry:
        entries.remember_message(session, ticket, entry, "out", head.message_id)


def _head(
    office: Office,
    department: Department,
    about: tuple[Ticket, Entry] | None,
    to: Address,
    participant: int,
    facts: Facts,
    now: datetime,
) -> Head:
    message_id, reply_to, references = _marks(office, department, about, participant, now)
    return Head(
        message_id=message_id,
        from_=Address(department.address, office.centre),
        to=(to,),
        date=now,
        automatic="auto-generated",
        loop_mark=office.instance,
        reply_to=reply_to,
        references=references,
        thread_topic=facts.subject or "",
        language=department.language,
    )


def _marks(
    office: Office,
    department: Department,
    about: tuple[Ticket, Entry] | None,
    participant: int,
    now: datetime,
) -> tuple[str, str | None, tuple[str, ...]]:
    """Return Message-ID, Reply-To and References; a letter about no ticket proves nothing."""
    nonce = secrets.token_hex(8)
    if about is None:
        return f"<agent.{nonce}.{office.instance}@{office.domain}>", None, ()
    number, today = about[0].number, now.date()
    message_id = tokens.signed_message_id(
        office.keys, number, nonce, office.instance, office.domain, today, participant
    )
    reply_to = None
    if department.subaddressing:
        reply_to = tokens.signed_address(
            office.keys, Purpose.REPLY, department.address, number, participant, today
        )
    return message_id, reply_to, (tokens.anchor(number, office.instance, office.domain),)
