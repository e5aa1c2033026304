"""Carrying out a verdict: the one place where a decision becomes tickets, entries and mail.

Works in the caller's transaction, so that a mail is done with all its consequences or not at all.
"""

import re
from dataclasses import replace
from typing import assert_never

from mailgate.gateway import agents, answering, copies, loops, mailbombs, reports
from mailgate.gateway.agent_orders import AgentMail
from mailgate.gateway.decide import (
    Bounce,
    Duplicate,
    FollowUp,
    Hold,
    Ignore,
    Open,
    Verdict,
)
from mailgate.gateway.job import Job, contribution_of
from mailgate.gateway.lookup import Examined
from mailgate.intake import floods
from mailgate.intake.spool import SpoolResult
from mailgate.message.authenticity import Authenticity
from mailgate.message.message import Attachment
from mailgate.replies import acknowledge
from mailgate.threads import Candidate, Standing
from mailgate.tickets import files, people, service, views
from mailgate.tickets.model import Entry, LinkKind, Role, Ticket
from mailgate.tickets.office import Office

_UNPROVEN = "agent_unproven"
_MAX_DUPLICATES = 5
_LEFT_OUT = "left in the original"


def perform(job: Job, verdicts: tuple[Verdict, ...]) -> list[SpoolResult]:
    """Carry out the verdicts of a mail and return a result for each, to be kept with it."""
    opened: list[Ticket] = []
    return [_perform_one(job, verdict, opened) for verdict in verdicts]


def _perform_one(job: Job, verdict: Verdict, opened: list[Ticket]) -> SpoolResult:
    result = result_of(verdict, job.examined)
    match verdict:
        case Open(standing=Standing.AGENT):
            return _open_for_agent(job, verdict, opened, result)
        case Open():
            _open(job, verdict, opened, result)
        case FollowUp(standing=Standing.AGENT):
            _act(job, verdict, result)
        case FollowUp():
            _follow_up(job, verdict, result)
        case Bounce():
            result.ticket = reports.record(
                job.session, job.office, job.examined, verdict, job.now
            ).number
            result.acknowledge_reason = "no acknowledgement: the mail is a report"
        case Duplicate(ticket=candidate, reason=reason):
            _duplicate(job, candidate)
            result.ticket, result.acknowledge_reason = candidate.number, reason
        case Hold() | Ignore():
            sent = job.examined.circumstances.recent
            if sent is not None and result.cause == floods.CAUSE:
                mailbombs.tell(job.session, job.office, job.claimed.id, sent, job.now)
            if result.cause == _UNPROVEN:
                author = job.examined.message.author
                agents.warn(job.session, job.office, author, job.claimed.id, job.now)
            result.acknowledge_reason = "no acknowledgement: no ticket was opened"
        case never:
            assert_never(never)
    return result


def result_of(verdict: Verdict, examined: Examined) -> SpoolResult:
    """Return a verdict as the row that is kept with the mail, before anything came of it."""
    names: dict[type, str] = {
        Open: "open",
        FollowUp: "follow-up",
        Bounce: "bounce",
        Hold: "hold",
        Duplicate: "duplicate",
        Ignore: "ignore",
    }
    matched_by = getattr(verdict, "matched_by", None)
    standing = getattr(verdict, "standing", None)
    return SpoolResult(
        spool_id=0,
        department=verdict.department,
        verdict=names[type(verdict)],
        verdict_reason=verdict.reason,
        cause=verdict.cause if isinstance(verdict, Hold) else None,
        matched_by=matched_by,
        may_speak=standing,
        proven=examined.proven,
    )


def _open(job: Job, verdict: Open, opened: list[Ticket], result: SpoolResult) -> None:
    # A late reply may be to a ticket whose department is configured no more.
    directory = job.office.directory
    department = directory.departments.get(verdict.department, directory.postmaster)
    contribution = contribution_of(job)
    if verdict.late and verdict.linked_to is not None:
        subject = _without_tag(job.office, contribution.subject, verdict.linked_to.number)
        contribution = replace(contribution, subject=subject)
    received_at = job.claimed.arrival.received_at
    ticket, entry = service.open_ticket(
        job.session, job.office, department, contribution, received_at, job.now
    )
    _attach_original(job, ticket, entry)
    _remember_proof(job)
    _join_copied(job, ticket)
    for other in opened:
        service.link(job.session, ticket, other.id or 0, LinkKind.DEPARTMENT)
    opened.append(ticket)
    if verdict.linked_to is not None:
        kind = LinkKind.LATE_REPLY if verdict.late else LinkKind.STRANGER
        service.link(job.session, ticket, verdict.linked_to.ticket_id, kind)
    # One mail to two departments comes twice where its sender's server sends it to each apart.
    for elsewhere in (job.examined.circumstances.seen or {}).values():
        service.link(job.session, ticket, elsewhere.ticket_id, LinkKind.DEPARTMENT)
    result.ticket = ticket.number
    result.effective_received_at = ticket.effective_received_at
    _answer(job, ticket, entry, result)
    loops.notice_peer(job.session, job.office, ticket, job.examined.message, job.now)


def _answer(job: Job, ticket: Ticket, entry: Entry, result: SpoolResult) -> None:
    answered = answering.answer(
        job.session, job.office, job.claimed, job.examined, ticket, entry, job.now
    )
    result.acknowledge = isinstance(answered, acknowledge.Acknowledge)
    result.acknowledge_reason = answered.reason


def _without_tag(office: Office, subject: str, number: int) -> str:
    """Return a subject without an old ticket's tag, in any case, as threads.clues finds it."""
    tag = re.escape(office.subject_tag.replace("{number}", str(number)))
    return " ".join(re.sub(tag, " ", subject, flags=re.IGNORECASE).split())


def _attach_original(job: Job, ticket: Ticket, entry: Entry) -> None:
    """Say in the ticket of a mail that could not be read whole that it was so, and attach it."""
    message, claimed = job.examined.message, job.claimed
    missing = [each for each in message.defects if message.simplified or _LEFT_OUT in each]
    if not missing:
        return
    file = Attachment(0, "original.eml", "message/rfc822", claimed.size, claimed.sha256)
    files.add(job.session, entry, file, part=None)
    text = f"this mail could not be read whole ({missing[0]}); its original is attached"
    service.record(job.session, ticket, "unreadable", text, job.now)


def _follow_up(job: Job, verdict: FollowUp, result: SpoolResult) -> None:
    ticket = views.locked(job.session, verdict.ticket.ticket_id)
    third_party = verdict.standing is Standing.THIRD_PARTY
    contribution = contribution_of(job, third_party=third_party)
    entry = service.follow_up(
        job.session,
        job.office,
        ticket,
        contribution,
        job.claimed.arrival.received_at,
        job.now,
        speaks=verdict.speaks,
    )
    if verdict.speaks and not third_party:
        _join_copied(job, ticket)
    if third_party:
        _join_as_third_party(job, verdict.ticket.ticket_id)
    _attach_original(job, ticket, entry)
    _remember_proof(job)
    loops.notice_peer(job.session, job.office, ticket, job.examined.message, job.now)
    result.ticket = ticket.number
    result.effective_received_at = entry.effective_received_at
    result.acknowledge_reason = "no acknowledgement: the mail belongs to a ticket that was there"


def _act(job: Job, verdict: FollowUp, result: SpoolResult) -> None:
    """Let a proven agent's mail do on its ticket what it asks for."""
    ticket = views.locked(job.session, verdict.ticket.ticket_id)
    ticket, result.verdict_reason = agents.act(_agent_mail(job), ticket, verdict.reason)
    result.ticket = ticket.number
    result.acknowledge_reason = "no acknowledgement: an agent wrote it"


def _open_for_agent(
    job: Job, verdict: Open, opened: list[Ticket], result: SpoolResult
) -> SpoolResult:
    """Open the ticket that a proven agent's fresh mail asks for, or hold the mail."""
    department = job.office.directory.departments[verdict.department]
    ticket = agents.open_for(_agent_mail(job), department, job.claimed.id)
    if ticket is None:
        reason = f"{verdict.reason}, which cannot be carried out"
        return _perform_one(job, Hold(verdict.department, reason, "error"), opened)
    result.ticket, result.effective_received_at = ticket.number, ticket.effective_received_at
    result.acknowledge_reason = "no acknowledgement to the agent: the customer gets it"
    return result


def _agent_mail(job: Job) -> AgentMail:
    author = job.examined.message.author
    agent = job.office.agent(author.address) if author is not None else None
    if agent is None:
        raise ValueError("only an agent's mail acts in an agent's name")
    message, contribution = job.examined.message, contribution_of(job)
    return AgentMail(job.session, job.office, agent, message, contribution, job.now)


def _join_copied(job: Job, ticket: Ticket) -> None:
    nature, authenticity = job.examined.circumstances.nature, job.examined.authenticity
    message = job.examined.message
    copies.join_copied(job.session, job.office, ticket, message, nature, authenticity, job.now)


def _join_as_third_party(job: Job, ticket_id: int) -> None:
    """Remember who spoke with our mail in his hand; nobody certain, or we ourselves, is no one."""
    author = job.examined.message.author
    if author is None or job.office.directory.is_own(author.address):
        return
    who = people.meet(job.session, author, job.now)
    role = Role.THIRD_PARTY
    people.join(job.session, ticket_id, who.person_id, author.address, role, job.now)


def _duplicate(job: Job, first: Candidate) -> None:
    """Say in a ticket that a mail of its came again, the first few times; the spool has them all.

    Who sends one mail for ever, as broken programs do, fills no ticket with it.
    """
    message_id = job.examined.message.message_id
    before = floods.duplicates(job.session, message_id, first.number, _MAX_DUPLICATES)
    if before == _MAX_DUPLICATES:
        return
    text = f"mail {job.claimed.id} is the same as one before and made no entry"
    if before == _MAX_DUPLICATES - 1:
        text = f"{text}; further ones are listed in the spool only"
    ticket = views.locked(job.session, first.ticket_id)
    service.record(job.session, ticket, "duplicate", text, job.now)


def _remember_proof(job: Job) -> None:
    author = job.examined.message.author
    if author is None or not job.examined.proven:
        return
    if job.examined.authenticity is Authenticity.PASS:
        people.prove(job.session, author.canonical, "authenticated", job.now)
    elif job.examined.vouched:
        people.prove(job.session, author.canonical, "token", job.now)
