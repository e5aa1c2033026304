"""What the people of a ticket are sent: the letter of an event, composed and put in the outbox.

Works in the caller's transaction and sends nothing itself. Own addresses and those that cannot be
written to are left out; automatic mail keeps to the limits, and each letter that is not sent
leaves a line in the ticket's history saying why.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Literal
from zoneinfo import ZoneInfo

from sqlmodel import Session

from mailgate import hours, tokens
from mailgate.departments import Department, ReopenRule
from mailgate.hours import Receipt
from mailgate.message.address import Address, canonical
from mailgate.outbox import mail
from mailgate.replies import wire
from mailgate.replies.compose import File, Head, as_seen_by, compose
from mailgate.replies.conversation import next_thread_index, references_of, without_words
from mailgate.replies.templates import Event, Facts
from mailgate.tickets import entries, ledger, people, views
from mailgate.tickets.model import Entry, EntryKind, Ticket
from mailgate.tickets.office import Office
from mailgate.tokens import Purpose


@dataclass(frozen=True)
class Sending:
    """One letter on its way to the people of a ticket."""

    session: Session
    office: Office
    ticket: Ticket
    entry: Entry
    event: Event
    kind: mail.Kind
    now: datetime


def acknowledge(
    session: Session,
    office: Office,
    ticket: Ticket,
    entry: Entry,
    receipt: Receipt,
    now: datetime,
    *,
    with_words: bool,
    called: bool = False,
) -> None:
    """Acknowledge a new ticket to its requester, with his own words only if he may see them."""
    kind = mail.Kind.ACKNOWLEDGEMENT
    sending = Sending(session, office, ticket, entry, Event.RECEIVED, kind, now)
    facts = _facts(sending, with_words=with_words)
    calendar = office.department_of(ticket).calendar
    facts = replace(
        facts,
        received_at=receipt.received_at,
        effective_at=receipt.effective_at,
        receipt_kind=receipt.kind,
        hours=hours.describe_week(calendar, ticket.language),
        holiday=hours.holiday_name(receipt.day, calendar, ticket.language),
        opening=receipt.opening,
        as_received=calendar.after_hours is hours.AfterHours.AS_RECEIVED,
        called=called,
    )
    requester = _requester(ticket, with_words=with_words)
    _post(sending, facts, [requester], [], parents=[entry.message_id])


def send(
    session: Session,
    office: Office,
    ticket: Ticket,
    entry: Entry,
    event: Event,
    now: datetime,
    *,
    comment: str = "",
    files: Sequence[File] = (),
) -> None:
    """Tell the requester and the CC recipients of an event.

    An agent's reply goes as her own words, without the marks of a machine; everything else is
    automatic mail.
    """
    answer = entry.kind == EntryKind.REPLY
    kind = mail.Kind.REPLY if answer else mail.Kind.NOTICE
    sending = Sending(session, office, ticket, entry, event, kind, now)
    with_words = answer or people.is_proven(session, canonical(ticket.requester_address))
    facts = replace(
        _facts(sending, with_words=with_words),
        comment=entry.text if answer else comment,
        hold_until=ticket.hold_until,
        close_on=_local_day(ticket.close_at, office.department_of(ticket)),
    )
    copied = [Address(each.address) for each in views.copied(session, entry.ticket_id)]
    _post(sending, facts, [_requester(ticket, with_words=with_words)], copied, files=files)


def tell_copied(
    session: Session, office: Office, ticket: Ticket, entry: Entry, now: datetime
) -> None:
    """Tell CC recipients what a proven participant wrote later, if the department does so."""
    if not entry.proven or not office.department_of(ticket).copies:
        return
    writer = canonical(entry.author)
    copied = [
        Address(each.address)
        for each in views.copied(session, entry.ticket_id)
        if canonical(each.address) != writer and each.since <= entry.at
    ]
    if copied:
        sending = Sending(session, office, ticket, entry, Event.COMMENT, mail.Kind.NOTICE, now)
        facts = replace(_facts(sending, with_words=True), comment=entry.text)
        _post(sending, facts, copied, [])


def _facts(sending: Sending, *, with_words: bool) -> Facts:
    office, ticket, entry = sending.office, sending.ticket, sending.entry
    department = office.department_of(ticket)
    agent = office.agent(ticket.assignee) if ticket.assignee else None
    return Facts(
        number=str(ticket.number),
        tag=office.tag(ticket),
        subject=ticket.subject if with_words else None,
        department=department.name,
        timezone=ZoneInfo(str(department.calendar.timezone)),
        centre=office.centre,
        address=department.address,
        phone=department.phone,
        author=entry.author_name or office.centre,
        at=entry.at,
        reopens=department.reopen.rule,
        reopen_days=department.reopen.days if department.reopen.rule is ReopenRule.WITHIN else 0,
        agent=agent.name if agent else "",
        words=department.words,
    )


def _post(
    sending: Sending,
    facts: Facts,
    to: Sequence[Address],
    cc: Sequence[Address],
    *,
    parents: Sequence[str] | None = None,
    files: Sequence[File] = (),
) -> None:
    """Compose the letter and put it in the outbox for each recipient who may have it."""
    reachable = partial(_reachable, sending)
    to, cc = [each for each in to if reachable(each)], [each for each in cc if reachable(each)]
    if not to:
        to, cc = cc, []
    if not to:
        return
    head = _head(sending, to, cc, facts, parents)
    letter = sending.office.letters.render(sending.event, sending.ticket.language, facts)
    for recipient in (*to, *cc):
        own = _own_reply_to(sending, recipient)
        composed = compose(letter, replace(as_seen_by(head, recipient), reply_to=own), tuple(files))
        _put(sending, recipient, head.message_id, composed.headers + composed.body)
    entries.remember_message(sending.session, sending.ticket, sending.entry, "out", head.message_id)


def _put(sending: Sending, recipient: Address, message_id: str, content: bytes) -> None:
    ticket, entry = sending.ticket, sending.entry
    outgoing = mail.Outgoing(
        ticket_id=entry.ticket_id,
        entry_id=entry.id or 0,
        kind=sending.kind,
        event=sending.event.value,
        recipient=recipient.address,
        mail_from=_envelope_sender(sending, recipient),
        message_id=message_id,
        content=content,
    )
    if mail.put(sending.session, outgoing, sending.now) and sending.kind is not mail.Kind.REPLY:
        kind = ledger.COPY if _is_passed_on(sending) else sending.kind.value
        ledger.write(sending.session, ticket, recipient.address, kind, sending.now)


def _head(
    sending: Sending,
    to: Sequence[Address],
    cc: Sequence[Address],
    facts: Facts,
    parents: Sequence[str] | None,
) -> Head:
    office, ticket = sending.office, sending.ticket
    if parents is None:
        parents = views.thread_of(sending.session, sending.entry.ticket_id)
    anchor = tokens.anchor(ticket.number, office.instance, office.domain)
    index = ticket.thread_index
    if facts.subject is None:
        parents, index = without_words(parents), ""
    parent = parents[-1] if parents else ""
    message_id = _message_id(sending, (*to, *cc))
    if sending.kind is mail.Kind.REPLY:
        sending.entry.message_id = message_id
    return Head(
        message_id=message_id,
        from_=Address(office.department_of(ticket).address, office.centre),
        to=tuple(to),
        cc=tuple(cc),
        date=sending.now,
        automatic=_AUTOMATIC[sending.kind],
        loop_mark=office.instance,
        in_reply_to=parent,
        references=references_of(tuple(parents[:-1]), parent, anchor),
        thread_topic=facts.subject or "",
        thread_index=next_thread_index(index, sending.now, anchor.encode()) if index else "",
        language=ticket.language,
    )


def _message_id(sending: Sending, readers: Sequence[Address]) -> str:
    """Return a letter's name, signed for its only reader; of several and agents, it proves none."""
    office, number = sending.office, sending.ticket.number
    alone = len(readers) == 1 and office.agent(readers[0].address) is None
    made_for = people.token_id(sending.session, readers[0].canonical) if alone else 0
    nonce, today = secrets.token_hex(8), sending.now.date()
    return tokens.signed_message_id(
        office.keys, number, nonce, office.instance, office.domain, today, made_for
    )


_AUTOMATIC: dict[mail.Kind, Literal["auto-replied", "auto-generated"] | None] = {
    mail.Kind.ACKNOWLEDGEMENT: "auto-replied",
    mail.Kind.NOTICE: "auto-generated",
    mail.Kind.REPLY: None,
}


def _reachable(sending: Sending, recipient: Address) -> bool:
    """Say whether a recipient may be sent this; if not, write down why."""
    why = _obstacle(sending, recipient)
    if why:
        text = f"{sending.event.value} not sent: {why}"
        entries.add_event(sending.session, sending.ticket, "not-sent", text, sending.now)
    return not why


def _obstacle(sending: Sending, recipient: Address) -> str:
    if sending.office.directory.is_own(recipient.address):
        return "the recipient is an address of ours"
    if not wire.is_writable(recipient.address):
        return "the recipient's address is not one that can be written to"
    if sending.kind is not mail.Kind.NOTICE:
        return ""
    session, limits, now = sending.session, sending.office.limits, sending.now
    return ledger.obstacle(session, recipient, limits, now, passed_on=_is_passed_on(sending))


def _is_passed_on(sending: Sending) -> bool:
    """Say whether it holds what a customer wrote, on its way to those in copy."""
    return sending.kind is mail.Kind.NOTICE and sending.event is Event.COMMENT


def _own_reply_to(sending: Sending, recipient: Address) -> str | None:
    department = sending.office.department_of(sending.ticket)
    subaddressing = department.subaddressing
    return _signed(sending, Purpose.REPLY, recipient, department) if subaddressing else None


def _envelope_sender(sending: Sending, recipient: Address) -> str:
    """Return where bounces go: nowhere for automatic mail, for an answer to its ticket."""
    department = sending.office.department_of(sending.ticket)
    if sending.kind is not mail.Kind.REPLY:
        return ""
    if department.subaddressing:
        return _signed(sending, Purpose.RETURN, recipient, department)
    return department.address


def _signed(sending: Sending, purpose: Purpose, recipient: Address, department: Department) -> str:
    return tokens.signed_address(
        sending.office.keys,
        purpose,
        department.address,
        sending.ticket.number,
        people.token_id(sending.session, recipient.canonical),
        sending.now.date(),
    )


def _requester(ticket: Ticket, *, with_words: bool) -> Address:
    """Return whom to write to; his name is a word of his, too."""
    return Address(ticket.requester_address, ticket.requester_name if with_words else "")


def _local_day(at: datetime | None, department: Department) -> date | None:
    return None if at is None else at.astimezone(department.calendar.timezone).date()
