from datetime import timedelta

import pytest

from mailgate.replies.acknowledge import Spent
from mailgate.store.database import Database
from mailgate.tickets import ledger
from tests.unit.bureau import ANNA, DAY, HOUR, NOW, opened

ACK, NOTICE = ledger.ACKNOWLEDGEMENT, ledger.NOTICE
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ([], Spent()),
        ([(ANNA, ACK, HOUR - SECOND)], Spent(1, 1, 1, 1)),
        ([(ANNA, ACK, HOUR)], Spent(0, 1, 0, 0)),
        ([(ANNA, ACK, DAY - SECOND)], Spent(0, 1, 0, 0)),
        ([(ANNA, ACK, DAY)], Spent()),
        ([(ANNA, NOTICE, SECOND)], Spent(0, 1, 0, 0)),
        ([("Anna@EXAMPLE.net", ACK, SECOND)], Spent(1, 1, 1, 1)),
        ([("bob@mail.example.net", ACK, SECOND)], Spent(0, 0, 1, 1)),
        ([("bob@example.org", ACK, SECOND)], Spent(0, 0, 0, 1)),
        ([(ANNA, ACK, SECOND), (ANNA, NOTICE, SECOND)] * 2, Spent(2, 4, 2, 2)),
    ],
)
def test_what_was_sent_is_counted_by_address_domain_and_time(
    database: Database, written: list[tuple[str, str, timedelta]], expected: Spent
) -> None:
    """An hour counts acknowledgements, a day all automatic mail to the address."""
    with database.writing() as session:
        ticket, _ = opened(session)
        for address, kind, ago in written:
            ledger.write(session, ticket, address, kind, NOW - ago)
        assert ledger.spent(session, ANNA, NOW) == expected


def test_what_no_limit_looks_back_to_is_forgotten(database: Database) -> None:
    """And nothing younger."""
    with database.writing() as session:
        ticket, _ = opened(session)
        for ago in (2 * DAY, DAY, HOUR):
            ledger.write(session, ticket, ANNA, NOTICE, NOW - ago)
        ledger.forget(session, NOW - DAY)
        assert ledger.spent(session, ANNA, NOW + HOUR).address_day == 1
        assert ledger.spent(session, ANNA, NOW - HOUR).address_day == 2


@pytest.mark.parametrize("address", ["", "@", "unknown", "a@" + "x" * 3_000, "a" * 3_000 + "@b"])
def test_an_address_that_is_none_counts_too(database: Database, address: str) -> None:
    """Whatever stands in From can be asked for."""
    with database.writing() as session:
        ticket, _ = opened(session)
        ledger.write(session, ticket, address, ACK, NOW)
        assert ledger.spent(session, address, NOW).address_hour == 1
