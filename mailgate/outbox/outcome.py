"""What can become of one attempt to hand a mail to the smarthost."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Delivered:
    """The smarthost took responsibility for the mail (RFC 5321 §4.2.5); reply: its words."""

    reply: str


@dataclass(frozen=True)
class Deferred:
    """Not this time, or nobody knows: the mail is tried again with the same Message-ID."""

    reason: str


@dataclass(frozen=True)
class Refused:
    """Never: the smarthost, or we ourselves, say that trying again is of no use."""

    reason: str


@dataclass(frozen=True)
class Unreachable:
    """The smarthost as a whole could not be talked to; says nothing about this mail."""

    reason: str


Outcome = Delivered | Deferred | Refused | Unreachable
