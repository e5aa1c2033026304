from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate import tokens
from mailgate.tokens import Keys, Purpose, Token

KEYS = Keys((("k2", b"new secret of sixteen"), ("k1", b"old secret of sixteen")))
OLD = Keys(KEYS.entries[1:])
TODAY = date(2026, 11, 20)
ADDRESS = "PomocDYNAMICS@example.com"


def signed(purpose: Purpose = Purpose.REPLY, keys: Keys = KEYS) -> str:
    """Return the department's address, signed for ticket 123456 and participant 77."""
    return tokens.signed_address(keys, purpose, ADDRESS, 123456, 77, TODAY)


def test_a_signed_address_says_ticket_participant_and_purpose() -> None:
    """What was signed is read again, whatever case a relay gave the local part."""
    for address in (signed(), signed().lower(), signed().upper()):
        assert tokens.read_address(KEYS, address, TODAY) == Token(Purpose.REPLY, 123456, 77)


@pytest.mark.parametrize("purpose", [Purpose.REPLY, Purpose.RETURN])
def test_a_token_keeps_its_purpose(purpose: Purpose) -> None:
    """An envelope sender's token is not a reply address's, and says which it is."""
    token = tokens.read_address(KEYS, signed(purpose), TODAY)
    assert token is not None and token.purpose is purpose


def test_an_older_key_still_verifies_and_a_forgotten_one_does_not() -> None:
    """After a rotation the old tokens hold until their key is taken out of the file."""
    address = signed(keys=OLD)
    assert tokens.read_address(KEYS, address, TODAY) is not None
    assert tokens.read_address(Keys(KEYS.entries[:1]), address, TODAY) is None


@pytest.mark.attack("A14")
def test_any_flipped_bit_is_refused() -> None:
    """A14: of a reply address and of a Message-ID, but for a letter's case, which relays change."""
    message_id = tokens.signed_message_id(KEYS, 123456, "aa", "inst", "example.com", TODAY)
    tag = signed().lower().partition("+")[2].partition("@")[0]
    for text, read in (
        (tag, lambda t: tokens.read_address(KEYS, f"pomoc+{t}@example.com", TODAY)),
        (
            message_id.partition("@")[0],
            lambda t: tokens.read_message_id(KEYS, f"{t}@example.com>", "inst", TODAY),
        ),
    ):
        assert read(text) is not None
        for index, char in enumerate(text):
            for bit in range(8):
                other = chr(ord(char) ^ 1 << bit)
                changed = f"{text[:index]}{other}{text[index + 1 :]}"
                if other.lower() != char:
                    assert read(changed) is None, changed


@pytest.mark.attack("A14")
@pytest.mark.parametrize("number", [123456, 123457])
@pytest.mark.parametrize("participant", [0, 77, 2**32 - 1])
@pytest.mark.parametrize("purpose", Purpose)
def test_a_token_is_good_for_what_it_was_made_for(
    number: int, participant: int, purpose: Purpose
) -> None:
    """A14: for no other ticket, purpose or mail, and nobody else's key makes one."""
    token = tokens.sign(KEYS, purpose, number, participant, TODAY, "n")
    for other_number in (123456, 123457):
        for other in Purpose:
            for nonce in ("n", "m"):
                found = tokens.verify(KEYS, other, other_number, token, TODAY, nonce)
                same = (other_number, other, nonce) == (number, purpose, "n")
                assert found == (Token(purpose, number, participant) if same else None)
    stolen = Keys((("k2", b"another secret of sixteen"),))
    forged = tokens.sign(stolen, purpose, number, participant, TODAY, "n")
    assert tokens.verify(KEYS, purpose, number, forged, TODAY, "n") is None
    unknown = f"k9{token[2:]}"
    assert tokens.verify(KEYS, purpose, number, unknown, TODAY, "n") is None


@pytest.mark.parametrize(
    ("message_id", "instance"),
    [
        ("<t123456.aa.k1abc.b0b1@example.com>", "b0b1"),
        ("<T123456.AA.K1ABC.B0B1@Example.COM>", "b0b1"),
        ("<1@example.com>", ""),
        ("<t123456.aa.k1abc@example.com>", ""),
        ("", ""),
    ],
)
def test_the_form_of_a_message_id_tells_an_installation(message_id: str, instance: str) -> None:
    """Whoever's it is, and without any proof."""
    assert tokens.instance_in(message_id) == instance


def test_any_changed_character_is_refused() -> None:
    """No character of number or token can be exchanged for another."""
    local, _, domain = signed().lower().rpartition("@")
    name, _, tag = local.partition("+")
    for index, char in enumerate(tag):
        for other in "abcdefghijklmnopqrstuvwxyz0123456789-":
            if other != char:
                changed = f"{name}+{tag[:index]}{other}{tag[index + 1 :]}@{domain}"
                assert tokens.read_address(KEYS, changed, TODAY) is None, changed


@given(st.text(max_size=80))
def test_anything_else_is_no_token(text: str) -> None:
    """Whatever stands in an address or a Message-ID, reading it raises nothing."""
    assert tokens.read_address(KEYS, f"pomoc+{text}@example.com", TODAY) is None
    assert tokens.read_message_id(KEYS, text, "i", TODAY) is None


def test_a_token_expires() -> None:
    """It is good for five years and not a day longer."""
    last = date(2031, 11, 19)
    assert tokens.read_address(KEYS, signed(), last) is not None
    assert tokens.read_address(KEYS, signed(), date(2031, 11, 20)) is None


def test_a_message_id_is_bound_to_number_nonce_and_instance() -> None:
    """Ours reads back; with another nonce, number or instance it is a stranger's."""
    ours = tokens.signed_message_id(KEYS, 123456, "ab12", "inst", "support.example.com", TODAY)
    assert tokens.read_message_id(KEYS, ours, "inst", TODAY) == Token(Purpose.MESSAGE, 123456, 0)
    assert tokens.read_message_id(KEYS, ours.upper(), "inst", TODAY) is not None
    for before, after in (("ab12", "ab13"), ("123456", "123457"), (".inst@", ".other@")):
        assert tokens.read_message_id(KEYS, ours.replace(before, after), "inst", TODAY) is None
    assert tokens.read_message_id(KEYS, ours, "other", TODAY) is None


def test_an_anchor_is_one_for_a_ticket_and_proves_nothing() -> None:
    """It keeps a ticket's mails together in every program, and is no token."""
    anchor = tokens.anchor(123456, "inst", "support.example.com")
    assert anchor == tokens.anchor(123456, "inst", "support.example.com")
    assert anchor != tokens.anchor(123457, "inst", "support.example.com")
    assert tokens.read_message_id(KEYS, anchor, "inst", TODAY) is None


def test_the_longest_suffix_is_the_one_that_check_reckons_with() -> None:
    """SUFFIX_CHARS bounds what signing adds to a local part, for seven digits and any key id."""
    keys = Keys((("k" * 8, b"x" * 16),))
    address = tokens.signed_address(keys, Purpose.REPLY, "a@b.example", 1234567, 2**31, TODAY)
    assert len(address) - len("a@b.example") == tokens.SUFFIX_CHARS


def test_a_secret_does_not_show() -> None:
    """Printing keys prints their ids alone."""
    assert repr(KEYS) == "Keys(k2, k1)"
