import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel

from mailgate.store import installation
from mailgate.store.database import Database
from mailgate.tickets import numbers
from mailgate.tickets.model import Person, Ticket
from tests.unit.bureau import NOW

_TICKETS = SQLModel.metadata.tables["ticket"]


def fill(session: Session, taken: range) -> None:
    """Store a ticket for each number."""
    person = Person(created_at=NOW)
    session.add(person)
    session.flush()
    row = Ticket(
        number=0,
        department="dynamics",
        requester_id=person.id or 0,
        requester_address="anna@example.net",
        status="open",
        subject="",
        language="pl",
        created_at=NOW,
        received_at=NOW,
        effective_received_at=NOW,
        updated_at=NOW,
    ).model_dump(exclude={"id"})
    session.execute(insert(_TICKETS), [row | {"number": number} for number in taken])


def digits(session: Session, many: int) -> None:
    """Let numbers have that many digits, so that few tickets are half of them."""
    installation.lengthen_numbers(session, many)


def test_numbers_have_six_digits_and_no_order(database: Database) -> None:
    """None tells another, and none begins with a nought."""
    with database.writing() as session:
        drawn = [numbers.draw(session) for _ in range(50)]
    assert all(100_000 <= each <= 999_999 for each in drawn)
    assert drawn != sorted(drawn) and len(set(drawn)) > 45


def test_a_number_that_is_taken_is_not_drawn(database: Database) -> None:
    """Of ten numbers, four are taken: the rest come up."""
    with database.writing() as session:
        digits(session, 2)
        fill(session, range(10, 50))
        assert {numbers.draw(session) for _ in range(300)} <= set(range(50, 100))


@pytest.mark.parametrize(("taken", "lengthened"), [(range(10, 54), False), (range(10, 55), True)])
def test_numbers_grow_by_a_digit_once_half_are_used(
    database: Database, taken: range, lengthened: bool
) -> None:
    """And stay so, for every daemon, also where a draw finds a free short one first."""
    with database.writing() as session:
        digits(session, 2)
        fill(session, taken)
        drawn = [numbers.draw(session) for _ in range(60)]
        assert any(each >= 100 for each in drawn) is lengthened
        assert all(each >= 10 and each not in taken for each in drawn)
    with database.reading() as session:
        assert installation.number_digits(session) == (3 if lengthened else 2)


def test_shorter_and_longer_numbers_do_not_count_for_a_length(database: Database) -> None:
    """Half of the seven-digit numbers is another half than that of the six-digit ones."""
    with database.writing() as session:
        digits(session, 2)
        fill(session, [*range(10, 30), *range(100, 160)])  # type: ignore[arg-type]
        for _ in range(60):
            numbers.draw(session)
        assert installation.number_digits(session) == 2


def test_two_tickets_cannot_have_one_number(database: Database) -> None:
    """Whatever was drawn, the database has the last word."""
    with database.writing() as session:
        fill(session, range(123456, 123457))
    with pytest.raises(IntegrityError), database.writing() as session:
        fill(session, range(123456, 123457))


def test_of_two_transactions_with_one_number_the_second_fails(database: Database) -> None:
    """On PostgreSQL it waits for the first, and fails when that is committed."""
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    with pytest.raises(IntegrityError), database.writing() as second:
        second.execute(text("SET LOCAL lock_timeout = '5s'"))
        with database.writing() as first:
            fill(first, range(123456, 123457))
        fill(second, range(123456, 123457))
