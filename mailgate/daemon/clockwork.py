"""What is done by the clock: the jobs of the daemon, each with all that it needs to know."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from sqlmodel import Session

from mailgate.jobs import escalate, held_digest, housekeeping
from mailgate.jobs.notify import Pace
from mailgate.jobs.schedule import Job
from mailgate.store.database import Database
from mailgate.tickets import alarms, confirming, ledger, notices, service, views
from mailgate.tickets.lifecycle import Status
from mailgate.tickets.model import Ticket
from mailgate.tickets.office import Office

_LATEST_ZONE = timedelta(hours=14)


def make_jobs(
    database: Database,
    office: Office,
    alive: Callable[[], None] = lambda: None,
    digest_at: time = Pace.held,
) -> list[Job]:
    """Return what is done by the clock.

    alive: called during a long run, for the watchdog. digest_at: hour of the digest of held mail.
    """

    # Each is asked again under its lock: it may have been put off, or answered, meanwhile.
    def close_resolved(session: Session, ticket_id: int, at: datetime) -> None:
        ticket = views.locked(session, ticket_id)
        is_due = ticket.close_at is not None and ticket.close_at <= at
        if ticket.status == Status.RESOLVED and is_due:
            service.close_resolved(session, office, ticket, at)

    def give_up(session: Session, ticket_id: int, at: datetime) -> None:
        confirming.give_up(session, office, views.locked(session, ticket_id), at)

    return [
        _end_holds(database, office, alive),
        escalate.close_resolved(database, views.resolved_due, close_resolved, alive),
        escalate.remind(database, confirming.due, give_up, alive),
        held_digest.held_digest(database, office, digest_at),
        housekeeping.housekeeping(database, _forget, housekeeping.Keep(), alive),
    ]


def _end_holds(database: Database, office: Office, alive: Callable[[], None]) -> Job:
    def is_over(ticket: Ticket, at: datetime) -> bool:
        zone = office.department_of(ticket).calendar.timezone
        until = ticket.hold_until
        return until is not None and until <= at.astimezone(zone).date()

    def due_holds(session: Session, at: datetime) -> list[int]:
        latest = (at.astimezone(UTC) + _LATEST_ZONE).date()
        held = views.on_hold_until(session, latest)
        return [ticket.id for ticket in held if ticket.id is not None and is_over(ticket, at)]

    def end_hold(session: Session, ticket_id: int, at: datetime) -> None:
        ticket = views.locked(session, ticket_id)
        if ticket.status == Status.ON_HOLD and is_over(ticket, at):
            service.end_hold(session, office, ticket, at)

    return escalate.end_holds(database, due_holds, end_hold, alive)


def _forget(session: Session, before: datetime) -> None:
    ledger.forget(session, before)
    alarms.forget(session, before)
    notices.forget(session, before)
