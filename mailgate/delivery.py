"""SPINE 2: lease what is due, hand it to the smarthost, settle it; one mail a step.

Promises that no connection is used inside a transaction, and that each mail is settled before the
next is sent: a daemon that is killed repeats at most the one mail it was sending, with the same
Message-ID. A mail is refused or given up in one transaction with the entry that says so. When the
database is away, what the smarthost said is kept in memory until it can be written.
"""

import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlmodel import Session

from mailgate.clock import Now
from mailgate.outbox import backoff, events, leases
from mailgate.outbox.mail import Leased
from mailgate.outbox.outcome import Deferred, Delivered, Outcome, Refused, Unreachable
from mailgate.store.database import Database

_TRIES_TO_TELL = 3
_DATABASE_AWAY = (OperationalError, InterfaceError)

OnFailure = Callable[[Session, Leased, str], object]


class Submits(Protocol):
    """What delivery needs of a smarthost; see outbox.smarthost.Smarthost."""

    def submit(
        self, mail_from: str, recipient: str, content: bytes, waiting: Callable[[], None]
    ) -> Outcome:
        """Hand over one mail; call waiting every few seconds."""

    def tidy(self) -> None:
        """Close what has been idle for long."""

    def close(self) -> None:
        """Close the connection."""


@dataclass
class _Work:
    """A leased mail and how far we are with it.

    body: where it is small. failures: errors of ours while settling.
    """

    leased: Leased
    body: bytes | None = None
    outcome: Outcome | None = None
    failures: int = 0
    error: str = ""


class Delivery:
    """The loop that empties the outbox.

    owner: names this loop, the same after a restart, different from every other's. on_failure: is
    called in the transaction that settles a mail as refused. is_own: recipients never written to.
    alive: called while the smarthost keeps us waiting, for a watchdog. The lease is short and
    prolonged while we wait, so that a died daemon's mail is not stuck for the three quarters of an
    hour that all time-outs of RFC 5321 §4.5.3.2 come to.
    """

    def __init__(
        self,
        database: Database,
        smarthost: Submits,
        owner: str,
        now: Now,
        on_failure: OnFailure,
        is_own: Callable[[str], bool],
        *,
        alive: Callable[[], None] = lambda: None,
        batch: int = 10,
        lease_for: timedelta = timedelta(minutes=5),
        monotonic: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._smarthost = smarthost
        self._owner = owner
        self._now = now
        self._on_failure = on_failure
        self._is_own = is_own
        self._alive = alive
        self._batch = batch
        self._lease_for = lease_for
        self._monotonic = monotonic
        self._jitter = jitter
        self._works: deque[_Work] = deque()
        self._renewed_at = 0.0
        self._host_failures = 0
        self._host_back_at = 0.0

    def release_all(self) -> int:
        """Make due what this loop had leased when its daemon died; return how many mails."""
        with self._database.writing() as session:
            return leases.release_all(session, self._owner)

    def step(self) -> bool:
        """Send one mail that is due; say whether there may be another.

        Raises what the database raises while no mail is in hand.
        """
        work = self._next()
        if work is None:
            self._smarthost.tidy()
            return False
        try:
            if work.outcome is None:
                work.outcome = self._submitted(work)
            self._settle(work, work.outcome)
        except Exception as error:  # noqa: BLE001 - the one place that holds a mail whose sending failed
            events.failed(work.leased.id, error)
            self._keep_for_next_step(work, error)
            return False
        return True

    def stop(self) -> None:
        """Give back what was not tried and take leave of the smarthost."""
        if self._works and self._works[0].outcome is not None:
            self.step()
        untried = [work.leased.id for work in self._works if work.outcome is None]
        if untried:
            with self._database.writing() as session:
                leases.release(session, self._owner, untried)
        self._works.clear()
        self._smarthost.close()

    def _next(self) -> _Work | None:
        if not self._works and self._monotonic() >= self._host_back_at:
            self._lease()
        if self._works and self._works[0].outcome is None:
            self._keep_leases(None)
        return self._works[0] if self._works else None

    def _lease(self) -> None:
        now = self._now()
        with self._database.reading() as session:
            if not leases.anything_due(session, now):
                return
        # A smarthost that was away is asked with one mail first.
        limit = 1 if self._host_failures else self._batch
        with self._database.writing() as session:
            leased = leases.lease(session, self._owner, now, self._lease_for, limit)
            bodies = leases.small_bodies(session, leased)
        self._works.extend(_Work(one, bodies.get(one.body_sha256)) for one in leased)
        self._renewed_at = self._monotonic()

    def _submitted(self, work: _Work) -> Outcome:
        leased = work.leased
        if self._is_own(leased.recipient):
            return Refused("own address: mail to ourselves would go round in circles")
        if work.body is not None:
            content = leased.headers + work.body
        else:
            with self._database.reading() as session:
                content = leases.content(session, leased)
        return self._smarthost.submit(
            leased.mail_from, leased.recipient, content, lambda: self._wait(leased)
        )

    def _wait(self, leased: Leased) -> None:
        """Say that we live and keep our leases, while the smarthost keeps us waiting."""
        self._alive()
        try:
            self._keep_leases(leased)
        except SQLAlchemyError as error:
            events.not_renewed(error)

    def _keep_leases(self, sending: Leased | None) -> None:
        """Prolong the leases when a third is over; drop the mails that are no longer ours."""
        if self._monotonic() - self._renewed_at < self._lease_for.total_seconds() / 3:
            return
        ids = [work.leased.id for work in self._works]
        with self._database.writing() as session:
            ours = leases.renew(session, self._owner, ids, self._now() + self._lease_for)
        self._renewed_at = self._monotonic()
        kept = [work for work in self._works if work.leased.id in ours or work.leased is sending]
        self._works = deque(kept)

    def _settle(self, work: _Work, outcome: Outcome) -> None:
        now = self._now()
        leased = work.leased
        next_try = self._next_try(leased, outcome, now)
        failure = _failure(outcome, next_try)
        if failure and work.failures >= _TRIES_TO_TELL:
            outcome = Refused(f"{failure}; could not be entered in the ticket: {work.error}")
        rest = [other.leased.id for other in self._works if other is not work]
        with self._database.writing() as session:
            is_ours = leases.settle(session, leased.id, self._owner, outcome, now, next_try)
            if is_ours and failure and work.failures < _TRIES_TO_TELL:
                self._on_failure(session, leased, failure)
            if isinstance(outcome, Unreachable) and rest:
                leases.release(session, self._owner, rest)
        self._works.popleft()
        self._note_host(outcome)
        _tell(leased, outcome, is_ours, failure, next_try)

    def _next_try(self, leased: Leased, outcome: Outcome, now: datetime) -> datetime | None:
        match outcome:
            case Deferred():
                attempt = leased.attempts + 1
                return backoff.next_try(attempt, now, leased.first_due_at, self._jitter())
            case Unreachable():
                return None if backoff.is_too_old(now, leased.first_due_at) else now
            case _:
                return None

    def _note_host(self, outcome: Outcome) -> None:
        match outcome:
            case Unreachable(reason):
                self._works.clear()
                self._host_failures += 1
                wait = backoff.host_wait(self._host_failures, self._jitter()).total_seconds()
                self._host_back_at = self._monotonic() + wait
                events.smarthost_away(reason, self._host_failures, wait)
            case Delivered() | Deferred() if self._host_failures:
                events.smarthost_back(self._host_failures)
                self._host_failures = 0
            case _:
                pass

    def _keep_for_next_step(self, work: _Work, error: Exception) -> None:
        """Keep what is known of a mail, so that the next step settles it without sending again."""
        if work.outcome is None:
            work.outcome = Deferred(f"an error of ours: {type(error).__name__}")
        elif not isinstance(error, _DATABASE_AWAY):
            work.failures += 1
            work.error = type(error).__name__


def _failure(outcome: Outcome, next_try: datetime | None) -> str:
    """Return why a mail will never be delivered, "" while there is hope."""
    match outcome:
        case Refused(reason):
            return reason
        case Deferred(reason) | Unreachable(reason) if next_try is None:
            return f"given up after {backoff.GIVE_UP_AFTER.days} days: {reason}"
        case _:
            return ""


def _tell(
    leased: Leased, outcome: Outcome, is_ours: bool, failure: str, next_try: datetime | None
) -> None:
    if not is_ours:
        events.lease_lost(leased.id)
    elif failure:
        events.refused(leased.id, leased.ticket_id, failure)
    elif isinstance(outcome, Delivered):
        events.delivered(leased.id, leased.ticket_id, outcome.reply)
    elif isinstance(outcome, Deferred) and next_try is not None:
        events.deferred(leased.id, outcome.reason, next_try)
