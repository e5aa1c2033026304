"""What is one client, and what one network."""

import ipaddress

import pytest

from mailgate.intake.networks import LOOPBACK, group_of, is_in, is_loopback, network_of


@pytest.mark.parametrize(
    ("peer", "group", "network"),
    [
        ("192.0.2.1", "192.0.2.1", "192.0.2.0/24"),
        ("::ffff:192.0.2.1", "192.0.2.1", "192.0.2.0/24"),
        ("2001:db8:1:2:3::9", "2001:db8:1:2::/64", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64", "fe80::/64"),
        ("", "", ""),
    ],
)
def test_an_ipv6_network_counts_as_one_address(peer: str, group: str, network: str) -> None:
    """A host that owns a /64 has no more places than one with a single address."""
    assert (group_of(peer), network_of(peer)) == (group, network)


def test_who_is_in_a_network_however_he_writes_his_address() -> None:
    """An IPv4 client that comes by IPv6 is the same; a unix socket is of this machine."""
    ours = (ipaddress.ip_network("192.0.2.0/24"), *LOOPBACK)
    assert all(is_in(peer, ours) for peer in ("192.0.2.9", "::ffff:192.0.2.9", "::1", ""))
    assert not any(is_in(peer, ours) for peer in ("192.0.3.9", "::2", "nonsense"))
    assert not is_in("127.0.0.1", ())
    assert not is_loopback("nonsense")
