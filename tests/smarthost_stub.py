"""A smarthost that does as a test tells it: says no, falls silent, hangs up, or takes the mail."""

import contextlib
import re
import socket
import ssl
import threading
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

HANG_UP = "hang up"
SAY_NOTHING = "say nothing"

_USUAL = {
    "CONNECT": "220 stub ESMTP",
    "MAIL": "250 2.1.0 sender ok",
    "RCPT": "250 2.1.5 recipient ok",
    "DATA": "354 go ahead",
    "END": "250 2.0.0 taken",
    "RSET": "250 2.0.0 reset",
    "QUIT": "221 2.0.0 bye",
    "STARTTLS": "220 2.0.0 ready",
    "AUTH": "235 2.7.0 welcome",
}
_STRICT_END = re.compile(rb"(?:^|\r\n)\.\r\n")


@dataclass(frozen=True)
class Taken:
    """A mail whose data came whole, dots undone; accepted: it was answered 250."""

    mail_from: str
    recipient: str
    content: bytes
    accepted: bool


class SmarthostStub:
    """Listens on a loopback port.

    answers: per verb (CONNECT, EHLO, MAIL, RCPT, DATA, END, …) what to answer the first, second, …
    time; afterwards, and for what is not named, the usual. end: what ends the data; a lax server
    can be played by another pattern.
    """

    def __init__(
        self,
        *,
        extensions: Iterable[str] = ("8BITMIME", "SMTPUTF8", "SIZE 50000000"),
        end: re.Pattern[bytes] = _STRICT_END,
        tls: ssl.SSLContext | None = None,
        tls_at_once: bool = False,
        **answers: list[str],
    ) -> None:
        self.mails: list[Taken] = []
        self.commands: list[str] = []
        self.connections = 0
        self._extensions = tuple(extensions)
        self._end = end
        self._tls = tls
        self._tls_at_once = tls_at_once
        self._answers = defaultdict(deque, {verb: deque(said) for verb, said in answers.items()})
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def accepted(self) -> list[Taken]:
        """The mails that were answered 250."""
        return [mail for mail in self.mails if mail.accepted]

    def will_answer(self, verb: str, *said: str) -> None:
        """Answer the next commands of this verb so."""
        self._answers[verb].extend(said)

    def interrupt(self, said: str) -> None:
        """Say something on the latest connection that nobody asked for."""
        self._open[-1].sendall(f"{said}\r\n".encode())

    def close(self) -> None:
        """Close the port and every connection."""
        for each in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.append(connection)
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError):
            if self._tls and self._tls_at_once:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            _Conversation(self, connection).hold()
        connection.close()

    def answer(self, verb: str) -> str:
        """Return what is to be said to a command of this verb, now."""
        if self._answers[verb]:
            return self._answers[verb].popleft()
        if verb == "EHLO":
            lines = ["stub", *self._extensions]
            return "\r\n".join(f"250{'-' if line != lines[-1] else ' '}{line}" for line in lines)
        return _USUAL.get(verb, "502 5.5.1 unknown")

    def encrypted(self, connection: socket.socket) -> socket.socket:
        """Return the connection after a TLS handshake."""
        assert self._tls is not None
        wrapped = self._tls.wrap_socket(connection, server_side=True)
        self._open.append(wrapped)
        return wrapped

    def data_end(self, received: bytes) -> re.Match[bytes] | None:
        """Return where the data end, as this server sees it."""
        return self._end.search(received)


class _Conversation:
    """One connection."""

    def __init__(self, stub: SmarthostStub, connection: socket.socket) -> None:
        self._stub = stub
        self._connection = connection
        self._received = b""
        self._mail_from = self._recipient = ""

    def hold(self) -> None:
        self._say("CONNECT")
        while True:
            command = self._line().decode("utf-8", "replace")
            self._stub.commands.append(command)
            verb = command.split(" ", 1)[0].upper()
            if verb == "MAIL":
                self._mail_from = command.split("<", 1)[1].split(">")[0]
            elif verb == "RCPT":
                self._recipient = command.split("<", 1)[1].split(">")[0]
            said = self._say(verb)
            if verb == "DATA" and said.startswith("354"):
                self._take()
            elif verb == "STARTTLS" and said.startswith("220"):
                self._connection = self._stub.encrypted(self._connection)
            elif verb == "QUIT":
                return

    def _say(self, verb: str, mail: Taken | None = None) -> str:
        said = self._stub.answer(verb)
        if mail is not None:
            accepted = said.startswith("250")
            self._stub.mails.append(Taken(mail.mail_from, mail.recipient, mail.content, accepted))
        if said == HANG_UP:
            raise EOFError
        if said == SAY_NOTHING:
            while True:
                self._more()
        self._connection.sendall(f"{said}\r\n".encode())
        if said.startswith("421"):
            raise EOFError
        return said

    def _take(self) -> None:
        while (end := self._stub.data_end(self._received)) is None:
            self._more()
        wire, self._received = self._received[: end.start()], self._received[end.end() :]
        wire += b"\r\n" if wire else b""
        content = re.sub(rb"(?m)^\.", b"", wire)
        self._say("END", Taken(self._mail_from, self._recipient, content, accepted=False))

    def _line(self) -> bytes:
        while b"\r\n" not in self._received:
            self._more()
        line, _, self._received = self._received.partition(b"\r\n")
        return line

    def _more(self) -> None:
        block = self._connection.recv(65536)
        if not block:
            raise EOFError
        self._received += block


@contextlib.contextmanager
def smarthost_stub(**kwargs: object) -> Iterator[SmarthostStub]:
    """Give a stub and close it at the end."""
    stub = SmarthostStub(**kwargs)  # type: ignore[arg-type]
    try:
        yield stub
    finally:
        stub.close()
