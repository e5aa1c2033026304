from dataclasses import replace
from datetime import date

import pytest

from mailgate import tokens
from mailgate.gateway.remarks import remarks
from mailgate.message.address import Address
from mailgate.tokens import Keys, Purpose
from tests.unit.desk import message

KEYS = Keys((("k1", b"0123456789abcdef"),))
TODAY = date(2026, 11, 20)
SIGNED = tokens.signed_address(KEYS, Purpose.REPLY, "pomoc@example.com", 123456, 5, TODAY)
MALLORY = "mallory@evil.example"


@pytest.mark.parametrize(
    ("name", "flagged"),
    [
        ("agent@corp.example", True),
        ("Ewa <ewa@example.com>", True),
        ("ewa@example.com (support)", True),
        ("Mallory", False),
        (MALLORY, False),
        ("MALLORY@Evil.Example", False),
        ("a @ b", False),
        ("", False),
        ("@" * 10_000, False),
    ],
)
def test_a_name_that_looks_like_another_address_is_told(name: str, flagged: bool) -> None:
    """His own address as a name deceives nobody."""
    mail = replace(message(), from_=(Address(MALLORY, name),))
    said = remarks(mail, (), KEYS, TODAY)
    assert [MALLORY in each and "name" in each for each in said] == [True] * flagged


@pytest.mark.attack("A10")
@pytest.mark.parametrize(
    ("domain", "told"),
    [
        ("\u0430pple.com", "xn--pple-43d.com"),
        ("\u0430\u0440\u0440\u04cf\u0435.com", "xn--80ak6aa92e.com"),
        ("żółw.example", ""),
        ("xn--pple-43d.com", ""),
        ("apple.com", ""),
        ("", ""),
    ],
)
def test_a_domain_that_only_looks_latin_is_told_as_it_is(domain: str, told: str) -> None:
    """Cyrillic letters are read as Latin ones; an A-label is not (RFC 5890 §4.4)."""
    said = remarks(replace(message(), from_=(Address(f"admin@{domain}"),)), (), KEYS, TODAY)
    assert [told in each for each in said] == [True] * bool(told)


def test_a_reply_to_elsewhere_is_told() -> None:
    """And one that is the sender is not."""
    mail = message(sender=MALLORY)
    for reply_to, said in (((MALLORY,), 0), ((MALLORY, "drop@evil.example"), 1), ((), 0)):
        given = replace(mail, reply_to=tuple(map(Address, reply_to)))
        found = remarks(given, (), KEYS, TODAY)
        assert len(found) == said
        assert all("drop@evil.example" in each for each in found)


def test_several_senders_are_named() -> None:
    """Nobody certain sent it; an agent reads who was meant."""
    two = (Address("a@example.net"), Address("b@example.net"))
    (said,) = remarks(replace(message(), from_=two), (), KEYS, TODAY)
    assert "a@example.net, b@example.net" in said


def test_an_expired_token_is_told_and_a_good_or_forged_one_is_not() -> None:
    """Five years later it opens no ticket, and an agent reads why."""
    later = date(2032, 1, 1)
    assert remarks(message(), (SIGNED,), KEYS, TODAY) == ()
    assert remarks(message(), (SIGNED[:-20] + SIGNED[-19:],), KEYS, later) == ()
    (said,) = remarks(message(), (SIGNED,), KEYS, later)
    assert "expired" in said


def test_a_remark_is_short() -> None:
    """However long the addresses are."""
    mail = replace(message(), reply_to=(Address("x" * 5_000 + "@evil.example"),) * 200)
    assert all(len(each) <= 200 for each in remarks(mail, (), KEYS, TODAY))
