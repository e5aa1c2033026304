"""How a mail takes its place in the customer's conversation: References and Thread-Index.

Pure. References follow RFC 5322 §3.6.4 with a stable anchor of the ticket; Thread-Index is
what Outlook and Exchange go by (MS-OXOMSG §2.2.1.3), an index of 22 octets that each answer
makes five longer.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from mailgate.replies.compose import bounded

_PLAIN_CHARS = 150
_PLAIN_ID = re.compile(r"<[A-Za-z0-9.+=_$-]+@[A-Za-z0-9.-]+>")
_BETWEEN_WORDS = re.compile(r"[^A-Za-z0-9]")
_WEB = re.compile(r"https?|www\.|\.(?:com|net|org|info|biz|shop|xyz|ru|cn)[^@>]*@", re.IGNORECASE)
_HEADER = 22
_CHILD = 5
_MAX_CHILDREN = 40
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def without_words(ids: Sequence[str]) -> list[str]:
    """Return the Message-IDs that carry nothing to read; for who has proven nothing.

    A Message-ID is the sender's to choose and comes back in our References. What programs make
    is short, of letters, digits and a few signs, is no prose, and names no place on the web.
    """
    return [each for each in ids if len(each) <= _PLAIN_CHARS and _says_nothing(each)]


def _says_nothing(message_id: str) -> bool:
    local = message_id.partition("@")[0]
    words = [word for word in _BETWEEN_WORDS.split(local) if len(word) > 3 and word.isalpha()]
    plain = _PLAIN_ID.fullmatch(message_id) is not None
    return plain and len(words) < 2 and not _WEB.search(message_id)


def references_of(parent: tuple[str, ...], parent_id: str, anchor: str) -> tuple[str, ...]:
    """Return the References of an answer, at most 20: first, anchor, then the latest.

    parent: References of the mail answered; parent_id: its Message-ID, "" where it had none.
    anchor: a Message-ID that is the same in every mail of the ticket, so that a mail program
    keeps them together even where the customer began anew.
    """
    first, *rest = (*parent, parent_id) if parent or parent_id else ("",)
    return bounded((first, anchor, *rest))


def next_thread_index(previous: str | None, at: datetime, seed: bytes) -> str:
    """Return the Thread-Index of an answer, in base64.

    previous: the header of the mail answered; None or damaged begins a new index. at: aware.
    seed: what the index of a new conversation is derived from, such as the ticket's anchor.
    """
    ticks = (at - _EPOCH) // timedelta(microseconds=1) * 10
    digest = sha256(seed).digest()
    index = _decoded(previous or "")
    if index is None:
        return base64.b64encode((ticks >> 16).to_bytes(6, "big") + digest[:16]).decode()
    if len(index) >= _HEADER + _CHILD * _MAX_CHILDREN:
        index = index[:_HEADER]
    began = int.from_bytes(index[:6], "big") << 16
    passed = max(ticks - began, 0)
    # 31 bits of the time passed; a coarser unit, told by the top bit, from 1.7 years on.
    coarse = passed >> 49 != 0
    delta = (passed >> 23 if coarse else passed >> 18) & 0x7FFFFFFF
    child = (delta | (0x80000000 if coarse else 0)).to_bytes(4, "big")
    noise = sha256(seed + child).digest()[:1]
    return base64.b64encode(index + child + noise).decode()


def _decoded(text: str) -> bytes | None:
    """Return the octets of a Thread-Index, or None where it is none."""
    if len(text) > 1000:
        return None
    try:
        index = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return index if len(index) >= _HEADER and (len(index) - _HEADER) % _CHILD == 0 else None
