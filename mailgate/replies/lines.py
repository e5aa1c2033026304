"""The lines of letters that are lists, such as digests. Each text in them is one line."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class TicketNews:
    """A line of an agent's digest: a ticket, and what happened to it how often.

    news: values of Event with their number. subject: one line.
    """

    tag: str
    subject: str
    news: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class HeldMail:
    """A line of the digest of held mail. delete_on: None where that is more than a week away."""

    spool_id: int
    since: datetime
    cause: str
    sender: str
    delete_on: date | None = None


@dataclass(frozen=True)
class BadCommand:
    """A line of an agent's mail that could not be carried out. wrong: a value of commands.Wrong."""

    line: str
    wrong: str
