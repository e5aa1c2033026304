from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from mailgate.jobs import escalate
from mailgate.jobs.escalate import TicketsFailedError
from mailgate.jobs.schedule import Job
from mailgate.store.blobs import get_bytes, put_bytes
from mailgate.store.database import Database

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)

both_jobs = pytest.mark.parametrize("make", [escalate.end_holds, escalate.close_resolved])


@both_jobs
def test_each_ticket_that_is_due_has_a_transaction_of_its_own(
    database: Database, make: Callable[..., Job]
) -> None:
    """One that fails is rolled back alone and told at the end, by its id; the others are done."""
    stored: list[str] = []

    def act(session: Session, ticket_id: int, now: datetime) -> None:
        assert now == NOW
        stored.append(put_bytes(session, str(ticket_id).encode(), now))
        if ticket_id == 2:
            raise KeyError("a bug")

    with pytest.raises(TicketsFailedError, match=r"1 of 3 tickets, ids \[2\]"):
        make(database, lambda _session, _now: [1, 2, 3], act).run(NOW)
    with database.reading() as session:
        assert [get_bytes(session, sha256) for sha256 in stored] == [b"1", b"", b"3"]


@both_jobs
def test_nothing_due_is_nothing_done(database: Database, make: Callable[..., Job]) -> None:
    """Without a ticket that is due there is not even a transaction that writes."""

    def act(*_: object) -> None:
        pytest.fail("nothing was due")

    make(database, lambda _session, _now: [], act).run(NOW)


@both_jobs
def test_a_long_run_gives_signs_of_life(database: Database, make: Callable[..., Job]) -> None:
    """One before each ticket, so that no watchdog takes much work for a standstill."""
    signs: list[int] = []
    job = make(database, lambda _session, _now: [1, 2, 3], lambda *_: None, lambda: signs.append(1))
    job.run(NOW)
    assert len(signs) == 3


@both_jobs
def test_a_database_that_goes_away_is_not_asked_for_each_ticket(
    database: Database, make: Callable[..., Job]
) -> None:
    """The run ends with its error, and no ticket is blamed; the next slot tries again."""
    tried: list[int] = []

    def act(_session: Session, ticket_id: int, _now: datetime) -> None:
        tried.append(ticket_id)
        raise OperationalError("COMMIT", None, Exception("server closed the connection"))

    with pytest.raises(OperationalError):
        make(database, lambda _session, _now: [1, 2, 3], act).run(NOW)
    assert tried == [1]
