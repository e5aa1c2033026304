"""Two machines that answer each other, told by what they do where no header gives them away.

A machine answers our automatic mail within minutes, and says the same each time but for the
figures. Whoever does so is written to once more, so that a machine of our own kind at the other
end finds out as well, and then has no automatic mail for a day. His tickets are opened as ever.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from mailgate import logs
from mailgate.message.address import canonical
from mailgate.message.message import Message
from mailgate.outbox import mail
from mailgate.replies.acknowledge import Limits, Spent
from mailgate.tickets import alarms, ledger, service, views
from mailgate.tickets.model import Ticket
from mailgate.tickets.office import Office
from mailgate.tokens import instance_in

REST = timedelta(hours=24)
_PROMPT = timedelta(minutes=5)
_DAY = timedelta(days=1)
_FEWEST_ROUNDS = 2
_CHARS = 4_000
_FIGURES = re.compile(r"[\W\d_]+")


@dataclass(frozen=True)
class Came:
    """A mail of an address, and when it came."""

    at: datetime
    text: str


def suspicion(came: Sequence[Came], sent: Sequence[datetime], *, last_of_budget: bool) -> str:
    """Return why the sender seems to be a machine that answers us, "" where he does not.

    came: his mails of a day, the present one last. sent: when automatic mail went to him.
    last_of_budget: the limits allow him one more and no other.
    """

    def is_prompt(each: Came) -> bool:
        return any(each.at - _PROMPT <= at < each.at for at in sent)

    if not came or not is_prompt(came[-1]):
        return ""
    now = _words(came[-1].text)
    same = sum(is_prompt(each) and _words(each.text) == now for each in came[1:])
    if now and same >= _FEWEST_ROUNDS:
        return f"{same} mails said the same, each within minutes of our automatic mail"
    if last_of_budget and len(came) > _FEWEST_ROUNDS and all(map(is_prompt, came[1:])):
        return f"{len(came) - 1} mails came one after another, each within minutes of ours"
    return ""


def _words(text: str) -> str:
    """Return a text without figures and signs, which differ from mail to mail of a machine."""
    return _FIGURES.sub(" ", text[:_CHARS]).strip().casefold()


def watch(
    session: Session, office: Office, ticket: Ticket, spent: Spent, proven: bool, now: datetime
) -> None:
    """Look whether the requester of a new ticket, who is just written to, is a machine.

    spent: what he had before. Where he is one, automatic mail to him rests, and the ticket, the
    log and the admin are told.
    """
    if not spent.address_day:
        return
    address = canonical(ticket.requester_address)
    came = [Came(*each) for each in ledger.came_from(session, ticket.requester_id, now - _DAY)]
    sent = ledger.sent_to(session, address, now - _DAY)
    used_up = _is_last(spent, office.limits, proven=proven)
    why = suspicion(came, sent, last_of_budget=used_up)
    until = now + REST
    if why and alarms.begins(session, ledger.rest_of(address), until, now):
        at = f"{until.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        text = f"loop suspected: {why}; automatic mail to {address} rests until {at}"
        service.record(session, ticket, "loop-suspected", text, now)
        logs.loop_suspected(ticket.number, why)
        subject = f"A loop of mail is suspected, ticket {ticket.number}"
        alarms.tell_admin(session, office, subject, f"Ticket {ticket.number}: {text}.\n", now)


def _is_last(spent: Spent, limits: Limits, *, proven: bool) -> bool:
    hour = limits.proven_hour if proven else limits.unproven_hour
    day = limits.proven_day if proven else limits.unproven_day
    return (hour is not None and spent.address_hour + 1 >= hour) or (
        day is not None and spent.address_day + 1 >= day
    )


def notice_peer(
    session: Session, office: Office, ticket: Ticket, message: Message, now: datetime
) -> None:
    """Say in a ticket, once a day for each sender, that an installation like ours answers us.

    Its Message-ID shows what it is. It answers automatic mail of ours, or mail that we never
    sent and somebody forged: both are how two such installations begin to talk to each other.
    """
    peer = instance_in(message.message_id)
    if message.author is None or not message.in_reply_to or peer in ("", office.instance):
        return
    of = message.in_reply_to[0]
    kinds = mail.kinds_sent_as(session, of)
    if mail.Kind.REPLY in kinds or (not kinds and views.by_message_ids(session, [of])):
        return
    why = "our automatic mail" if kinds else "a mail that nobody here has sent"
    text = f"loop suspected: another mailgate ({peer}) answers {why}"
    name = f"peer:{message.author.canonical}"
    if alarms.begins(session, name, now + REST, now):
        service.record(session, ticket, "loop-suspected", text, now)
        logs.loop_suspected(ticket.number, text)
