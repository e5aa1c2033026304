"""How a mail takes its place in the customer's conversation: References and Thread-Index.

Pure. References follow RFC 5322 §3.6.4 with a stable anchor of the ticket; Thread-Index is
what Outlook and Exchange go by (MS-OXOMSG §2.2.1.3), an index of 22 octets that each answer
makes five longer.
"""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from mailgate.replies.compose import bounded

_HEADER = 22
_CHILD = 5
_MAX_CHILDREN = 40
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


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
