"""The listeners: who may come in, and how everybody leaves.

Promises never to serve more clients than the caps say (421), to let a newcomer in where somebody
has only been holding a place, and to end within the patience given: idle clients hear 421, a
message past its final dot still gets its answer.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Sequence
from datetime import timedelta

from mailgate.intake import answers
from mailgate.intake.conversation import Conversation, Service
from mailgate.intake.limits import ListenerLimits, ListenerSettings, refuse_lmtp_on_port_25
from mailgate.intake.lmtp import LmtpSession
from mailgate.intake.networks import group_of
from mailgate.intake.peers import Peers
from mailgate.intake.rates import Rates
from mailgate.intake.reception import Reception
from mailgate.intake.smtp import SmtpSession

__all__ = ["Listener", "ListenerLimits", "ListenerSettings", "tls_context"]

_BACKLOG = 1024
_PATIENCE = timedelta(seconds=10)

# aiosmtpd writes every command with its addresses to this log.
logging.getLogger("mail.log").setLevel(logging.ERROR)


def tls_context(settings: ListenerSettings) -> ssl.SSLContext | None:
    """Return the server's side of TLS 1.2 or later, None where no certificate is set.

    Raises OSError (ssl.SSLError among it) where the files cannot be read or do not match.
    """
    if settings.tls_certificate is None or settings.tls_key is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(settings.tls_certificate, settings.tls_key)
    return context


class Listener:
    """One SMTP or LMTP listener on its addresses.

    hostname: how we name ourselves; it is never looked up. sockets: bound ones, as handed over
    by a service manager, to be used in place of the address in the settings.
    Raises ValueError for LMTP on port 25, OSError for unreadable TLS files.
    """

    def __init__(
        self,
        settings: ListenerSettings,
        reception: Reception,
        hostname: str = "localhost",
        sockets: Sequence[socket.socket] = (),
    ) -> None:
        self._settings = settings
        rates = Rates(settings.rates) if settings.kind == "smtp" else None
        context = tls_context(settings)
        self._service = Service(
            reception, settings.limits, hostname, context, rates, settings.logins
        )
        self._session = LmtpSession if settings.kind == "lmtp" else SmtpSession
        self._peers = Peers(settings.limits, trust_loopback=settings.kind == "lmtp")
        self._conversations: set[Conversation] = set()
        self._sockets = tuple(sockets)
        self._servers: list[asyncio.Server] = []
        self._nobody = asyncio.Event()
        self._nobody.set()
        for bound in self._sockets:
            if bound.family in (socket.AF_INET, socket.AF_INET6):
                refuse_lmtp_on_port_25(settings.kind, bound.getsockname()[1])

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """Host and port of every socket listened on; empty before start and after drain."""
        names = [bound.getsockname() for server in self._servers for bound in server.sockets]
        return tuple((name[0], name[1]) for name in names if isinstance(name, tuple))

    @property
    def kind(self) -> str:
        """Its protocol, "smtp" or "lmtp"."""
        return self._settings.kind

    @property
    def port(self) -> int:
        """The first port listened on."""
        return self.addresses[0][1]

    @property
    def connections(self) -> int:
        """Clients being served."""
        return self._peers.count

    async def start(self) -> None:
        """Listen. OSError where an address cannot be bound."""
        loop = asyncio.get_running_loop()
        if not self._sockets:
            settings = self._settings
            server = await loop.create_server(
                self._doorman, settings.host, settings.port, backlog=_BACKLOG
            )
            self._servers.append(server)
        for bound in self._sockets:
            server = await loop.create_server(self._doorman, sock=bound, backlog=_BACKLOG)
            self._servers.append(server)

    async def drain(self, patience: timedelta = _PATIENCE) -> None:
        """Stop listening and end all sessions; after the patience they are cut."""
        for server in self._servers:
            server.close()
        self._servers.clear()
        for conversation in tuple(self._conversations):
            conversation.dismiss(answers.SHUTTING_DOWN)
        try:
            await asyncio.wait_for(self._nobody.wait(), patience.total_seconds())
        except TimeoutError:
            for conversation in tuple(self._conversations):
                conversation.abort()

    def _doorman(self) -> asyncio.Protocol:
        return _Doorman(self)

    def admit(self, transport: asyncio.Transport) -> None:
        """Give a new connection its session, or send it away for now."""
        name = transport.get_extra_info("peername")
        peer = name[0] if isinstance(name, tuple) else ""
        if not self._servers or not self._makes_room(peer):
            self._service.reception.events.refused(
                self._settings.kind, peer, answers.TOO_MANY_CONNECTIONS
            )
            transport.write(answers.TOO_MANY_CONNECTIONS)
            transport.close()
            return
        self._peers.enter(peer)
        session = self._session(self._service, self._gone)
        self._conversations.add(session)
        self._nobody.clear()
        transport.set_protocol(session)
        session.connection_made(transport)

    def _makes_room(self, peer: str) -> bool:
        """Say whether there is a place, sending off whoever was only holding one."""
        if self._peers.is_full_for(peer):
            return self._displaces_one(group_of(peer))
        return not self._peers.is_full() or self._displaces_one(None)

    def _displaces_one(self, group: str | None) -> bool:
        idle = [
            conversation
            for conversation in self._conversations
            if conversation.may_be_displaced()
            and (group is None or group_of(conversation.peer) == group)
        ]
        if not idle:
            return False
        longest = max(idle, key=Conversation.idle_for)
        longest.dismiss(answers.TOO_MANY_CONNECTIONS)
        return True

    def _gone(self, conversation: Conversation) -> None:
        self._conversations.discard(conversation)
        self._peers.leave(conversation.peer)
        if not self._conversations:
            self._nobody.set()


class _Doorman(asyncio.Protocol):
    """Meets a connection before a session is built for it."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what a server makes
        self._listener.admit(transport)
