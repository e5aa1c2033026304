"""Which mail of ours a report is on."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from mailgate.gateway.candidates import candidate
from mailgate.message import abuse
from mailgate.message.address import Envelope
from mailgate.message.message import Message, Nature
from mailgate.outbox import mail
from mailgate.threads import Candidate
from mailgate.tickets import views
from mailgate.tickets.office import Office
from mailgate.tokens import Purpose, read_address


@dataclass(frozen=True)
class Reported:
    """The mail of ours that came back: its ticket, and whether it was an agent's answer.

    sender, number: the signed envelope sender and its ticket number, where nothing else tells
    which mail it was.
    """

    ticket: Candidate
    was_answer: bool
    sender: str = ""
    number: int = 0


def reported_on(
    session: Session | None,
    office: Office,
    message: Message,
    envelope: Envelope,
    nature: Nature,
    now: datetime,
) -> Reported | None:
    """Return the mail of ours that a report is on.

    Only a Message-ID that we sent counts, or the signed envelope sender of an answer: a report
    that knows neither proves nothing. What a machine sends there from nowhere is a report in
    words that nobody could read. An abuse report is none: the mail did arrive.
    """
    if message.report is not None and message.report.kind == abuse.KIND:
        return None
    unread = nature is Nature.MACHINE and _has_no_return_path(message, envelope)
    if session is None or (message.report is None and not unread):
        return None
    of = message.report.of if message.report else ""
    ticket = views.by_sent(session, of) if of else None
    if ticket is not None:
        kinds = mail.kinds_sent_as(session, of)
        return Reported(candidate(session, ticket), mail.Kind.REPLY in kinds)
    for address in (*envelope.recipients, *(to.address for to in message.to)):
        token = read_address(office.keys, address, now.date())
        if token is not None and token.purpose is Purpose.RETURN:
            ticket = views.by_number(session, token.number)
            if ticket is not None:
                return Reported(candidate(session, ticket), True, address, token.number)
    return None


def _has_no_return_path(message: Message, envelope: Envelope) -> bool:
    """Say whether it came from the null sender; a mailbox knows that by the header alone."""
    path = envelope.mail_from
    path = message.header("Return-Path") if path is None else path
    return path is not None and not path.strip("<> ")
