"""The installation: one row that says which store this is.

Its random id marks every mail of ours, so that we know our own when it comes back.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Field, Session, SQLModel, col


class Installation(SQLModel, table=True):
    """The one row: instance id, how many digits ticket numbers have, whether the demo made it."""

    id: int = Field(primary_key=True)
    instance: str = Field(max_length=32)
    created_at: datetime
    number_digits: int = 6
    demo: bool = False


_DIGITS = select(col(Installation.number_digits)).where(col(Installation.id) == 1)


def instance_id(session: Session) -> str:
    """Return the random id made by the first migration."""
    return str(
        session.execute(
            select(col(Installation.instance)).where(col(Installation.id) == 1)
        ).scalar_one()
    )


def number_digits(session: Session) -> int:
    """Return how many digits new ticket numbers have."""
    return int(session.execute(_DIGITS).scalar_one())


def lengthen_numbers(session: Session, digits: int) -> None:
    """Give new ticket numbers more digits from now on."""
    session.execute(
        update(Installation).where(col(Installation.id) == 1).values(number_digits=digits)
    )


def is_demo(session: Session) -> bool:
    """Say whether the demo made this store, so that its clock may be set."""
    return bool(
        session.execute(
            select(col(Installation.demo)).where(col(Installation.id) == 1)
        ).scalar_one()
    )


def mark_as_demo(session: Session) -> None:
    """Mark the store as one of the demo's."""
    session.execute(update(Installation).where(col(Installation.id) == 1).values(demo=True))
