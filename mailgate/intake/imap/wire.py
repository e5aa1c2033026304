"""The octets between us and an IMAP server: imaplib with bounds, deadlines and a list of commands.

Promises that whatever a server sends, an answer ends in bounded time and memory, and that only
commands of the list below leave, without CR, LF or NUL in them. What is out of bounds ends the
connection with WireError; the mail is then still in the mailbox.
"""

import imaplib
import select
import socket
import ssl
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

from mailgate.intake.imap.settings import Bounds

_ALLOWED = frozenset(
    {"AUTHENTICATE", "CAPABILITY", "EXAMINE", "IDLE", "LIST", "LOGIN", "LOGOUT"}
    | {"NAMESPACE", "NOOP", "SELECT", "STARTTLS", "UID"}
)
_ALLOWED_BY_UID = frozenset({"SEARCH", "FETCH", "STORE", "COPY", "MOVE", "EXPUNGE"})
_BLOCK = 256 * 1024
_SMALL_LITERAL = 64 * 1024
# What a server may add to the size it stated: some count line ends as one octet.
_MARGIN = 64 * 1024


class WireError(imaplib.IMAP4.abort):
    """The server is silent, gone, or beyond what we put up with; the connection is over."""


class Wire(imaplib.IMAP4):
    """A connection of imaplib's whose reading is ours.

    context: for TLS from the first octet on, None for none. Nothing of imaplib's own reading is
    used, since its lines and literals are bounded by nothing.
    """

    def __init__(
        self, host: str, port: int, context: ssl.SSLContext | None, bounds: Bounds
    ) -> None:
        self._bounds = bounds
        self._context = context
        self._buffer = bytearray()
        self._literal_bytes = _SMALL_LITERAL
        self._begin_answer()
        super().__init__(host, port, timeout=bounds.connect.total_seconds())

    def open(self, host: str = "", port: int = 993, timeout: float | None = None) -> None:
        """Connect, with TLS where a context was given (RFC 8314 §3)."""
        self.host, self.port = host, port
        raw = socket.create_connection((host, port), timeout)
        try:
            self.sock: Any = self._wrapped(raw, self._context) if self._context else raw
        except BaseException:
            raw.close()
            raise

    def _wrapped(self, raw: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
        raw.settimeout(self._bounds.connect.total_seconds())
        return context.wrap_socket(raw, server_hostname=self.host)

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> tuple[Any, list[Any]]:
        """Change to TLS; refuse a server that spoke before it (RFC 9051 §11.1)."""
        if ssl_context is None:
            raise WireError("STARTTLS without a context")
        kind, data = self._simple_command("STARTTLS")
        if kind == "OK":
            if self._buffer or select.select([self.sock], [], [], 0)[0]:
                raise WireError("the server sent something between STARTTLS and TLS")
            self.sock = self._wrapped(self.sock, ssl_context)
            self._tls_established = True
            # What was said before TLS was said by anybody.
            self.untagged_responses: dict[str, list[Any]] = {}
            self._get_capabilities()
        return kind, data

    def allow_literal(self, size: int | None) -> None:
        """Let the next answer hold a mail of so many octets; None: nothing large any more."""
        self._literal_bytes = _SMALL_LITERAL if size is None else size + _MARGIN

    def send(self, data: Any) -> None:
        """Send, and begin to count what comes back."""
        self._begin_answer()
        self.sock.settimeout(self._bounds.command.total_seconds())
        self.sock.sendall(data)

    def _begin_answer(self) -> None:
        self._lines = self._octets = 0
        self._answer_by = time.monotonic() + self._bounds.answer.total_seconds()

    def _command(self, name: str, *args: Any) -> bytes:
        allowed = name in _ALLOWED and (name != "UID" or args[0] in _ALLOWED_BY_UID)
        words = [arg.encode("ascii") if isinstance(arg, str) else arg for arg in args if arg]
        if not allowed or any(set(b"\r\n\0") & set(word) for word in words):
            raise WireError(f"{name} is no command that may be sent")
        for kind in [kind for kind in self.untagged_responses if kind not in _KEPT]:
            del self.untagged_responses[kind]
        return bytes(super()._command(name, *args))  # type: ignore[misc]

    def readline(self) -> bytes:
        """Return a line with its CR LF."""
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > self._bounds.max_line_bytes:
                raise WireError(f"a line of more than {self._bounds.max_line_bytes} octets")
            self._fill()
        if end >= self._bounds.max_line_bytes:
            raise WireError(f"a line of more than {self._bounds.max_line_bytes} octets")
        line = bytes(self._buffer[: end + 1])
        del self._buffer[: end + 1]
        self._count(len(line))
        return line

    def read(self, size: int) -> bytes:
        """Return a literal of so many octets."""
        if size > self._literal_bytes:
            raise WireError(f"a literal of {size} octets where {self._literal_bytes} may come")
        if size > _SMALL_LITERAL:
            # A second one of this size was not asked for.
            self._literal_bytes = _SMALL_LITERAL
        else:
            self._count(size)
        while len(self._buffer) < size:
            self._fill()
        # A slice of the buffer itself would be one more copy of a large mail.
        with memoryview(self._buffer) as whole:
            literal = bytes(whole[:size])
        del self._buffer[:size]
        return literal

    def _count(self, octets: int) -> None:
        self._lines += 1
        self._octets += octets
        if self._lines > self._bounds.max_lines or self._octets > self._bounds.max_answer_bytes:
            raise WireError(f"an answer of {self._lines} lines and {self._octets} octets")

    def _fill(self) -> None:
        left = self._answer_by - time.monotonic()
        if left <= 0:
            raise WireError(f"an answer took longer than {self._bounds.answer}")
        self.sock.settimeout(min(left, self._bounds.command.total_seconds()))
        self._receive()

    def _receive(self) -> None:
        try:
            block = self.sock.recv(_BLOCK)
        except TimeoutError as error:
            raise WireError(f"the server was silent for {self._bounds.command}") from error
        except OSError as error:
            raise WireError(f"the connection broke: {error}") from error
        if not block:
            raise WireError("the server closed the connection")
        self._buffer += block

    def waiting_line(self) -> bytes | None:
        """Return a line that has come by itself, None if there is none yet."""
        return self.readline() if b"\n" in self._buffer else None

    def wait(self, seconds: float, also: int) -> bool:
        """Wait until the server says something or the descriptor `also` can be read.

        Says whether the server did; its octets are then at hand for waiting_line().
        """
        if not (isinstance(self.sock, ssl.SSLSocket) and self.sock.pending()):
            poller = select.poll()
            poller.register(self.sock, select.POLLIN)
            poller.register(also, select.POLLIN)
            ready = {descriptor for descriptor, _ in poller.poll(max(seconds, 0) * 1000)}
            if self.sock.fileno() not in ready:
                return False
        if len(self._buffer) > self._bounds.max_line_bytes:
            raise WireError(f"a line of more than {self._bounds.max_line_bytes} octets")
        self.sock.settimeout(self._bounds.command.total_seconds())
        self._receive()
        return True

    def hurry(self, seconds: float) -> None:
        """Give the answers from here on so long and no longer."""
        self._bounds = replace(self._bounds, answer=timedelta(seconds=seconds))

    def shutdown(self) -> None:
        """Close the connection without another word."""
        self._buffer.clear()
        if hasattr(self, "sock"):
            self.sock.close()


# Of what a server said unasked, only this is of use after the command it came with.
_KEPT = frozenset({"CAPABILITY", "READ-ONLY", "READ-WRITE", "BYE", "UIDVALIDITY", "UIDNEXT"})
