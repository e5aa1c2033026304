"""[acknowledge]: how much automatic mail goes out."""

from mailgate.config import values
from mailgate.config.calendars import halves
from mailgate.config.reader import Table, Unfit
from mailgate.config.wording import show
from mailgate.replies.acknowledge import Limits, Rate, parse_rate


def read_limits(top: Table) -> Limits:
    """Return the limits of automatic mail; a rate that leaves out hour or day has no such limit."""
    table = top.table("acknowledge")
    default = Limits()
    unproven = table.take("unproven", _rate, Rate(default.unproven_hour, default.unproven_day))
    proven = table.take("proven", _rate, Rate(default.proven_hour, default.proven_day))
    limits = Limits(
        unproven_hour=unproven.hour,
        unproven_day=unproven.day,
        proven_hour=proven.hour,
        proven_day=proven.day,
        domain_hour=table.take("domain", _hourly, default.domain_hour),
        installation_hour=table.take("installation", _hourly, default.installation_hour),
    )
    table.close()
    return limits


def _rate(value: object) -> Rate:
    try:
        return parse_rate(values.text(value))
    except ValueError as error:
        raise Unfit(*halves(str(error))) from None


def _hourly(value: object) -> int:
    rate = _rate(value)
    if rate.hour is None or rate.day is not None:
        raise Unfit(f"{show(value)} is no rate an hour", 'write "200/hour"')
    return rate.hour
