"""Answering a new ticket by machine: whether, with which words, and who is told that not.

Works in the caller's transaction. The limits, the breaker's alarms and a suspected loop are all
kept in the database, so that they hold across restarts and between daemons.
"""

from datetime import datetime, timedelta
from typing import assert_never

from sqlmodel import Session

from mailgate import hours, logs
from mailgate.gateway import loops
from mailgate.gateway.lookup import Examined
from mailgate.intake.spool import Claimed
from mailgate.message.address import domain_of
from mailgate.message.alignment import organisational
from mailgate.replies.acknowledge import Acknowledge, Incoming, Silent, Spent, decide
from mailgate.tickets import alarms, correspondence, ledger, service
from mailgate.tickets.model import Entry, Ticket
from mailgate.tickets.office import Office

# The breaker has tripped until nothing was kept back for that long.
_TRIP = timedelta(hours=1)


def answer(
    session: Session,
    office: Office,
    claimed: Claimed,
    examined: Examined,
    ticket: Ticket,
    entry: Entry,
    now: datetime,
) -> Acknowledge | Silent:
    """Acknowledge a new ticket, or write into it why not; return which, with its reason."""
    decided, spent = _weighed(session, office, claimed, examined, ticket, now)
    match decided:
        case Acknowledge(with_words=with_words):
            receipt = hours.receipt(ticket.received_at, office.department_of(ticket).calendar)
            correspondence.acknowledge(
                session, office, ticket, entry, receipt, now, with_words=with_words
            )
            loops.watch(session, office, ticket, spent, with_words, now)
        case Silent(reason=reason):
            service.record(session, ticket, "not-acknowledged", reason, now)
            if decided.alarm:
                _tell_of_breaker(session, office, ticket, decided, now)
        case never:
            assert_never(never)
    return decided


def acknowledgement(
    session: Session | None,
    office: Office,
    claimed: Claimed,
    examined: Examined,
    ticket: Ticket,
    now: datetime,
) -> Acknowledge | Silent:
    """Say whether a new ticket's mail is answered by machine, by what is known and was sent."""
    return _weighed(session, office, claimed, examined, ticket, now)[0]


def _weighed(
    session: Session | None,
    office: Office,
    claimed: Claimed,
    examined: Examined,
    ticket: Ticket,
    now: datetime,
) -> tuple[Acknowledge | Silent, Spent]:
    """Return whether to answer, and what the sender has had before."""
    message = examined.message
    department = office.department_of(ticket)
    lists = {_list_id(each) for each in message.header_values("List-Id")}
    spent, rests = Spent(), False
    if session is not None and message.author is not None:
        spent = ledger.spent(session, message.author.address, now)
        rests = ledger.rests(session, message.author.address, now)
    incoming = Incoming(
        nature=examined.circumstances.nature,
        is_new_ticket=True,
        author=message.author,
        authenticity=examined.authenticity,
        proven=examined.proven,
        mail_from=claimed.arrival.envelope.mail_from,
        own=message.author is not None and office.directory.is_own(message.author.address),
        group_named=bool(lists & {group.lower() for group in department.groups}),
        rests=rests,
    )
    return decide(incoming, office.limits, spent), spent


def _list_id(value: str) -> str:
    """Return the id in a List-Id header, which may stand behind the list's name (RFC 2919 §2)."""
    return value.rpartition("<")[2].partition(">")[0].strip().lower()


def _tell_of_breaker(
    session: Session, office: Office, ticket: Ticket, silent: Silent, now: datetime
) -> None:
    """Tell the log and the admin that a breaker has tripped, and not of each ticket after that."""
    name = f"capped:{silent.alarm}"
    if silent.alarm == "domain":
        name = f"{name}:{organisational(domain_of(ticket.requester_address))}"
    if alarms.begins(session, name, now + _TRIP, now):
        logs.acknowledgements_capped(ticket.number, silent.reason)
        text = (
            f"Ticket {ticket.number}: {silent.reason}.\n\n"
            "Mail still becomes tickets, each of which says why it was not acknowledged; they are\n"
            "acknowledged again as soon as the limit allows. The limits are in [acknowledge].\n"
        )
        subject = f"Acknowledgements are capped, since ticket {ticket.number}"
        alarms.tell_admin(session, office, subject, text, now)
