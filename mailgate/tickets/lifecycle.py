"""The statuses of a ticket and the moves allowed between them.

Pure. Every function says what comes next or refuses with a sentence; nothing is stored here.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from mailgate.departments import Reopen, ReopenRule


class Status(StrEnum):
    """Where a ticket stands."""

    OPEN = "open"
    ANSWERED = "answered"
    CUSTOMER_REPLIED = "customer-replied"
    ON_HOLD = "on-hold"
    RESOLVED = "resolved"
    CLOSED = "closed"


_SETTLED = (Status.RESOLVED, Status.CLOSED)


class MoveRefusedError(Exception):
    """The ticket's status does not allow this; the text says what does."""


def is_settled(status: Status) -> bool:
    """Say whether nobody is at work on it: resolved or closed."""
    return status in _SETTLED


def after_customer(status: Status, answered: bool) -> Status:
    """Return the status after a customer's message; answered: an agent has answered before."""
    if status in _SETTLED:
        return Status.OPEN
    if status is Status.OPEN and not answered:
        return Status.OPEN
    return Status.CUSTOMER_REPLIED


def after_agent(status: Status) -> Status:
    """Return the status after an agent's public reply.

    A hold and a settled state were set on purpose and stay.
    """
    return Status.ANSWERED if status in (Status.OPEN, Status.CUSTOMER_REPLIED) else status


def may_reopen(rule: Reopen, closed_at: datetime | None, at: datetime) -> bool:
    """Say whether a customer's reply reopens a ticket that was closed then.

    A merely resolved ticket (closed_at None) always reopens.
    """
    if closed_at is None or rule.rule is ReopenRule.ALWAYS:
        return True
    return rule.rule is ReopenRule.WITHIN and at - closed_at <= timedelta(days=rule.days)


def hold(status: Status) -> Status:
    """Return ON_HOLD, also for a new date; refuses what is settled."""
    if status in _SETTLED:
        raise MoveRefusedError(f"the ticket is {status}; reopen it before putting it on hold")
    return Status.ON_HOLD


def resolve(status: Status) -> Status:
    """Return RESOLVED; refuses what is settled already."""
    if status in _SETTLED:
        raise MoveRefusedError(f"the ticket is {status} already")
    return Status.RESOLVED


def close(status: Status) -> Status:
    """Return CLOSED; refuses what is closed already."""
    if status is Status.CLOSED:
        raise MoveRefusedError("the ticket is closed already")
    return Status.CLOSED


def reopen(status: Status) -> Status:
    """Return OPEN for a settled ticket or one on hold; refuses what is open anyway."""
    if status in _SETTLED or status is Status.ON_HOLD:
        return Status.OPEN
    raise MoveRefusedError(f"the ticket is {status}; only a settled or held ticket is reopened")
