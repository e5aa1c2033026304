from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from mailgate.gateway.believing import believe, vouched_for
from mailgate.intake.spool import Arrival, Claimed
from mailgate.message import parse
from mailgate.message.address import Address, Envelope
from mailgate.message.authenticity import Authenticity, Judgement, Trust
from mailgate.message.vouching import Vouching
from mailgate.verification.client import Client
from tests.unit.bureau import OFFICE

PASS, FAIL, NONE = Authenticity.PASS, Authenticity.FAIL, Authenticity.NONE
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TRUST = Trust(frozenset({"mx.example.com"}))
OCTETS = b"From: anna@example.net\r\n\r\nText\r\n"
VOUCHED = b"Authentication-Results: mx.example.com; dmarc=pass\r\n" + OCTETS
ENVELOPE = Envelope("bounce@example.net", ("help@example.com",))


@dataclass
class Check:
    """Our own check, as what it was asked."""

    max_bytes: int = 1000
    asked: list[tuple[Address, Client | None, bytes | None]] = field(default_factory=list)

    def judge(self, author: Address, client: Client | None, octets: bytes | None) -> Judgement:
        """Say fail, and keep the question."""
        self.asked.append((author, client, octets))
        return Judgement(FAIL, "own check: failed")


def outcome(
    check: Check | None, octets: bytes = OCTETS, vouching: Vouching | None = None, **arrival: object
) -> Judgement:
    """Return what is held of the sender of a mail that came so."""
    office = replace(OFFICE, vouching=vouching or Vouching(TRUST, own_check=True))
    came = Arrival(**{"source": "smtp", "envelope": ENVELOPE, "received_at": AT, **arrival})
    claimed = Claimed(1, came, "0" * 64, len(octets), 1, None)
    return believe(office, parse.parse(octets), claimed, check, lambda: iter((octets,)))


def test_our_own_check_is_told_who_sent_it():
    """The client of our listener, with greeting and return path, and the whole mail."""
    check = Check()
    judgement = outcome(check, peer="203.0.113.9", helo="out.example.net")
    assert judgement.authenticity is FAIL
    client = Client("203.0.113.9", "out.example.net", "bounce@example.net")
    assert check.asked == [(Address("anna@example.net"), client, OCTETS)]
    assert judgement.reason.startswith("own check: failed; 203.0.113.9 is none of our own")


@pytest.mark.parametrize(
    "arrival",
    [
        {"source": "imap", "peer": "imap.example.net", "login": "help@example.com"},
        {"source": "lmtp", "peer": "203.0.113.9"},
        {"source": "accept"},
        {"source": "smtp", "peer": "127.0.0.1"},
    ],
    ids=lambda arrival: arrival["source"],
)
def test_a_server_between_us_is_not_the_senders(arrival):
    """Of mail that a server or mailbox of ours handed over, only the signature can tell."""
    check = Check()
    outcome(check, **arrival)
    assert [client for _, client, _ in check.asked] == [None]


@pytest.mark.parametrize(
    "arrival", [{"whole_size": 50_000_000}, {"octets": OCTETS + b"x" * 1000}], ids=["left", "large"]
)
def test_what_is_not_there_whole_is_not_given(arrival):
    """A mail that is too large, or of which only the headers were taken."""
    check = Check()
    outcome(check, peer="203.0.113.9", **arrival)
    assert [octets for _, _, octets in check.asked] == [None]


@pytest.mark.parametrize(
    ("octets", "vouching", "given"),
    [
        (VOUCHED, Vouching(TRUST, own_check=True), {}),
        (b"From: a@b.example, c@d.example\r\n\r\n", Vouching(TRUST, own_check=True), {}),
        (OCTETS, Vouching(TRUST), {}),
        (OCTETS, Vouching(own_check=True), {"login": "anna@example.net"}),
    ],
    ids=["vouched for", "nobody", "off", "signed in"],
)
def test_nobody_is_asked_in_vain(octets, vouching, given):
    """Not where something else decided, nor where it is off or there is no one sender."""
    check = Check()
    outcome(check, octets, vouching, **given)
    assert check.asked == []


def test_without_a_check_the_mail_itself_decides():
    """As in a dry run that asks nobody."""
    assert outcome(None, VOUCHED).authenticity is PASS
    assert outcome(None).authenticity is NONE


def test_the_trust_of_a_mailbox_is_found_by_how_the_mail_came():
    """By host and user, as the watcher writes them into the spool."""
    vouching = Vouching(mailboxes={("imap.example.net", "help@example.com"): TRUST})
    office = replace(OFFICE, vouching=vouching)
    message = parse.parse(VOUCHED)
    for user, expected in (("help@example.com", PASS), ("sales@example.com", NONE)):
        came = Arrival("imap", Envelope(None), AT, peer="imap.example.net", login=user)
        claimed = Claimed(1, came, "0" * 64, 1, 1, None)
        assert vouched_for(office, message, claimed).authenticity is expected
