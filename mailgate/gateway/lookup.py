"""What the decision on a mail rests on, looked up: tickets pointed at, people, duplicates.

Reads only. Without a session (a dry run where there is no database) nothing is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from sqlmodel import Session

from mailgate.commands import has_command
from mailgate.departments import Strangers
from mailgate.gateway import believing, mailbombs
from mailgate.gateway.candidates import candidate, candidates, id_of
from mailgate.gateway.copies import PERSONAL
from mailgate.gateway.decide import Circumstances, Recent, Release
from mailgate.gateway.reported import Reported, reported_on
from mailgate.intake.spool import Claimed
from mailgate.message.address import Envelope
from mailgate.message.authenticity import Authenticity, Judgement
from mailgate.message.message import Message, Nature
from mailgate.message.nature import OwnMarks, nature_of
from mailgate.routing import Route, route
from mailgate.threads import (
    Apart,
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
from mailgate.tickets.office import Office

_DUPLICATE_DAYS = timedelta(days=30)


@dataclass(frozen=True)
class Examined:
    """A mail with all that was found out about it, ready to be decided on.

    proven: the sender's address is known to be his, or proves it with this mail. vouched: by one
    of our tokens. reported: the mail of ours that it is a report on.
    """

    message: Message
    circumstances: Circumstances
    judgement: Judgement
    proven: bool
    vouched: bool
    reported: Reported | None = None

    @property
    def authenticity(self) -> Authenticity:
        """How far the sender is believed."""
        return self.judgement.authenticity


def examine(
    session: Session | None,
    office: Office,
    message: Message,
    claimed: Claimed,
    now: datetime,
    judgement: Judgement | None = None,
) -> Examined:
    """Find out what a mail is, where it points, and who sends it.

    judgement: what is held of the sender; None for what the mail itself says.
    """
    envelope = claimed.arrival.envelope
    own = OwnMarks(office.instance, frozenset(office.directory.by_address))
    nature, reasons = nature_of(message, envelope, own)
    judgement = judgement or believing.vouched_for(office, message, claimed)
    authenticity = judgement.authenticity
    default = office.directory.departments.get(claimed.arrival.department or "")
    routed = route(message, envelope, office.directory, default)
    hits = _hits(session, _pointers(office, message, envelope, nature, now), routed)
    author = message.author.canonical if message.author else None
    is_agent = author is not None and office.agent(author) is not None
    found = find(hits, _speaker(session, author, authenticity, message, is_agent=is_agent))
    vouched = _vouched(session, found, hits, author, nature)
    proven = _proven(session, author, authenticity, vouched=vouched)
    reported = reported_on(session, office, message, envelope, nature, now)
    seen = _seen(session, message, now) if nature is not Nature.LOOP else {}
    circumstances = Circumstances(
        nature=nature,
        nature_reasons=reasons,
        route=routed,
        found=found,
        reopens=_reopens(session, office, found, claimed.arrival.received_at),
        holds_strangers=_holds_strangers(office, found),
        seen=seen,
        reported=reported.ticket if reported else None,
        release=_release(session, office, claimed, routed),
        recent=_recent(session, office, claimed, found, seen, author, authenticity, proven=proven),
    )
    return Examined(message, circumstances, judgement, proven, vouched, reported)


def _speaker(
    session: Session | None,
    author: str | None,
    authenticity: Authenticity,
    message: Message,
    *,
    is_agent: bool,
) -> Speaker:
    """Return who sends, and of an agent all that decides in what capacity."""
    if not is_agent or author is None:
        return Speaker(author, authenticity)
    command = has_command(message.text)
    person = people.token_id(session, author) if session is not None else 0
    return Speaker(author, authenticity, True, command, person)


def _proven(
    session: Session | None, author: str | None, authenticity: Authenticity, *, vouched: bool
) -> bool:
    """Say whether the sender is proven: by this mail, or, unless this one failed, earlier."""
    if author is None or authenticity is Authenticity.FAIL:
        return False
    if authenticity is Authenticity.PASS or vouched:
        return True
    return session is not None and people.is_proven(session, author)


def _pointers(
    office: Office, message: Message, envelope: Envelope, nature: Nature, now: datetime
) -> tuple[Clue, ...]:
    signs = Signs(office.keys, office.instance, office.subject_tag, now.date())
    by_machine = nature in (Nature.MACHINE, Nature.AUTO_REPLY)
    return clues(message, envelope.recipients, signs, by_machine=by_machine)


def _hits(session: Session | None, pointers: tuple[Clue, ...], routed: Route) -> list[Hit]:
    """Return the pointers that lead to a ticket, in their order.

    Of several tickets that hold one Message-ID, those of the addressed departments come first.
    """
    if session is None or not pointers:
        return []
    by_number = views.by_numbers(
        session, {clue.number for clue in pointers if clue.number is not None}
    )
    by_message = views.by_message_ids(
        session, {clue.message_id for clue in pointers if clue.message_id and not clue.signed}
    )
    addressed = {department.key for department in routed.departments}
    found = candidates(session, chain(by_number.values(), *by_message.values()))
    hits: list[Hit] = []
    for clue in pointers:
        if clue.number is not None:
            tickets = [by_number[clue.number]] if clue.number in by_number else []
        else:
            tickets = by_message.get(clue.message_id, [])
        for ticket in sorted(tickets, key=lambda each: each.department not in addressed):
            hits.append(Hit(clue, found[id_of(ticket)]))
    return hits


def _reopens(session: Session | None, office: Office, found: Found, at: datetime) -> bool:
    if session is None or not isinstance(found, Speak):
        return True
    ticket = views.locked(session, found.hit.ticket.ticket_id)
    return lifecycle.may_reopen(office.department_of(ticket).reopen, ticket.closed_at, at)


def _holds_strangers(office: Office, found: Found) -> bool:
    if found.hit is None:
        return False
    department = office.directory.departments.get(found.hit.ticket.department)
    return department is not None and department.strangers is Strangers.HOLD


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


def _recent(
    session: Session | None,
    office: Office,
    claimed: Claimed,
    found: Found,
    seen: Mapping[str, Candidate],
    author: str | None,
    authenticity: Authenticity,
    *,
    proven: bool,
) -> Recent | None:
    """Return what the sender sent before, where it matters: for what would open a ticket."""
    if session is None or seen or not isinstance(found, Apart):
        return None
    most = office.floods.proven if proven else office.floods.unproven
    if most is None:
        return None
    return mailbombs.recent(session, claimed, author, authenticity, most)


def _vouched(
    session: Session | None, found: Found, hits: list[Hit], author: str | None, nature: Nature
) -> bool:
    """Say whether a token proves that the author's address is his: where we had sent it to him.

    It proves only whom it was made for: of a mail to several, each could write as any other. And
    only where somebody wrote: a machine answers also what was never asked for.
    """
    if session is None or author is None or not isinstance(found, Speak):
        return False
    if nature not in PERSONAL or author not in found.hit.ticket.participants:
        return False
    his = people.token_id(session, author)
    return any(
        hit.clue.signed
        and his
        and hit.clue.participant == his
        and hit.ticket.ticket_id == found.hit.ticket.ticket_id
        for hit in hits
    )


def _release(
    session: Session | None, office: Office, claimed: Claimed, routed: Route
) -> Release | None:
    if session is None or claimed.release_to is None:
        return None
    fallback = routed.departments[0] if routed.departments else office.directory.postmaster
    ticket = views.by_number(session, claimed.release_to) if claimed.release_to else None
    return Release(candidate(session, ticket) if ticket else None, fallback.key)
