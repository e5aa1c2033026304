"""[notices]: how often agents, and the admin, are told what happens."""

from datetime import datetime, time, timedelta

from mailgate.config import values
from mailgate.config.reader import Table, Unfit
from mailgate.config.wording import show
from mailgate.jobs.notify import Pace


def read_pace(top: Table) -> Pace:
    """Return how many letters of their own agents get, how often the rest, and when held mail."""
    table = top.table("notices")
    default = Pace()
    between = values.duration(timedelta(minutes=1), timedelta(days=1))
    pace = Pace(
        per_minute=table.take("per_minute", values.number(1, 1_000), default.per_minute),
        digest=table.take("digest", between, default.digest),
        held=table.take("held", _hour, default.held),
    )
    table.close()
    return pace


def _hour(value: object) -> time:
    said = values.text(value)
    try:
        return datetime.strptime(said, "%H:%M").time()  # noqa: DTZ007 - an hour of every day
    except ValueError:
        raise Unfit(f"{show(said)} is no hour of the day", 'write "07:00"') from None
