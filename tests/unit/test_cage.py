import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from mailgate import cage
from mailgate.cage import CageLimits
from mailgate.message import parse
from mailgate.message.message import Message

HEAD = b"From: anna@example.net\r\nTo: pomoc@example.com\r\nMessage-ID: <1@x>\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
HTML = HEAD + b"Content-Type: text/html\r\n\r\n"
CAGED = CageLimits(in_place_bytes=0)
MAIL = Path(__file__).resolve().parents[1] / "mail"


def nested(depth: int, inner: bytes = b"") -> bytes:
    """Return multiparts in multiparts."""
    levels = (
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(depth)
    )
    return HEAD + b"".join(levels) + inner


BOMBS: dict[str, bytes] = {
    "31 KB of semicolons": HEAD + b"Content-Type: text/plain" + b";" * 31_000 + b"\r\n\r\nx",
    "437 KB of encoded words": HEAD + b"Subject: " + b"=?utf-8?q?a?= " * 31_000 + b"\r\n\r\nx",
    "open encoded words": HEAD + b"Subject: " + b"=?utf-8?q?a" * 40_000 + b"\r\n\r\nx",
    "750 KB of addresses": HEAD + b"Cc: " + b"a@b.c," * 125_000 + b"\r\n\r\nx",
    "500 open comments": HEAD + b"Cc: " + b"(" * 500 + b"\r\n\r\nx",
    "2,000 nested multiparts": nested(2_000),
    "10,000 nested multiparts": nested(10_000),
    "2,000 nested messages": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 2_000 + b"x",
    "128,000 empty parts": MIXED + b"--b\r\n\r\n" * 125_000,
    "2.5 MB of continuations": HEAD
    + b"Content-Type: text/plain"
    + b"".join(b"; name*%d=a" % n for n in range(170_000))
    + b"\r\n\r\nx",
    "1.3 MB of parameters": HEAD
    + b"Content-Type: text/plain"
    + b"".join(b"; n%d=a" % n for n in range(130_000))
    + b"\r\n\r\nx",
    "100,000 headers": b"X: y\r\n" * 100_000 + HEAD + b"\r\nx",
    "a million empty lines": HEAD + b"\r\n" + b"\r\n" * 1_000_000,
    "a million tags": HTML + b"<" * 1_000_000,
    "nested quotes": HTML + b"<blockquote>a" * 75_000,
    "open scripts": HTML + b"<script>" * 120_000,
    "a line of 3 MB": HEAD + b"\r\n" + b"a" * 3_000_000,
    "lines that look like quotes": HEAD + b"\r\n" + b"On 2026 a@b \n" * 75_000,
    "open quotes in From": b"From: " + b'"\\' * 30_000 + b"\r\n\r\nx",
    "a million NULs": HEAD + b"\r\n" + b"\0" * 1_000_000,
    "twenty messages in each other": nested(19, b"Content-Type: message/rfc822\r\n\r\n" + HEAD),
}


def chunks_of(raw: bytes) -> Callable[[], Iterator[bytes]]:
    """Return what gives the octets in pieces of 256 KB."""
    return lambda: (raw[at : at + 262_144] for at in range(0, len(raw), 262_144))


def read(raw: bytes, limits: CageLimits = CAGED) -> Message:
    """Read a mail through the cage."""
    return cage.read(len(raw), raw[:262_144], chunks_of(raw), limits)


def test_headers_below_an_empty_line_are_looked_at() -> None:
    """What stands on top of the headers does not hide them from the cheap look."""
    bomb = BOMBS["500 open comments"]
    assert cage.is_suspicious(bomb)
    assert cage.is_suspicious(b"\r\n" + bomb)


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_no_bomb_costs_more_than_its_share(name: str) -> None:
    """Each known bomb comes back as a Message from a worker with 2 s of CPU and 256 MB."""
    tight = CageLimits(memory_bytes=256 * 1024 * 1024, cpu_seconds=2)
    raw = BOMBS[name]
    assert len(raw) > tight.in_place_bytes or cage.is_suspicious(raw) or len(raw) < 1_100_000
    message = read(raw, CageLimits(0, tight.memory_bytes, tight.cpu_seconds))
    assert message.size == len(raw)
    assert not message.simplified


def test_a_worker_reads_as_one_reads_in_place() -> None:
    """The process in between changes nothing: same Message, dates, numbers and text."""
    raw = (
        "From: =?utf-8?q?J=C3=B3zef?= <j@x.pl>\r\nSubject: łódź\r\nMessage-ID: <1@x>\r\n"
        "Date: Fri, 20 Nov 2026 10:00:00 +0100\r\nContent-Type: multipart/report; boundary=b\r\n"
        "\r\n--b\r\n\r\nzażółć\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Final-Recipient: rfc822; a@b\r\nAction: failed\r\n--b\r\nContent-Type: image/png\r\n\r\n"
        "x\r\n--b--\r\n"
    ).encode()
    assert read(raw) == parse.parse(raw)
    assert read(b"") == parse.parse(b"")


@pytest.mark.parametrize("name", ["invitation_of_exchange", "winmail_with_two_files"])
def test_what_hangs_on_a_mail_comes_through_the_pipe(name: str) -> None:
    """Meetings with their clocks, and files inside of files, are the same from a worker."""
    raw = (MAIL / f"{name}.eml").read_bytes()
    assert read(raw) == parse.parse(raw)


def test_a_small_plain_mail_needs_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is small and not suspicious is read in place."""
    monkeypatch.setattr(cage, "_ask_worker", None)
    assert read(HEAD + b"\r\nhello", CageLimits()).text == "hello"


@pytest.mark.parametrize(
    "raw",
    [
        BOMBS["31 KB of semicolons"],
        HEAD + b"\r\n" + b"a" * 2_000_000,
        HEAD + b"Content-Transfer-Encoding: base64\r\n\r\neJ8+IgEA",
        HEAD + b"\r\n\x78\x9f\x3e\x22\x01\x00",
    ],
    ids=["odd", "large", "winmail.dat", "bare winmail.dat"],
)
def test_a_large_or_suspicious_mail_is_read_by_a_worker(
    raw: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By default more than 1 MB, or more of something than mails have, is caged."""
    asked: list[CageLimits] = []

    def ask(_: object, limits: CageLimits) -> tuple[None, str]:
        asked.append(limits)
        return None, "played"

    monkeypatch.setattr(cage, "_ask_worker", ask)
    message = read(raw, CageLimits())
    assert asked
    assert message.defects[0] == "simplified: played"


def test_a_size_that_lies_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """More octets than were told do not get read in place."""
    monkeypatch.setattr(cage, "_ask_worker", lambda *_: (None, "played"))
    raw = HEAD + b"\r\n" + b"a" * 2_000_000
    assert cage.read(10, raw[:1000], chunks_of(raw)).simplified


def boot(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the worker run other code."""
    monkeypatch.setattr(cage, "_BOOT", code)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("raise SystemExit(1)", "took more memory or CPU than one mail may"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "took more memory"),
        ("import sys; sys.stdin.buffer.read(); bytearray(1 << 40)", "took more memory"),
        ("import sys; sys.stdin.buffer.read(); print('x' * 20_000_000)", "said too much"),
        ("print('garbage')", "answer could not be read"),
        ("print('{}')", "answer could not be read"),
        ('print(chr(123) + \'"size": "x"}\')', "answer could not be read"),
        ("import sys; sys.stdin.close()", "took more memory"),
    ],
)
def test_a_worker_that_fails_leaves_the_headers(
    code: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dead, killed, too talkative or mad: the mail is read by its headers, and says why."""
    boot(code, monkeypatch)
    message = read(HEAD + b"Subject: still here\r\n\r\n" + b"a" * 3_000_000)
    assert message.simplified
    assert (message.subject, message.size) == ("still here", len(HEAD) + 25 + 3_000_000 - 2)
    assert why in message.defects[0]


def test_what_cannot_be_read_whole_is_read_by_its_beginning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A mail too much for its worker keeps the words of its first 64 KB, and says so."""
    boot(
        "import io, sys; sys.path.append(sys.argv[1]); raw = sys.stdin.buffer.read();"
        "sys.exit(1) if len(raw) > 65536 else None; sys.stdin = io.TextIOWrapper(io.BytesIO(raw));"
        "from mailgate.message import worker; worker.main(1 << 29, 5)",
        monkeypatch,
    )
    message = read(HEAD + b"Subject: x\r\n\r\nDzie\xf1 dobry, drukarka\r\n" + b"a\r\n" * 400_000)
    assert message.simplified
    assert message.full_text.startswith("Dzień dobry, drukarka\n")
    assert message.attachments == ()
    assert message.size > 1_000_000
    assert message.defects[0] == "simplified: took more memory or CPU than one mail may"


def test_a_worker_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the wall clock limit the worker is killed and waited for, whether it reads or not."""
    boot("import signal; signal.pause()", monkeypatch)
    limits = CageLimits(in_place_bytes=0, wall_seconds=0.2)
    for body in (b"x", b"a" * 3_000_000):
        message = read(HEAD + b"\r\n" + body, limits)
        assert message.defects[0] == "simplified: took more than 0.2 s"


def test_memory_and_cpu_are_limited_in_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits are those that were given, and the worker cannot write files."""
    confined = "import sys; sys.path.append(sys.argv[1]); from mailgate.message import worker; "
    for trick in (
        "worker.confine(1 << 28, 5); bytearray(1 << 29)",
        "worker.confine(1 << 28, 1)\nwhile True: pass",
    ):
        boot(confined + trick, monkeypatch)
        assert read(HEAD + b"\r\n").simplified


def test_no_worker_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every worker that was started has ended and was waited for when the answer is there."""
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def remembered(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(popen(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", remembered)
    read(HEAD + b"\r\nhello")
    boot("import signal; signal.pause()", monkeypatch)
    read(HEAD + b"\r\nhello", CageLimits(in_place_bytes=0, wall_seconds=0.1))
    assert len(started) == 3  # the second mail is tried twice
    assert all(process.returncode is not None for process in started)
    pipes: list[IO[bytes] | None] = [pipe for p in started for pipe in (p.stdin, p.stdout)]
    assert all(pipe is not None and pipe.closed for pipe in pipes)


def test_octets_that_cannot_be_fetched_are_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the store fails while the octets are handed on, that is raised, and nothing is left."""

    def broken() -> Iterator[bytes]:
        yield b"From: x\r\n"
        raise LookupError("store")

    with pytest.raises(LookupError):
        cage.read(100, b"", broken, CAGED)


def test_two_workers_at_most_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six threads at once never have more than two workers."""
    running, most, lock = [0], [0], threading.Lock()
    ask = cage._ask_worker

    def counted(*arguments: Any) -> tuple[bytes | None, str]:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        try:
            return ask(*arguments)
        finally:
            with lock:
                running[0] -= 1

    monkeypatch.setattr(cage, "_ask_worker", counted)
    found: list[Message] = []
    threads = [
        threading.Thread(target=lambda: found.append(read(HEAD + b"\r\nhello"))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [message.text for message in found] == ["hello"] * 6
    assert most[0] == 2


def test_the_worker_sees_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither environment nor the daemon's modules reach the worker."""
    monkeypatch.setitem(os.environ, "MAILGATE_SECRET", "canary")
    boot(
        "import os, sys; sys.path.append(sys.argv[1]); import mailgate.message.worker;"
        "ours = {'sqlmodel', 'pydantic', 'socket', 'mailgate.store'} & set(sys.modules);"
        "sys.exit('loaded') if ours or 'canary' in str(os.environ) else print('garbage')",
        monkeypatch,
    )
    assert "answer could not be read" in read(HEAD + b"\r\n").defects[0]


def test_the_worker_can_be_run_by_hand() -> None:
    """`python -m mailgate.message.worker MEMORY CPU` reads a mail and prints JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "mailgate.message.worker", str(1 << 29), "5"],
        input=HEAD + b"\r\nhello",
        capture_output=True,
        check=True,
        cwd=cage._ROOT,
    )
    assert b'"text": "hello"' in done.stdout
