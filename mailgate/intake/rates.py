"""How fast mail may come from one place; knows nothing of sockets.

Promises that whoever sends faster than his pace is told to come again later, before his data, in
memory that no flood can grow: what was heard of least recently is forgotten. A sender is counted
together with the network he sends from, so that nobody uses up another's pace by his name. The
null sender is nobody: bounces count for their network alone. Trusted relays are not counted: they
took the mail already, and a refusal would only fill their queues.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from enum import StrEnum

from mailgate.intake.limits import Pace, RateLimits
from mailgate.intake.networks import is_in, network_of
from mailgate.message.address import canonical

MOST_REMEMBERED = 8_192
_MINUTE, _HOUR = 60.0, 3_600.0
_TELL_AGAIN_SECONDS = 60.0


class Who(StrEnum):
    """Who sends too fast."""

    SENDER = "sender"
    NETWORK = "network"


class Buckets:
    """One token bucket for each key: full at first, refilled evenly over its minute and hour."""

    def __init__(self, pace: Pace, most: int = MOST_REMEMBERED) -> None:
        windows = ((pace.minute, _MINUTE), (pace.hour, _HOUR))
        self._windows = [(window / count, window) for count, window in windows if count]
        self._most = most
        # For each window the time at which the bucket is full again: all there is to know of it.
        self._full_at: OrderedDict[str, list[float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_at)

    def has_one(self, key: str, now: float) -> bool:
        """Say whether a token is there. now: seconds of a clock that only goes on."""
        times = self._full_at.get(key)
        if times is None:
            return True
        return all(
            max(full_at, now) + each <= now + window
            for full_at, (each, window) in zip(times, self._windows, strict=True)
        )

    def take(self, key: str, now: float) -> None:
        """Take a token."""
        if not self._windows:
            return
        times = self._full_at.pop(key, None) or [now] * len(self._windows)
        self._full_at[key] = [
            max(full_at, now) + each
            for full_at, (each, _) in zip(times, self._windows, strict=True)
        ]
        if len(self._full_at) > self._most:
            self._full_at.popitem(last=False)


class Rates:
    """The paces of everybody who connects to one listener."""

    def __init__(self, limits: RateLimits, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._trusted = limits.trusted_relays
        self._senders = Buckets(limits.sender)
        self._networks = Buckets(limits.network)
        self._monotonic = monotonic
        self._told: OrderedDict[str, float] = OrderedDict()

    def too_fast(self, sender: str, peer: str) -> Who | None:
        """Count a mail and return None, or count nothing and return who sends too fast.

        sender: of the envelope, "" for the null sender. peer: the client's IP.
        """
        if is_in(peer, self._trusted):
            return None
        now, network = self._monotonic(), network_of(peer)
        pair = f"{network} {canonical(sender)}" if sender else ""
        if not self._networks.has_one(network, now):
            return Who.NETWORK
        if pair and not self._senders.has_one(pair, now):
            return Who.SENDER
        self._networks.take(network, now)
        if pair:
            self._senders.take(pair, now)
        return None

    def is_news(self, peer: str) -> bool:
        """Say whether an operator has not been told of this network for a minute."""
        now, network = self._monotonic(), network_of(peer)
        before = self._told.pop(network, None)
        is_news = before is None or now - before >= _TELL_AGAIN_SECONDS
        self._told[network] = now if before is None or is_news else before
        if len(self._told) > MOST_REMEMBERED:
            self._told.popitem(last=False)
        return is_news
