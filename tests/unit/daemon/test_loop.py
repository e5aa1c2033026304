import threading
from collections.abc import Callable, Iterator

import pytest

from mailgate.daemon import loop
from mailgate.daemon.loop import Loop

WAIT = 10.0


class Steps:
    """A step that does what it is told, one word a step, and says when it was called."""

    def __init__(self, *does: bool | Exception) -> None:
        self._does = iter(does)
        self.called = threading.Semaphore(0)
        self.count = 0

    def __call__(self) -> bool:
        self.count += 1
        does: bool | Exception = next(self._does, False)
        self.called.release()
        if isinstance(does, Exception):
            raise does
        return does

    def wait(self, times: int = 1) -> None:
        """Wait until it was called so many times more."""
        for _ in range(times):
            assert self.called.acquire(timeout=WAIT)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect what the log is told, and wait for nothing after an error."""
    lines: list[str] = []
    monkeypatch.setattr(
        loop.logs, "spine_failed", lambda name, error: lines.append(f"{name}: {error}")
    )
    monkeypatch.setattr(loop.logs, "spine_recovered", lambda name: lines.append(f"{name} again"))
    monkeypatch.setattr(loop, "_AFTER_ERROR_SECONDS", 0.0)
    monkeypatch.setattr(loop, "_GATHER_SECONDS", 0.0)
    return lines


@pytest.fixture
def running() -> Iterator[Callable[[Steps], Loop]]:
    """Start loops, and end them."""
    started: list[Loop] = []

    def start(steps: Steps) -> Loop:
        one = Loop("test", steps)
        one.start()
        started.append(one)
        return one

    yield start
    for one in started:
        one.stop()
        assert one.join(WAIT)


def test_a_loop_steps_while_there_is_work_and_then_waits(
    running: Callable[[Steps], Loop], told: list[str]
) -> None:
    """Woken, it looks again; a wake during a step is not lost."""
    steps = Steps(True, True, False)
    one = running(steps)
    steps.wait(3)
    one.wake()
    steps.wait()
    assert steps.count == 4 and told == []


def test_a_wake_during_a_step_counts(told: list[str]) -> None:
    """What came while it looked elsewhere is seen at once."""
    seen: list[int] = []

    def step() -> bool:
        seen.append(1)
        if len(seen) == 1:
            one.wake()
        else:
            one.stop()
        return False

    one = Loop("test", step)
    one.start()
    assert one.join(WAIT) and len(seen) == 2


def test_an_error_ends_nothing_and_is_told_once(
    running: Callable[[Steps], Loop], told: list[str]
) -> None:
    """However often it comes; and once more when it is over."""
    steps = Steps(ValueError("one"), ValueError("two"), True, False, ValueError("three"))
    one = running(steps)
    steps.wait(4)
    one.wake()
    steps.wait(2)
    assert told[:3] == ["test: one", "test again", "test: three"]


def test_a_loop_ends_after_its_step(told: list[str]) -> None:
    """Also while it waits; one that hangs is said not to have ended."""
    entered, leave = threading.Event(), threading.Event()

    def step() -> bool:
        entered.set()
        return not leave.wait(WAIT)

    one = Loop("test", step)
    one.start()
    assert entered.wait(WAIT)
    one.stop()
    assert not one.join(0)
    leave.set()
    assert one.join(WAIT)


def test_a_loop_is_silent_since_its_last_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long step beats by itself."""
    now = [100.0]
    monkeypatch.setattr(loop.time, "monotonic", lambda: now[0])
    one = Loop("test", lambda: False)
    now[0] += 50
    assert one.silent_for() == 50
    one.beat()
    assert one.silent_for() == 0
