"""What goes out: the loop that tells agents, and the one that hands mail to the smarthost."""

from collections.abc import Callable

from sqlmodel import Session

from mailgate import logs
from mailgate.clock import Now
from mailgate.config.configuration import Configuration
from mailgate.daemon.loop import Loop
from mailgate.delivery import Delivery
from mailgate.jobs.notify import Notifier
from mailgate.outbox.mail import Kind, Leased
from mailgate.outbox.smarthost import Smarthost
from mailgate.store.database import Database
from mailgate.tickets import service, views
from mailgate.tickets.office import Office


def make_notices(
    configuration: Configuration,
    database: Database,
    office: Office,
    now: Now,
    delivery: Loop | None,
) -> Loop:
    """Return the loop that turns notices into letters."""

    def letters_wait() -> None:
        loop.beat()
        if delivery is not None:
            delivery.wake()

    loop = Loop("notices", Notifier(database, office, configuration.pace, now, letters_wait).step)
    return loop


def make_sender(
    configuration: Configuration,
    database: Database,
    office: Office,
    owner: str,
    now: Now,
    alive: Callable[[], None],
) -> Delivery | None:
    """Return what empties the outbox, None where there is no smarthost."""
    if configuration.smarthost is None:
        logs.nothing_is_sent()
        return None

    def on_failure(session: Session, leased: Leased, reason: str) -> None:
        if leased.ticket_id is None:
            return
        ticket = views.locked(session, leased.ticket_id)
        text = f"{leased.event} to {leased.recipient} could not be delivered: {reason}"
        was_answer = leased.kind is Kind.REPLY
        to = leased.recipient
        service.mail_failed(
            session,
            office,
            ticket,
            now(),
            text,
            recipient=to,
            was_answer=was_answer,
            because=reason,
        )

    return Delivery(
        database,
        Smarthost(configuration.smarthost),
        owner,
        now,
        on_failure,
        office.directory.is_own,
        alive=alive,
    )
