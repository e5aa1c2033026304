"""The gateway without consequences: what would be decided on a mail, and why.

Reads only, and asks the same modules in the same order as the real run, so that the two cannot
drift apart; a ticket that would be new has no number. Without an office (no configuration) only
what the mail says of itself is known.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from sqlmodel import Session

from mailgate import hours
from mailgate.gateway.answering import acknowledgement
from mailgate.gateway.decide import (
    Bounce,
    Duplicate,
    FollowUp,
    Hold,
    Ignore,
    Open,
    Verdict,
    decide,
)
from mailgate.gateway.lookup import Examined, examine
from mailgate.gateway.perform import result_of
from mailgate.intake.spool import Claimed, SpoolResult
from mailgate.message import vouching
from mailgate.message.authenticity import Authenticity, Judgement
from mailgate.message.message import Message, Nature
from mailgate.message.nature import OwnMarks, nature_of
from mailgate.replies.acknowledge import Acknowledge
from mailgate.threads import Standing
from mailgate.tickets.lifecycle import Status
from mailgate.tickets.model import Ticket
from mailgate.tickets.office import Office

NOT_ASKED = "without a configuration nobody is trusted to vouch for senders"


@dataclass(frozen=True)
class Rehearsal:
    """What would become of a mail; results: rows that belong to no session."""

    nature: Nature
    nature_reasons: tuple[str, ...]
    authenticity: Authenticity = Authenticity.NONE
    authenticity_reason: str = NOT_ASKED
    results: tuple[SpoolResult, ...] = field(default=())


def rehearse(
    session: Session | None,
    office: Office | None,
    message: Message,
    claimed: Claimed,
    now: datetime,
    judgement: Judgement | None = None,
) -> Rehearsal:
    """Return what would become of a mail now; nothing is stored and nobody is told.

    session: None where there is no database; then no ticket and no person is known. judgement:
    what is held of the sender; None for what the mail itself says.
    """
    if office is None:
        nature, reasons = nature_of(message, claimed.arrival.envelope, OwnMarks(""))
        return Rehearsal(nature, reasons)
    examined = examine(session, office, message, claimed, now, judgement)
    results = tuple(
        _result(session, office, claimed, examined, verdict, now)
        for verdict in decide(examined.circumstances)
    )
    return Rehearsal(
        examined.circumstances.nature,
        examined.circumstances.nature_reasons,
        examined.authenticity,
        vouching.told(examined.judgement),
        results,
    )


def _result(
    session: Session | None,
    office: Office,
    claimed: Claimed,
    examined: Examined,
    verdict: Verdict,
    now: datetime,
) -> SpoolResult:
    result = result_of(verdict, examined)
    match verdict:
        case Open(standing=Standing.AGENT):
            result.acknowledge_reason = "no acknowledgement to the agent: the customer gets it"
        case Open():
            ticket = _unborn(verdict.department, claimed)
            answer = acknowledgement(session, office, claimed, examined, ticket, now)
            result.acknowledge = isinstance(answer, Acknowledge)
            result.acknowledge_reason = answer.reason
            result.effective_received_at = _counts_from(office, verdict.department, claimed)
        case FollowUp():
            result.ticket = verdict.ticket.number
            result.acknowledge_reason = (
                "no acknowledgement: the mail belongs to a ticket that was there"
            )
            result.effective_received_at = _counts_from(office, verdict.ticket.department, claimed)
        case Bounce():
            result.ticket = verdict.ticket.number
            result.acknowledge_reason = "no acknowledgement: the mail is a report"
        case Duplicate():
            result.ticket, result.acknowledge_reason = verdict.ticket.number, verdict.reason
        case Hold() | Ignore():
            result.acknowledge_reason = "no acknowledgement: no ticket was opened"
        case never:
            assert_never(never)
    return result


def _unborn(department: str, claimed: Claimed) -> Ticket:
    """Return a ticket that is never stored: it says which department would acknowledge it."""
    at = claimed.arrival.received_at
    return Ticket(
        number=0,
        department=department,
        requester_id=0,
        requester_address="",
        status=Status.OPEN,
        subject="",
        language="",
        created_at=at,
        received_at=at,
        effective_received_at=at,
        updated_at=at,
    )


def _counts_from(office: Office, department: str, claimed: Claimed) -> datetime:
    directory = office.directory
    found = directory.departments.get(department, directory.postmaster)
    return hours.receipt(claimed.arrival.received_at, found.calendar).effective_at
