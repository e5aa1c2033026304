"""Everything an operator can see in the log: one function per event, one JSON line each.

Ids, counts and reasons; no subject, no body, no address of a correspondent. The log goes to
standard error, where the journal takes it; when nobody does, the daemon goes on without.
"""

import atexit
import contextlib
import logging
import queue
import sys
import threading
from typing import Any, ClassVar

import orjson
import structlog

_log: Any = structlog.get_logger("mailgate")
_LONGEST = 500
_WAITING = 10_000
_AT_THE_END_SECONDS = 2.0


def configure(*, verbose: bool = False) -> None:
    """Send events to standard error as JSON lines; libraries only when they warn."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # Without the values of variables: a mail's words and addresses are among them.
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
            ),
            _shorten,
            structlog.processors.JSONRenderer(serializer=orjson.dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.DEBUG if verbose else logging.INFO
        ),
        logger_factory=structlog.BytesLoggerFactory(_StandardError()),  # type: ignore[arg-type]
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Libraries()], force=True)


def _shorten(_log: Any, _name: str, event: Any) -> Any:
    """Keep the first line of what an error says: PostgreSQL's others quote the row it refused."""
    for error in event.get("exception", ()):
        error["exc_value"] = error["exc_value"].partition("\n")[0][:_LONGEST]
    return event


class _StandardError:
    """Standard error, which stops nobody: not when it fails, not when its reader stands still.

    Lines wait for a thread of their own, so many and no more; of what is lost the number is told.
    """

    latest: ClassVar["_StandardError | None"] = None

    def __init__(self) -> None:
        _StandardError.latest = self
        self._lines: queue.SimpleQueue[bytes | threading.Event] = queue.SimpleQueue()
        self._lost = 0
        self._counting = threading.Lock()
        threading.Thread(target=self._take, name="log", daemon=True).start()
        atexit.register(self.finish)

    def write(self, line: bytes) -> None:
        """Hand a line over, or do without it."""
        if self._lines.qsize() < _WAITING:
            self._lines.put(line)
        else:
            with self._counting:
                self._lost += 1

    def flush(self) -> None:
        """Do nothing: the thread writes as soon as it can."""

    def _take(self) -> None:
        while True:
            line = self._lines.get()
            if isinstance(line, threading.Event):
                line.set()
                continue
            self._put_out(line)
            if self._lost:
                with self._counting:
                    lost, self._lost = self._lost, 0
                self._put_out(orjson.dumps({"event": "log-lines-lost", "lines": lost}) + b"\n")

    def _put_out(self, line: bytes) -> None:
        # Past the buffer, which would keep a line that failed and fail again with the next.
        stream: Any = getattr(sys.stderr.buffer, "raw", sys.stderr.buffer)
        with contextlib.suppress(OSError):
            while line:
                line = line[stream.write(line) :]

    def finish(self) -> None:
        """At the end, give what waits a moment to get out."""
        written = threading.Event()
        self._lines.put(written)
        written.wait(_AT_THE_END_SECONDS)


def finish() -> None:
    """Give what was logged a moment to get out; for who ends the process at once."""
    if _StandardError.latest is not None:
        _StandardError.latest.finish()


class _Libraries(logging.Handler):
    """Hands what libraries warn of to the same log, in the same shape."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; the traceback goes along where there is one."""
        error = record.exc_info[1] if record.exc_info else None
        _log.log(
            record.levelno,
            "library",
            logger=record.name,
            message=record.getMessage(),
            exc_info=error,
        )


def started(version: str, instance: str, ports: dict[str, int]) -> None:
    """Tell that the daemon takes mail; ports by listener."""
    _log.info("started", version=version, instance=instance, ports=ports)


def nothing_is_sent() -> None:
    """Warn that without a smarthost the outbox only fills."""
    _log.warning("nothing-is-sent", remedy="set [smarthost] in the configuration")


def stopping(reason: str) -> None:
    """Tell that the daemon finishes what it has begun and ends."""
    _log.info("stopping", reason=reason)


def stopped() -> None:
    """Tell that the daemon has ended in good order."""
    _log.info("stopped")


def cut_short() -> None:
    """Tell that something hung and the daemon ends all the same; its mail waits in the store."""
    _log.warning("cut-short", remedy="look whether the database answers")


def freed(spooled: int, outgoing: int) -> None:
    """Tell how many claims an earlier run had left behind, of mail in and out."""
    _log.info("freed", spooled=spooled, outgoing=outgoing)


def decided(spool_id: int, verdict: str, reason: str, ticket: int | None, department: str) -> None:
    """Tell what became of a mail taken in."""
    _log.info(
        "decided",
        spool_id=spool_id,
        verdict=verdict,
        reason=reason,
        ticket=ticket,
        department=department,
    )


def gateway_failed(spool_id: int, attempts: int, held: bool, error: BaseException) -> None:
    """Tell of an error of ours on a mail: it is tried again, or held after the third time."""
    _log.error("gateway-failed", spool_id=spool_id, attempts=attempts, held=held, exc_info=error)


def claim_lost(spool_id: int) -> None:
    """Tell that another daemon had taken over a mail meanwhile; nothing of ours was stored."""
    _log.warning("claim-lost", spool_id=spool_id)


def acknowledgements_capped(ticket: int, reason: str) -> None:
    """Raise the alarm that a limit of acknowledgements is reached; told once while it lasts."""
    _log.error("acknowledgements-capped", ticket=ticket, reason=reason)


def flood_held(spool_id: int, most: int) -> None:
    """Raise the alarm that a sender asks for too many tickets; told once while it lasts."""
    _log.error("flood-held", spool_id=spool_id, most=most)


def loop_suspected(ticket: int, why: str) -> None:
    """Warn that a machine seems to answer our automatic mail; told once while it lasts."""
    _log.warning("loop-suspected", ticket=ticket, why=why)


def spine_failed(spine: str, error: BaseException) -> None:
    """Tell that a loop of the daemon could not do its work, and goes on trying."""
    _log.error("spine-failed", spine=spine, exc_info=error)


def spine_recovered(spine: str) -> None:
    """Tell that a loop of the daemon works again."""
    _log.info("spine-recovered", spine=spine)


def not_reloaded() -> None:
    """Tell that a hangup changes nothing: the configuration is read at start alone."""
    _log.warning("not-reloaded", remedy="restart the daemon to read its configuration again")
