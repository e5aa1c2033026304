"""The daemon's local socket: messages from `mailgate accept`, under the rules of the listeners.

Promises what they promise: bounded memory, unknown recipients refused, an answer of 250 only for
what is durable. A message whose client goes away before its last octet was never sent; one
handed over whole is taken whole. Only who may open the socket may hand over.
"""

import asyncio
import contextlib
import errno
import json
import socket
import stat
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from mailgate.intake import answers, paths
from mailgate.intake.data import Sink
from mailgate.intake.handover import name_of
from mailgate.intake.limits import ListenerLimits
from mailgate.intake.reception import Reception, Taken
from mailgate.intake.spool import Arrival
from mailgate.message.address import Envelope

_BLOCK_BYTES = 64 * 1024
_MAX_CONNECTIONS = 50
_PATIENCE = timedelta(seconds=10)


@dataclass(frozen=True)
class Request:
    """The line before the octets. mail_from None: no envelope; no recipients: by the headers."""

    mail_from: str | None
    recipients: tuple[str, ...]
    size: int


class LocalSocket:
    """Listens on a unix socket. mode: who may open it, by default the daemon's user and group."""

    def __init__(
        self,
        path: Path,
        reception: Reception,
        limits: ListenerLimits | None = None,
        mode: int = 0o660,
    ) -> None:
        self._path = path
        self._reception = reception
        self._limits = limits or ListenerLimits()
        self._mode = mode
        self._server: asyncio.Server | None = None
        self._sessions: set[asyncio.Task[None]] = set()
        self._accepting: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen. OSError where it cannot, or where another daemon does already."""
        bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with name_of(self._path) as name:
                _remove_abandoned(self._path, name)
                bound.bind(name)
            self._path.chmod(self._mode)
            self._server = await asyncio.start_unix_server(
                self._serve, sock=bound, limit=_BLOCK_BYTES
            )
        except OSError:
            bound.close()
            raise

    async def drain(self, patience: timedelta = _PATIENCE) -> None:
        """Stop listening; what was handed over whole still gets its answer."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        self._path.unlink(missing_ok=True)
        for session in self._sessions - self._accepting:
            session.cancel()
        if self._sessions:
            await asyncio.wait(self._sessions, timeout=patience.total_seconds())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = asyncio.current_task()
        if session is None or len(self._sessions) >= _MAX_CONNECTIONS:
            writer.write(_line(answers.TOO_MANY_CONNECTIONS))
            writer.close()
            return
        self._sessions.add(session)
        try:
            while self._server is not None:
                answer, goes_on = await self._one(session, reader)
                writer.write(answer)
                await writer.drain()
                if not goes_on:
                    break
        except (OSError, asyncio.CancelledError):
            pass  # gone, silent for too long, or asked to leave: nothing was half taken
        except Exception as error:  # noqa: BLE001 - the spine of a session: ours is 4xx
            self._reception.events.fault("local", error)
            writer.write(_line(answers.TRY_AGAIN))
        finally:
            self._sessions.discard(session)
            writer.close()

    async def _one(
        self, session: asyncio.Task[None], reader: asyncio.StreamReader
    ) -> tuple[bytes, bool]:
        """Take one message; return the answer, and whether another may follow."""
        idle = self._limits.command_timeout.total_seconds()
        try:
            line = await asyncio.wait_for(reader.readline(), idle)
        except ValueError:
            line = b"too long"
        if not line:
            return b"", False
        request = _request_of(line)
        if request is None:
            return _line(answers.BAD_ARGUMENT), False
        sink = Sink(self._reception.new_content(), self._limits)
        try:
            sink.refuse(self._refusal(request))
            if not await self._fill(sink, reader, request.size):
                return _line(answers.TOO_LARGE), False
            if sink.refusal is not None:
                self._tell(sink)
                return _line(sink.refusal), True
            self._accepting.add(session)
            arrival = Arrival(
                source="accept",
                envelope=Envelope(request.mail_from, request.recipients),
                received_at=self._reception.now(),
            )
            outcome = await self._reception.take(arrival, sink.hand_over())
        finally:
            self._accepting.discard(session)
            sink.close()
        if isinstance(outcome, Taken):
            return _line(answers.accepted(outcome.spool_id), outcome.spool_id), True
        return _line(outcome.reply), True

    async def _fill(self, sink: Sink, reader: asyncio.StreamReader, size: int) -> bool:
        """Read the octets; False for more than anybody is heard out. OSError at a sudden end."""
        timeout = self._limits.block_timeout.total_seconds()
        if size > 2 * self._limits.max_message_size:
            return False
        while size > 0:
            block = await asyncio.wait_for(reader.read(min(size, _BLOCK_BYTES)), timeout)
            if not block:
                raise ConnectionAbortedError("the client went away in the middle of a message")
            sink.write(block)
            size -= len(block)
        return True

    def _refusal(self, request: Request) -> bytes | None:
        if request.mail_from is not None and not paths.is_sender(request.mail_from):
            return answers.BAD_SENDER
        if request.size > self._limits.max_message_size:
            return answers.TOO_LARGE
        if len(request.recipients) > self._limits.max_recipients:
            return answers.TOO_MANY_RECIPIENTS
        for address in request.recipients:
            path = paths.path(f"<{address}>")
            if path is None or not path.address:
                return answers.BAD_RECIPIENT
            refusal = self._reception.refuses_recipient(path)
            if refusal is not None:
                return refusal
        return self._reception.refuses_mail()

    def _tell(self, sink: Sink) -> None:
        if sink.fault is not None:
            self._reception.events.fault("content", sink.fault)
        if sink.refusal is not None:
            self._reception.events.refused("accept", "", sink.refusal)


def _request_of(line: bytes) -> Request | None:
    try:
        said: Any = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    mail_from, recipients, size = said.get("mail_from"), said.get("recipients"), said.get("size")
    if not isinstance(mail_from, str | None) or not isinstance(recipients, list):
        return None
    if type(size) is not int or size < 0 or not all(isinstance(to, str) for to in recipients):
        return None
    return Request(mail_from, tuple(dict.fromkeys(recipients)), size)


def _line(reply: bytes, spool_id: int | None = None) -> bytes:
    said = {"code": int(reply[:3]), "text": reply[4:].decode().strip(), "id": spool_id}
    return json.dumps(said).encode() + b"\n"


def _remove_abandoned(path: Path, name: str) -> None:
    """Remove the socket of a daemon that is no more; OSError where one answers."""
    try:
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise FileExistsError(errno.EEXIST, "is in the way of the local socket", str(path))
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(name)
        except ConnectionRefusedError:
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
            return
    raise OSError(errno.EADDRINUSE, "another daemon listens on the local socket", str(path))
