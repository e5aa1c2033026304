"""One connection to a client: lines in, replies out, and the clocks that end it.

A protocol of aiosmtpd with its own reading: bounded buffers (about 256 KB a connection), replies
to pipelined commands sent together, an end of input that still lets the answer go out, and a
deadline for whatever the client has to do next. It never logs what a client says.
"""

import asyncio
import math
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from aiosmtpd.smtp import SMTP

from mailgate.intake import answers
from mailgate.intake.limits import WRONG_LOGINS, ListenerLimits
from mailgate.intake.logins import Logins
from mailgate.intake.rates import Buckets, Rates
from mailgate.intake.reception import Reception

BLOCK_BYTES = 64 * 1024
_MAX_LINE = 2048
_MAX_DISCARDED_LINE = 64 * 1024
_FLUSH_AT = 16 * 1024
_LONG_AGO = timedelta(seconds=30)
_CLOSING_SECONDS = 10.0
_LOOK_AGAIN_SECONDS = 60.0


@dataclass(frozen=True)
class Service:
    """What all connections of a listener share.

    hostname: how we name ourselves. rates: None where nobody is sent away for his pace. logins:
    who may sign in, None where nobody may. wrong_logins: by the network that tried.
    """

    reception: Reception
    limits: ListenerLimits
    hostname: str
    tls: ssl.SSLContext | None = None
    rates: Rates | None = None
    logins: Logins | None = None
    wrong_logins: Buckets = field(default_factory=lambda: Buckets(WRONG_LOGINS))


class Conversation(SMTP):
    """The mechanics of a session; what is said in it is for a subclass.

    peer: the client's IP, "" where it has none. gone: called once when the connection ends.
    """

    def __init__(self, service: Service, gone: Callable[["Conversation"], None]) -> None:
        # Not SMTP.__init__: it looks up every method by reflection, 0.5 ms a connection, and
        # what it sets up (hooks, AUTH, logging of commands) is not used here.
        self.loop = asyncio.get_running_loop()
        asyncio.StreamReaderProtocol.__init__(
            self,
            asyncio.StreamReader(limit=BLOCK_BYTES // 2, loop=self.loop),
            client_connected_cb=self._cb_client_connected,
            loop=self.loop,
        )
        self.service = service
        self.limits = service.limits
        self.transport: asyncio.Transport | None = None
        self.session = None
        self.envelope = None
        self.peer = ""
        self.greeted = False
        self.tls = False
        self._gone = gone
        self._original_transport = None
        self._handler_coroutine = None
        self._timeout_handle = None
        self._pending = bytearray()
        self._out = bytearray()
        self._leaving = False
        self._accepting = False
        self._lost = False
        self._errors = 0
        self._farewell = b""
        self._waiting_since: float | None = None
        self._session_end = self._deadline = self._timer_at = math.inf

    # The connection -------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the session (asyncio calls this)."""
        peer = transport.get_extra_info("peername")
        self.peer = peer[0] if isinstance(peer, tuple) else ""
        # The default of 256 KB for one read would be most of what a connection may take.
        transport.max_size = BLOCK_BYTES  # type: ignore[attr-defined] # of selector transports
        super().connection_made(transport)

    def eof_received(self) -> bool:
        """Let the session go on to its answer: the client may only have closed its half."""
        asyncio.StreamReaderProtocol.eof_received(self)
        return not self.tls

    def connection_lost(self, error: Exception | None) -> None:
        """End the session; a message being handed over is not affected (asyncio calls this)."""
        if self._lost:
            return
        self._lost = True
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()
        asyncio.StreamReaderProtocol.connection_lost(self, error)
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()
        self.transport = None
        self._gone(self)

    def dismiss(self, reply: bytes) -> None:
        """Say goodbye with a 421 and hang up; what is past its final dot gets its answer first."""
        self._leaving = True
        self._farewell = reply
        if not self._accepting:
            self._hang_up()

    def abort(self) -> None:
        """Cut the connection at once."""
        if self.transport is not None:
            self.transport.abort()

    def idle_for(self) -> timedelta:
        """Return how long a command, or before EHLO that, has been waited for; else zero."""
        if self._waiting_since is None:
            return timedelta()
        return timedelta(seconds=self.loop.time() - self._waiting_since)

    def may_be_displaced(self) -> bool:
        """Say whether this one only holds a place that another client could use."""
        if self._leaving:
            return False
        return self.idle_for() > (_LONG_AGO if self.greeted else self.limits.pressure_idle)

    def _hang_up(self) -> None:
        transport = self.transport
        if transport is None:
            return
        if not transport.is_closing():
            transport.write(bytes(self._out) + self._farewell)
        self._out.clear()
        unread = transport.get_write_buffer_size()
        transport.close()
        if unread:
            # A client that does not read its replies must not keep its place by that.
            self.loop.call_later(_CLOSING_SECONDS, transport.abort)

    # The clocks -----------------------------------------------------------------------------

    def _reset_timeout(self, duration: float | None = None) -> None:  # noqa: ARG002 - aiosmtpd's
        """Start the clocks of the session (aiosmtpd calls this when the connection is made)."""
        now = self.loop.time()
        self._session_end = now + self.limits.session_timeout.total_seconds()
        self._waiting_since = now
        self._allow(self.limits.greeting_timeout)

    def _allow(self, duration: timedelta | None) -> None:
        """Give the client so long for what comes next; None while it waits for us."""
        if duration is None:
            self._deadline = math.inf
            return
        until = self.loop.time() + duration.total_seconds()
        self._deadline = min(until, self._session_end)
        # Moved lazily: a timer set for every command would cost more than the command.
        if self._deadline < self._timer_at:
            self._set_timer(self._deadline)

    def _set_timer(self, at: float) -> None:
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()
        self._timer_at = at
        self._timeout_handle = self.loop.call_at(at, self._timeout_cb)

    def _timeout_cb(self) -> None:
        now = self.loop.time()
        if now >= self._deadline:
            self._leave_with(answers.TIMED_OUT)
            self._hang_up()
        else:
            self._set_timer(min(self._deadline, now + _LOOK_AGAIN_SECONDS))

    # Lines and replies ----------------------------------------------------------------------

    def _say(self, reply: bytes) -> None:
        self._out += reply

    def _reject(self, reply: bytes) -> None:
        """Say that the client made an error; too many of them end the session."""
        self._say(reply)
        self._errors += 1
        if self._errors >= self.limits.max_errors:
            self._leave_with(answers.TOO_MANY_ERRORS)

    def _leave_with(self, reply: bytes) -> None:
        self._say(reply)
        self._leaving = True

    async def _flush(self) -> None:
        if self._out and self.transport is not None:
            self.transport.write(bytes(self._out))
            self._out.clear()
            await self._writer.drain()

    async def _block(self) -> bytes:
        """Return what the client sends next, b"" at its end."""
        block: bytes = await self._reader.read(BLOCK_BYTES)
        return block

    async def _line(self) -> bytes | None:
        """Return the next command line without its LF, None when there is no more.

        Replies are held back while further commands lie here already (RFC 2920 §3.2).
        """
        discarded = 0
        while not self._leaving:
            end = self._pending.find(b"\n")
            if end >= 0:
                line = bytes(self._pending[:end])
                del self._pending[: end + 1]
                if self.greeted:
                    self._waiting_since = None
                if len(self._out) > _FLUSH_AT:
                    await self._flush()
                    await asyncio.sleep(0)  # let the others speak too
                if not discarded and end <= _MAX_LINE:
                    return line
                discarded = 0
                self._reject(answers.LINE_TOO_LONG)
                continue
            if len(self._pending) > _MAX_LINE:
                discarded += len(self._pending)
                self._pending.clear()
            if discarded > _MAX_DISCARDED_LINE:
                self._leave_with(answers.LINE_TOO_LONG)
                break
            await self._flush()
            # Not anew for each octet: who sends them in drops is waited for all the same.
            self._waiting_since = self._waiting_since or self.loop.time()
            block = await self._block()
            if not block:
                break
            self._pending += block
        return None

    async def _handle_client(self) -> None:
        """Run the session from greeting to goodbye (aiosmtpd makes the task)."""
        try:
            self._greet()
            while (line := await self._line()) is not None:
                await self._obey(line)
        except ConnectionError:
            pass  # the client has gone; nothing was left half done
        except Exception as error:  # noqa: BLE001 - the spine of a session: ours is 4xx
            self.service.reception.events.fault("session", error)
            self._say(answers.TRY_AGAIN)
        self._hang_up()

    async def _start_tls(self, context: ssl.SSLContext) -> bool:
        """Change to TLS; nothing said before is kept (RFC 3207 §4.2). False where it failed."""
        transport = self.transport
        if transport is None:
            return False
        self._allow(None)  # the handshake has a clock of its own
        # What came in clear after the command may be injected. From here to the change nothing
        # yields, so that nothing more can come between.
        self._pending.clear()
        self._reader._buffer.clear()  # type: ignore[attr-defined] # no public way to empty it
        try:
            changed = await self.loop.start_tls(
                transport, self, context, server_side=True, ssl_handshake_timeout=30
            )
        except OSError:
            changed = None
        if changed is None:
            transport.abort()
            self.connection_lost(None)
            return False
        self.transport = changed
        self.tls = True
        self._reader._transport = changed  # type: ignore[attr-defined] # as aiosmtpd does
        self._writer._transport = changed  # type: ignore[attr-defined] # the same
        return True

    # For the subclass -----------------------------------------------------------------------

    def _greet(self) -> None:
        raise NotImplementedError

    async def _obey(self, line: bytes) -> None:
        raise NotImplementedError
