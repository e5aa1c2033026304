"""The daemon's life: start, serve, drain, stop.

A first SIGTERM or SIGINT lets what was begun end in good order, within 15 seconds; a second ends
at once, and so does the time running out, which loses nothing either.
"""

import asyncio
import os
import signal
import threading
import time
from datetime import timedelta
from pathlib import Path

from mailgate import __version__, logs
from mailgate.config.configuration import Configuration
from mailgate.daemon import systemd
from mailgate.daemon.wiring import CannotStartError, Parts, build
from mailgate.intake.listener import Listener, ListenerLimits
from mailgate.intake.local import LocalSocket
from mailgate.jobs.schedule import ticks

_TICK = timedelta(seconds=1)
_PATIENCE = timedelta(seconds=8)
_JOIN_SECONDS = 4.0
_END_SECONDS = 13.0
_SILENCE_ALLOWED = 45.0


def run(configuration: Configuration, clock_file: Path | None = None) -> None:
    """Run the daemon until it is told to stop.

    Raises CannotStartError, with text and exit code, where it cannot start.
    """
    parts = build(configuration, clock_file)
    try:
        asyncio.run(_serve(parts))
    finally:
        parts.reception.close()
        parts.locks.close()
    logs.stopped()


async def _serve(parts: Parts) -> None:
    stop = _signals()
    configuration = parts.configuration
    listeners = [
        Listener(settings, parts.reception, configuration.domain)
        for settings in (configuration.smtp, configuration.lmtp)
        if settings is not None
    ]
    local = LocalSocket(configuration.socket, parts.reception, _limits_of(configuration))
    ticking = ticks(lambda: _wake(parts), _TICK)
    try:
        for listener in listeners:
            await listener.start()
        await local.start()
    except OSError as error:
        raise CannotStartError(
            69, f"cannot listen: {error}; free the port, or change it"
        ) from error
    for loop in parts.loops:
        loop.start()
    for watcher in parts.watchers:
        watcher.start()
    ticking.start()
    ports = {listener.kind: listener.port for listener in listeners}
    logs.started(__version__, parts.office.instance, ports)
    systemd.notify("READY=1", f"STATUS=takes mail on {ports}")
    watching = asyncio.create_task(_watch(parts))
    reason = await stop
    _end_at_the_latest()
    logs.stopping(reason)
    systemd.notify("STOPPING=1", "STATUS=finishing what was begun")
    watching.cancel()
    await asyncio.gather(local.drain(_PATIENCE), *(each.drain(_PATIENCE) for each in listeners))
    ticking.shutdown(wait=False)
    await asyncio.to_thread(_end_loops, parts)


def _limits_of(configuration: Configuration) -> ListenerLimits:
    chosen = configuration.smtp or configuration.lmtp
    return chosen.limits if chosen else ListenerLimits()


def _signals() -> "asyncio.Future[str]":
    """Return what becomes done at the first signal to stop; a second one ends the process."""
    loop = asyncio.get_running_loop()
    stop: asyncio.Future[str] = loop.create_future()

    def received(name: str) -> None:
        if stop.done():
            logs.finish()
            os._exit(1)
        stop.set_result(name)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, received, number.name)
    loop.add_signal_handler(signal.SIGHUP, logs.not_reloaded)
    return stop


def _end_at_the_latest() -> None:
    """End the process in a while, if it has not by then: a thread may hang in the database."""

    def cut_short() -> None:
        logs.cut_short()
        logs.finish()
        os._exit(1)

    timer = threading.Timer(_END_SECONDS, cut_short)
    timer.daemon = True
    timer.start()


def _wake(parts: Parts) -> None:
    for loop in parts.loops:
        loop.wake()
    for watcher in parts.watchers:
        watcher.tick()


async def _watch(parts: Parts) -> None:
    """Pass the loops' own signs of life on to the watchdog; silence of one is silence of all."""
    allowed = systemd.watchdog_seconds()
    if allowed is None:
        return
    while True:
        if all(loop.silent_for() < _SILENCE_ALLOWED for loop in parts.loops):
            systemd.notify("WATCHDOG=1")
        await asyncio.sleep(allowed / 4)


def _end_loops(parts: Parts) -> None:
    for watcher in parts.watchers:
        watcher.stop()
    for loop in parts.loops:
        loop.stop()
    deadline = time.monotonic() + _JOIN_SECONDS
    # What a watcher has not taken by then stays in its mailbox.
    for watcher in parts.watchers:
        watcher.join(max(deadline - time.monotonic(), 0))
    ended = [loop.join(max(deadline - time.monotonic(), 0)) for loop in parts.loops]
    if parts.sender is not None and all(ended):
        parts.sender.stop()
