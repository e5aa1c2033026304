"""Whose mail is it: from envelope and headers to departments; the first level that matches wins.

Pure. A recipient that is nobody's routes nowhere; the gateway then holds the mail.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from mailgate.departments import Department, Directory
from mailgate.message.address import Envelope, canonical, split_subaddress
from mailgate.message.message import Message

_ROLE_ACCOUNTS = frozenset({"postmaster", "abuse"})
_TRACE = ("Delivered-To", "X-Original-To", "Envelope-To")


@dataclass(frozen=True)
class Route:
    """The departments of a mail, none if it is nobody's, and which level decided."""

    departments: tuple[Department, ...]
    reason: str


def department_for(recipient: str, directory: Directory) -> Department | None:
    """Return the department that takes mail for an envelope recipient, or None.

    `postmaster`, bare or at a domain of ours, and `abuse` alike, in any case, are always taken
    (RFC 5321 §4.5.1, RFC 2142 §4).
    """
    department = directory.department_of(recipient)
    if department is not None:
        return department
    local, _, domain = canonical(split_subaddress(recipient)[0]).rpartition("@")
    if not local:
        return directory.postmaster if domain in _ROLE_ACCOUNTS else None
    if local in _ROLE_ACCOUNTS and domain in _own_domains(directory):
        return directory.postmaster
    return None


def route(
    message: Message,
    envelope: Envelope,
    directory: Directory,
    default: Department | None = None,
) -> Route:
    """Return the departments of a mail.

    Envelope recipients decide alone where there are any: Bcc leaves no other trace. Without
    them (a pipe, a mailbox) the delivering server's trace headers, then To, then Cc, then the
    mailbox's default department.
    """
    levels: list[tuple[str, Iterable[str]]] = [("envelope recipient", envelope.recipients)]
    if not envelope.recipients:
        levels += [(f"header {name}", _traces(message, name)) for name in _TRACE]
        levels += [
            ("header To", [address.address for address in message.to]),
            ("header Cc", [address.address for address in message.cc]),
        ]
    for reason, addresses in levels:
        found = {
            department.key: department
            for address in addresses
            if (department := department_for(address, directory)) is not None
        }
        if found:
            return Route(tuple(found.values()), reason)
    if default is not None:
        return Route((default,), "default department of the mailbox")
    return Route((), "no address of ours in envelope or headers")


def _traces(message: Message, name: str) -> list[str]:
    return [value.strip().strip("<>") for value in message.header_values(name)]


def _own_domains(directory: Directory) -> frozenset[str]:
    return frozenset(address.rpartition("@")[2] for address in directory.by_address)
