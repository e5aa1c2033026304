"""Taking mail in where no daemon runs: the store is written by the command itself.

Keeps the rules of the listeners: recipients must be ours, size and hops have bounds, and the
answer is 250 only after the commit. The daemon finds the mail when it starts.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from mailgate import routing
from mailgate.cli.desk import CLOCK
from mailgate.config import load
from mailgate.config.light import Light
from mailgate.daemon import wiring
from mailgate.intake import answers, paths, spool
from mailgate.intake.content import Content
from mailgate.intake.data import Sink
from mailgate.intake.handover import Answer
from mailgate.intake.limits import ListenerLimits
from mailgate.intake.spool import Arrival
from mailgate.message.address import Envelope


class Direct:
    """The store, opened for writing; a fresh one is made.

    path: of the configuration, as given by `-c`. Raises Faults and CannotStartError.
    """

    def __init__(self, path: Path | None, settings: Light) -> None:
        configuration = load(path, lent=False)
        self._directory = configuration.directory
        self._state = configuration.state
        self._limits = ListenerLimits(max_message_size=settings.max_message_size)
        self._database = wiring.open_store(configuration)
        clock = os.environ.get(CLOCK)
        self._now = wiring.clock_of(self._database, Path(clock) if clock else None)

    def send(
        self, mail_from: str | None, recipients: Sequence[str], size: int, chunks: Iterable[bytes]
    ) -> Answer:
        """Make one message durable and return the answer a listener would give.

        size: octets in all chunks together. Raises what the database raises; then nothing was
        taken.
        """
        refusal = self._refusal(recipients, size)
        if refusal is not None:
            return _answer(refusal)
        sink = Sink(Content(self._state), self._limits)
        try:
            for chunk in chunks:
                sink.write(chunk)
            if sink.refusal is not None:
                return _answer(sink.refusal)
            envelope = Envelope(mail_from, tuple(dict.fromkeys(recipients)))
            arrival = Arrival(source="accept", envelope=envelope, received_at=self._now())
            with sink.hand_over() as content:
                spool_id = spool.accept(self._database, arrival, content)
        finally:
            sink.close()
        return _answer(answers.accepted(spool_id), spool_id)

    def close(self) -> None:
        """Close the store."""
        self._database.dispose()

    def _refusal(self, recipients: Sequence[str], size: int) -> bytes | None:
        if size > self._limits.max_message_size:
            return answers.TOO_LARGE
        if len(recipients) > self._limits.max_recipients:
            return answers.TOO_MANY_RECIPIENTS
        for address in recipients:
            path = paths.path(f"<{address}>")
            if path is None or not path.address:
                return answers.BAD_RECIPIENT
            if routing.department_for(path.address, self._directory) is None:
                return answers.UNKNOWN_RECIPIENT
        return None


def _answer(reply: bytes, spool_id: int | None = None) -> Answer:
    return Answer(int(reply[:3]), reply[4:].decode().strip(), spool_id)
