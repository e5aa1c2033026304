"""Asking name servers, with a bound on how long and how often for one mail.

Promises records or nothing; a server that does not answer, or a budget that is used up, raises
UnansweredError, of which nobody's fault may be made. dnspython comes with the extra `auth`.
"""

import time
from dataclasses import dataclass
from typing import Any, Protocol

MAX_RECORDS = 50
MAX_RECORD_CHARACTERS = 4_096


class UnansweredError(Exception):
    """A name server did not answer, or may not be asked any more."""


class Names(Protocol):
    """Name servers, as one check may use them."""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the TXT records of a name, each joined to one text."""

    def addresses(self, name: str, *, ipv6: bool) -> tuple[str, ...]:
        """Return the IPv6 or IPv4 addresses of a name."""

    def exchangers(self, name: str) -> tuple[str, ...]:
        """Return the names of the mail servers of a name."""

    def are_away(self) -> bool:
        """Say whether questions were asked and not one was answered."""


@dataclass(frozen=True)
class Budget:
    """What the questions for one mail may cost."""

    seconds: float = 5.0
    seconds_each: float = 2.0
    questions: int = 60


class NameServers:
    """The name servers of the system, or one given as address and port, for one mail."""

    def __init__(self, server: tuple[str, int] | None = None, budget: Budget = Budget()) -> None:
        self._server = server
        self._budget = budget
        self._until = time.monotonic() + budget.seconds
        self._asked = 0
        self._answered = 0
        self._known: dict[tuple[str, str], tuple[str, ...]] = {}

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the TXT records of a name. UnansweredError where there is no answer."""
        return self._ask(name, "TXT")

    def addresses(self, name: str, *, ipv6: bool) -> tuple[str, ...]:
        """Return the addresses of a name. UnansweredError where there is no answer."""
        return self._ask(name, "AAAA" if ipv6 else "A")

    def exchangers(self, name: str) -> tuple[str, ...]:
        """Return the mail servers of a name. UnansweredError where there is no answer."""
        return self._ask(name, "MX")

    def are_away(self) -> bool:
        """Say whether questions were asked and not one was answered, nor one of our own.

        Whoever sends the mail chooses the other names, and may have none answered.
        """
        if self._asked == 0 or self._answered > 0:
            return False
        try:
            self._look_up("", "NS", self._budget.seconds_each)
        except UnansweredError:
            return True
        return False

    def _ask(self, name: str, kind: str) -> tuple[str, ...]:
        key = (name.lower().rstrip("."), kind)
        if key not in self._known:
            self._known[key] = self._answer(key[0], kind)
        return self._known[key]

    def _answer(self, name: str, kind: str) -> tuple[str, ...]:
        left = self._until - time.monotonic()
        self._asked += 1
        if left <= 0 or self._asked > self._budget.questions:
            raise UnansweredError("the time or the number of questions for one mail is used up")
        found = self._look_up(name, kind, left)
        self._answered += 1
        return found

    def _look_up(self, name: str, kind: str, left: float) -> tuple[str, ...]:
        import dns.exception  # noqa: PLC0415 - of an extra
        import dns.resolver  # noqa: PLC0415 - the same

        try:
            resolver = dns.resolver.Resolver(configure=self._server is None)
            if self._server is not None:
                resolver.nameservers = [self._server[0]]
                resolver.port = self._server[1]
            resolver.timeout = min(left, self._budget.seconds_each)
            found = resolver.resolve(f"{name}.", kind, lifetime=min(left, resolver.timeout * 2))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except (dns.exception.DNSException, OSError, ValueError) as error:
            raise UnansweredError(f"no answer for {kind} of {name[:80]}") from error
        return tuple(_text(record, kind) for record in list(found)[:MAX_RECORDS])


def _text(record: Any, kind: str) -> str:
    if kind == "TXT":
        return str(b"".join(record.strings)[:MAX_RECORD_CHARACTERS].decode("latin-1"))
    if kind == "MX":
        return str(record.exchange).rstrip(".").lower()
    return str(record.address) if kind in ("A", "AAAA") else str(record)
