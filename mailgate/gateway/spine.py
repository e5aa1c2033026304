"""SPINE 1: a spooled mail becomes verdicts, one a department, in one transaction.

Promises that a mail taken in ends as an entry, a recorded duplicate, a recorded loop, or held.
When anything unexpected happens, everything is rolled back and the mail is tried again; after
three failures it is held for a human, with the error, and the next mail goes on. Trouble of the
database or the machine counts against no mail.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlmodel import Session

from mailgate import cage, logs
from mailgate.clock import Now
from mailgate.gateway import mailbombs
from mailgate.gateway.believing import Check, believe
from mailgate.gateway.decide import decide
from mailgate.gateway.job import Job
from mailgate.gateway.lookup import examine
from mailgate.gateway.perform import perform
from mailgate.intake import spool
from mailgate.intake.spool import Claimed, Spool, SpoolResult, State
from mailgate.message import parse, vouching
from mailgate.message.authenticity import Judgement
from mailgate.message.message import Message
from mailgate.store import blobs
from mailgate.store.database import Database, serialize
from mailgate.tickets.office import Office

_TRIES = 3
# A daemon that ends in the middle of a mail counts an attempt and learns nothing; that often, it
# was the mail.
_STARTS = 10
_LEASE = timedelta(minutes=5)
_AT_ONCE = 8
_HEAD_BYTES = 1024 * 1024


class NeverFinishedError(Exception):
    """Whoever reads the mail ends without a word."""


class ClaimLostError(Exception):
    """Another daemon works on the mail; what we did is rolled back."""


@dataclass(frozen=True)
class Gateway:
    """Works mail off.

    owner: names this daemon in its claims. after_each: called after each mail, as a sign of life
    and because mail may now wait to be sent. check: our own of senders, None where that is off.
    """

    database: Database
    office: Office
    owner: str
    now: Now
    after_each: Callable[[], None]
    check: Check | None = None
    _interrupted: threading.Event = field(default_factory=threading.Event, init=False)

    def step(self) -> bool:
        """Work off the next few mails; say whether there were any.

        Raises what the database raises when it goes away; the next step goes on with those mails.
        """
        with self.database.writing() as session:
            if self._interrupted.is_set():
                # What an earlier step had claimed and not settled is worked on by nobody.
                spool.release_claims(session, self.owner)
            self._interrupted.set()
            batch = spool.claim(session, self.owner, self.now(), _LEASE, _AT_ONCE)
        for claimed in batch:
            self._step_one(claimed)
            self.after_each()
        self._interrupted.clear()
        return bool(batch)

    def _step_one(self, claimed: Claimed) -> None:
        try:
            if claimed.attempts > _STARTS:
                raise NeverFinishedError(f"{claimed.attempts - 1} attempts ended the daemon")
            message = read(self.database, claimed)
            judgement = believe(
                self.office, message, claimed, self.check, chunks_of(self.database, claimed)
            )
            results = self._carry_out(claimed, message, judgement)
        except ClaimLostError:
            logs.claim_lost(claimed.id)
        except Exception as error:  # noqa: BLE001 - the spine: nothing may stop the next mail
            self._put_back(claimed, error)
        else:
            for result in results:
                logs.decided(
                    claimed.id,
                    result.verdict,
                    result.verdict_reason,
                    result.ticket,
                    result.department,
                )

    def _carry_out(
        self, claimed: Claimed, message: Message, judgement: Judgement
    ) -> list[SpoolResult]:
        with self.database.writing() as session:
            _take_turns(session, message)
            now = self.now()
            examined = examine(session, self.office, message, claimed, now, judgement)
            verdicts = decide(examined.circumstances)
            job = Job(session, self.office, claimed, examined, now)
            results = perform(job, verdicts)
            kept = spool.finish(
                session,
                claimed.id,
                self.owner,
                now,
                message.message_id[:512],
                results,
                authenticity=judgement.authenticity.value,
                authenticity_reason=vouching.told(judgement),
                **mailbombs.marks(examined.message, examined.circumstances.recent, results),
            )
            if not kept:
                raise ClaimLostError(f"mail {claimed.id} is not ours any more")
            return results

    def _put_back(self, claimed: Claimed, error: Exception) -> None:
        not_its_fault = _is_trouble_of_ours(error)
        tries = claimed.attempts + 1 if not_its_fault else _TRIES
        with self.database.writing() as session:
            state = spool.put_back(session, claimed, _said(error), self.now(), tries)
            if not_its_fault and state is State.NEW:
                session.get_one(Spool, claimed.id).attempts = claimed.attempts - 1
        logs.gateway_failed(claimed.id, claimed.attempts, state is State.HELD, error)


def _is_trouble_of_ours(error: Exception) -> bool:
    """Say whether the database or the machine failed, and not we on this mail.

    A limit of PostgreSQL's that a value exceeds (class 54) is the mail's.
    """
    if isinstance(error, OperationalError | InterfaceError):
        return not str(getattr(error.orig, "sqlstate", None) or "").startswith("54")
    return isinstance(error, OSError)


def _said(error: Exception) -> str:
    """Return an error as text that can be stored, without the values of a statement."""
    why = error.orig if isinstance(error, DBAPIError) else error
    text = f"{type(error).__name__}: {why}"[:2_000].replace("\0", " ")
    return text.encode("utf-8", "replace").decode()


def read(database: Database, claimed: Claimed) -> Message:
    """Return a spooled mail as read, in the cage where it is large or suspicious."""
    chunks = chunks_of(database, claimed)
    head = b""
    for chunk in chunks():
        head += chunk
        if len(head) >= _HEAD_BYTES:
            break
    if claimed.arrival.whole_size is not None:
        return _left_behind(head, claimed.arrival.whole_size)
    whole = len(head) == claimed.size
    return cage.read(claimed.size, head, (lambda: iter((head,))) if whole else chunks)


def chunks_of(database: Database, claimed: Claimed) -> Callable[[], Iterator[bytes]]:
    """Return what gives the octets of a mail, in order, as often as it is called."""

    def chunks() -> Iterator[bytes]:
        with database.reading() as session:
            yield from blobs.get(session, claimed.sha256)

    return chunks


def _left_behind(head: bytes, whole_size: int) -> Message:
    """Return a mail of which only the headers were taken; its text is ours and says so."""
    why = f"too large ({whole_size / 1_000_000:.1f} MB): only its headers were taken"
    text = f"This mail is {why}. The mail itself is still in the mailbox."
    return replace(parse.simplified(head, whole_size, why), text=text, full_text=text)


def _take_turns(session: Session, message: Message) -> None:
    """Keep two daemons from working on one sender, or one mail, at the same moment."""
    keys = {f"from:{message.author.canonical}" if message.author else "from:"}
    if message.message_id:
        keys.add(f"message:{message.message_id}")
    for key in sorted(keys):
        serialize(session, key)
