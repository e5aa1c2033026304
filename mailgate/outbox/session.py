"""One SMTP session with the smarthost: the stdlib's client, made patient and bounded.

Promises the time-outs of RFC 5321 §4.5.3.2 a command, a call of `waiting` every 15 seconds while
it waits, and bounds on what it reads. When the smarthost answers before it was asked, the session
is over: a reply taken for the wrong command could make a lost mail look delivered.
Raises OSError (smtplib's exceptions are such) whenever the session cannot go on.
"""

import select
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mailgate.oauth.granting import cleaned
from mailgate.oauth.tokens import TokenSource

_SLICE_SECONDS = 15.0
_BLOCK_BYTES = 256 * 1024
_MAX_LINE_BYTES = 4096
_MAX_LINES = 100


@dataclass(frozen=True)
class Timeouts:
    """How long each answer of the smarthost may take (RFC 5321 §4.5.3.2; connect is ours)."""

    connect: timedelta = timedelta(seconds=30)
    greeting: timedelta = timedelta(minutes=5)
    command: timedelta = timedelta(minutes=5)
    data: timedelta = timedelta(minutes=2)
    block: timedelta = timedelta(minutes=3)
    final: timedelta = timedelta(minutes=10)


@dataclass(frozen=True)
class Reply:
    """What the smarthost answered: the code, and "code text" cleaned for people and logs."""

    code: int
    text: str


class SmtpSession(smtplib.SMTP):
    """A connection on which commands are exchanged one by one.

    content_sent: every octet of the last mail, its final dot included, was handed to the network.
    """

    def __init__(
        self,
        host: str,
        port: int,
        helo: str,
        timeouts: Timeouts,
        waiting: Callable[[], None],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Connect and read the greeting; with tls, encrypted from the first octet (RFC 8314)."""
        self.content_sent = False
        self._timeouts = timeouts
        self._waiting = waiting
        self._tls = tls
        self._received = b""
        self._patience = timeouts.greeting.total_seconds()
        super().__init__(host, port, helo, timeout=timeouts.connect.total_seconds())
        self._patience = timeouts.command.total_seconds()

    def connect(
        self, host: str = "localhost", port: int = 0, source_address: Any = None
    ) -> tuple[int, bytes]:
        """Open the connection and return the greeting."""
        sock = socket.create_connection((host, port), self.timeout, source_address)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.sock = self._tls.wrap_socket(sock, server_hostname=host) if self._tls else sock
            return self.getreply()
        except BaseException:
            sock.close()
            self.close()
            raise

    def is_quiet(self) -> bool:
        """Say whether the connection is open and nothing came that was not asked for."""
        if self.sock is None or self._received:
            return False
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        return not poll.poll(0)

    def sign_in_by_token(self, user: str, tokens: TokenSource) -> None:
        """Sign in by XOAUTH2, with a new token where the first one is refused.

        Raises SMTPAuthenticationError, SMTPNotSupportedError, TokenError.
        """
        if "XOAUTH2" not in self.esmtp_features.get("auth", "").upper().split():
            raise smtplib.SMTPNotSupportedError("the smarthost does not offer AUTH XOAUTH2")
        token = self._token(tokens, refresh=False)
        try:
            self._say_token(user, token)
        except smtplib.SMTPAuthenticationError:
            fresh = self._token(tokens, refresh=True)
            if fresh == token:
                raise
            self._say_token(user, fresh)

    def _token(self, tokens: TokenSource, *, refresh: bool) -> str:
        # Asking for one may take half a minute, in which nobody else says that we live.
        self._waiting()
        token = tokens.access_token(refresh=refresh)
        self._waiting()
        return token

    def _say_token(self, user: str, token: str) -> None:
        def answer(challenge: bytes | None = None) -> str:
            # A challenge is the reason of a refusal, to which an empty answer is due.
            return f"user={user}\x01auth=Bearer {token}\x01\x01" if challenge is None else ""

        try:
            self.auth("XOAUTH2", answer)
        except smtplib.SMTPAuthenticationError as error:
            said = error.smtp_error
            text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
            raise smtplib.SMTPAuthenticationError(
                error.smtp_code, cleaned(text, (token,))
            ) from None

    def ask(self, command: str, patience: timedelta | None = None) -> Reply:
        """Send a command and return the reply."""
        self._patience = (patience or self._timeouts.command).total_seconds()
        self.putcmd(command)
        return self._reply()

    def transmit(self, content: bytes) -> Reply:
        """Send what follows 354, its final dot included, and return the last reply.

        content: dot-stuffed, with CRLF everywhere, ending in CRLF dot CRLF.
        """
        block_seconds = self._timeouts.block.total_seconds()
        rest = memoryview(content)
        deadline = time.monotonic() + block_seconds
        while rest:
            self._set_timeout(min(_SLICE_SECONDS, block_seconds))
            try:
                sent = self._open_socket().send(rest[:_BLOCK_BYTES])
            except TimeoutError:
                if time.monotonic() >= deadline:
                    raise
            else:
                rest = rest[sent:]
                deadline = time.monotonic() + block_seconds
            if rest:
                self._waiting()
        self.content_sent = True
        self._patience = self._timeouts.final.total_seconds()
        return self._reply()

    def _reply(self) -> Reply:
        code, text = self.getreply()
        return Reply(code, f"{code} {clean(text)}")

    def send(self, s: Any) -> None:
        """Send a command; refuse to while an answer nobody asked for is there.

        So plain text that was slipped in behind the reply to STARTTLS ends the session, too.
        """
        if self._received:
            raise smtplib.SMTPServerDisconnected(f"out of turn: {clean(self._received)}")
        self._set_timeout(_SLICE_SECONDS)
        self._open_socket().sendall(s.encode(self.command_encoding) if isinstance(s, str) else s)

    def getreply(self) -> tuple[int, bytes]:
        """Return code and text of the next reply, in at most the time its command has."""
        deadline = time.monotonic() + self._patience
        texts: list[bytes] = []
        while len(texts) < _MAX_LINES:
            line = self._line(deadline)
            if not line[:3].isdigit() or line[3:4] not in (b"-", b" ", b""):
                raise smtplib.SMTPServerDisconnected(f"no SMTP reply: {clean(line)}")
            texts.append(line[4:].strip())
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(texts)
        raise smtplib.SMTPServerDisconnected(f"a reply of more than {_MAX_LINES} lines")

    def _line(self, deadline: float) -> bytes:
        while (end := self._received.find(b"\n")) < 0:
            if len(self._received) > _MAX_LINE_BYTES:
                raise smtplib.SMTPServerDisconnected("a reply line without end")
            self._received += self._block(deadline)
        line, self._received = self._received[:end], self._received[end + 1 :]
        return line.rstrip(b"\r")

    def _block(self, deadline: float) -> bytes:
        while (left := deadline - time.monotonic()) > 0:
            self._set_timeout(min(_SLICE_SECONDS, left))
            try:
                block = self._open_socket().recv(_MAX_LINE_BYTES)
            except TimeoutError:
                self._waiting()
                continue
            if not block:
                raise smtplib.SMTPServerDisconnected("the smarthost closed the connection")
            return block
        raise TimeoutError(f"no answer within {self._patience:g} s")

    def _open_socket(self) -> socket.socket:
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        return self.sock

    def _set_timeout(self, seconds: float) -> None:
        sock = self._open_socket()
        if sock.gettimeout() != seconds:
            sock.settimeout(seconds)


def clean(text: bytes | str, longest: int = 500) -> str:
    """Return foreign words fit for a log and a terminal: one line, printable, cut to length."""
    decoded = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    printable = "".join(sign if sign.isprintable() else " " for sign in decoded[: longest * 2])
    return " ".join(printable.split())[:longest]
