"""What comes after DATA, read as it streams in (RFC 5321 §4.5.2). No socket, no clock.

Promises that only CRLF.CRLF ends a message: a bare CR or LF is content and kept exactly, so that
no two servers can disagree where a message ends. Memory is that of one block. A message over the
limits is counted and dropped while it goes on, and its refusal remembered for its end.
"""

import re

from mailgate.intake import answers
from mailgate.intake.content import Content
from mailgate.intake.limits import ListenerLimits

_END_OF_DATA = b"\r\n.\r\n"
_MAX_REFUSED_LINE = 1024 * 1024
_RECEIVED = re.compile(rb"\nreceived[ \t]*:", re.IGNORECASE)
_END_OF_HEADER = re.compile(rb"\n\r?\n")


class Unstuffer:
    """Takes the dot transparency off a stream and finds its end, however it is cut into blocks."""

    def __init__(self) -> None:
        # The line that DATA opens stands at the start of a line, as if CRLF had come before.
        self._held = b"\r\n"
        self._unsaid = 2

    def feed(self, block: bytes) -> tuple[bytes, bytes | None]:
        """Return the content in a block, and what follows the end of data or None before it."""
        stream = self._held + block
        end = stream.find(_END_OF_DATA)
        if end >= 0:
            content, rest = stream[: end + 2], stream[end + len(_END_OF_DATA) :]
        else:
            # What may be the beginning of the end waits for the next block. No stuffed dot is
            # cut by this: CRLF and a dot are such a beginning themselves.
            held = _length_of_beginning(stream)
            content, rest = stream[: len(stream) - held], None
            self._held = stream[len(stream) - held :]
        content = content.replace(b"\r\n.", b"\r\n")
        if self._unsaid and content:
            content, self._unsaid = content[self._unsaid :], 0
        return content, rest


def _length_of_beginning(stream: bytes) -> int:
    for length in range(len(_END_OF_DATA) - 1, 0, -1):
        if stream.endswith(_END_OF_DATA[:length]):
            return length
    return 0


class HopCounter:
    """Counts Received fields while the header streams by (RFC 5321 §6.3)."""

    def __init__(self) -> None:
        self.hops = 0
        self._tail = b"\n"
        self._in_header = True

    def feed(self, block: bytes) -> None:
        """Count the fields in a block; after the empty line this costs nothing."""
        if not self._in_header:
            return
        stream = self._tail + block
        end = _END_OF_HEADER.search(stream)
        self._in_header = end is None
        last = end.start() if end else stream.rfind(b"\n")
        self.hops += sum(1 for _ in _RECEIVED.finditer(stream, 0, last))
        # An unfinished line is counted when its end comes; its name is in its first octets.
        self._tail = stream[last : last + 64]


class Sink:
    """Fills a content within the limits, and knows the refusal if there must be one.

    refusal: a reply, or None so far. hopeless: so much was sent that the client is not listened
    to until it ends. fault: an error of ours behind the refusal.
    """

    def __init__(self, content: Content, limits: ListenerLimits) -> None:
        self.content = content
        self.refusal: bytes | None = None
        self.hopeless = False
        self.fault: OSError | None = None
        self._limits = limits
        self._hops = HopCounter()
        self._seen = 0
        self._line = 0
        self._handed_over = False

    def write(self, octets: bytes) -> None:
        """Take octets of the message; never raises."""
        self._seen += len(octets)
        last = octets.rfind(b"\n")
        self._line = len(octets) - last - 1 if last >= 0 else self._line + len(octets)
        limit = self._limits.max_message_size
        if self._seen > limit:
            self.refuse(answers.TOO_LARGE)
            # An honest client that is somewhat over hears the refusal at its end of data.
            self.hopeless = self._seen > 2 * limit or self._line > _MAX_REFUSED_LINE
        if self.refusal is None:
            self._hops.feed(octets)
            if self._hops.hops > self._limits.max_hops:
                self.refuse(answers.TOO_MANY_HOPS)
        if self.refusal is None:
            try:
                self.content.write(octets)
            except OSError as error:
                self.fault = error
                self.refuse(answers.for_fault(error))

    def hand_over(self) -> Content:
        """Give the finished content away; who takes it closes it."""
        self._handed_over = True
        self.content.finish()
        return self.content

    def close(self) -> None:
        """Drop the content, unless it was handed over."""
        if not self._handed_over:
            self.content.close()

    def refuse(self, reply: bytes | None) -> None:
        """Remember a refusal, unless there is one already; what was kept is dropped."""
        if reply is not None and self.refusal is None:
            self.refusal = reply
            self.content.close()
