"""The client's side of the daemon's local socket: hand over messages and hear what became of them.

Imports nothing that is heavy, so that a pipe costs little. One connection takes any number of
messages: a line of JSON and the octets go, a line of JSON comes back. Where no daemon answers,
an OSError says so and nothing was taken.
"""

import contextlib
import json
import os
import socket
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

SOCKET_NAME = "mailgate.sock"
# A commit may wait for a lock; the daemon answers long before this.
_PATIENCE = timedelta(minutes=10)
_MAX_ANSWER_BYTES = 4096
_MAX_NAME_BYTES = 107


@dataclass(frozen=True)
class Answer:
    """What the daemon said: a reply code of SMTP, its text, and the spool id after a 250."""

    code: int
    text: str
    spool_id: int | None = None


class Handover:
    """A connection to the daemon. path: its socket, `mailgate.sock` in the state directory.

    FileNotFoundError or ConnectionRefusedError where no daemon is running.
    """

    def __init__(self, path: Path, patience: timedelta = _PATIENCE) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.settimeout(patience.total_seconds())
            with name_of(path) as name:
                self._socket.connect(name)
        except OSError:
            self._socket.close()
            raise

    def send(
        self,
        mail_from: str | None,
        recipients: Sequence[str],
        size: int,
        chunks: Iterable[bytes],
    ) -> Answer:
        """Hand over one message and return the answer. size: octets in all chunks together.

        mail_from: "" for the null sender, None for no envelope at all; without recipients the
        message is routed by its headers. OSError where the connection ends without an answer:
        the message may then have been taken or not.
        """
        request = {"mail_from": mail_from, "recipients": list(recipients), "size": size}
        # A refusal may come before all octets were sent; it is read below.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._socket.sendall(json.dumps(request).encode() + b"\n")
            sent = 0
            for chunk in chunks:
                sent += len(chunk)
                if sent > size:
                    break
                self._socket.sendall(chunk)
            if sent != size:
                self._socket.close()
                raise ValueError(f"a message of {size} octets has another size now")
        return self._answer()

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _answer(self) -> Answer:
        line = b""
        while not line.endswith(b"\n"):
            block = self._socket.recv(_MAX_ANSWER_BYTES)
            line += block
            if not block or len(line) > _MAX_ANSWER_BYTES:
                raise ConnectionAbortedError("the daemon ended the connection without an answer")
        said = json.loads(line)
        return Answer(int(said["code"]), str(said["text"]), said.get("id"))


def hand_over(
    path: Path, mail_from: str | None, recipients: Sequence[str], message: bytes
) -> Answer:
    """Hand over one message on a connection of its own; see Handover.send."""
    with Handover(path) as connection:
        return connection.send(mail_from, recipients, len(message), [message])


@contextlib.contextmanager
def name_of(path: Path) -> Iterator[str]:
    """Give a name by which a unix socket can be bound or reached, however long its path is.

    The kernel takes 107 octets; beyond that the directory is named by a descriptor of ours.
    """
    if len(os.fsencode(path)) <= _MAX_NAME_BYTES:
        yield str(path)
        return
    directory = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)
