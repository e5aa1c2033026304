"""DKIM: which domains signed a mail (RFC 6376), verified by dkimpy of the extra `auth`.

Promises domains or nothing for any octets, in bounded time: what is long, odd or weak is left
out before dkimpy sees it, since some of its patterns are quadratic (trailing blanks of a body,
blanks in a signature). Believed is only a signature over From and the whole body.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mailgate.message.address import domain_of
from mailgate.verification.names import Names, UnansweredError

MAX_BYTES = 10 * 1024 * 1024
MAX_SIGNATURES = 5
_MAX_SIGNATURE = 4_096
_MAX_KEY = 1_024
_MAX_HEADERS = 64 * 1024
_MAX_NAMES_SIGNED = 200
_BLANKS = re.compile(rb"[ \t\r\n]{60}")
_END = re.compile(rb"\r?\n\r?\n")
# dkimpy logs domains, and to stderr where nobody listens.
_SILENT = logging.Logger("mailgate.dkim")
_SILENT.addHandler(logging.NullHandler())
_RUNS = re.compile(rb"[ \t]++")


@dataclass(frozen=True)
class Signed:
    """signers: canonical domains. unanswered: a key that counts could not be asked for.

    seen: signatures.
    """

    signers: tuple[str, ...] = ()
    unanswered: bool = False
    seen: int = 0


def signers_of(octets: bytes, names: Names, counts: Callable[[str], bool] = bool) -> Signed:
    """Return who signed a mail, of its five topmost signatures.

    counts: says of a domain whether its signature can; these are looked at first.
    """
    import dkim  # noqa: PLC0415 - of an extra

    match = _END.search(octets, 0, _MAX_HEADERS)
    if match is None:
        return Signed()
    head, body = octets[: match.start()], octets[match.end() :]
    head = re.sub(rb"\r?\n", b"\r\n", head) + b"\r\n\r\n"
    body = re.sub(rb"\r?\n", b"\r\n", body)
    relaxed = b""
    signers: list[str] = []
    unanswered = False
    found = _fields(head)
    read = [(position, _tags(field)) for position, field in enumerate(found[:MAX_SIGNATURES])]
    believable = [(position, tags, _signer(tags)) for position, tags in read if tags is not None]
    for position, tags, signer in sorted(believable, key=lambda each: not counts(each[2])):
        is_relaxed = tags.get(b"c", b"").partition(b"/")[2] == b"relaxed"
        if is_relaxed and not relaxed:
            relaxed = _relaxed(body)
        try:
            verifier = dkim.DKIM(
                head + (relaxed if is_relaxed else body), logger=_SILENT, minkey=1024
            )
            good = verifier.verify(idx=position, dnsfunc=_asking(names))
        except UnansweredError:
            unanswered = unanswered or counts(signer)
        except Exception:  # noqa: BLE001, S112 - a foreign parser; what it cannot read proves nothing
            continue
        else:
            if good:
                signers.append(signer)
    return Signed(tuple(dict.fromkeys(signers)), unanswered, len(found))


def _fields(head: bytes) -> list[bytes]:
    """Return the values of the signatures, the topmost first, as dkimpy counts them."""
    lines = re.split(rb"\r\n(?![ \t])", head)
    return [line.partition(b":")[2] for line in lines if line[:15].lower() == b"dkim-signature:"]


def _tags(value: bytes) -> dict[bytes, bytes] | None:
    """Return the tags of a signature that may be believed, None for any other."""
    if len(value) > _MAX_SIGNATURE or _BLANKS.search(value):
        return None
    tags: dict[bytes, bytes] = {}
    for piece in value.split(b";"):
        key, _, said = piece.partition(b"=")
        tags[key.strip()] = said.strip()
    signed = [each.strip().lower() for each in tags.get(b"h", b"").split(b":")]
    if b"from" not in signed or len(signed) > _MAX_NAMES_SIGNED:
        return None
    # l= leaves room for words that nobody signed; sha1 is broken (RFC 8301).
    if b"l" in tags or tags.get(b"a") not in (b"rsa-sha256", b"ed25519-sha256"):
        return None
    return tags if tags.get(b"d") else None


def _signer(tags: dict[bytes, bytes]) -> str:
    return domain_of(f"x@{tags[b'd'].decode('ascii', 'replace')}")


def _relaxed(body: bytes) -> bytes:
    """Return a body as RFC 6376 §3.4.4 wants it, in linear time; dkimpy finds no more to do."""
    return b"\r\n".join(_RUNS.sub(b" ", line.rstrip(b" \t")) for line in body.split(b"\r\n"))


def _asking(names: Names) -> Callable[..., bytes | None]:
    def ask(name: Any, timeout: float = 0) -> bytes | None:  # noqa: ARG001 - dkimpy's signature
        wanted = name.decode("ascii") if isinstance(name, bytes) else str(name)
        records = names.texts(wanted.rstrip("."))
        # A longer key would cost more than a mail is worth.
        fit = [each for each in records if len(each) <= _MAX_KEY]
        return fit[0].encode("latin-1") if len(fit) == 1 else None

    return ask
