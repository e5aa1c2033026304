"""How much one sender may send: the rates of [listener.smtp], and [flood]."""

import ipaddress
import re

from mailgate.config import values
from mailgate.config.reader import Table, Unfit
from mailgate.config.wording import show
from mailgate.intake.limits import Pace, RateLimits
from mailgate.intake.networks import Network
from mailgate.tickets.office import Floods

_NONE = "none"
_PIECE = re.compile(r"([0-9]{1,7}) ?/ ?(minute|hour)")
_PACE = 'write "60/minute, 600/hour", one of them alone, or "none"'


def read_rates(table: Table) -> RateLimits:
    """Return the rates of a listener and the relays they do not count for."""
    default = RateLimits()
    relays = tuple(network for _, network in table.each("trusted_relays", _network))
    return RateLimits(
        sender=table.take("sender_rate", pace, default.sender),
        network=table.take("network_rate", pace, default.network),
        trusted_relays=relays if table.has("trusted_relays") else default.trusted_relays,
    )


def read_floods(top: Table) -> Floods:
    """Return how many new tickets an hour a sender may open before the rest is held."""
    table = top.table("flood")
    default = Floods()
    floods = Floods(
        unproven=table.take("unproven", _hourly, default.unproven),
        proven=table.take("proven", _hourly, default.proven),
    )
    table.close()
    return floods


def pace(value: object) -> Pace:
    """Return the pace that "60/minute, 600/hour" names; "none" is no limit."""
    said = values.text(value)
    if said == _NONE:
        return Pace()
    found: dict[str, int] = {}
    for piece in said.split(","):
        match = _PIECE.fullmatch(piece.strip())
        if match is None or match[2] in found or int(match[1]) == 0:
            raise Unfit(f"{show(said)} is no rate", _PACE)
        found[match[2]] = int(match[1])
    return Pace(found.get("minute"), found.get("hour"))


def _hourly(value: object) -> int | None:
    said = values.text(value)
    match = _PIECE.fullmatch(said)
    if said == _NONE:
        return None
    if match is None or match[2] != "hour" or int(match[1]) == 0:
        raise Unfit(f"{show(said)} is no rate an hour", 'write "50/hour", or "none"')
    return int(match[1])


def _network(value: object) -> Network:
    said = values.text(value)
    try:
        return ipaddress.ip_network(said)
    except ValueError:
        raise Unfit(
            f"{show(said)} is no address and no network",
            'write "192.0.2.7", or "192.0.2.0/24" with nothing behind its bits',
        ) from None
