from ipaddress import ip_network

import pytest

from mailgate.message.address import Address
from mailgate.message.authenticity import NOBODY, Authenticity, Judgement, Trust
from mailgate.message.vouching import (
    MAX_TOLD,
    Vouching,
    Way,
    both,
    is_direct,
    told,
    vouch,
    wants_own_check,
)

PASS, FAIL, NONE = Authenticity.PASS, Authenticity.FAIL, Authenticity.NONE
EWA = Address("ewa@example.com")
HEADERS = [("Authentication-Results", "mx.example.com; dmarc=pass header.from=example.com")]
OURS = Trust(frozenset({"mx.example.com"}))
BOX = Vouching(mailboxes={("imap.example.net", "help@example.com"): OURS})
GLOBAL = Vouching(trust=OURS, relays=(ip_network("192.0.2.0/24"), ip_network("2001:db8::/32")))


@pytest.mark.parametrize(
    ("way", "vouching", "outcome", "reason"),
    [
        (Way("smtp", "203.0.113.5", "ewa@example.com"), Vouching(), PASS, "signed in"),
        (Way("smtp", "203.0.113.5", "EWA@Example.com"), Vouching(), PASS, "signed in"),
        (Way("smtp", "203.0.113.5", "jan@example.com"), GLOBAL, NONE, "not the address in From"),
        (Way("smtp", "192.0.2.1", "jan@example.com"), GLOBAL, NONE, "not the address in From"),
        (Way("smtp", "192.0.2.1"), GLOBAL, PASS, "mx.example.com"),
        (Way("smtp", "::ffff:192.0.2.1"), GLOBAL, PASS, "mx.example.com"),
        (Way("smtp", "2001:db8::1%eth0"), GLOBAL, PASS, "mx.example.com"),
        (Way("smtp", ""), GLOBAL, PASS, "mx.example.com"),
        (Way("smtp", "203.0.113.5"), GLOBAL, NONE, "203.0.113.5 is none of our own servers"),
        (Way("smtp", "no address"), GLOBAL, NONE, "none of our own servers"),
        (Way("smtp", "203.0.113.5"), Vouching(), NONE, "no server is trusted"),
        (Way("smtp", "127.0.0.1"), Vouching(trust=OURS), PASS, "mx.example.com"),
        (Way("lmtp", "203.0.113.5"), GLOBAL, PASS, "mx.example.com"),
        (Way("accept"), GLOBAL, PASS, "mx.example.com"),
        (Way("imap", "IMAP.example.net", "Help@example.com"), BOX, PASS, "mx.example.com"),
        (Way("imap", "imap.example.net", "other@example.com"), BOX, NONE, "no server is trusted"),
        (Way("imap", "imap.example.net", "ewa@example.com"), GLOBAL, PASS, "mx.example.com"),
        (Way("imap", "imap.example.net", "ewa@example.com"), BOX, NONE, "no server is trusted"),
        (Way("imap", "imap.example.net"), BOX, NONE, "no server is trusted"),
    ],
)
def test_who_vouches(way, vouching, outcome, reason):
    """A login decides; headers count where a server or a mailbox of ours handed the mail over.

    The user name under which we sign in to a mailbox vouches for nobody.
    """
    judgement = vouch(HEADERS, EWA, way, vouching)
    assert judgement.authenticity is outcome
    assert reason in judgement.reason


def test_nobody_is_vouched_for_without_one_sender():
    """Not even by a login."""
    assert vouch(HEADERS, None, Way("smtp", "", "ewa@example.com"), GLOBAL).authenticity is NONE


@pytest.mark.parametrize(
    ("outcome", "author", "own_check", "wanted"),
    [
        (NONE, EWA, True, True),
        (NONE, EWA, False, False),
        (NONE, None, True, False),
        (PASS, EWA, True, False),
        (FAIL, EWA, True, False),
    ],
)
def test_our_own_check_is_asked_last(outcome, author, own_check, wanted):
    """Only where it is switched on and nothing else decided."""
    vouching = Vouching(own_check=own_check)
    assert wants_own_check(Judgement(outcome, "said"), author, vouching) is wanted


def test_both_findings_are_told():
    """What our own check found comes first, and what was ignored last."""
    judgement = both(Judgement(NONE, "no header", ("x ignored",)), Judgement(PASS, "DKIM"))
    assert judgement.authenticity is PASS
    assert told(judgement) == "DKIM; no header; x ignored"
    assert len(told(Judgement(NONE, "x" * 5_000))) == MAX_TOLD


@pytest.mark.parametrize(
    ("way", "direct"),
    [
        (Way("smtp", "203.0.113.5"), True),
        (Way("smtp", "192.0.2.1"), False),
        (Way("smtp", ""), False),
        (Way("lmtp", "203.0.113.5"), False),
        (Way("imap", "imap.example.net"), False),
        (Way("accept"), False),
    ],
)
def test_spf_is_about_a_client_that_is_not_ours(way, direct):
    """Of a mail that came through a server of ours, or a mailbox, the client is not known."""
    assert is_direct(way, GLOBAL) is direct


def test_nobody_is_trusted_unasked():
    """Without a setting no header counts."""
    assert Vouching().trust_on(Way("imap", "x", "y")) is NOBODY
