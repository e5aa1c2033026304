"""The cage: reading a mail without letting it hurt the daemon.

Promises a Message for any mail. A small one with nothing odd about it is read in place; what is
large or suspicious by a cheap look is read in a process of its own with limits on memory, CPU
and time, two such processes at most. If that process dies, the mail is read by its headers and,
in another such process, by its first 64 KB, and says so as a defect. Faults of ours (no process
can be started, the octets cannot be fetched) are raised: the mail is where it was.
"""

import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import IO, Any

from mailgate.message import headers, parse
from mailgate.message.message import Message

_ROOT = str(Path(__file__).resolve().parent.parent)
# -I: nothing of the user's environment; -S: the worker needs the standard library and us alone.
_BOOT = (
    "import sys; sys.path.append(sys.argv[1]); from mailgate.message import worker;"
    " worker.main(int(sys.argv[2]), int(sys.argv[3]))"
)
_WORKERS = threading.BoundedSemaphore(2)

_HEADER_END = re.compile(rb"\r?\n\r?\n")
# How winmail.dat begins, bare and in base64: it is unpacked in the worker alone.
_WINMAIL = (b"\x78\x9f\x3e\x22", b"eJ8+I")
_MAX_LINES = 30_000
_MAX_DASHES = 400
_MAX_WORDS = 400
_MAX_HEADERS = 64 * 1024
_BEGINNING = 64 * 1024
_MAX_PER_HEADERS = 300


@dataclass(frozen=True)
class CageLimits:
    """What reading one mail may cost. in_place_bytes: larger mails are read in the worker."""

    in_place_bytes: int = 1024 * 1024
    memory_bytes: int = 512 * 1024 * 1024
    cpu_seconds: int = 5
    wall_seconds: float = 20.0
    answer_bytes: int = 8 * 1024 * 1024


def read(
    size: int,
    head: bytes,
    chunks: Callable[[], Iterator[bytes]],
    limits: CageLimits = CageLimits(),
) -> Message:
    """Return what a mail says, whatever it is.

    size: octets of the mail. head: its first octets (256 KB are enough). chunks: gives all of
    it, in pieces. Waits while two other mails are in workers. Raises nothing on account of the
    mail; OSError and what `chunks` raises are ours.
    """
    if size <= limits.in_place_bytes:
        raw = b"".join(chunks())
        if len(raw) <= limits.in_place_bytes and not is_suspicious(raw):
            return parse.parse(raw)
    with _WORKERS:
        answer, why = _ask_worker(chunks, limits)
        message = _loaded(answer) if answer else None
        if message is not None:
            return message
        # Most who die of a mail have read its beginning well.
        beginning, _ = _ask_worker(lambda: iter((head[:_BEGINNING],)), _less(limits))
    begun = _loaded(beginning) if beginning else None
    left = parse.simplified(head, size, why or "the worker's answer could not be read")
    return left if begun is None else parse.cut_short(begun, left)


def _less(limits: CageLimits) -> CageLimits:
    """Return what a second try may cost: little is read, and the mail has had its share."""
    seconds = min(limits.cpu_seconds, 2)
    return replace(limits, cpu_seconds=seconds, wall_seconds=min(limits.wall_seconds, 4.0))


def is_suspicious(raw: bytes) -> bool:
    """Say, at the cost of a few scans, whether a mail has more of something than mails have."""
    match = _HEADER_END.search(raw, headers.begin(raw))
    end = match.start() if match else len(raw)
    if end > _MAX_HEADERS:
        return True
    for sign in (b";", b"(", b"<", b",", b"*", b'"', b"\\"):
        if raw.count(sign, 0, end) > _MAX_PER_HEADERS:
            return True
    return (
        any(sign in raw for sign in _WINMAIL)
        or raw.count(b"\n--") > _MAX_DASHES
        or raw.count(b"=?") > _MAX_WORDS
        or raw.count(b"\n") > _MAX_LINES
        or raw.count(b"multipart/") > 40
        or raw.count(b"message/") > 80
        or raw.count(b"<") > 20_000
        or raw.count(b"&") > 20_000
        or raw.count(b"\r") > 2 * _MAX_LINES
    )


def _ask_worker(
    chunks: Callable[[], Iterator[bytes]], limits: CageLimits
) -> tuple[bytes | None, str]:
    """Return the worker's answer, or None and why there is none."""
    command = [sys.executable, "-I", "-S", "-c", _BOOT, _ROOT]
    process = subprocess.Popen(
        [*command, str(limits.memory_bytes), str(limits.cpu_seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"LC_ALL": "C.UTF-8"},
        close_fds=True,
    )
    overdue = threading.Event()
    timer = threading.Timer(limits.wall_seconds, _kill, (process, overdue))
    timer.daemon = True
    timer.start()
    try:
        assert process.stdin is not None  # noqa: S101 - opened as pipes above
        assert process.stdout is not None  # noqa: S101
        _feed(process.stdin, chunks)
        answer = process.stdout.read(limits.answer_bytes + 1)
    finally:
        timer.cancel()
        process.kill()  # by its own pid; does nothing to one that has ended and was waited for
        process.wait()
        for pipe in (process.stdin, process.stdout):
            _close(pipe)
    if overdue.is_set():
        return None, f"took more than {limits.wall_seconds:g} s"
    if len(answer) > limits.answer_bytes:
        return None, "said too much"
    if not answer:
        return None, "took more memory or CPU than one mail may"
    return answer, ""


def _feed(pipe: IO[bytes], chunks: Callable[[], Iterator[bytes]]) -> None:
    """Hand the octets on; a worker that no longer listens is judged by its answer."""
    try:
        for chunk in chunks():
            pipe.write(chunk)
        pipe.close()
    except BrokenPipeError:
        pass


def _close(pipe: IO[bytes] | None) -> None:
    try:
        if pipe is not None:
            pipe.close()
    except BrokenPipeError:
        pass


def _kill(process: subprocess.Popen[bytes], overdue: threading.Event) -> None:
    overdue.set()
    process.kill()


def _loaded(answer: bytes) -> Message | None:
    """Return the Message a worker wrote, or None where it is none."""
    try:
        message: Message = _reader().validate_json(answer)
    except ValueError:
        return None
    return message


@cache
def _reader() -> Any:
    from pydantic import TypeAdapter  # noqa: PLC0415 - 0.1 s, and most mails need no worker

    return TypeAdapter(Message)
