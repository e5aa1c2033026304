"""Where the time goes: the rooms a mail passes, one after the other in one thread."""

import hashlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

from mailgate.delivery import Delivery
from mailgate.gateway.spine import Gateway
from mailgate.intake import spool
from mailgate.message.address import Envelope
from mailgate.message.parse import parse
from mailgate.outbox.outcome import Delivered, Outcome
from mailgate.replies.acknowledge import Limits
from mailgate.replies.templates import Letters
from mailgate.store import blobs, installation, migrate
from mailgate.store.database import Database
from mailgate.tickets.office import Office
from mailgate.tokens import Keys
from tests.unit.desk import DIRECTORY

_MAILS = 300
_NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
_NO_LIMITS = Limits(None, None, None, None, None, None)


@dataclass(frozen=True)
class _Octets:
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def chunks(self) -> Iterator[bytes]:
        return blobs.pieces(self.content)


class _Taker:
    """A smarthost that takes everything at once."""

    def submit(self, *_: object) -> Outcome:
        return Delivered("250 OK")

    def tidy(self) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing is open."""


def report(mail: Callable[[str, str], bytes]) -> None:
    """Print CPU ms a mail for each stage; mail: makes one from sender and unique part."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with tempfile.TemporaryDirectory() as name:
        database = Database(f"sqlite:///{Path(name) / 'stages.db'}")
        migrate.upgrade(database)
        for label in ("warm", "measured"):
            figures = _stages(database, mail, label)
        database.dispose()
    sys.stdout.write("where it goes, CPU ms a mail, each room alone in one thread:\n")
    for stage, value in figures.items():
        sys.stdout.write(f"  {stage:<44}{value:>6.2f}\n")
    sys.stdout.write("  the rest is SMTP in, SMTP out, the log, and threads taking turns\n")


def _stages(database: Database, mail: Callable[[str, str], bytes], label: str) -> dict[str, float]:
    with database.reading() as session:
        instance = installation.instance_id(session)
    keys = Keys((("k1", b"0123456789abcdef"),))
    office = Office(
        "Centrum",
        "support.example.com",
        instance,
        "[#{number}]",
        keys,
        DIRECTORY,
        Letters(),
        _NO_LIMITS,
    )
    gateway = Gateway(database, office, "bench", lambda: _NOW, lambda: None)
    delivery = Delivery(
        database, _Taker(), "bench", lambda: _NOW, lambda *_: None, DIRECTORY.is_own
    )
    raws = [mail(f"anna{n}@{label}.example.net", f"{label}.{n}") for n in range(_MAILS)]
    return {
        "parse (part of the next but one)": _timed(lambda: [parse(raw) for raw in raws]),
        "spool: accept, committed": _timed(
            lambda: [_accept(database, raw, n, label) for n, raw in enumerate(raws)]
        ),
        "gateway: read, decide, ticket, letter": _timed(lambda: _until_idle(gateway.step)),
        "delivery: lease, settle, without the network": _timed(lambda: _until_idle(delivery.step)),
    }


def _accept(database: Database, raw: bytes, number: int, label: str) -> None:
    envelope = Envelope(f"anna{number}@{label}.example.net", ("PomocDYNAMICS@example.com",))
    spool.accept(database, spool.Arrival("smtp", envelope, _NOW), _Octets(raw))


def _until_idle(step: Callable[[], bool]) -> None:
    while step():
        pass


def _timed(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return (time.process_time() - before) / _MAILS * 1000
