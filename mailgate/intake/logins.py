"""Who may sign in on our listener: addresses and their hashed passwords.

Promises that no password is kept, shown or logged, and that an unknown address costs as long as a
wrong password. A hash says itself how it was made: `$scrypt$ln=15,r=8,p=3$SALT$HASH`, base64
without padding (RFC 7914; the form of PHC strings).
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from mailgate.message.address import canonical

MAX_PASSWORD_BYTES = 256
_SALT_BYTES, _HASH_BYTES = 16, 32
_LN, _R, _P = 15, 8, 3
_MAX_MEMORY_BYTES = 256 * 1024 * 1024
_FORM = re.compile(
    r"\$scrypt\$ln=([0-9]{1,2}),r=([0-9]{1,2}),p=([0-9]{1,2})"
    r"\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{43,86})"
)


@dataclass(frozen=True)
class Hash:
    """A password that was hashed, and how."""

    ln: int
    r: int
    p: int
    salt: bytes
    octets: bytes

    def __str__(self) -> str:
        return f"$scrypt$ln={self.ln},r={self.r},p={self.p}${_text(self.salt)}${_text(self.octets)}"


@dataclass(frozen=True)
class Logins:
    """All who may sign in: hashes by canonical address."""

    hashes: Mapping[str, Hash] = field(default_factory=dict, repr=False)

    def address_of(self, name: str, password: bytes) -> str | None:
        """Return the address that a name and a password stand for, None where they do not fit.

        Takes a third of a second and 32 MB, on purpose; not for an event loop.
        """
        address = canonical(name)
        known = self.hashes.get(address)
        fits = _hashed(password[:MAX_PASSWORD_BYTES], known or _NOBODY)
        right = hmac.compare_digest(fits, (known or _NOBODY).octets)
        return address if known is not None and right and password else None


def hash_of(password: bytes) -> Hash:
    """Return the hash of a password with a salt of its own. ValueError where it is too long."""
    if not 0 < len(password) <= MAX_PASSWORD_BYTES:
        raise ValueError(f"a password has 1 to {MAX_PASSWORD_BYTES} octets")
    salt = secrets.token_bytes(_SALT_BYTES)
    made = Hash(_LN, _R, _P, salt, bytes(_HASH_BYTES))
    return Hash(_LN, _R, _P, salt, _hashed(password, made))


def read_hash(text: str) -> Hash | None:
    """Return a hash as it is written, None where it is none, or costs too little or too much."""
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    ln, r, p = int(match[1]), int(match[2]), int(match[3])
    if not (10 <= ln <= 17 and 1 <= r <= 16 and 1 <= p <= 10):
        return None
    try:
        return Hash(ln, r, p, _octets(match[4]), _octets(match[5]))
    except (binascii.Error, ValueError):
        return None


def _hashed(password: bytes, how: Hash) -> bytes:
    return hashlib.scrypt(
        password,
        salt=how.salt,
        n=1 << how.ln,
        r=how.r,
        p=how.p,
        maxmem=_MAX_MEMORY_BYTES * 2,
        dklen=len(how.octets),
    )


def _text(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii").rstrip("=")


def _octets(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


_NOBODY = Hash(_LN, _R, _P, bytes(_SALT_BYTES), bytes(_HASH_BYTES))
