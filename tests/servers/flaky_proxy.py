"""A TCP proxy on loopback that cuts, freezes or delays what a server sends.

One thread a direction; what is done to a connection is decided when it is accepted. Every
connection's first octets pass unharmed until `after` octets of the server's have passed.
"""

import contextlib
import socket
import struct
import threading
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self


class Harm(StrEnum):
    """What becomes of a connection."""

    NONE = "none"
    CLOSE = "close"
    RESET = "reset"
    FREEZE = "freeze"


@dataclass(frozen=True)
class Fate:
    """What is done to a connection, after so many octets from the server have passed."""

    harm: Harm = Harm.NONE
    after: int = 0


class FlakyProxy:
    """A proxy in front of one port; `fate` holds for connections that are accepted from now on."""

    def __init__(self, port: int, fate: Fate | None = None, host: str = "127.0.0.1") -> None:
        self.fate = fate or Fate()
        self.connections = 0
        self.passed = 0
        self._target = port
        self._listener = socket.create_server((host, 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._listener.close()
        self.cut_all()

    def cut_all(self) -> None:
        """End every connection there is."""
        for each in self._open:
            _close(each)
        self._open.clear()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                return
            self.connections += 1
            self._open += [client, server]
            reset = threading.Event()
            for source, target, fate in ((client, server, Fate()), (server, client, self.fate)):
                threading.Thread(
                    target=self._pump, args=(source, target, fate, reset), daemon=True
                ).start()

    def _pump(
        self, source: socket.socket, target: socket.socket, fate: Fate, reset: threading.Event
    ) -> None:
        left = fate.after
        with contextlib.suppress(OSError):
            while block := source.recv(65536):
                if fate.harm is not Harm.NONE:
                    block, left = block[:left], left - len(block)
                target.sendall(block)
                self.passed += len(block)
                if fate.harm is Harm.NONE or left > 0:
                    continue
                if fate.harm is Harm.FREEZE:
                    return
                if fate.harm is Harm.RESET:
                    linger = struct.pack("ii", 1, 0)
                    target.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    reset.set()
                    # Wakes the other thread, without which the socket would stay open.
                    target.shutdown(socket.SHUT_RD)
                break
        if reset.is_set():
            source.close()
            target.close()
        else:
            _close(source)
            _close(target)


def _close(each: socket.socket) -> None:
    with contextlib.suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()
