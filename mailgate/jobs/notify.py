"""SPINE 4: what agents are told becomes letters: one each, or, where there is much, one for all.

Promises that a notice and its letter change hands in one transaction, that an agent gets at most
so many letters a minute and a digest, and that every ticket is named in one of them. A notice
whose letter cannot be written is put aside with an error in the log; the next ones go on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session, col

from mailgate.clock import Now
from mailgate.jobs import events
from mailgate.replies.templates import TO_AGENTS
from mailgate.store.database import Database, serialize
from mailgate.tickets import agent_letters
from mailgate.tickets.notices import AgentNotice, State
from mailgate.tickets.office import Office

_AT_ONCE = 500
_IN_ONE_DIGEST = 1_000
_MINUTE = timedelta(minutes=1)
_MAY_WAIT = frozenset(event.value for event in TO_AGENTS)


@dataclass(frozen=True)
class Pace:
    """How many letters of their own an agent gets in a minute, and how often the rest goes out.

    held: the hour of the digest of held mail, in the zone of the postmaster's department.
    """

    per_minute: int = 5
    digest: timedelta = timedelta(minutes=5)
    held: time = time(7, 0)


@dataclass(frozen=True)
class Notifier:
    """Turns notices into mail. on_mail: called when there is mail to be sent."""

    database: Database
    office: Office
    pace: Pace
    now: Now
    on_mail: Callable[[], None]

    def step(self) -> bool:
        """Write what is due to one agent or another; say whether anything was."""
        now = self.now()
        with self.database.reading() as session:
            fresh = _agents(session, State.NEW, now)
            waited = _agents(session, State.WAITING, now - self.pace.digest)
        for agent in fresh:
            if self._is_still_one(agent):
                self._write_notices(agent, now)
        for agent in waited:
            if self._is_still_one(agent):
                self._write_digest(agent, now)
        if fresh or waited:
            self.on_mail()
        return bool(fresh)

    def _is_still_one(self, agent: str) -> bool:
        """Say whether somebody is an agent; who was one is told nothing any more."""
        if self.office.agent(agent) is not None:
            return True
        waiting = col(AgentNotice.state).in_((State.NEW, State.WAITING))
        with self.database.writing() as session:
            hers = update(AgentNotice).where(col(AgentNotice.agent) == agent, waiting)
            session.execute(hers.values(state=State.DROPPED))
        return False

    def _write_notices(self, agent: str, now: datetime) -> None:
        """Decide on an agent's new notices, and write those that go out by themselves."""
        with self.database.writing() as session:
            serialize(session, f"notices:{agent}")
            rows = _rows(session, agent, State.NEW, _AT_ONCE)
            chosen = _at_once(session, rows, agent, self.pace.per_minute, now)
            rest = [row.id for row in rows if row not in chosen]
            if rest:
                waits = update(AgentNotice).where(col(AgentNotice.id).in_(rest))
                session.execute(waits.values(state=State.WAITING))
        for row in chosen:
            self._write([row], agent, State.NEW, State.SENT, now)

    def _write_digest(self, agent: str, now: datetime) -> None:
        with self.database.reading() as session:
            if _count_since(session, agent, State.DIGESTED, now - _MINUTE):
                return
            rows = _rows(session, agent, State.WAITING, _IN_ONE_DIGEST)
        self._write(rows, agent, State.WAITING, State.DIGESTED, now)

    def _write(
        self, rows: Sequence[AgentNotice], agent: str, before: State, after: State, now: datetime
    ) -> None:
        ids = [row.id for row in rows]
        mine = update(AgentNotice).where(
            col(AgentNotice.id).in_(ids), col(AgentNotice.state) == before
        )
        try:
            with self.database.writing() as session:
                serialize(session, f"notices:{agent}")
                taken = session.connection().execute(mine.values(state=after, sent_at=now))
                if taken.rowcount != len(ids):
                    # Another daemon was faster; what it left is found in the next step.
                    session.rollback()
                elif after is State.DIGESTED:
                    agent_letters.write_digest(session, self.office, rows, now)
                else:
                    agent_letters.write(session, self.office, rows[0], now)
        except (OperationalError, InterfaceError):
            # The database's trouble is no notice's.
            raise
        except Exception as error:  # noqa: BLE001 - it holds the notice; the next is not to blame
            events.notice_failed([each for each in ids if each is not None], error)
            with self.database.writing() as session:
                session.execute(mine.values(state=State.FAILED))


def _agents(session: Session, state: State, until: datetime) -> list[str]:
    """Return for whom there are notices in a state that are as old as that."""
    statement = select(col(AgentNotice.agent)).where(
        col(AgentNotice.state) == state, col(AgentNotice.at) <= until
    )
    return list(session.execute(statement.distinct()).scalars())


def _rows(session: Session, agent: str, state: State, limit: int) -> list[AgentNotice]:
    statement = select(AgentNotice).where(
        col(AgentNotice.agent) == agent, col(AgentNotice.state) == state
    )
    return list(session.execute(statement.order_by(col(AgentNotice.id)).limit(limit)).scalars())


def _at_once(
    session: Session, rows: Sequence[AgentNotice], agent: str, per_minute: int, now: datetime
) -> list[AgentNotice]:
    """Return the notices that get a letter of their own; none behind others that wait already.

    What became of an agent's own mail goes out in any case: as often as she writes, no oftener.
    """
    waits = _count(session, agent, State.WAITING)
    left = 0 if waits else per_minute - _count_since(session, agent, State.SENT, now - _MINUTE)
    chosen = []
    for row in rows:
        if row.event not in _MAY_WAIT:
            chosen.append(row)
        elif left > 0:
            chosen.append(row)
            left -= 1
    return chosen


def _count(session: Session, agent: str, state: State) -> int:
    statement = select(func.count()).where(
        col(AgentNotice.agent) == agent, col(AgentNotice.state) == state
    )
    return int(session.execute(statement).scalar_one())


def _count_since(session: Session, agent: str, state: State, since: datetime) -> int:
    statement = select(func.count()).where(
        col(AgentNotice.agent) == agent,
        col(AgentNotice.state) == state,
        col(AgentNotice.sent_at) > since,
    )
    return int(session.execute(statement).scalar_one())
