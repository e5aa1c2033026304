import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from mailgate.jobs import housekeeping
from mailgate.jobs.housekeeping import Keep
from mailgate.outbox import control, leases, mail
from mailgate.outbox.outcome import Deferred, Delivered, Outcome, Refused
from mailgate.store import blobs
from mailgate.store.blobs import Blob
from mailgate.store.database import Database
from mailgate.tickets.model import Attachment
from tests.outbox_rows import CONTENT, NOW, an_entry, outgoing, put

OLD = timedelta(days=91)
BODY = CONTENT.partition(b"\r\n\r\n")[2]


def settle_all(database: Database, *outcomes: Outcome) -> None:
    """Settle the mails that are due, in their order."""
    with database.writing() as session:
        leased = leases.lease(session, "one", NOW, timedelta(minutes=5), 1000)
        for one, outcome in zip(leased, outcomes * len(leased), strict=False):
            later = NOW + timedelta(days=200) if isinstance(outcome, Deferred) else None
            leases.settle(session, one.id, "one", outcome, NOW, later)


def run(
    database: Database, now: datetime, alive: Callable[[], None] = lambda: None
) -> list[datetime]:
    """Run the job; return up to when it had the ledger forgotten."""
    ledger: list[datetime] = []

    def forget_ledger(_session: Session, before: datetime) -> None:
        ledger.append(before)

    housekeeping.housekeeping(database, forget_ledger, Keep(), alive).run(now)
    return ledger


def left(database: Database) -> tuple[int, set[str]]:
    """Return how many mails are left, and the names of the blobs."""
    with database.reading() as session:
        names = set(session.execute(select(col(Blob.sha256))).scalars())
        return len(control.listing(session)), names


def test_mail_settled_long_ago_is_forgotten_with_its_body(database: Database) -> None:
    """Delivered, refused or cancelled alike; not a day before its time."""
    put(database, "a@example.net", "b@example.net")
    settle_all(database, Delivered("250"), Refused("550"))
    run(database, NOW + timedelta(days=90))
    assert left(database)[0] == 2
    run(database, NOW + OLD)
    assert left(database) == (0, set())


def test_mail_that_waits_is_never_forgotten(database: Database) -> None:
    """However old, and with it stays the body that it shares with what is forgotten."""
    put(database, "a@example.net", "b@example.net", "c@example.net")
    settle_all(database, Delivered("250"), Deferred("450"), Delivered("250"))
    run(database, NOW + OLD)
    rows, names = left(database)
    assert (rows, len(names)) == (1, 1)


def test_an_agents_file_is_never_forgotten(database: Database) -> None:
    """A blob that an attachment names stays, though a mail had the same body."""
    with database.writing() as session:
        entry = an_entry(session)
        mail.put(session, outgoing(entry, "a@example.net"), NOW)
        digest = blobs.put_bytes(session, BODY, NOW)
        session.add(
            Attachment(entry_id=entry.id or 0, name="a", type="text/plain", size=1, digest=digest)
        )
    settle_all(database, Delivered("250"))
    run(database, NOW + OLD)
    assert left(database) == (0, {digest})


def test_many_are_forgotten_a_few_at_a_time(database: Database) -> None:
    """More rows than one transaction takes go in one run, with signs of life; younger ones stay."""
    signs: list[int] = []
    put(database, *(f"{n}@example.net" for n in range(120)))
    settle_all(database, Delivered("250"))
    put(database, "young@example.net", at=NOW + OLD, number=654321)
    run(database, NOW + OLD, lambda: signs.append(1))
    assert left(database)[0] == 1
    assert len(signs) == 3


def test_the_ledger_is_kept_for_forty_days(database: Database) -> None:
    """Longer than any limit of automatic mail looks back."""
    assert run(database, NOW) == [NOW - timedelta(days=40)]


@pytest.mark.one_database
def test_tidying_takes_its_turn_among_the_writers(database: Database) -> None:
    """It waits for a writer and fails at none; what the writer wrote is no obstacle to it."""
    tidied = threading.Thread(target=housekeeping.tidy, args=(database,))
    with database.writing() as session:
        tidied.start()
        mail.put(session, outgoing(an_entry(session), "a@example.net"), NOW)
        assert tidied.is_alive()
    tidied.join(10)
    assert not tidied.is_alive()
