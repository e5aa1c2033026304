"""Which lines of a mail decided, by what was recorded of it."""

import pytest

from mailgate.cli import evidence
from tests.unit.desk import message

HEADERS = (
    ("Authentication-Results", "mx.example.com; dmarc=fail"),
    ("From", "ewa@example.com"),
    ("To", "help@example.com"),
    ("Subject", "Re: [#123456] x"),
    ("In-Reply-To", "<t123456.a@support.example.com>"),
    ("Auto-Submitted", "auto-replied"),
    ("X-Other", "nothing"),
)


@pytest.mark.parametrize(
    ("reason", "names"),
    [
        (
            "header In-Reply-To: signed Message-ID of ticket 123456, from an agent's address, but"
            " nothing proves that the mail is hers",
            ["From", "In-Reply-To"],
        ),
        (
            "tag in the subject of ticket 123456, and the sender's address takes part, but its"
            " authentication failed",
            ["Authentication-Results", "From", "Subject"],
        ),
        (
            "stored Message-ID of ticket 123456, but the sender takes no part",
            ["From", "In-Reply-To"],
        ),
        ("header Auto-Submitted: auto-replied", ["Auto-Submitted"]),
        ("no address of ours in envelope or headers", ["To"]),
        ("three failures of ours", []),
    ],
)
def test_the_lines_that_a_reason_speaks_of_are_shown(reason, names):
    """Whoever has to judge sees them without looking for them."""
    told = evidence.told_of(message(headers=HEADERS), [reason], ["help+t123456-a@example.com"])
    shown = [each.partition(":")[0] for each in told["decided_by"]]
    assert [each for each in shown if each != "envelope recipient"] == names


def test_a_signed_address_is_found_in_the_envelope():
    """It stands nowhere else where a list or a blind copy brought the mail."""
    reason = "signed reply address of ticket 123456, but the sender takes no part"
    told = evidence.told_of(message(headers=HEADERS), [reason], ["help+t123456-a@example.com"])
    assert "envelope recipient: help+t123456-a@example.com" in told["decided_by"]


def test_what_is_shown_is_bounded_and_harmless():
    """A screenful, without what commands a terminal."""
    many = tuple(("Subject", "\x1b[2J" + "x" * 1_000) for _ in range(500))
    reason = "tag in the subject of ticket 123456"
    told = evidence.told_of(message(headers=many), [reason], [])
    assert len(told["headers"]) == 200
    assert len(told["decided_by"]) == 1
    assert "\x1b" not in evidence.page_of(told)
    assert len(told["decided_by"][0]) == 300
