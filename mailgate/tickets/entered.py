"""A ticket that an agent opens for someone who called, or wrote elsewhere.

The agent vouches for the address; so it is proven from then on, and the acknowledgement may
repeat the requester's words. Works in the caller's transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from mailgate import hours
from mailgate.departments import Department
from mailgate.message.address import Address
from mailgate.message.authenticity import Authenticity
from mailgate.message.message import Nature
from mailgate.replies import acknowledge
from mailgate.replies.compose import File
from mailgate.tickets import confirming, correspondence, entries, ledger, people, service
from mailgate.tickets.entries import Contribution
from mailgate.tickets.model import Entry, Role, Ticket
from mailgate.tickets.office import Actor, Office


@dataclass(frozen=True)
class Call:
    """What the requester said, and who else is to hear of it.

    phone: from where he called, so that he has to confirm it by mail; "" where he did not call.
    """

    requester: Address
    copied: tuple[Address, ...]
    subject: str
    text: str
    files: Sequence[File]
    phone: str = ""


def enter(
    session: Session, office: Office, to: Department, call: Call, by: Actor, now: datetime
) -> tuple[Ticket, Entry]:
    """Open a ticket for someone, in his name, and acknowledge it to him by mail."""
    people.meet(session, call.requester, now)
    people.prove(session, call.requester.canonical, "agent", now)
    contribution = Contribution(
        author=call.requester,
        source=by.source,
        text=call.text,
        full_text=call.text,
        subject=call.subject,
        proven=True,
    )
    ticket, entry = service.open_ticket(session, office, to, contribution, now, now, by.who.address)
    entries.add_files(session, entry, call.files, now)
    for each in call.copied:
        person = people.meet(session, each, now)
        people.join(session, entry.ticket_id, person.person_id, each.address, Role.CC, now)
    called = f", who called from {call.phone}; to be confirmed by mail" if call.phone else ""
    written = f"written down by {by.who.name or by.who.address} for the requester{called}"
    entries.add_event(session, ticket, "entered", written, now, by)
    if call.phone:
        confirming.expect(session, office, ticket, now)
    _acknowledge(session, office, ticket, entry, call, now)
    return ticket, entry


def _acknowledge(
    session: Session, office: Office, ticket: Ticket, entry: Entry, call: Call, now: datetime
) -> None:
    incoming = acknowledge.Incoming(
        nature=Nature.PERSON,
        is_new_ticket=True,
        author=call.requester,
        authenticity=Authenticity.NONE,
        proven=True,
        mail_from=None,
    )
    spent = ledger.spent(session, call.requester.address, now)
    answer = acknowledge.decide(incoming, office.limits, spent)
    if isinstance(answer, acknowledge.Silent):
        service.record(session, ticket, "not-acknowledged", answer.reason, now)
        return
    receipt = hours.receipt(now, office.department_of(ticket).calendar)
    correspondence.acknowledge(
        session, office, ticket, entry, receipt, now, with_words=True, called=bool(call.phone)
    )
