"""Caps on connections."""

import pytest

from mailgate.intake.limits import ListenerLimits, ListenerSettings
from mailgate.intake.networks import is_loopback
from mailgate.intake.peers import Peers

LIMITS = ListenerLimits(max_connections=3, max_per_address=2)


def test_places_are_counted_in_all_and_per_address() -> None:
    """Whoever leaves makes a place free again."""
    peers = Peers(LIMITS, trust_loopback=False)
    peers.enter("192.0.2.1")
    peers.enter("192.0.2.1")
    assert peers.is_full_for("192.0.2.1")
    assert not peers.is_full_for("192.0.2.2")
    peers.enter("192.0.2.2")
    assert peers.is_full()
    peers.leave("192.0.2.1")
    assert not peers.is_full()
    assert not peers.is_full_for("192.0.2.1")


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.9.9.9", "::1", ""])
def test_the_mail_server_on_this_machine_has_no_cap_of_its_own(peer: str) -> None:
    """Where loopback is trusted, only the cap in all counts."""
    assert is_loopback(peer)
    for trusted in (True, False):
        peers = Peers(LIMITS, trust_loopback=trusted)
        peers.enter(peer)
        peers.enter(peer)
        assert peers.is_full_for(peer) is not trusted


def test_lmtp_is_refused_on_the_port_of_smtp() -> None:
    """RFC 2033 §5 says so, and the setting says it before anything is opened."""
    with pytest.raises(ValueError, match="port 25"):
        ListenerSettings("lmtp", "127.0.0.1", 25)
    ListenerSettings("smtp", "127.0.0.1", 25)
