"""What is done by the clock: the jobs of the daemon, each with all that it needs to know."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from sqlmodel import Session

from mailgate.jobs import escalate, held_digest, housekeeping
from mailgate.jobs.notify import Pace
from mailgate.jobs.schedule import Job
from mailgate.store.database import Database
from mailgate.tickets import alarms, ledger, notices, service, views
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

    def is_over(ticket: Ticket, at: datetime) -> bool:
        zone = office.department_of(ticket).calendar.timezone
        until = ticket.hold_until
        return until is not None and until <= at.astimezone(zone).date()

    def due_holds(session: Session, at: datetime) -> list[int]:
        latest = (at.astimezone(UTC) + _LATEST_ZONE).date()
        held = views.on_hold_until(session, latest)
        return [ticket.id for ticket in held if ticket.id is not None and is_over(ticket, at)]

    # Each is asked again under its lock: it may have been put off, or answered, meanwhile.
    def end_hold(session: Session, ticket_id: int, at: datetime) -> None:
        ticket = views.locked(session, ticket_id)
        if ticket.status == Status.ON_HOLD and is_over(ticket, at):
            service.end_hold(session, office, ticket, at)

    def close_resolved(session: Session, ticket_id: int, at: datetime) -> None:
        ticket = views.locked(session, ticket_id)
        is_due = ticket.close_at is not None and ticket.close_at <= at
        if ticket.status == Status.RESOLVED and is_due:
            service.close_resolved(session, office, ticket, at)

    return [
        escalate.end_holds(database, due_holds, end_hold, alive),
        escalate.close_resolved(database, views.resolved_due, close_resolved, alive),
        held_digest.held_digest(database, office, digest_at),
        housekeeping.housekeeping(database, _forget, housekeeping.Keep(), alive),
    ]


def _forget(session: Session, before: datetime) -> None:
    ledger.forget(session, before)
    alarms.forget(session, before)
    notices.forget(session, before)
