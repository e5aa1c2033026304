"""A client of SMTP and LMTP that sends octets as they are, and may lose its connection."""

import contextlib
import hashlib
import socket
from collections.abc import Sequence

BLOCK_BYTES = 1024 * 1024


def on_the_wire(octets: bytes) -> bytes:
    """Return octets as they travel after DATA: dots stuffed, ended by CRLF.CRLF, nothing else."""
    stuffed = octets.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed + (b"" if ends_a_line(octets) else b"\r\n") + b".\r\n"


def ends_a_line(octets: bytes) -> bool:
    """Say whether the end of data may follow at once; else DATA itself adds a CRLF."""
    return not octets or octets.endswith(b"\r\n")


def as_received(octets: bytes) -> bytes:
    """Return what a server must have in hand after these octets came by DATA."""
    return octets if ends_a_line(octets) else octets + b"\r\n"


def digest(octets: bytes) -> str:
    """Return the SHA-256, hexadecimal."""
    return hashlib.sha256(octets).hexdigest()


class Wire:
    """One connection. Every method raises OSError or EOFError where the server goes away."""

    def __init__(
        self, port: int, hello: str = "EHLO", seconds: float = 30, source: str = "127.0.0.1"
    ) -> None:
        """Connect from an address of this machine and say hello."""
        self.socket = socket.create_connection(
            ("127.0.0.1", port), timeout=seconds, source_address=(source, 0)
        )
        self._received = b""
        self.greeting = self.reply()
        self.say(f"{hello} client.example.net")

    def reply(self) -> str:
        """Return the next reply, its last line if there are several."""
        while True:
            while b"\n" not in self._received:
                block = self.socket.recv(65536)
                if not block:
                    raise EOFError
                self._received += block
            line, _, self._received = self._received.partition(b"\n")
            if line[3:4] != b"-":
                return line.decode().strip()

    def say(self, command: str) -> str:
        """Send a command and return the reply."""
        self.socket.sendall(command.encode() + b"\r\n")
        return self.reply()

    def envelope(self, mail_from: str, recipients: Sequence[str]) -> str:
        """Say MAIL, RCPT and DATA; return the first reply that is no consent, or "354 …"."""
        for command in (f"MAIL FROM:<{mail_from}>", *(f"RCPT TO:<{to}>" for to in recipients)):
            said = self.say(command)
            if not said.startswith("250"):
                return said
        return self.say("DATA")

    def send(self, mail_from: str, recipient: str, octets: bytes) -> str:
        """Send one mail and return the reply to it, or the refusal before it."""
        said = self.envelope(mail_from, [recipient])
        if said.startswith("354"):
            self.socket.sendall(on_the_wire(octets))
            return self.reply()
        return said

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            self.socket.close()

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
