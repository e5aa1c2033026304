"""[authenticity] and its counterpart of a mailbox: whose word on a sender is taken."""

import importlib.util
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from mailgate.config import values
from mailgate.config.reader import Table, Unfit
from mailgate.config.wording import show
from mailgate.intake.imap.settings import MailboxSettings
from mailgate.intake.limits import ListenerSettings
from mailgate.intake.networks import Network
from mailgate.message.address import domain_of
from mailgate.message.authenticity import NOBODY, Trust
from mailgate.message.vouching import Vouching
from mailgate.verification.check import OwnCheck

_ID = re.compile(r"[^\s;()\"=,]{1,255}")
_NEEDED = ("dkim", "dns")
# What is known of providers: the id they write, and how often they hand a mail on among
# themselves (docs/authenticity.md).
_PROVIDERS = {
    "google": Trust(ids=frozenset({"mx.google.com"}), own_hops=2),
    "microsoft365": Trust(microsoft365=True, own_hops=5),
}


@dataclass(frozen=True)
class Authentication:
    """[authenticity] as read. resolver: address and port of a name server, None the system's."""

    vouching: Vouching = field(default_factory=Vouching)
    resolver: tuple[str, int] | None = None

    def own_check(self) -> OwnCheck | None:
        """Return our own check of senders, None where it is off."""
        if not self.vouching.own_check:
            return None
        return OwnCheck(self.resolver, self.vouching.trust.networks)


def read_authenticity(
    top: Table, smtp: ListenerSettings | None, mailboxes: Iterable[MailboxSettings]
) -> Authentication:
    """Return whose word is taken, on mail of each way in."""
    table = top.table("authenticity")
    trust = _trust(table, NOBODY)
    forwarders = table.each("forwarders", _forwarder)
    trust = replace(
        trust,
        forwarders=tuple(each for _, each in forwarders if isinstance(each, str)),
        networks=tuple(each for _, each in forwarders if not isinstance(each, str)),
        sealers=frozenset(each for _, each in table.each("sealers", _domain)),
    )
    own_check = table.take("check", values.choice("none", "own"), "none") == "own"
    resolver = table.take("resolver", _name_server, None)
    if own_check and any(importlib.util.find_spec(module) is None for module in _NEEDED):
        table.fault("check", "needs packages that are missing", "pip install 'mailgate[auth]'")
    if resolver is not None and not own_check:
        table.sheet.warn((*table.key, "resolver"), 'nobody is asked there without check = "own"')
    table.close()
    by_mailbox = {
        (each.host.lower(), each.user.lower()): replace(
            each.trust,
            forwarders=trust.forwarders,
            networks=trust.networks,
            sealers=trust.sealers,
        )
        for each in mailboxes
        if each.trust is not None
    }
    vouching = Vouching(trust, by_mailbox, own_check=own_check)
    if smtp is not None:
        vouching = replace(vouching, relays=smtp.rates.trusted_relays)
    return Authentication(vouching, resolver)


def read_mailbox_trust(table: Table, provider: str) -> Trust | None:
    """Return whose word is taken in a mailbox, None for that of [authenticity].

    provider: its preset, "" for none; a known one needs no setting.
    """
    known = _PROVIDERS.get(provider)
    own = table.table("authenticity")
    trust = _trust(own, known or NOBODY)
    own.close()
    return trust if known or table.has("authenticity") else None


def _trust(table: Table, default: Trust) -> Trust:
    ids = frozenset(each for _, each in table.each("trusted_ids", _id))
    return Trust(
        ids=ids if table.has("trusted_ids") else default.ids,
        own_hops=table.take("own_hops", values.number(0, 20), default.own_hops),
        own_results=table.take("own_results", values.number(1, 10), default.own_results),
        microsoft365=table.take("microsoft365", values.flag, default.microsoft365),
    )


def _id(value: object) -> str:
    said = values.text(value)
    if not _ID.fullmatch(said):
        instead = 'write what stands before the first semicolon of the header: "mx.example.com"'
        raise Unfit(f"{show(said)} is no authserv-id", instead)
    return said.lower()


def _domain(value: object) -> str:
    return domain_of(f"x@{values.domain(value)}")


def _forwarder(value: object) -> str | Network:
    """Return a host's domain, or a network."""
    said = values.text(value)
    try:
        return ipaddress.ip_network(said)
    except ValueError:
        pass
    try:
        return _domain(said)
    except Unfit:
        instead = 'write "forwarder.example.org", "192.0.2.7" or "192.0.2.0/24"'
        raise Unfit(f"{show(said)} is no domain and no network", instead) from None


def _name_server(value: object) -> tuple[str, int]:
    """Return address and port of a name server: an IP address, with a port or without."""
    said = values.text(value)
    host, port = (said, 53)
    if said.startswith("[") or said.count(":") == 1:
        host, port = values.host_and_port(said)
    try:
        return str(ipaddress.ip_address(host)), port
    except ValueError:
        instead = 'write "127.0.0.1", or "127.0.0.1:5353"'
        raise Unfit(f"{show(said)} is no address of a name server", instead) from None
