"""Addresses and envelopes as mail uses them (RFC 5321, RFC 5322, RFC 5890).

Promises one canonical form, so that two spellings of one mailbox compare equal, and
a grammar of its own for what may go into an SMTP command. Nothing here raises on input.
"""

import re
from dataclasses import dataclass

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
_PLAIN_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")


@dataclass(frozen=True)
class Address:
    """One mailbox: the addr-spec as it was written, and the decoded display name."""

    address: str
    name: str = ""

    @property
    def canonical(self) -> str:
        """The form in which addresses are compared and stored."""
        return canonical(self.address)


@dataclass(frozen=True)
class Envelope:
    """What the client said in MAIL and RCPT (RFC 5321 §3.3).

    mail_from: "" is the null sender; None where no envelope came with the mail (a pipe, IMAP).
    """

    mail_from: str | None
    recipients: tuple[str, ...] = ()


def canonical(address: str) -> str:
    """Return the form in which two spellings of one mailbox are equal.

    Lower case throughout (no mail system in use tells local parts apart by case), the domain as
    A-labels (RFC 5890 §2.3.2.1). What has no domain, or one that cannot be encoded, is only
    lower-cased.
    """
    local, at, domain = address.strip().rpartition("@")
    if not at:
        return address.strip().lower()
    return f"{local.lower()}@{_a_labels(domain)}"


def domain_of(address: str) -> str:
    """Return the domain of an address in canonical form, "" where there is none."""
    _, at, domain = canonical(address).rpartition("@")
    return domain if at else ""


def split_subaddress(address: str) -> tuple[str, str]:
    """Return the address without its subaddress, and the subaddress ("" for none).

    `local+tag@domain` belongs to `local@domain` (RFC 5233 §1). Both parts keep their case.
    """
    local, at, domain = address.rpartition("@")
    name, plus, tag = local.partition("+")
    if not at or not plus or not name:
        return address, ""
    return f"{name}@{domain}", tag


def is_plain_address(address: str) -> bool:
    """Say whether an address is a dot-atom at a domain, fit for an SMTP command.

    Quoted local parts, source routes, address literals, controls and spaces are refused, and so
    is what is longer than RFC 5321 §4.5.3.1 lets one count on (64 and 255 octets).
    """
    local, at, domain = address.rpartition("@")
    ascii_domain = _a_labels(domain)
    return bool(
        at
        and len(local.encode("utf-8", "replace")) <= 64
        and len(ascii_domain) <= 255
        and _PLAIN_LOCAL.fullmatch(local)
        and _DOMAIN.fullmatch(ascii_domain)
    )


def _a_labels(domain: str) -> str:
    lowered = domain.strip().rstrip(".").lower()
    if lowered.isascii():
        return lowered
    try:
        return lowered.encode("idna").decode("ascii")
    except UnicodeError:
        return lowered
