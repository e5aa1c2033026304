"""What happens to tickets by the clock: holds that end, resolved tickets that close, silence.

Promises one transaction a ticket, and that a ticket which cannot be dealt with does not stop the
others. What is done is checked again in that transaction, so that a second run is harmless.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session

from mailgate.jobs import events
from mailgate.jobs.schedule import Job
from mailgate.store.database import Database

EVERY = timedelta(minutes=1)

Due = Callable[[Session, datetime], list[int]]
Act = Callable[[Session, int, datetime], object]


class TicketsFailedError(Exception):
    """Some tickets could not be dealt with; the log says why, for each."""


def end_holds(
    database: Database, due: Due, end_hold: Act, alive: Callable[[], None] = lambda: None
) -> Job:
    """Return the job that reopens tickets whose hold is over.

    due: ids of tickets whose hold has ended by then. end_hold: ends one, or does nothing where it
    is no longer on hold. alive: called before each, for a watchdog.
    """
    return _each_ticket("end-holds", database, due, end_hold, alive)


def close_resolved(
    database: Database, due: Due, close: Act, alive: Callable[[], None] = lambda: None
) -> Job:
    """Return the job that closes resolved tickets after their business days.

    due: ids of tickets whose time to close has come. close: closes one, or does nothing where it
    is no longer resolved. alive: called before each, for a watchdog.
    """
    return _each_ticket("close-resolved", database, due, close, alive)


def remind(
    database: Database, due: Due, give_up: Act, alive: Callable[[], None] = lambda: None
) -> Job:
    """Return the job that tells agents what was taken by telephone and nobody confirmed.

    due: ids of tickets that should have been confirmed by then. give_up: tells of one, or does
    nothing where it was confirmed meanwhile. alive: called before each, for a watchdog.
    """
    return _each_ticket("unconfirmed", database, due, give_up, alive)


def _each_ticket(
    name: str, database: Database, due: Due, act: Act, alive: Callable[[], None]
) -> Job:
    def run(now: datetime) -> None:
        with database.reading() as session:
            tickets = due(session, now)
        failed = []
        for ticket_id in tickets:
            alive()
            try:
                with database.writing() as session:
                    act(session, ticket_id, now)
            except (OperationalError, InterfaceError):
                # The database's trouble is no ticket's, and the next would wait for it as long.
                raise
            except Exception as error:  # noqa: BLE001 - it holds the ticket; the next is not to blame
                events.ticket_failed(name, ticket_id, error)
                failed.append(ticket_id)
        if failed:
            raise TicketsFailedError(f"{len(failed)} of {len(tickets)} tickets, ids {failed[:20]}")

    return Job(name, EVERY, run)
