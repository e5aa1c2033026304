"""Signed tokens in reply addresses and Message-IDs: proof that someone has our mail.

A token is HMAC-SHA-256, cut to 100 bits, over what it is for, the ticket, the participant and
the day it expires. Lower-case base32 throughout, so that a relay which lower-cases a local part
does no harm. A token that is not ours, changed or expired reads as None.
"""

import base64
import hmac
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256

from mailgate.message.address import split_subaddress

_EPOCH = date(2020, 1, 1)
_LIFE = timedelta(days=5 * 365)
_BODY_CHARS = 10  # participant (4 octets) and expiry (2 octets)
_MAC_CHARS = 20  # 100 bits
_TOKEN = re.compile(
    rf"(?P<key>[a-z0-9]{{1,8}})(?P<body>[a-z2-7]{{{_BODY_CHARS}}})(?P<mac>[a-z2-7]{{{_MAC_CHARS}}})"
)
_SUBADDRESS = re.compile(r"t(?P<number>[0-9]{6,9})-(?P<token>[a-z0-9]+)")
_MESSAGE_ID = re.compile(
    r"<t(?P<number>[0-9]{6,9})\.(?P<nonce>[a-z0-9]{1,32})\.(?P<token>[a-z0-9]+)"
    r"\.(?P<instance>[a-z0-9]{1,32})@[^<>@\s]+>"
)

SUFFIX_CHARS = len("+t1234567-") + 8 + _BODY_CHARS + _MAC_CHARS
"""The most that a signed subaddress adds to a local part."""


class Purpose(StrEnum):
    """What a token is good for; one made for another purpose is no token."""

    REPLY = "reply"
    RETURN = "return"
    MESSAGE = "message"


@dataclass(frozen=True)
class Keys:
    """The installation's secrets as (key id, secret): the first signs, all verify."""

    entries: tuple[tuple[str, bytes], ...]

    def __repr__(self) -> str:
        """Show the ids alone; a secret belongs in no log."""
        return f"Keys({', '.join(key_id for key_id, _ in self.entries)})"


@dataclass(frozen=True)
class Token:
    """What a genuine token says. participant: 0 where it was made for nobody in particular."""

    purpose: Purpose
    number: int
    participant: int


def sign(
    keys: Keys, purpose: Purpose, number: int, participant: int, today: date, nonce: str = ""
) -> str:
    """Return a token for a ticket and a participant, good for five years from today."""
    key_id, secret = keys.entries[0]
    expires = (today + _LIFE - _EPOCH).days
    body = _base32(participant.to_bytes(4, "big") + expires.to_bytes(2, "big"))[:_BODY_CHARS]
    return f"{key_id}{body}{_mac(secret, purpose, number, body, nonce)}"


def verify(
    keys: Keys, purpose: Purpose, number: int, token: str, today: date, nonce: str = ""
) -> Token | None:
    """Return what a token says, or None if it is not ours, changed, or expired."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    for key_id, secret in keys.entries:
        expected = _mac(secret, purpose, number, match["body"], nonce)
        if key_id == match["key"] and hmac.compare_digest(expected, match["mac"]):
            octets = base64.b32decode(match["body"].upper() + "======")
            expires = _EPOCH + timedelta(days=int.from_bytes(octets[4:6], "big"))
            if today > expires:
                return None
            return Token(purpose, number, int.from_bytes(octets[:4], "big"))
    return None


def signed_address(
    keys: Keys, purpose: Purpose, address: str, number: int, participant: int, today: date
) -> str:
    """Return `local+t<number>-<token>@domain` for a Reply-To or an envelope sender."""
    local, _, domain = address.rpartition("@")
    return f"{local}+t{number}-{sign(keys, purpose, number, participant, today)}@{domain}"


def read_address(keys: Keys, address: str, today: date) -> Token | None:
    """Return the token in a recipient address, in any case, or None."""
    match = _SUBADDRESS.fullmatch(split_subaddress(address)[1].lower())
    if match is None:
        return None
    for purpose in (Purpose.REPLY, Purpose.RETURN):
        token = verify(keys, purpose, int(match["number"]), match["token"], today)
        if token is not None:
            return token
    return None


def signed_message_id(
    keys: Keys,
    number: int,
    nonce: str,
    instance: str,
    domain: str,
    today: date,
    participant: int = 0,
) -> str:
    """Return a Message-ID of ours, with angle brackets; nonce makes it unique ([a-z0-9]).

    participant: whom the mail is for alone, 0 where several get it.
    """
    token = sign(keys, Purpose.MESSAGE, number, participant, today, nonce)
    return f"<t{number}.{nonce}.{token}.{instance}@{domain}>"


def read_message_id(keys: Keys, message_id: str, instance: str, today: date) -> Token | None:
    """Return the token in a Message-ID of this installation, or None."""
    match = _MESSAGE_ID.fullmatch(message_id.lower())
    if match is None or match["instance"] != instance:
        return None
    number = int(match["number"])
    return verify(keys, Purpose.MESSAGE, number, match["token"], today, match["nonce"])


def instance_in(message_id: str) -> str:
    """Return the installation that a Message-ID of this form names, ours or not, "" for none.

    Unsigned, as far as anybody else can tell: good for a hint and nothing more.
    """
    match = _MESSAGE_ID.fullmatch(message_id.lower())
    return "" if match is None else match["instance"]


def anchor(number: int, instance: str, domain: str) -> str:
    """Return the ticket's stable id for References, which no mail bears itself."""
    return f"<ticket-{number}.{instance}@{domain}>"


def _mac(secret: bytes, purpose: Purpose, number: int, body: str, nonce: str) -> str:
    said = f"{purpose}\0{number}\0{body}\0{nonce}".encode("ascii")
    return _base32(hmac.new(secret, said, sha256).digest())[:_MAC_CHARS]


def _base32(octets: bytes) -> str:
    return base64.b32encode(octets).decode("ascii").lower()
