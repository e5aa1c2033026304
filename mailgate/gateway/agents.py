"""Agents by mail: a proven agent's mail acts on its ticket, or opens one for a customer.

Works in the caller's transaction. All that a mail asks for is done, or nothing is: then it is kept
where no customer sees it, and the agent gets it back with what was wrong. Of mail in an agent's
name that proves nothing she is told by a mail of its own, which holds no word of it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from mailgate import commands
from mailgate.commands import Asked, Fault, Verb, Wrong
from mailgate.departments import Department
from mailgate.gateway import agent_orders
from mailgate.gateway.agent_orders import AgentMail, Orders
from mailgate.message import attachments
from mailgate.message.address import Address
from mailgate.message.message import Message
from mailgate.message.quotes import own_words
from mailgate.replies.compose import File
from mailgate.replies.templates import Event
from mailgate.store import blobs
from mailgate.tickets import entered, entries, files, notices, service, views
from mailgate.tickets.lifecycle import MoveRefusedError
from mailgate.tickets.model import Entry, EntryKind, Ticket
from mailgate.tickets.office import Office

# In base64 they are a third longer, and few servers take more than 25 MB.
_MAX_FILES_BYTES = 18 * 1024 * 1024
_MAX_TEXT = 1024 * 1024
_ROUND = timedelta(hours=1)
_LOGO_BYTES = 16 * 1024
# What stands above our notices; if it is still in her own words, the whole mail is a quote.
_LINES = ("odpowiedz powyżej tej linii", "reply above this line")


def warn(
    session: Session, office: Office, author: Address | None, spool_id: int, now: datetime
) -> None:
    """Tell an agent that a mail in her name is held; three times an hour at most."""
    agent = office.agent(author.address) if author is not None else None
    event = Event.AGENT_UNPROVEN
    if agent is not None and notices.may_answer(session, agent.address, event, now):
        notices.answer(session, office, agent.address, event, now, spool_id=spool_id)


def act(mail: AgentMail, ticket: Ticket, reason: str) -> tuple[Ticket, str]:
    """Do what an agent's mail asks for on a ticket.

    Returns where it is kept, and the reason why with what became of it.
    """
    asked = _asked(mail.message)
    given, too_large = _files(mail)
    orders, faults = agent_orders.resolve(mail, ticket, asked)
    faults = [*asked.faults, *commands.misplaced(asked, fresh=False), *faults, *too_large]
    says_or_does = asked.text or given or any(each.verb is not Verb.NOTE for each in asked.commands)
    if not (says_or_does or faults):
        faults = [Fault("", Wrong.EMPTY)]
    if not (faults or given or asked.commands) and _goes_round(mail, ticket, asked.text):
        _keep(mail, ticket)
        why = "loop suspected: the same words of hers for the third time within an hour"
        service.record(mail.session, ticket, "loop-suspected", why, mail.now)
        return ticket, f"{reason}; {why}, kept as a note"
    if not faults:
        try:
            with mail.session.begin_nested():
                ticket, entry = _carry_out(mail, ticket, orders, asked.text, given)
                _trace(mail, ticket, entry)
        except MoveRefusedError:
            status = agent_orders.status_line(asked)
            faults = [Fault(status, Wrong.REFUSED)]
    if faults:
        note = _keep(mail, ticket)
        what = "sent back to her" if _send_back(mail, faults, note) else "not sent back: too many"
        return ticket, f"{reason}; it cannot be carried out: kept as a note, and {what}"
    return ticket, f"{reason}; done as it says"


def _goes_round(mail: AgentMail, ticket: Ticket, text: str) -> bool:
    """Say whether she said just that in the last two replies, as a program of hers would."""
    last = views.last_replies(mail.session, ticket.id or 0, mail.now - _ROUND)
    return last == [(mail.agent.address, text)] * 2


def open_for(mail: AgentMail, department: Department, spool_id: int) -> Ticket | None:
    """Open the ticket that an agent's fresh mail asks for; None where it cannot be understood.

    Then she is told, as often as she may be, and the mail has to be held.
    """
    asked = _asked(mail.message)
    given, too_large = _files(mail)
    faults = [*asked.faults, *commands.misplaced(asked, fresh=True), *too_large]
    orders, more = agent_orders.resolve(mail, None, asked)
    faults += more
    if not (asked.text or given or mail.contribution.subject):
        faults.append(Fault("", Wrong.EMPTY))
    if faults or orders.requester is None:
        _send_back(mail, faults, None, spool_id)
        return None
    call = entered.Call(
        requester=orders.requester,
        copied=orders.copied,
        subject=mail.contribution.subject or asked.text.partition("\n")[0][:200],
        text=asked.text,
        files=given,
        phone=orders.phone,
    )
    ticket, entry = entered.enter(mail.session, mail.office, department, call, mail.by, mail.now)
    agent_orders.change(mail, ticket, replace(orders, copied=()))
    _trace(mail, ticket, entry)
    return ticket


def _carry_out(
    mail: AgentMail, ticket: Ticket, orders: Orders, text: str, given: Sequence[File]
) -> tuple[Ticket, Entry]:
    """Do everything, in the order in which it makes sense; return the entry that stands for it."""
    ticket, first = agent_orders.change(mail, ticket, orders)
    words = agent_orders.say(mail, ticket, orders, text, given) if text or given else None
    last = agent_orders.move(mail, ticket, orders)
    nothing = "an agent's mail asked for what was so already"
    done = words or first or last
    return ticket, done or service.record(mail.session, ticket, "by-mail", nothing, mail.now)


def _asked(message: Message) -> Asked:
    """Return what an agent asks for above our notice; no words where those are all ours."""
    text = message.text[:_MAX_TEXT]
    asked = commands.read("" if any(line in text.lower() for line in _LINES) else text)
    if asked.value(Verb.PHONE) is None or asked.text:
        return asked
    # Below a telephone number stands nothing but a signature, to who knows no commands.
    below = commands.read(message.full_text[:_MAX_TEXT]).text
    return replace(asked, text=own_words(below, message.subject))


def _files(mail: AgentMail) -> tuple[list[File], list[Fault]]:
    """Return the files that go along; the small images of a signature stay behind."""
    if mail.message.simplified:
        return [], [Fault("", Wrong.TOO_LARGE)]
    wanted = [
        each
        for each in mail.message.attachments
        if not (each.inline and each.type.startswith("image/") and each.size < _LOGO_BYTES)
    ]
    if not wanted or not mail.contribution.sha256:
        return [], []
    if sum(each.size for each in wanted) > _MAX_FILES_BYTES:
        return [], [Fault("", Wrong.TOO_LARGE)]
    raw = blobs.get_bytes(mail.session, mail.contribution.sha256)
    octets = attachments.payloads(raw, [each.part for each in wanted])
    return [File(each.name, each.type, it) for each, it in zip(wanted, octets, strict=True)], []


def _trace(mail: AgentMail, ticket: Ticket, entry: Entry) -> None:
    """Say of an entry which mail it came by, so that the same mail again is known."""
    entry.spool_id, entry.sha256 = mail.contribution.spool_id, mail.contribution.sha256
    entry.authenticity = mail.contribution.authenticity
    mail.session.flush()
    message_id, fingerprint = mail.contribution.message_id, mail.contribution.fingerprint
    entries.remember_message(mail.session, ticket, entry, "in", message_id, fingerprint)


def _keep(mail: AgentMail, ticket: Ticket) -> Entry:
    """Keep a mail that was not carried out as a note; the others are told of none."""
    text = mail.contribution.text
    note = entries.add_words(mail.session, ticket, EntryKind.NOTE, mail.by, text, mail.now)
    files.add_of_mail(mail.session, note, mail.contribution.attachments)
    _trace(mail, ticket, note)
    return note


def _send_back(
    mail: AgentMail, faults: Sequence[Fault], note: Entry | None, spool_id: int | None = None
) -> bool:
    """Tell an agent what was wrong; say False where she has had enough of that this hour."""
    if not notices.may_answer(mail.session, mail.agent.address, Event.NOT_UNDERSTOOD, mail.now):
        return False
    detail = "\n".join(f"{each.wrong}\t{' '.join(each.line.split())}" for each in faults)
    notices.answer(
        mail.session,
        mail.office,
        mail.agent.address,
        Event.NOT_UNDERSTOOD,
        mail.now,
        entry=note,
        spool_id=spool_id,
        detail=detail,
    )
    return True
