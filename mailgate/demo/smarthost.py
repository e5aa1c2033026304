"""The demo's smarthost: an SMTP server on loopback that keeps what it is given.

No mail leaves the machine. Everyone has a letterbox here, read by the address of the envelope.
"""

import asyncio
import threading
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Letter:
    """A mail that arrived. mail_from: of the envelope, "" for the null sender."""

    mail_from: str
    recipient: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        """The subject, decoded."""
        return str(self.message["Subject"] or "")

    @property
    def message_id(self) -> str:
        """The Message-ID."""
        return str(self.message["Message-ID"] or "").strip()

    @property
    def text(self) -> str:
        """The plain text."""
        part = self.message.get_body(("plain",))
        return part.get_content() if isinstance(part, EmailMessage) else ""

    @property
    def is_automatic(self) -> bool:
        """Whether it says of itself that a machine wrote it (RFC 3834 §5)."""
        return "Auto-Submitted" in self.message


class Smarthost:
    """Listens on a free port of loopback from start() to stop()."""

    def __init__(self) -> None:
        self.port = 0
        self._letters: list[Letter] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def letters_to(self, address: str) -> list[Letter]:
        """Return what arrived for an address so far, the first first."""
        return [each for each in self._letters if each.recipient.lower() == address.lower()]

    @property
    def letters(self) -> list[Letter]:
        """Everything that arrived so far."""
        return list(self._letters)

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        listening = self._loop.create_server(self._conversation, "127.0.0.1", 0)
        server = asyncio.run_coroutine_threadsafe(listening, self._loop).result(timeout=10)
        self.port = int(server.sockets[0].getsockname()[1])

    def stop(self) -> None:
        """Listen no more, and forget who is connected."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)

    def _conversation(self) -> SMTP:
        return SMTP(self, hostname="smarthost.example.net", enable_SMTPUTF8=True, loop=self._loop)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Keep a mail; aiosmtpd calls this by its name."""
        content = envelope.content or b""
        octets = content.encode() if isinstance(content, str) else content
        message = message_from_bytes(octets, policy=policy.default)
        mail_from = (envelope.mail_from or "").strip("<>")
        for recipient in envelope.rcpt_tos:
            self._letters.append(Letter(mail_from, recipient, message))
        return "250 2.0.0 OK"
