"""Ticket numbers: random, so that none can be guessed from another, and unique by constraint."""

import secrets

from sqlalchemy import bindparam, func, select
from sqlmodel import Session, col

from mailgate.store import installation
from mailgate.tickets.model import Ticket

_TAKEN = select(col(Ticket.id)).where(col(Ticket.number) == bindparam("number"))


def draw(session: Session) -> int:
    """Return a number no ticket has.

    Six digits (100000 to 999999), one digit more once half of a length are used. A draw that is
    taken is the cheap hint that it is time to count: how often that happens is the share in use.
    """
    digits = installation.number_digits(session)
    while True:
        low, high = _range(digits)
        number = low + secrets.randbelow(high - low)
        if not _taken(session, number):
            return number
        if _half_used(session, digits):
            digits += 1
            installation.lengthen_numbers(session, digits)


def _taken(session: Session, number: int) -> bool:
    return session.execute(_TAKEN, {"number": number}).first() is not None


def _half_used(session: Session, digits: int) -> bool:
    low, high = _range(digits)
    statement = select(func.count()).where(col(Ticket.number) >= low, col(Ticket.number) < high)
    used: int = session.execute(statement).scalar_one()
    return used * 2 >= high - low


def _range(digits: int) -> tuple[int, int]:
    return int("1" + "0" * (digits - 1)), int("1" + "0" * digits)
