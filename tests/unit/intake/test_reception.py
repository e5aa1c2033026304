"""Where every way in hands over its messages."""

import asyncio
import errno
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailgate.intake import answers, paths
from mailgate.intake.content import Content
from mailgate.intake.reception import Reception, Refused, Taken
from mailgate.intake.spool import Arrival
from mailgate.message.address import Envelope
from tests.integration.listening import Recorder, Store, knows

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ARRIVAL = Arrival("smtp", Envelope("a@b.example", ("x@ours.example",)), NOW)


def _reception(tmp_path: Path, store: Store, events: Recorder | None = None) -> Reception:
    return Reception(store.accept, knows, lambda: NOW, tmp_path, events=events or Recorder())


def _content(tmp_path: Path, raw: bytes, max_in_memory_bytes: int = 100) -> Content:
    content = Content(tmp_path, max_in_memory_bytes)
    content.write(raw)
    content.finish()
    return content


def test_what_was_accepted_is_closed_and_has_its_id(tmp_path: Path) -> None:
    """The one who hands over has nothing left to do."""
    store, content = Store(), _content(tmp_path, b"abc")
    reception = _reception(tmp_path, store)
    assert asyncio.run(reception.take(ARRIVAL, content)) == Taken(1)
    reception.close()
    assert store.messages == [(ARRIVAL, b"abc")]
    with pytest.raises(ValueError, match="closed"):
        content.head(1)


@pytest.mark.parametrize(
    ("fault", "reply"),
    [
        (RuntimeError("db password=secret"), answers.TRY_AGAIN),
        (OSError(errno.ENOSPC, "full"), answers.NO_ROOM),
        (OSError(errno.EIO, "broken"), answers.TRY_AGAIN),
    ],
)
def test_a_fault_of_ours_is_logged_and_temporary(
    tmp_path: Path, fault: Exception, reply: bytes
) -> None:
    """The sender keeps the message and comes again; he learns nothing of our insides."""
    events = Recorder()
    reception = _reception(tmp_path, Store(fails=fault), events)
    assert asyncio.run(reception.take(ARRIVAL, _content(tmp_path, b"x"))) == Refused(reply)
    reception.close()
    assert events.faults == [fault]


def test_a_session_that_ends_does_not_stop_its_message(tmp_path: Path) -> None:
    """Cancelled in the middle of the commit, or before its turn came, it is taken whole."""
    store = Store(gate=threading.Event())
    reception = _reception(tmp_path, store)
    contents = [_content(tmp_path, b"whole") for _ in range(9)]

    async def sessions_that_end() -> None:
        tasks = [asyncio.create_task(reception.take(ARRIVAL, content)) for content in contents]
        await asyncio.to_thread(store.entered.wait, 10)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        assert all(task.cancelled() for task in tasks)
        assert store.gate is not None
        store.gate.set()

    asyncio.run(sessions_that_end())
    reception.close()
    assert [raw for _, raw in store.messages] == [b"whole"] * 9


def test_small_messages_do_not_wait_for_large_ones(tmp_path: Path) -> None:
    """A few large ones are written at once; more of them wait, and only they."""
    released, busy, most = threading.Event(), [0, 0], [0, 0]
    lock = threading.Lock()

    def accept(_: Arrival, content: Content) -> int:
        large = int(content.spilled)
        with lock:
            busy[large] += 1
            most[large] = max(most[large], busy[large])
        if large:
            released.wait(10)
        with lock:
            busy[large] -= 1
        return 1

    async def all_at_once() -> None:
        large = [
            asyncio.create_task(reception.take(ARRIVAL, _content(tmp_path, b"x" * 200)))
            for _ in range(8)
        ]
        for _ in range(8):
            assert await reception.take(ARRIVAL, _content(tmp_path, b"x")) == Taken(1)
        assert not any(task.done() for task in large)
        released.set()
        await asyncio.gather(*large)

    reception = Reception(accept, knows, lambda: NOW, tmp_path, events=Recorder())
    asyncio.run(all_at_once())
    reception.close()
    assert most[1] <= 2


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        ("<x@ours.example>", None),
        ("<PostMaster>", None),
        ("<nobody@ours.example>", answers.UNKNOWN_RECIPIENT),
        ("<x@elsewhere.example>", answers.UNKNOWN_RECIPIENT),
        ("<@a.example:x@ours.example>", answers.NOT_A_RELAY),
        ("<x%y@ours.example>", answers.NOT_A_RELAY),
        ("<broken@ours.example>", answers.TRY_AGAIN),
    ],
)
def test_only_our_own_addresses_are_recipients(
    tmp_path: Path, path: str, refusal: bytes | None
) -> None:
    """Whoever asks for a relay is told so, and a directory out of order is no refusal."""
    recipient = paths.path(path)
    assert recipient is not None
    assert _reception(tmp_path, Store()).refuses_recipient(recipient) == refusal


def test_without_room_no_mail_is_taken(tmp_path: Path) -> None:
    """Full disks and a failing question are temporary."""

    def refusal(room: object) -> bytes | None:
        return Reception(
            Store().accept,
            knows,
            lambda: NOW,
            tmp_path,
            room,
            Recorder(),  # type: ignore[arg-type]
        ).refuses_mail()

    assert refusal(lambda: True) is None
    assert refusal(lambda: False) == answers.NO_ROOM
    assert refusal(lambda: 1 / 0) == answers.TRY_AGAIN
