"""The bytes of one message while it comes in.

Promises bounded memory however large the message: what exceeds 256 KB waits in a temporary file
of the given directory, readable by nobody else and without a name, so that a crash leaves
nothing behind. The octets come out exactly as they went in, with their number and SHA-256.
When writing fails the OSError surfaces; the message was then not taken and its sender is told.
"""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import IO, Self

MAX_IN_MEMORY_BYTES = 256 * 1024
_PREFIX, _SUFFIX = "incoming-", ".tmp"
_STALE_AFTER = timedelta(hours=1)


class Content:
    """One message: written block by block, finished once, then read as often as needed.

    directory: where a large one waits; it must exist by then.
    """

    def __init__(self, directory: Path, max_in_memory_bytes: int = MAX_IN_MEMORY_BYTES) -> None:
        self._directory = directory
        self._max_in_memory = max_in_memory_bytes
        # A bytearray and not a list: a client may send one octet at a time.
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._digest = hashlib.sha256()
        self._size = 0
        self._finished = False
        self._closed = False

    @property
    def size(self) -> int:
        """Octets written so far."""
        return self._size

    @property
    def sha256(self) -> str:
        """SHA-256 of the octets written so far, in hexadecimal."""
        return self._digest.hexdigest()

    @property
    def spilled(self) -> bool:
        """Say whether it has outgrown memory and waits in a file."""
        return self._file is not None

    def write(self, block: bytes) -> None:
        """Append octets. OSError where the temporary file cannot take them."""
        if self._finished or self._closed:
            raise ValueError("this content takes no more octets")
        if self._file is None:
            if self._size + len(block) > self._max_in_memory:
                self._spill()
            else:
                self._memory += block
        if self._file is not None:
            _write_all(self._file, block)
        self._digest.update(block)
        self._size += len(block)

    def finish(self) -> None:
        """Seal it: no octet is added from here on."""
        self._finished = True

    def head(self, max_bytes: int) -> bytes:
        """Return the first octets, at most so many."""
        return self._piece(0, max_bytes)

    def chunks(self, max_bytes: int = 256 * 1024) -> Iterator[bytes]:
        """Yield all octets in order, in pieces of at most max_bytes; may be asked repeatedly."""
        for offset in range(0, self._size, max_bytes):
            yield self._piece(offset, max_bytes)

    def close(self) -> None:
        """Give memory and file back; what was not accepted is gone. May be called twice."""
        self._closed = True
        self._memory = bytearray()
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _spill(self) -> None:
        # Mode 0600 and nameless: O_TMPFILE where the file system has it, else unlinked at once.
        file = tempfile.TemporaryFile(  # noqa: SIM115 - closed by close()
            buffering=0, prefix=_PREFIX, suffix=_SUFFIX, dir=self._directory
        )
        try:
            _write_all(file, bytes(self._memory))
        except OSError:
            file.close()
            raise
        self._file = file
        self._memory = bytearray()

    def _piece(self, offset: int, max_bytes: int) -> bytes:
        if self._closed:
            raise ValueError("this content is closed")
        if self._file is None:
            with memoryview(self._memory) as memory:
                return bytes(memory[offset : offset + max_bytes])
        wanted = min(max_bytes, self._size - offset)
        pieces = []
        while wanted > 0:
            piece = os.pread(self._file.fileno(), wanted, offset)
            if not piece:
                raise OSError("the temporary file of a message is shorter than what was written")
            pieces.append(piece)
            offset += len(piece)
            wanted -= len(piece)
        return b"".join(pieces)


def remove_stale(directory: Path, now: datetime) -> int:
    """Remove what a crash may have left of messages coming in; return how many files.

    now: aware, UTC. Only files of our own naming and older than one hour are touched.
    """
    removed = 0
    for path in directory.glob(f"{_PREFIX}*{_SUFFIX}"):
        with contextlib.suppress(FileNotFoundError):
            age = now.timestamp() - path.stat().st_mtime
            if age > _STALE_AFTER.total_seconds():
                path.unlink()
                removed += 1
    return removed


def _write_all(file: IO[bytes], block: bytes) -> None:
    view = memoryview(block)
    while view:
        view = view[file.write(view) :]
