"""What is one client, one network, this machine: IP addresses as the listeners count them. Pure.

An IPv6 host owns a /64, so that is what counts as one address there. What is no IP address (the
peer of a unix socket) is itself; nothing here raises on input.
"""

import ipaddress
from collections.abc import Iterable

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LOOPBACK: tuple[Network, ...] = (
    ipaddress.IPv4Network("127.0.0.0/8"),
    ipaddress.IPv6Network("::1/128"),
)


def is_loopback(peer: str) -> bool:
    """Say whether an IP address is of this machine; "" (a unix socket) is."""
    if not peer:
        return True
    address = ip_of(peer)
    return address is not None and address.is_loopback


def group_of(peer: str) -> str:
    """Return what is counted as one address: an IPv4 address, or an IPv6 /64."""
    address = ip_of(peer)
    if address is None:
        return peer
    return str(address) if address.version == 4 else network_of(peer)


def network_of(peer: str) -> str:
    """Return what one hand can be thought to hold: an IPv4 /24, an IPv6 /64."""
    address = ip_of(peer)
    if address is None:
        return peer
    width = 24 if address.version == 4 else 64
    return str(ipaddress.ip_network((address, width), strict=False))


def ip_of(peer: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return a client's address, an IPv4 one also where it came by IPv6; None if it is none."""
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_in(peer: str, networks: Iterable[Network]) -> bool:
    """Say whether a client is in one of the networks; one without an IP is on this machine."""
    if not peer:
        return True
    address = ip_of(peer)
    return address is not None and any(address in network for network in networks)
