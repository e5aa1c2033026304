"""What the decision on a mail rests on, looked up: tickets pointed at, people, duplicates.

Reads only. Without a session (a dry run where there is no database) nothing is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from mailgate.gateway.decide import Circumstances, Release
from mailgate.intake.spool import Claimed
from mailgate.message.message import Message, Nature
from mailgate.message.nature import OwnMarks, nature_of
from mailgate.outbox import mail
from mailgate.routing import Route, route
from mailgate.threads import (
    Authenticity,
    Candidate,
    Clue,
    Found,
    Hit,
    Signs,
    Speak,
    Speaker,
    clues,
    find,
)
from mailgate.tickets import lifecycle, people, views
from mailgate.tickets.model import Ticket
from mailgate.tickets.office import Office

_DUPLICATE_DAYS = timedelta(days=30)


@dataclass(frozen=True)
class Examined:
    """A mail with all that was found out about it, ready to be decided on.

    proven: the sender's address is known to be his, or proves it with this mail. vouched: by one
    of our tokens. was_answer: a report is on an agent's answer.
    """

    message: Message
    circumstances: Circumstances
    authenticity: Authenticity
    proven: bool
    vouched: bool
    was_answer: bool = False


def examine(
    session: Session | None, office: Office, message: Message, claimed: Claimed, now: datetime
) -> Examined:
    """Find out what a mail is, where it points, and who sends it."""
    envelope = claimed.arrival.envelope
    own = OwnMarks(office.instance, frozenset(office.directory.by_address))
    nature, reasons = nature_of(message, envelope, own)
    authenticity = Authenticity.NONE
    signs = Signs(office.keys, office.instance, office.subject_tag, now.date())
    hits = _hits(session, clues(message, envelope.recipients, signs))
    author = message.author.canonical if message.author else None
    is_agent = author is not None and office.agent(author) is not None
    found = find(hits, Speaker(author, authenticity, is_agent))
    # A token proves the sender's address only where we had sent it to him.
    vouched = isinstance(found, Speak) and found.vouched and author in found.hit.ticket.participants
    proven = author is not None and (
        authenticity is Authenticity.PASS
        or vouched
        or (session is not None and people.is_proven(session, author))
    )
    routed = route(message, envelope, office.directory)
    reported, was_answer = _reported(session, message) if message.report else (None, False)
    circumstances = Circumstances(
        nature=nature,
        nature_reasons=reasons,
        route=routed,
        found=found,
        reopens=_reopens(session, office, found, claimed.arrival.received_at),
        seen=_seen(session, message, now) if nature is not Nature.LOOP else {},
        reported=reported,
        release=_release(session, office, claimed, routed),
    )
    return Examined(message, circumstances, authenticity, proven, vouched, was_answer)


def _hits(session: Session | None, pointers: tuple[Clue, ...]) -> list[Hit]:
    """Return the pointers that lead to a ticket, in their order."""
    if session is None or not pointers:
        return []
    by_number = views.by_numbers(
        session, {clue.number for clue in pointers if clue.number is not None}
    )
    by_message = views.by_message_ids(
        session, {clue.message_id for clue in pointers if clue.message_id and not clue.signed}
    )
    tickets = [
        by_number.get(clue.number) if clue.number is not None else by_message.get(clue.message_id)
        for clue in pointers
    ]
    candidates: dict[int, Candidate] = {}
    for ticket in tickets:
        if ticket is not None and _id(ticket) not in candidates:
            candidates[_id(ticket)] = candidate(session, ticket)
    return [
        Hit(clue, candidates[_id(ticket)])
        for clue, ticket in zip(pointers, tickets, strict=True)
        if ticket is not None
    ]


def candidate(session: Session, ticket: Ticket) -> Candidate:
    """Return a ticket as the pure core sees it."""
    addresses = people.addresses_of(session, _id(ticket))
    return Candidate(_id(ticket), ticket.number, ticket.department, addresses)


def _reopens(session: Session | None, office: Office, found: Found, at: datetime) -> bool:
    if session is None or not isinstance(found, Speak):
        return True
    ticket = views.locked(session, found.hit.ticket.ticket_id)
    return lifecycle.may_reopen(office.department_of(ticket).reopen, ticket.closed_at, at)


def _seen(session: Session | None, message: Message, now: datetime) -> Mapping[str, Candidate]:
    """Return, by department, the tickets that hold the same mail already.

    Only a mail that bears its own Message-ID can be the same as another: form mailers send
    identical mails on purpose.
    """
    if session is None or not message.message_id:
        return {}
    same = views.same_message(
        session, message.message_id, message.fingerprint, now - _DUPLICATE_DAYS
    )
    first = {known.department: known.ticket_id for known in reversed(same)}
    return {
        department: candidate(session, views.by_id(session, ticket_id))
        for department, ticket_id in first.items()
    }


def _reported(session: Session | None, message: Message) -> tuple[Candidate | None, bool]:
    """Return the ticket of the mail of ours that a report names, and whether it was an answer.

    Only a Message-ID that we sent counts: a report that names none of ours proves nothing.
    """
    if session is None or message.report is None or not message.report.of:
        return None, False
    kinds = mail.kinds_sent_as(session, message.report.of)
    ticket = views.by_message_ids(session, [message.report.of]).get(message.report.of)
    if not kinds or ticket is None:
        return None, False
    return candidate(session, ticket), mail.Kind.REPLY in kinds


def _release(
    session: Session | None, office: Office, claimed: Claimed, routed: Route
) -> Release | None:
    if session is None or claimed.release_to is None:
        return None
    fallback = routed.departments[0] if routed.departments else office.directory.postmaster
    ticket = views.by_number(session, claimed.release_to) if claimed.release_to else None
    return Release(candidate(session, ticket) if ticket else None, fallback.key)


def _id(ticket: Ticket) -> int:
    if ticket.id is None:
        raise ValueError("the ticket is not stored")
    return ticket.id
