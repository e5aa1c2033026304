"""What a scenario has in hand. Everything it does goes through the real daemon.

Mail comes in by SMTP and goes out to a smarthost; agents work on the command line. A verb
returns when the daemon has worked off what it set off, so that a scenario never waits by itself.
"""

import json
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlmodel import Session, col

from mailgate.cli import cli
from mailgate.intake.model import Spool, SpoolResult
from mailgate.jobs import schedule
from mailgate.message.address import Address
from mailgate.outbox.mail import OutboxMail
from mailgate.store import installation
from mailgate.store.database import Database
from mailgate.tickets import people
from mailgate.tickets.model import Entry, Ticket
from mailgate.tickets.notices import AgentNotice
from tests.world.cases import Case, case_of
from tests.world.daemon import Daemon
from tests.world.people import Agent, Customer, Mail, hand_over
from tests.world.smarthost import Letter, Smarthost

Answer = TypeVar("Answer")

WARSAW = "Europe/Warsaw"
_PATIENCE_SECONDS = 30.0
_POLL_SECONDS = 0.02


class World:
    """A desk with its daemon, its people and the smarthost behind it."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.smarthost = Smarthost()
        self.daemon = Daemon(folder, database_url, self.smarthost.port)
        self.database = Database(database_url)
        self.now = datetime.now(ZoneInfo(WARSAW))
        self._smarthost_works = True
        self._expected: list[str] = []
        self._second: Daemon | None = None
        with self.database.writing() as session:
            installation.mark_as_demo(session)
        self.it_is("Tuesday 2026-11-03 10:00")

    # Before and around ------------------------------------------------------------------------

    def it_is(self, moment: str, zone: str = WARSAW) -> None:
        """Let it be a moment such as "Saturday 2026-11-07 11:00"."""
        weekday, _, rest = moment.partition(" ")
        now = datetime.strptime(rest, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(zone))
        assert f"{now:%A}" == weekday, f"{rest} is a {now:%A}"
        self.passes(now - self.now)

    def passes(self, time: timedelta) -> None:
        """Let some time go by."""
        self.now += time
        fresh = self.daemon.clock.with_suffix(".new")
        fresh.write_text(self.now.isoformat(), encoding="ascii")
        fresh.replace(self.daemon.clock)

    def the_desk_has(self, department: str, **settings: Any) -> None:
        """Configure a department otherwise; before the first mail."""
        assert self.daemon.process is None, "the daemon runs already"
        self.daemon.desks[department] = {**self.daemon.desks[department], **settings}

    def the_admin_is(self, address: str) -> None:
        """Send alarms to somebody; before the first mail."""
        assert self.daemon.process is None, "the daemon runs already"
        self.daemon.admin = address

    def is_configured_with(self, tables: str) -> None:
        """Add tables to the configuration; before the first mail."""
        assert self.daemon.process is None, "the daemon runs already"
        self.daemon.further += f"{tables}\n"

    def the_smarthost_is(self, port: int) -> None:
        """Send through another server on loopback; before the first mail."""
        assert self.daemon.process is None, "the daemon runs already"
        self.daemon.smarthost_port = port

    def customer(self, address: str, name: str = "", *, proven: bool = False) -> Customer:
        """Meet a customer. proven: his address is known to be his."""
        if proven:
            with self.database.writing() as session:
                who = Address(address, name)
                people.meet(session, who, self.now)
                people.prove(session, who.canonical, "agent", self.now)
        return Customer(self, address, name)

    def agent(self, address: str) -> Agent:
        """Meet an agent of the configuration."""
        return Agent(self, address)

    def starts_daemon(self) -> None:
        """Start the daemon, if it does not run."""
        if not self.daemon.is_running():
            self.daemon.start()

    def restarts_daemon(self) -> None:
        """Stop the daemon and start it again."""
        self.daemon.stop()
        self.daemon.start()

    def kills_daemon(self) -> None:
        """End the daemon by SIGKILL."""
        self.daemon.kill()

    def stops_daemon(self) -> None:
        """End the daemon by SIGTERM, in good order and in less than 15 s."""
        self.daemon.stop()

    def smarthost_is_down(self) -> None:
        """Let nothing go out."""
        self.smarthost.go_down()
        self._smarthost_works = False

    def smarthost_takes_and_says_nothing(self) -> None:
        """Let the smarthost hang up before it says that it has taken a mail."""
        self.smarthost.mute = True
        self._smarthost_works = False

    def smarthost_is_back(self) -> None:
        """Let mail go out again, and wait until it has."""
        if self.smarthost.mute:
            self.smarthost.mute = False
        else:
            self.smarthost.come_back()
        self._smarthost_works = True
        self.settles()

    def second_daemon(self) -> Daemon:
        """Prepare another daemon, with a state directory of its own, on the same database."""
        folder = self.daemon.folder.with_name("second")
        self._second = Daemon(folder, self.database.url, self.smarthost.port)
        self._second.clock = self.daemon.clock
        return self._second

    def the_log_may_say(self, event: str) -> None:
        """Expect an event in the log that else would be an error nobody planned."""
        self._expected.append(event)

    # What happens -----------------------------------------------------------------------------

    def takes(self, octets: bytes, recipients: Sequence[str], mail_from: str) -> Mail:
        """Take a mail by SMTP; it is durable, and not yet worked off."""
        self.starts_daemon()
        spool_id = hand_over(self.daemon.ports["smtp"], octets, recipients, mail_from)
        head = message_from_bytes(octets[:100_000], policy=policy.compat32)
        return Mail(str(head["Subject"]), str(head["Message-ID"]), octets, spool_id)

    def commands(self, *words: str) -> str:
        """Run `mailgate WORDS…` and return what it prints."""
        self.starts_daemon()
        arguments = ["-c", str(self.daemon.configuration), *words]
        environment = {"MAILGATE_CLOCK": str(self.daemon.clock)}
        done = CliRunner().invoke(cli, arguments, env=environment)
        assert done.exit_code == 0, f"mailgate {' '.join(words)}: {done.output}{done.exception!r}"
        return done.stdout

    def settles(self) -> None:
        """Wait until all mail is worked off and all that can go out has gone out."""

        def settled() -> bool:
            with self.database.reading() as session:
                coming = col(Spool.state).in_(("new", "claimed"))
                going = col(OutboxMail.state) == "leased"
                if self._smarthost_works:
                    due = col(OutboxMail.next_try_at) <= self.now
                    going |= (col(OutboxMail.state) == "due") & due
                told = col(AgentNotice.state) == "new"
                return not any(
                    _count(session, table, which)
                    for table, which in ((Spool, coming), (AgentNotice, told), (OutboxMail, going))
                )

        self.eventually(settled, "all mail is worked off")

    def jobs_have_run(self) -> None:
        """Wait until everything that the present time makes due is done."""

        def done() -> bool:
            with self.database.reading() as session:
                runs = {each.job: each for each in schedule.listing(session)}
            minutely = [runs.get(name) for name in ("end-holds", "close-resolved")]
            return all(run and run.finished and run.next_run > self.now for run in minutely)

        self.eventually(done, "the jobs have run")
        self.settles()

    def eventually(self, question: Callable[[], Answer], what: str) -> Answer:
        """Ask until the answer is truthy and return it; fail with the log when it takes long."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not (answer := question()):
            if self.daemon.process is not None and not self.daemon.is_running():
                pytest.fail(f"the daemon ended before {what}:\n{self.daemon.tail()}")
            if time.monotonic() > deadline:
                pytest.fail(f"waited in vain until {what}; the log:\n{self.daemon.tail()}")
            time.sleep(_POLL_SECONDS)
        return answer

    # What came of it --------------------------------------------------------------------------

    @property
    def letters_outside(self) -> list[Letter]:
        """What went to anybody who is no agent of the desk, the first first."""
        agents = {each for desk in self.daemon.desks.values() for each in desk.get("agents", ())}
        return [each for each in self.smarthost.letters if each.recipient not in agents]

    def the_ticket(self, subject: str) -> Case:
        """Return the one ticket with that subject."""
        with self.database.reading() as session:
            every = session.execute(select(col(Ticket.number), col(Ticket.subject))).all()
        found = [number for number, its in every if its == subject]
        assert len(found) == 1, f"{len(found)} tickets {subject!r} among {every}"
        return self._ticket(found[0])

    def the_ticket_numbered(self, number: int | None) -> Case:
        """Return the ticket of a number."""
        assert number is not None
        return self._ticket(number)

    def count_tickets(self) -> int:
        """Return how many tickets there are."""
        with self.database.reading() as session:
            return _count(session, Ticket, col(Ticket.id) > 0)

    def the_tickets(self) -> list[Case]:
        """Return all tickets, the first first."""
        with self.database.reading() as session:
            query = select(col(Ticket.number)).order_by(col(Ticket.id))
            numbers = list(session.execute(query).scalars())
        return [self._ticket(number) for number in numbers]

    def entries_of_customers(self) -> list[str]:
        """Return the Message-IDs of all that customers wrote."""
        with self.database.reading() as session:
            theirs = select(col(Entry.message_id)).where(col(Entry.kind) == "message")
            return list(session.execute(theirs).scalars())

    def held(self) -> list[str]:
        """Return the causes of what is held, in the order in which it came."""
        with self.database.reading() as session:
            held = select(Spool).where(col(Spool.state) == "held").order_by(col(Spool.id))
            return [str(row.cause) for row in session.execute(held).scalars()]

    def the_verdicts(self, mail: Mail) -> list[SpoolResult]:
        """Return what was decided on a mail, a result a department."""
        with self.database.reading() as session:
            its = col(SpoolResult.spool_id) == mail.spool_id
            query = select(SpoolResult).where(its).order_by(col(SpoolResult.id))
            return list(session.execute(query).scalars())

    def ends(self) -> None:
        """End everything, and fail where the log tells of an error nobody expected."""
        self.daemon.kill()
        if self._second is not None:
            self._second.kill()
        self.smarthost.close()
        self.database.dispose()
        wrong = [
            line
            for line in self.daemon.complaints()
            if not any(f'"{event}"' in line for event in self._expected)
        ]
        assert wrong == [], "\n".join(wrong[:5])

    def _ticket(self, number: int) -> Case:
        told: dict[str, Any] = json.loads(self.commands("tickets", "show", str(number), "--json"))
        return case_of(told)


def _count(session: Session, table: type, which: Any) -> int:
    return int(session.execute(select(func.count()).select_from(table).where(which)).scalar_one())
