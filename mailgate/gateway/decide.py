"""What becomes of a mail: a verdict for each department, with its reason.

Pure: everything looked up comes as an argument. Every mail gets at least one verdict, and no
verdict throws anything away.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from mailgate.message.message import Nature
from mailgate.routing import Route
from mailgate.threads import Apart, Candidate, Doubtful, Found, MatchedBy, Speak, Standing

_AUTOMATIC = (Nature.AUTO_REPLY, Nature.MACHINE)
_REPORTS = (Nature.BOUNCE, Nature.DELAY, Nature.RECEIPT)


@dataclass(frozen=True)
class Open:
    """A new ticket of a department. linked_to: the ticket the sender pointed at, if any."""

    department: str
    reason: str
    linked_to: Candidate | None = None
    late: bool = False
    matched_by: MatchedBy | None = None
    standing: Standing | None = None


@dataclass(frozen=True)
class FollowUp:
    """An entry of a ticket that is there. speaks: it may move the status and reopen."""

    department: str
    reason: str
    ticket: Candidate
    matched_by: MatchedBy | None
    standing: Standing
    vouched: bool
    speaks: bool


@dataclass(frozen=True)
class Bounce:
    """A report on a mail of ours: an event on its ticket."""

    department: str
    reason: str
    ticket: Candidate
    failed: bool


@dataclass(frozen=True)
class Hold:
    """A human has to look. cause: one of those of the commands' JSON."""

    department: str
    reason: str
    cause: str


@dataclass(frozen=True)
class Duplicate:
    """The same mail again; recorded at the first."""

    department: str
    reason: str
    ticket: Candidate


@dataclass(frozen=True)
class Ignore:
    """Our own mail come back; kept in the spool and nowhere else."""

    department: str
    reason: str


Verdict = Open | FollowUp | Bounce | Hold | Duplicate | Ignore


@dataclass(frozen=True)
class Release:
    """An operator let a held mail in: into a ticket, or, with None, as a new one."""

    ticket: Candidate | None
    fallback: str


@dataclass(frozen=True)
class Recent:
    """How many mails of one sender asked for a new ticket within the last hour.

    who: the address in From or of the envelope, whichever sent more. most: as many may; counted
    no further.
    """

    who: str
    count: int
    most: int


@dataclass(frozen=True)
class Circumstances:
    """All that a decision rests on.

    reopens: whether a customer's reply may reopen the ticket that was found. holds_strangers: its
    department wants to see who points at its tickets and takes no part in them. seen: tickets, by
    department, that hold the same mail already. reported: the ticket of the mail of ours that a
    report, or what a machine sent to its envelope sender, speaks of. release: set when an
    operator released the mail. recent: what its sender sent before; None where nobody counts.
    """

    nature: Nature
    nature_reasons: tuple[str, ...]
    route: Route
    found: Found
    reopens: bool = True
    holds_strangers: bool = False
    seen: Mapping[str, Candidate] | None = None
    reported: Candidate | None = None
    release: Release | None = None
    recent: Recent | None = None


def decide(facts: Circumstances) -> tuple[Verdict, ...]:
    """Return the verdicts of a mail, one a department (behaviour: nature, then thread, then route).

    A mail that finds an existing ticket opens none elsewhere.
    """
    if facts.nature is Nature.LOOP:
        return (Ignore("", _because("our own mail came back", facts)),)
    if facts.nature in _REPORTS and facts.release is None:
        return (_report(facts),)
    if facts.release is not None:
        return _released(facts, facts.release)
    match facts.found:
        case Speak() as found:
            return (_follow_up(facts, found),)
        case Doubtful(hit, cause, reason):
            return (Hold(hit.ticket.department if hit else _first(facts), reason, cause),)
        case Apart() as found:
            return _apart(facts, found)
        case never:
            assert_never(never)


def _report(facts: Circumstances) -> Verdict:
    if facts.reported is None:
        reason = _because("a report on no mail of ours", facts)
        return Hold(_first(facts), reason, "bounce_of_nothing")
    ticket = facts.reported
    reason = _because(f"a report on our mail of ticket {ticket.number}", facts)
    return Bounce(ticket.department, reason, ticket, facts.nature is Nature.BOUNCE)


def _follow_up(facts: Circumstances, found: Speak) -> Verdict:
    ticket, clue = found.hit.ticket, found.hit.clue
    seen = _seen_before(facts, ticket)
    if seen is not None:
        return _duplicate(ticket.department, seen)
    if facts.reported is not None and found.standing is Standing.THIRD_PARTY:
        reason = f"no report, but to the envelope sender of our answer in {facts.reported.number}"
        return Bounce(ticket.department, _because(reason, facts), facts.reported, True)
    if found.standing is Standing.AGENT and facts.nature not in _AUTOMATIC:
        return FollowUp(
            ticket.department, found.reason, ticket, clue.matched_by, Standing.AGENT, True, True
        )
    if found.standing is Standing.AGENT:
        # Her mail program wrote it, so that no customer is shown it.
        found = replace(found, standing=Standing.THIRD_PARTY)
    speaks = facts.nature not in _AUTOMATIC and found.standing is not Standing.THIRD_PARTY
    if speaks and not facts.reopens:
        reason = f"{found.reason}; it is closed and not reopened any more"
        return Open(ticket.department, reason, ticket, True, clue.matched_by, found.standing)
    return FollowUp(
        ticket.department,
        found.reason if speaks else _because(found.reason, facts),
        ticket,
        clue.matched_by,
        found.standing,
        found.vouched,
        speaks,
    )


def _seen_before(facts: Circumstances, ticket: Candidate) -> Candidate | None:
    """Return the ticket that has the mail already.

    This one, wherever it has moved since, or another of its department.
    """
    seen = facts.seen or {}
    here = (each for each in seen.values() if each.ticket_id == ticket.ticket_id)
    return next(here, None) or seen.get(ticket.department)


def _apart(facts: Circumstances, found: Apart) -> tuple[Verdict, ...]:
    hit = found.hit
    if hit is not None and facts.holds_strangers:
        reason = f"{found.reason}; its department holds such mail (strangers)"
        return (Hold(hit.ticket.department, reason, "not_participant"),)
    if not facts.route.departments:
        return (Hold("", facts.route.reason, "no_department"),)
    if found.standing is Standing.AGENT and facts.nature in _AUTOMATIC:
        found = replace(found, standing=None)  # her mail program wrote it
    reason = f"{found.reason}; {facts.route.reason}"
    seen = facts.seen or {}
    # What an agent writes down for a customer is one matter.
    most = 1 if found.standing is Standing.AGENT else None
    return tuple(
        _duplicate(department.key, seen[department.key])
        if department.key in seen
        else _new(facts, found, department.key, reason)
        for department in facts.route.departments[:most]
    )


def _new(facts: Circumstances, found: Apart, department: str, reason: str) -> Open | Hold:
    """Open a ticket, unless it would be one too many of its sender's."""
    recent, hit = facts.recent, found.hit
    if recent is not None and recent.count >= recent.most:
        flood = f"[flood]: its sender has asked for {recent.most} new tickets within an hour"
        return Hold(department, f"{flood}; {reason}", "flood")
    return Open(
        department,
        reason,
        hit.ticket if hit else None,
        matched_by=hit.clue.matched_by if hit else None,
        standing=found.standing,
    )


def _released(facts: Circumstances, release: Release) -> tuple[Verdict, ...]:
    """Let it in where the operator said; only a participant's words move the status.

    What came a second time meanwhile, and was taken, is a duplicate all the same.
    """
    seen = facts.seen or {}
    if release.ticket is None:
        keys = [department.key for department in facts.route.departments] or [release.fallback]
        reason = "released by an operator as a new ticket"
        return tuple(
            _duplicate(key, seen[key]) if key in seen else Open(key, reason) for key in keys
        )
    if release.ticket.ticket_id in {each.ticket_id for each in seen.values()}:
        return (_duplicate(release.ticket.department, release.ticket),)
    reason = f"released by an operator into ticket {release.ticket.number}"
    hit = facts.found.hit
    participant = (
        hit is not None
        and hit.ticket.ticket_id == release.ticket.ticket_id
        and _is_participant(facts.found)
    )
    return (
        FollowUp(
            release.ticket.department,
            reason,
            release.ticket,
            hit.clue.matched_by if hit else None,
            Standing.PARTICIPANT if participant else Standing.THIRD_PARTY,
            vouched=False,
            speaks=participant and facts.nature not in (*_AUTOMATIC, *_REPORTS),
        ),
    )


def _is_participant(found: Found) -> bool:
    match found:
        case Speak(standing=standing):
            return standing is Standing.PARTICIPANT
        case Doubtful(cause=cause):
            # The other doubt is about an agent's address, which need not be in the ticket at all.
            return cause == "failed_authentication"
        case Apart():
            return False
        case never:
            assert_never(never)


def _duplicate(department: str, first: Candidate) -> Duplicate:
    return Duplicate(department, f"the same mail is in ticket {first.number} already", first)


def _because(reason: str, facts: Circumstances) -> str:
    return "; ".join((reason, *facts.nature_reasons))


def _first(facts: Circumstances) -> str:
    return facts.route.departments[0].key if facts.route.departments else ""
