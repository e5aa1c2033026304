"""A spine's thread: step until there is nothing to do, then sleep until woken.

Promises that an error of a step ends neither the thread nor the daemon: it is logged once when it
begins and once when it is over, and the step is tried again a little later.
"""

import threading
import time
from collections.abc import Callable

from mailgate import logs

_FALLBACK_SECONDS = 30.0
_AFTER_ERROR_SECONDS = 1.0
_GATHER_SECONDS = 0.02


class Loop:
    """Runs `step` in a thread of its own. beat() says that it lives, during a long step too."""

    def __init__(self, name: str, step: Callable[[], bool]) -> None:
        self.name = name
        self._step = step
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._failing = False
        self._beaten_at = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self.beat()
        self._thread.start()

    def wake(self) -> None:
        """Say that there may be something to do; cheap, from any thread."""
        self._woken.set()

    def beat(self) -> None:
        """Say that the loop lives."""
        self._beaten_at = time.monotonic()

    def silent_for(self) -> float:
        """Return the seconds since the loop last gave a sign of life."""
        return time.monotonic() - self._beaten_at

    def stop(self) -> None:
        """Let the loop end after the step it is in."""
        self._stopping.set()
        self._woken.set()

    def join(self, seconds: float) -> bool:
        """Wait for the loop to end; say whether it did."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.beat()
            self._woken.clear()
            if not self._step_safely() and self._woken.wait(_FALLBACK_SECONDS):
                # What comes in a burst is claimed together instead of one by one.
                self._stopping.wait(_GATHER_SECONDS)

    def _step_safely(self) -> bool:
        try:
            busy = self._step()
        except Exception as error:  # noqa: BLE001 - nothing may end a spine's thread
            if not self._failing:
                logs.spine_failed(self.name, error)
            self._failing = True
            self._stopping.wait(_AFTER_ERROR_SECONDS)
            return True
        if self._failing:
            logs.spine_recovered(self.name)
            self._failing = False
        return busy
