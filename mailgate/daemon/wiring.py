"""Building the daemon: the one place where every room meets every other.

Opens the store, refuses what cannot work with a sentence and an exit code of sysexits.h, and
returns parts that know only what they need.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from mailgate import logs, routing
from mailgate.clock import FileClock, Now, system_now
from mailgate.config.configuration import Configuration
from mailgate.daemon import lock
from mailgate.daemon.clockwork import make_jobs
from mailgate.daemon.loop import Loop
from mailgate.daemon.outgoing import make_notices, make_sender
from mailgate.daemon.room import Room, largest_mail, places_of
from mailgate.delivery import Delivery
from mailgate.gateway.spine import Gateway
from mailgate.intake import spool
from mailgate.intake.content import Content, remove_stale
from mailgate.intake.imap.desk import Desk
from mailgate.intake.imap.patience import Slots
from mailgate.intake.imap.watcher import Watcher
from mailgate.intake.reception import Reception
from mailgate.intake.spool import Arrival
from mailgate.jobs.schedule import Schedule
from mailgate.replies.templates import Letters
from mailgate.store import installation, migrate
from mailgate.store.database import Database, DatabaseRefusedError
from mailgate.store.migrate import SchemaState
from mailgate.tickets.office import Office

UNAVAILABLE, TRY_LATER, MISCONFIGURED = 69, 75, 78


class CannotStartError(Exception):
    """The daemon cannot start; the text says why and what to do. code: of sysexits.h."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Parts:
    """A daemon that is built and not yet running."""

    configuration: Configuration
    database: Database
    office: Office
    reception: Reception
    gateway: Loop
    delivery: Loop | None
    jobs: Loop
    notices: Loop
    watchers: list[Watcher]
    sender: Delivery | None
    locks: ExitStack

    @property
    def loops(self) -> list[Loop]:
        """The spines' threads."""
        return [
            loop
            for loop in (self.gateway, self.delivery, self.jobs, self.notices)
            if loop is not None
        ]


def open_store(configuration: Configuration, *, make: bool = True) -> Database:
    """Open the store; a fresh one is made where `make` says so.

    Raises CannotStartError where the schema is not this program's, or the database is away.
    """
    database = Database(configuration.store_url)
    if database.is_sqlite and make:
        configuration.state.mkdir(mode=0o750, parents=True, exist_ok=True)
    try:
        state = migrate.state(database)
        if state is SchemaState.EMPTY and make:
            migrate.upgrade(database)
            state = SchemaState.CURRENT
    except DatabaseRefusedError as error:
        raise CannotStartError(MISCONFIGURED, str(error)) from error
    except SQLAlchemyError as error:
        raise CannotStartError(UNAVAILABLE, _away(database, error)) from error
    match state:
        case SchemaState.OLDER:
            text = "the database is of an older version: run `mailgate migrate`"
            raise CannotStartError(MISCONFIGURED, text)
        case SchemaState.NEWER:
            text = "the database is of a newer version than this program: install that version"
            raise CannotStartError(MISCONFIGURED, text)
        case SchemaState.EMPTY:
            text = "there is no database yet: start `mailgate run`, or run `mailgate migrate`"
            raise CannotStartError(MISCONFIGURED, text)
        case _:
            return database


def _away(database: Database, error: SQLAlchemyError) -> str:
    why = str(getattr(error, "orig", error)).strip().splitlines()[0]
    if database.file is None:
        return f"the database does not answer ({why}); start it, or mend [store] url"
    return (
        f"{database.file}: cannot be used as the database ({why}); let the user of the daemon "
        "write it and its directory, or mend [store] url"
    )


def make_office(configuration: Configuration, database: Database) -> Office:
    """Return the installation as the service and the gateway need it."""
    with database.reading() as session:
        instance = installation.instance_id(session)
    return Office(
        centre=configuration.name,
        domain=configuration.domain,
        instance=instance,
        subject_tag=configuration.subject_tag,
        keys=configuration.keys,
        directory=configuration.directory,
        letters=Letters(configuration.templates),
        limits=configuration.limits,
        floods=configuration.floods,
        admin=configuration.admin or "",
        vouching=configuration.authentication.vouching,
        agents_by_mail=_can_prove(configuration),
    )


def _can_prove(configuration: Configuration) -> bool:
    """Say whether anybody can prove by mail who he is."""
    vouching = configuration.authentication.vouching
    trusts = (vouching.trust, *vouching.mailboxes.values())
    signs_in = configuration.smtp is not None and configuration.smtp.logins is not None
    return vouching.own_check or signs_in or any(trust.anybody for trust in trusts)


def clock_of(database: Database, file: Path | None) -> Now:
    """Return the clock: the system's, or, in a store of the demo's, the file's."""
    if file is None:
        return system_now
    with database.reading() as session:
        if not installation.is_demo(session):
            text = "--clock is only for a store that `mailgate demo` made; leave it out"
            raise CannotStartError(MISCONFIGURED, text)
    return FileClock(file)


def build(configuration: Configuration, clock_file: Path | None = None) -> Parts:
    """Take the locks, open the store, free what an earlier run left behind, and wire it all."""
    locks = ExitStack()
    try:
        return _build(configuration, clock_file, locks)
    except BaseException:
        locks.close()
        raise


def _build(configuration: Configuration, clock_file: Path | None, locks: ExitStack) -> Parts:
    owner = _take_locks(configuration, locks)
    database = open_store(configuration)
    locks.callback(database.dispose)
    office = make_office(configuration, database)
    now = clock_of(database, clock_file)
    remove_stale(configuration.state, now())

    def delivery_lives() -> None:
        if delivery is not None:
            delivery.beat()

    def job_lives() -> None:
        jobs.beat()

    def mail_is_done() -> None:
        gateway.beat()
        notices.wake()
        if delivery is not None:
            delivery.wake()

    sender = make_sender(configuration, database, office, owner, now, delivery_lives)
    delivery = Loop("delivery", sender.step) if sender else None
    checks = configuration.authentication.own_check()
    gateway = Loop("gateway", Gateway(database, office, owner, now, mail_is_done, checks).step)
    notices = make_notices(configuration, database, office, now, delivery)
    clockwork = make_jobs(database, office, job_lives, configuration.pace.held)
    schedule = Schedule(database, clockwork, owner, now)
    jobs = Loop("jobs", schedule.step)
    _free_claims(database, owner, sender, schedule)
    room = Room(places_of(configuration, database), 2 * largest_mail(configuration))
    reception = _reception(configuration, database, office, now, room, gateway)
    watchers = _watchers(configuration, Desk(database, owner, now, gateway.wake, room))
    loops = (gateway, delivery, jobs, notices)
    return Parts(configuration, database, office, reception, *loops, watchers, sender, locks)


def _reception(
    configuration: Configuration,
    database: Database,
    office: Office,
    now: Now,
    room: Room,
    gateway: Loop,
) -> Reception:
    return Reception(
        accept=_accepting(database, gateway),
        knows=lambda address: routing.department_for(address, office.directory) is not None,
        now=now,
        directory=configuration.state,
        room=room,
    )


def _watchers(configuration: Configuration, desk: Desk) -> list[Watcher]:
    slots = Slots()
    return [Watcher(each, desk, slots) for each in configuration.mailboxes]


def _take_locks(configuration: Configuration, locks: ExitStack) -> str:
    """Take all locks, and return the name under which this daemon works."""
    paths = [configuration.state / "mailgate.lock"]
    url = make_url(configuration.store_url)
    if url.get_backend_name() == "sqlite" and url.database:
        # The file's own name, whatever link leads to it.
        paths.append(Path(f"{Path(url.database).resolve()}.lock"))
    try:
        for path in dict.fromkeys(path.resolve() for path in paths):
            locks.enter_context(lock.take(path))
    except lock.TakenError as error:
        raise CannotStartError(TRY_LATER, str(error)) from error
    except OSError as error:
        text = f"the state directory cannot be written ({error}); mend [gateway] state"
        raise CannotStartError(MISCONFIGURED, text) from error
    return lock.name_of(configuration.state)


def _free_claims(
    database: Database, owner: str, sender: Delivery | None, schedule: Schedule
) -> None:
    with database.writing() as session:
        spooled = spool.release_claims(session, owner)
    outgoing = sender.release_all() if sender else 0
    schedule.release_all()
    if spooled or outgoing:
        logs.freed(spooled, outgoing)


def _accepting(database: Database, gateway: Loop) -> Callable[[Arrival, Content], int]:
    def accept(arrival: Arrival, content: Content) -> int:
        spool_id = spool.accept(database, arrival, content)
        gateway.wake()
        return spool_id

    return accept
