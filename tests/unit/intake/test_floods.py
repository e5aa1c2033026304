"""How much one sender sent of late."""

from datetime import datetime, timedelta

import pytest

from mailgate.intake import floods, spool
from mailgate.intake.spool import Arrival, SpoolResult
from mailgate.message.address import Envelope
from mailgate.store.database import Database
from tests.unit.bureau import NOW, Gate

EVE = "eve@example.net"


def taken(database: Database, at: datetime, verdict: str = "open", cause: str | None = None) -> int:
    """Take a mail of Eve's in and decide on it, for two departments."""
    arrival = Arrival("smtp", Envelope("Eve@example.net", ("x@example.com",)), at)
    spool_id = spool.accept(database, arrival, Gate.octets(b"x"))
    with database.writing() as session:
        while spool_id not in [each.id for each in spool.claim(session, "a", at, timedelta(9))]:
            pass
        results = [
            SpoolResult(department=each, verdict=verdict, verdict_reason="", cause=cause)
            for each in ("a", "b")
        ]
        of = EVE if cause == "flood" else None
        assert spool.finish(session, spool_id, "a", at, "", results, EVE, of, "none")
    return spool_id


def counted(most: int, but: int = 0) -> floods.Counted:
    """Count so far, whoever believed the mail."""
    return floods.Counted(NOW, most, but, ("none", "pass"))


def test_what_asked_for_a_ticket_within_an_hour_is_counted(database: Database) -> None:
    """Mails, not departments; neither replies, nor what is an hour off, nor the one looked at."""
    minute = timedelta(minutes=1)
    for age, verdict, cause in (
        (61, "open", None),
        (60, "open", None),
        (59, "open", None),
        (30, "hold", "flood"),
        (20, "hold", "no_department"),
        (10, "follow-up", None),
        (9, "duplicate", None),
        (-1, "open", None),
        (-60, "open", None),
    ):
        taken(database, NOW - age * minute, verdict, cause)
    last = taken(database, NOW)
    with database.reading() as session:
        assert floods.by_author(session, "EVE@example.net", counted(9, last)) == 3
        assert floods.by_envelope(session, EVE, counted(9)) == 4
        assert floods.by_envelope(session, EVE, counted(1)) == 1
        assert floods.by_author(session, "anna@example.net", counted(9)) == 0


@pytest.mark.attack("A25")
def test_counting_goes_by_an_index(database: Database) -> None:
    """However many mails lie in the spool, only the sender's own of that hour are looked at."""
    from sqlalchemy import event

    said: list[tuple[str, object]] = []

    def note(connection, cursor, statement, parameters, *_: object) -> None:
        if statement.startswith("SELECT"):
            said.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    with database.reading() as session:
        floods.by_author(session, EVE, counted(50))
        floods.by_envelope(session, EVE, counted(50))
    event.remove(database.engine, "before_cursor_execute", note)
    assert len(said) == 2
    if not database.is_sqlite:
        return  # it reads a small table whole, whatever indexes there are
    for statement, parameters in said:
        with database.engine.connect() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps = " ".join(str(row[3]) for row in plan)
        assert "SCAN" not in steps
        assert "_received_at" in steps


def test_groups_are_told_by_their_size(database: Database) -> None:
    """The largest first, and none that was let in."""
    for number in range(3):
        taken(database, NOW + timedelta(seconds=number), "hold", "flood")
    with database.writing() as session:
        (group,) = floods.groups(session)
        assert group == floods.Group(EVE, 3, NOW, NOW + timedelta(seconds=2))
        assert floods.release(session, "x" + EVE) == 0
        assert floods.release(session, "Eve@Example.net ") == 3
        assert floods.groups(session) == []
        assert floods.put_away(session, EVE, "late") == 0
