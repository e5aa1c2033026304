from datetime import timedelta

import pytest

from mailgate.outbox import control, leases
from mailgate.outbox.mail import Leased
from mailgate.outbox.outcome import Deferred, Delivered, Outcome, Refused, Unreachable
from mailgate.store.database import Database
from tests.outbox_rows import NOW, put

LEASE = timedelta(minutes=5)
LATER = NOW + timedelta(minutes=30)


def leased(database: Database, owner: str = "one", limit: int = 10, later: int = 0) -> list[Leased]:
    """Lease what is due, committed. later: seconds after NOW."""
    with database.writing() as session:
        return leases.lease(session, owner, NOW + timedelta(seconds=later), LEASE, limit)


def settled(
    database: Database, mail_id: int, outcome: Outcome, owner: str = "one", given_up: bool = False
) -> bool:
    """Settle a mail, committed; what is deferred is due LATER unless given up."""
    with database.writing() as session:
        next_try = None if given_up else LATER
        return leases.settle(session, mail_id, owner, outcome, NOW, next_try)


def states(database: Database) -> list[str]:
    """Return the states of all mails, oldest first."""
    with database.reading() as session:
        return [each.state for each in control.listing(session)]


def test_what_has_been_due_longest_goes_first(database: Database) -> None:
    """Leases are given in the order of being due, and not before."""
    put(database, "late@example.net", at=NOW + timedelta(seconds=2), number=1)
    put(database, "early@example.net", at=NOW, number=2)
    put(database, "never@example.net", at=NOW + timedelta(days=1), number=3)
    put(database, "second@example.net", at=NOW + timedelta(seconds=1), number=4)
    names = [[each.recipient for each in leased(database, limit=2, later=5)] for _ in range(3)]
    assert names == [["early@example.net", "second@example.net"], ["late@example.net"], []]


def test_two_loops_never_get_the_same_mail(database: Database) -> None:
    """What is leased is nobody else's until the lease runs out."""
    put(database, *(f"{n}@example.net" for n in range(5)))
    one, two = leased(database, "one", limit=3), leased(database, "two", limit=3)
    assert (len(one), len(two)) == (3, 2)
    assert not {each.id for each in one} & {each.id for each in two}
    with database.reading() as session:
        assert not leases.anything_due(session, NOW)
        assert leases.anything_due(session, NOW + LEASE + timedelta(seconds=1))
    assert len(leased(database, "two", later=301)) == 5


def test_loops_that_lease_at_the_same_moment_do_not_wait(database: Database) -> None:
    """On PostgreSQL a lease passes over rows that another transaction is about to lease."""
    if database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    put(database, "a@example.net", "b@example.net")
    with database.writing() as one, database.writing() as two:
        first = leases.lease(one, "one", NOW, LEASE, 1)
        second = leases.lease(two, "two", NOW, LEASE, 2)
    assert [len(first), len(second)] == [1, 1]
    assert first[0].id != second[0].id


@pytest.mark.parametrize(
    ("outcome", "given_up", "state", "attempts", "error"),
    [
        (Delivered("250 ok"), False, "delivered", 1, None),
        (Refused("550 no"), False, "refused", 1, "550 no"),
        (Deferred("450 later"), False, "due", 1, "450 later"),
        (Deferred("450 later"), True, "refused", 1, "450 later"),
        (Unreachable("down"), False, "due", 0, "down"),
        (Unreachable("down"), True, "refused", 0, "down"),
    ],
)
def test_what_becomes_of_a_mail(
    database: Database,
    outcome: Outcome,
    given_up: bool,
    state: str,
    attempts: int,
    error: str | None,
) -> None:
    """Each outcome has its state; a smarthost that is away counts as no attempt."""
    put(database, "a@example.net")
    (one,) = leased(database)
    assert settled(database, one.id, outcome, given_up=given_up)
    with database.reading() as session:
        found = control.find(session, one.id)
    assert found is not None
    assert (found.state, found.attempts, found.last_error) == (state, attempts, error)
    assert found.next_try_at == (LATER if state == "due" else None)
    assert found.settled_at == (None if state == "due" else NOW)


def test_only_the_holder_of_the_lease_settles(database: Database) -> None:
    """A loop whose lease went to another changes nothing any more."""
    put(database, "a@example.net")
    (one,) = leased(database, "one")
    leased(database, "two", later=301)
    assert not settled(database, one.id, Refused("550 no"), "one")
    assert settled(database, one.id, Delivered("250 ok"), "two")
    assert not settled(database, one.id, Refused("550 no"), "two")
    assert states(database) == ["delivered"]


def test_a_lease_can_be_prolonged_by_its_holder(database: Database) -> None:
    """renew() says which are still the owner's, and these stay his."""
    put(database, "a@example.net", "b@example.net")
    (one,), (two,) = leased(database, "one", 1), leased(database, "two", 1)
    with database.writing() as session:
        until = NOW + timedelta(hours=1)
        assert leases.renew(session, "one", [one.id, two.id], until) == {one.id}
    assert [each.id for each in leased(database, "three", later=301)] == [two.id]


def test_what_a_died_daemon_had_leased_is_due_at_once(database: Database) -> None:
    """release_all() frees its own and nobody else's; release() frees what was not tried."""
    put(database, "a@example.net", "b@example.net", "c@example.net")
    one, two, three = (
        leased(database, "one", 1),
        leased(database, "two", 1),
        leased(database, "3", 1),
    )
    with database.writing() as session:
        assert leases.release_all(session, "one") == 1
        assert leases.release(session, "two", [each.id for each in (*two, *three)]) == 1
    assert [each.id for each in leased(database, "new")] == [one[0].id, two[0].id]
