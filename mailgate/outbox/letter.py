"""A mail as it goes over the wire: checked addresses, CRLF only, dots doubled. Pure."""

import re
from dataclasses import dataclass

from mailgate.message.address import domain_of, is_plain_address
from mailgate.outbox.outcome import Refused

_LINE_ENDS = re.compile(rb"\r\n|\r|\n")
_BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")


@dataclass(frozen=True)
class Letter:
    """A mail ready for the wire, for one recipient.

    mail_from: "" is the null sender. wire: what follows 354, final dot included. size: octets
    before dot-stuffing (RFC 1870 §4). eight_bit, utf8: what the smarthost must be able to take.
    """

    mail_from: str
    recipient: str
    wire: bytes
    size: int
    eight_bit: bool
    utf8: bool


def write(mail_from: str, recipient: str, content: bytes) -> Letter | Refused:
    """Return the letter, or Refused where an address is unfit for an SMTP command.

    mail_from: "" is the null sender. Bare CR and LF of the content become CRLF
    (RFC 5321 §2.3.8), so that no line of it can end the data early.
    """
    sender = _on_the_wire(mail_from) if mail_from else ""
    if sender is None:
        return Refused(f"the sender {_shown(mail_from)} is no address fit for SMTP")
    receiver = _on_the_wire(recipient)
    if receiver is None:
        return Refused(f"the recipient {_shown(recipient)} is no address fit for SMTP")
    if _BARE_LINE_END.search(content):
        content = _LINE_ENDS.sub(b"\r\n", content)
    if content and not content.endswith(b"\r\n"):
        content += b"\r\n"
    head, _, _ = content.partition(b"\r\n\r\n")
    return Letter(
        sender,
        receiver,
        wire=_dot_stuffed(content) + b".\r\n",
        size=len(content),
        eight_bit=not content.isascii(),
        utf8=not (sender.isascii() and receiver.isascii() and head.isascii()),
    )


def _on_the_wire(address: str) -> str | None:
    """Return an address as it goes into a command, its domain as A-labels; None if unfit."""
    if not address.isprintable() or not is_plain_address(address):
        return None
    return f"{address.rpartition('@')[0]}@{domain_of(address)}"


def _dot_stuffed(content: bytes) -> bytes:
    """Double the dot at the start of each line (RFC 5321 §4.5.2)."""
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed


def _shown(address: str) -> str:
    return ascii(address[:80])
