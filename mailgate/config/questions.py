"""What an operator may answer to `mailgate init`, read as strictly as the configuration.

Each reader takes one line and returns what it means, or raises Unfit with what to write.
"""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from mailgate.config import values
from mailgate.config.calendars import country, halves, zone
from mailgate.config.reader import Unfit
from mailgate.config.writing import LISTENER
from mailgate.hours import parse_week
from mailgate.message.address import canonical, split_subaddress


def addresses(said: str) -> tuple[str, ...]:
    """Return one or more addresses, separated by commas or spaces, each once, untagged."""
    found: dict[str, str] = {}
    for word in said.replace(",", " ").split():
        found.setdefault(canonical(word), values.own_address(word))
    if not found:
        raise Unfit("there is no address", 'write "help@example.com", several with commas')
    return tuple(found.values())


def zone_and_holidays(said: str) -> tuple[str, str | None]:
    """Return a time zone and the country whose holidays are kept: "Europe/Warsaw PL"."""
    words = said.split()
    if len(words) not in (1, 2):
        raise Unfit("there are not two words", 'write "Europe/Warsaw PL", or "UTC none"')
    timezone: ZoneInfo = zone(words[0])
    return timezone.key, country(words[1]) if len(words) == 2 else None


def hours(said: str) -> Mapping[str, str] | str:
    """Return hours by days: "mon-fri 09:00-17:00; sat 10:00-14:00", or "24/7"."""
    plan: Mapping[str, str] | str = said.strip()
    if plan != "24/7":
        parts = (part.strip().partition(" ") for part in said.split(";"))
        plan = {days: intervals.strip() for days, _, intervals in parts}
    try:
        parse_week(plan)
    except ValueError as error:
        raise Unfit(*halves(str(error).splitlines()[0])) from None
    return plan


def smarthost(said: str) -> tuple[str, int] | None:
    """Return host and port, None for "none"."""
    if said.strip() == "none":
        return None
    host, port = values.host_and_port(said if ":" in said else f"{said}:25")
    if not port:
        raise Unfit("0 is no port", 'write "mail.example.com:25"')
    if (host, port) in (LISTENER, ("localhost", LISTENER[1])):
        raise Unfit("mailgate itself will listen there", "write another host or port")
    return host, port


def admin(said: str, own: tuple[str, ...]) -> str | None:
    """Return somebody's own address, none of our own; None for "none"."""
    if said.strip() == "none":
        return None
    address = values.address(said)
    if canonical(split_subaddress(address)[0]) in {canonical(each) for each in own}:
        raise Unfit("mail to it becomes a ticket", "write somebody's own address")
    return address
