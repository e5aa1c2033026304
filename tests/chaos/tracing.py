"""strace on a running daemon: what it asks of the kernel and when, and death at a chosen call."""

import contextlib
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import missing, wait_for

_DATA_ENDS = re.compile(r'(?:recvfrom\(|resumed>)\S*"(?:.*\\r\\n)?\.\\r\\n"')
_ANSWER = re.compile(r'sendto\(\d+, "250 2\.0\.0 (\d+) accepted')
_SYNCED = re.compile(r"(?:fsync|fdatasync)(?:\(| resumed).*\) += 0$")


@contextlib.contextmanager
def strace(pid: int, folder: Path, *options: str) -> Iterator[Path]:
    """Trace a process with all its threads for as long as the context lasts; give the trace."""
    if shutil.which("strace") is None:
        missing("strace is not installed (package strace)")
    trace, said = folder / "trace", folder / "strace.log"
    command = ["strace", "-f", "-s", "4096", "-o", trace, *options, "-p", str(pid)]
    with said.open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def attached() -> bool:
        return process.poll() is not None or b"attached" in said.read_bytes()

    try:
        wait_for(attached, "strace is attached")
        if process.poll() is not None and "ermitted" in said.read_text():
            missing("strace may not attach", "allow ptrace to the tests")
        if process.poll() is not None:
            pytest.fail(said.read_text())
        wait_for(lambda: _all_threads_traced(pid), "strace has every thread")
        yield trace
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        process.wait(10)


def _all_threads_traced(pid: int) -> bool:
    try:
        tasks = [each / "status" for each in Path(f"/proc/{pid}/task").iterdir()]
        return all("TracerPid:\t0\n" not in each.read_text() for each in tasks)
    except FileNotFoundError:
        return not Path(f"/proc/{pid}").exists()


def answers_too_early(trace: str) -> tuple[list[str], int]:
    """Return the answers of 250 that left before the disk had the mail, and how many did at all.

    From the end of a message's data to its answer an fsync or fdatasync must have come to its
    end. Right only where one mail is sent at a time, with nothing else to be written meanwhile.
    """
    early, answers, synced = [], 0, False
    for line in trace.splitlines():
        if _DATA_ENDS.search(line):
            synced = False
        elif _SYNCED.search(line):
            synced = True
        elif answer := _ANSWER.search(line):
            answers += 1
            if not synced:
                early.append(answer[1])
            synced = False
    return early, answers
