"""What an operator can see of the delivery: one function per event.

Ids, counts and the smarthost's words, in which local parts of addresses are hidden.
"""

import re
from datetime import datetime
from typing import Any

import structlog

_log: Any = structlog.get_logger("mailgate.delivery")
_LOCAL_PART = re.compile(r"[^\s<>@]+@")


def delivered(outbox_id: int, ticket_id: int | None, reply: str) -> None:
    """Tell that the smarthost took responsibility for a mail."""
    _log.info("delivery.delivered", outbox_id=outbox_id, ticket_id=ticket_id, reply=_hidden(reply))


def deferred(outbox_id: int, reason: str, next_try_at: datetime) -> None:
    """Tell that a mail is tried again later."""
    _log.info(
        "delivery.deferred", outbox_id=outbox_id, reason=_hidden(reason), next_try_at=next_try_at
    )


def refused(outbox_id: int, ticket_id: int | None, reason: str) -> None:
    """Tell that a mail was refused or given up; its ticket says so, too."""
    _log.warning(
        "delivery.refused", outbox_id=outbox_id, ticket_id=ticket_id, reason=_hidden(reason)
    )


def smarthost_away(reason: str, failures: int, wait_seconds: float) -> None:
    """Tell that the smarthost cannot be talked to, for the how manieth time in a row."""
    _log.warning(
        "delivery.smarthost-away",
        reason=_hidden(reason),
        failures=failures,
        wait_seconds=round(wait_seconds, 1),
    )


def smarthost_back(failures: int) -> None:
    """Tell that the smarthost takes mail again."""
    _log.info("delivery.smarthost-back", failures=failures)


def lease_lost(outbox_id: int) -> None:
    """Tell that another loop took a mail over while we were sending it."""
    _log.warning("delivery.lease-lost", outbox_id=outbox_id)


def failed(outbox_id: int, error: BaseException) -> None:
    """Tell of an error of ours on a mail, which stays in the outbox."""
    _log.error("delivery.failed", outbox_id=outbox_id, exc_info=error)


def not_renewed(error: BaseException) -> None:
    """Tell that leases could not be prolonged while the smarthost kept us waiting."""
    _log.warning("delivery.not-renewed", error=type(error).__name__)


def _hidden(reason: str) -> str:
    return _LOCAL_PART.sub("…@", reason)
