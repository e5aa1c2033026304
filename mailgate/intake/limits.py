"""What a listener allows, and where it listens: settings as frozen values.

The defaults follow RFC 5321 §4.5.3 where it names a figure; a setting that cannot work
raises ValueError when it is made, so that the configuration can report it.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mailgate.intake.networks import LOOPBACK, Network

if TYPE_CHECKING:  # `mailgate accept` reads limits and signs nobody in
    from mailgate.intake.logins import Logins


@dataclass(frozen=True)
class ListenerLimits:
    """Bounds of one listener.

    max_message_size: octets. max_per_address: connections from one IPv4 address or IPv6 /64.
    greeting_timeout: until EHLO. pressure_idle: when a cap is reached, a client that was silent
    for so long before EHLO makes room for a new one. block_timeout: between two blocks of a
    message; min_octets_per_second counts from rate_grace on.
    """

    max_message_size: int = 26 * 1024 * 1024
    max_recipients: int = 100
    max_connections: int = 200
    max_per_address: int = 20
    max_hops: int = 100
    max_errors: int = 20
    slow_after_unknown: int = 10
    max_unknown: int = 20
    unknown_delay: timedelta = timedelta(seconds=1)
    greeting_timeout: timedelta = timedelta(seconds=60)
    command_timeout: timedelta = timedelta(minutes=5)
    block_timeout: timedelta = timedelta(minutes=5)
    min_octets_per_second: int = 500
    rate_grace: timedelta = timedelta(seconds=60)
    session_timeout: timedelta = timedelta(minutes=30)
    pressure_idle: timedelta = timedelta(seconds=5)


@dataclass(frozen=True)
class Pace:
    """How many mails in a minute and in an hour; None for no limit."""

    minute: int | None = None
    hour: int | None = None


WRONG_LOGINS = Pace(10, 60)
"""How many wrong passwords may come from one network."""


@dataclass(frozen=True)
class RateLimits:
    """The paces of one sender and of one network (an IPv4 /24, an IPv6 /64).

    trusted_relays: networks whose connections are our own mail servers'.
    """

    sender: Pace = Pace(60, 600)
    network: Pace = Pace(300, 3_000)
    trusted_relays: tuple[Network, ...] = LOOPBACK


@dataclass(frozen=True)
class ListenerSettings:
    """One listener: its protocol, its address and its limits.

    port: 0 lets the system choose. rates: of SMTP alone; a mail server that hands on by LMTP has
    taken responsibility for the mail already. STARTTLS is offered where both TLS files are given,
    and after it AUTH, where there are logins.
    Raises ValueError for LMTP on port 25 (RFC 2033 §5) and for a certificate without its key.
    """

    kind: Literal["smtp", "lmtp"]
    host: str
    port: int
    limits: ListenerLimits = ListenerLimits()
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    rates: RateLimits = RateLimits()
    logins: "Logins | None" = None

    def __post_init__(self) -> None:
        refuse_lmtp_on_port_25(self.kind, self.port)
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key go together: give both or none")


def refuse_lmtp_on_port_25(kind: str, port: int) -> None:
    """Raise ValueError where LMTP would answer on the port of SMTP (RFC 2033 §5)."""
    if kind == "lmtp" and port == 25:
        raise ValueError("LMTP must not be served on port 25 (RFC 2033): choose another, as 24")
