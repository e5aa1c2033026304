"""What an operator can see of the jobs: one function per event."""

from typing import Any

import structlog

_log: Any = structlog.get_logger("mailgate.jobs")


def job_failed(job: str, error: BaseException) -> None:
    """Tell that a job failed; it runs again in its next slot."""
    _log.error("jobs.failed", job=job, exc_info=error)


def ticket_failed(job: str, ticket_id: int, error: BaseException) -> None:
    """Tell that a job could not do its work on one ticket, and went on with the others."""
    _log.error("jobs.ticket-failed", job=job, ticket_id=ticket_id, exc_info=error)


def forgotten(what: str, rows: int) -> None:
    """Tell how many rows housekeeping removed after their time; of none there is no line."""
    if rows:
        _log.info("jobs.forgotten", what=what, rows=rows)


def notice_failed(notice_ids: list[int], error: BaseException) -> None:
    """Tell that no letter could be written of these notices to an agent."""
    _log.error("jobs.notice-failed", notice_ids=notice_ids[:20], exc_info=error)
