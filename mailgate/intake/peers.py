"""Who may connect: caps on connections in all and per address. Knows nothing of sockets.

Promises that one client alone cannot take all places.
"""

from collections import Counter

from mailgate.intake.limits import ListenerLimits
from mailgate.intake.networks import group_of, is_loopback


class Peers:
    """Counts the connections of one listener.

    trust_loopback: the mail server on this machine has no cap of its own, only the one in all.
    """

    def __init__(self, limits: ListenerLimits, trust_loopback: bool) -> None:
        self._limits = limits
        self._trust_loopback = trust_loopback
        self._per_group: Counter[str] = Counter()
        self.count = 0

    def is_full(self) -> bool:
        """Say whether the cap in all is reached."""
        return self.count >= self._limits.max_connections

    def is_full_for(self, peer: str) -> bool:
        """Say whether the cap of an address is reached."""
        if self._trust_loopback and is_loopback(peer):
            return False
        return self._per_group[group_of(peer)] >= self._limits.max_per_address

    def enter(self, peer: str) -> None:
        """Count a connection."""
        self.count += 1
        self._per_group[group_of(peer)] += 1

    def leave(self, peer: str) -> None:
        """Count it no more."""
        group = group_of(peer)
        self.count -= 1
        self._per_group[group] -= 1
        if self._per_group[group] <= 0:
            del self._per_group[group]
