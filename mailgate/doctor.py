"""Looking an installation over: each check by itself, each failure with its cause and remedy.

So far mailboxes: name, reach, TLS, sign-in, folder, books. Changes nothing in a mailbox and
nothing in the books; a check that needs one that failed is left out, and says so.
"""

import contextlib
import imaplib
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy.exc import SQLAlchemyError

from mailgate.intake.imap import books, faults, folders, signing_in
from mailgate.intake.imap.answers import BrokenError, RefusedError, Selected
from mailgate.intake.imap.connection import Connection, tls_context
from mailgate.intake.imap.folders import NoSuchFolderError
from mailgate.intake.imap.reconcile import compare
from mailgate.intake.imap.settings import Kind, MailboxSettings, Tls
from mailgate.intake.imap.signing_in import SignInError
from mailgate.intake.imap.tables import Condition, Mailbox
from mailgate.store.database import Database

CHECKS = ("name", "reach", "tls", "sign-in", "folder", "books")

_PATIENCE_SECONDS = 15.0
_AT_ONCE = 8
_SOON = timedelta(days=14)
_ASK = "show the provider what stands here"


class Outcome(StrEnum):
    """How a check went; skipped: it needs one that failed."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Finding:
    """What one check found. detail: in the words of who said it; cause and remedy: of a failure."""

    mailbox: str
    check: str
    outcome: Outcome
    detail: str
    cause: str | None = None
    remedy: str | None = None


class _Unwell(Exception):
    """A check failed. cause, remedy: where the text is not known to `faults`."""

    def __init__(self, detail: str, cause: str = "", remedy: str = "") -> None:
        super().__init__(detail)
        known = faults.explain(detail) if not cause else None
        self.cause = cause or (known.cause if known else "this text is not known to mailgate")
        self.remedy = remedy or (known.remedy if known else _ASK)


Now = Callable[[], datetime]


def examine_all(
    mailboxes: Sequence[MailboxSettings], database: Database | None, now: Now
) -> list[Finding]:
    """Examine every mailbox, some at the same time; findings in the order of the configuration."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = pool.map(lambda each: examine(each, database, now), mailboxes)
        return [finding for findings in found for finding in findings]


def examine(settings: MailboxSettings, database: Database | None, now: Now) -> list[Finding]:
    """Return the findings on one mailbox, in the order of CHECKS. database: None if there is none.

    Raises nothing that a server, a name service or a database does.
    """
    found: list[Finding] = []
    try:
        for check, detail in _checks(settings, database, now):
            found.append(Finding(settings.name, check, Outcome.OK, detail))
    except _Unwell as unwell:
        check = CHECKS[len(found)]
        failed = Finding(
            settings.name, check, Outcome.FAILED, str(unwell), unwell.cause, unwell.remedy
        )
        found.append(failed)
    for check in CHECKS[len(found) :]:
        text = f"not looked at, since {found[-1].check} failed"
        text = found[-1].detail if found[-1].outcome is Outcome.SKIPPED else text
        found.append(Finding(settings.name, check, Outcome.SKIPPED, text))
    return found


def _checks(
    settings: MailboxSettings, database: Database | None, now: Now
) -> Iterator[tuple[str, str]]:
    """Yield each check that went well with what it found; raise _Unwell at the first other."""
    with _trouble():
        addresses = _look_up(settings)
        yield "name", f"{settings.host} is {', '.join(addresses)}"
        reached = socket.create_connection(
            (settings.host, settings.port), timeout=_PATIENCE_SECONDS
        )
        with reached:
            yield "reach", f"port {settings.port} answers"
            private = _handshake(settings, reached, now)
        with Connection(settings) as connection:
            yield "tls", private or _starttls(settings)
            _sign_in(connection, settings)
            offers = [each for each in ("IDLE", "MOVE", "UIDPLUS") if connection.has(each)]
            yield "sign-in", f"as {settings.user}; offers {', '.join(offers) or 'no extras'}"
            opened = _open(connection, settings)
            there = ", ".join(f"{each.name} ({each.exists} mails)" for each in opened.values())
            yield "folder", there
            yield "books", _books(connection, settings, database, opened)


@contextlib.contextmanager
def _trouble() -> Iterator[None]:
    try:
        yield
    except SignInError as error:
        raise _Unwell(error.text) from None
    except (BrokenError, RefusedError, OSError, ValueError, imaplib.IMAP4.error) as error:
        raise _Unwell(str(error) or type(error).__name__) from None
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", error)).strip().partition("\n")[0]
        raise _Unwell(why, "the database does not answer", "mend [store] url") from None


def _look_up(settings: MailboxSettings) -> list[str]:
    found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[4][0]) for address in found))


def _handshake(settings: MailboxSettings, reached: socket.socket, now: Now) -> str | None:
    """Return what TLS from the first octet gives; None where it begins later."""
    if settings.tls is not Tls.IMPLICIT:
        return None
    context = tls_context(settings.ca_file)
    with context.wrap_socket(reached, server_hostname=settings.host) as private:
        certificate = private.getpeercert() or {}
        until = datetime.fromtimestamp(
            ssl.cert_time_to_seconds(str(certificate.get("notAfter"))), UTC
        )
        text = f"{private.version()}, certificate until {until.date()}"
    return f"{text}: renew it soon" if until - now() < _SOON else text


def _starttls(settings: MailboxSettings) -> str:
    if settings.tls is Tls.STARTTLS:
        return "by STARTTLS, certificate verified"
    return "none, as configured for this machine"


def _sign_in(connection: Connection, settings: MailboxSettings) -> None:
    signing_in.sign_in(connection.client, settings.user, settings.auth)


def _open(connection: Connection, settings: MailboxSettings) -> dict[str, Selected]:
    """Return each watched folder as it was opened; the one that mail is moved to must be there."""
    listed, prefixes = connection.folders(), connection.prefixes()
    names = list(settings.folders)
    if settings.after.kind is Kind.MOVE:
        names.append(settings.after.folder)
    try:
        found = {name: folders.find(listed, name, prefixes) for name in names}
    except NoSuchFolderError as error:
        cause = "a folder of the configuration is not in the mailbox"
        raise _Unwell(str(error), cause, "write one that is there, or make it") from None
    return {name: connection.select(found[name], readonly=True) for name in settings.folders}


def _books(
    connection: Connection,
    settings: MailboxSettings,
    database: Database | None,
    opened: dict[str, Selected],
) -> str:
    """Return how the books stand to what the folders hold."""
    if database is None:
        raise _Unwell(
            "the books cannot be read",
            "there is no database that can be used",
            "start `mailgate run`, or do what it says",
        )
    with database.reading() as session:
        row = session.get(Mailbox, settings.name)
    if row is None:
        raise _Unwell(
            "the books do not know this mailbox",
            "no daemon has watched it under this name",
            "start `mailgate run`, or restart it if the mailbox is new",
        )
    told = [_compare(connection, settings, database, selected) for selected in opened.values()]
    if row.condition in (Condition.FAILING, Condition.REFUSED):
        why = row.why or "for no reason given"
        known = faults.explain(why)
        remedy = known.remedy if known else "wait for the next try, or restart the daemon"
        raise _Unwell(f"{row.condition} since {row.since:%Y-%m-%d %H:%M} UTC", why, remedy)
    return f"{row.condition}; {'; '.join(told)}"


def _compare(
    connection: Connection, settings: MailboxSettings, database: Database, selected: Selected
) -> str:
    """Return that books and folder agree, or raise _Unwell with the UIDs."""
    with database.reading() as session:
        folder = books.folder_of(session, settings.name, selected.name)
        if folder is None:
            return f"{selected.name}: not read yet"
        mails = books.mails_of(session, books.epoch_of(folder))
    if selected.uidvalidity != folder.uidvalidity:
        return f"{selected.name}: numbered anew by the server, and read anew at the next look"
    again = connection.select(selected.name, readonly=True)
    there = connection.uids(0, again, upto=folder.watermark) if folder.watermark else []
    found = compare(there, folder, mails, settles=settings.after.kind is not Kind.KEEP)
    if str(found):
        raise _Unwell(
            f"{selected.name}: {found}",
            "folder and books differ",
            "nothing, if it is gone at the next comparison within the hour; else look at these "
            "mails in the mailbox",
        )
    return f"{selected.name}: read up to UID {folder.watermark}, nothing missing"
