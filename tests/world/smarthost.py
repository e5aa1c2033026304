"""A smarthost that keeps what it is given, refuses whom it is told to, and may be down."""

import asyncio
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

_SECONDS = 10


@dataclass(frozen=True)
class Letter:
    """A mail that arrived. mail_from: of the envelope, "" for the null sender."""

    mail_from: str
    recipient: str
    octets: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, read as any mail program would."""
        return message_from_bytes(self.octets, policy=policy.default)  # type: ignore[return-value]

    @property
    def subject(self) -> str:
        """The subject, decoded."""
        return str(self.message["Subject"])

    @property
    def message_id(self) -> str:
        """The Message-ID with its brackets."""
        return str(self.message["Message-ID"]).strip()

    @property
    def text(self) -> str:
        """The plain text."""
        return self._body("plain")

    @property
    def html(self) -> str:
        """The HTML text."""
        return self._body("html")

    def header(self, name: str) -> str | None:
        """Return a header, unfolded, None where it is missing."""
        found = self.message[name]
        return None if found is None else str(found)

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return part.get_content() if isinstance(part, EmailMessage) else ""


class Smarthost:
    """Listens on a loopback port of its own.

    refusals: what to answer to RCPT for an address. mute: take a mail, and hang up unanswered.
    """

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.refusals: dict[str, str] = {}
        self.mute = False
        self.port = 0
        self._open: list[SMTP] = []
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.come_back()

    def come_back(self) -> None:
        """Listen, on the same port as before."""
        self._do(self._listen())

    def go_down(self) -> None:
        """Refuse connections and cut those that are open."""
        self._do(self._hang_up())

    def close(self) -> None:
        """End for good."""
        if self._server is not None:
            self.go_down()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_SECONDS)

    def letters_to(self, address: str) -> list[Letter]:
        """Return what arrived for an address, the first first."""
        return [each for each in self.letters if each.recipient.lower() == address.lower()]

    def _do(self, task: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(task, self._loop).result(_SECONDS)

    async def _listen(self) -> None:
        server = await self._loop.create_server(self._conversation, "127.0.0.1", self.port)
        self.port = int(server.sockets[0].getsockname()[1])
        self._server = server

    async def _hang_up(self) -> None:
        assert self._server is not None
        self._server.close()
        self._server = None
        for each in self._open:
            if each.transport is not None:
                each.transport.abort()
        self._open.clear()

    def _conversation(self) -> SMTP:
        conversation = SMTP(self, hostname="smarthost", enable_SMTPUTF8=True, loop=self._loop)
        self._open.append(conversation)
        return conversation

    async def handle_RCPT(
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Take a recipient, or refuse him as told."""
        said = self.refusals.get(address, "250 2.1.5 OK")
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Keep a mail for each of its recipients."""
        octets = envelope.content
        assert isinstance(octets, bytes)
        sender = (envelope.mail_from or "").removeprefix("<>")
        for recipient in envelope.rcpt_tos:
            self.letters.append(Letter(sender, recipient, octets))
        if self.mute:
            server.transport.abort()
        return "250 2.0.0 OK"
