"""What an agent should know of a mail's sender before she believes it.

Pure. None of it decides anything; each is a line beside the entry.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from mailgate.message.address import canonical, domain_of
from mailgate.message.message import Message
from mailgate.tokens import Keys, read_address

_LOOKS_LIKE_AN_ADDRESS = re.compile(r"[^\s<>@\"'(),;:]{1,64}@[^\s<>@\"'(),;:]{1,255}")
_LONGEST = 200
_MOST = 5


def remarks(
    message: Message, recipients: Sequence[str], keys: Keys, today: date
) -> tuple[str, ...]:
    """Return what is odd about who sends a mail, in sentences for agents, "" shapes left out.

    A name that looks like another address, a domain in letters that only look Latin, several
    senders, a Reply-To elsewhere (which is never written to, RFC 3834 §4), a reply address of ours
    whose token has expired.
    """
    found = [*_senders(message), *_reply_to(message)]
    if any(_has_expired(keys, address, today) for address in recipients):
        found.append("came to a reply address of ours whose token has expired")
    return tuple(each[:_LONGEST] for each in found)


def _senders(message: Message) -> list[str]:
    found = []
    if message.from_ and message.author is None:
        named = ", ".join(each.address for each in message.from_[:_MOST])
        found.append(f"nobody certain sent this; From says {named}")
    for each in message.from_[:_MOST]:
        shown = _LOOKS_LIKE_AN_ADDRESS.findall(each.name[:_LONGEST])
        if any(canonical(other) != each.canonical for other in shown):
            found.append(f"the sender's name looks like an address; he is {each.address}")
        if not _is_latin(each.address.rpartition("@")[2]):
            found.append(f"the sender's domain is not in Latin letters: {domain_of(each.address)}")
    return found


def _is_latin(domain: str) -> bool:
    """Say whether each letter is one that cannot pass for another alphabet's."""
    letters = (sign for sign in domain if not sign.isascii() and sign.isalpha())
    return all(unicodedata.name(sign, "").startswith("LATIN ") for sign in letters)


def _reply_to(message: Message) -> list[str]:
    senders = {each.canonical for each in message.from_}
    other = [each.address for each in message.reply_to if each.canonical not in senders]
    if not other:
        return []
    return [f"Reply-To differs and is not written to: {', '.join(other[:_MOST])}"]


def _has_expired(keys: Keys, address: str, today: date) -> bool:
    """Say whether a token was good once; at the beginning of time none has expired."""
    good = read_address(keys, address, today)
    return good is None and read_address(keys, address, date.min) is not None
