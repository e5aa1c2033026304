"""Watching a mailbox in the test's own process, and what the tests ask of the store."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlmodel import col

from mailgate.intake.imap import books
from mailgate.intake.imap.desk import Desk
from mailgate.intake.imap.patience import Slots
from mailgate.intake.imap.settings import MailboxSettings
from mailgate.intake.imap.tables import MailboxFolder, MailboxMail
from mailgate.intake.imap.visit import Visit, signed_in
from mailgate.intake.imap.watcher import Watcher
from mailgate.intake.spool import Spool
from mailgate.store.database import Database


def a_mail(number: int, *, size: int = 0, to: str = "pomoc@example.com") -> bytes:
    """Return a mail that differs from every other by its number; size: octets to fill it up to."""
    head = (
        f"Received: from mx.example.net by mail.example.com; number {number}\r\n"
        f"From: anna@firma{number}.example\r\nTo: {to}\r\n"
        f"Subject: Mail {number}\r\nMessage-ID: <{number}@example.net>\r\n"
        "Date: Tue, 03 Nov 2026 10:00:00 +0100\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    body = "Drukarka nie działa.\r\n"
    filling = "dalej\r\n" * max((size - len(head) - len(body)) // 7, 0)
    return (head + body + filling).encode()


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def desk_of(database: Database, owner: str = "one") -> Desk:
    """Return what a watcher needs, without a gateway behind it."""
    return Desk(database, owner, now, lambda: None)


@contextlib.contextmanager
def watched(database: Database, settings: MailboxSettings, owner: str = "one") -> Iterator[Watcher]:
    """Watch a mailbox in a thread."""
    watcher = Watcher(settings, desk_of(database, owner), Slots())
    watcher.start()
    try:
        yield watcher
    finally:
        watcher.stop()
        assert watcher.join(20), "the watcher did not end"


def look(database: Database, settings: MailboxSettings, owner: str = "one") -> dict[str, str]:
    """Look at a mailbox once; return what is wrong with its folders."""
    wrong: dict[str, str] = {}
    desk = desk_of(database, owner)
    with database.writing() as session:
        assert books.take_lease(session, settings.name, owner, now(), settings.lease)
    with signed_in(settings) as connection:
        Visit(
            connection,
            settings,
            desk,
            lambda folder, why: wrong.update({folder: why} if why else {}),
        ).look()
    return wrong


def spooled(database: Database) -> list[Spool]:
    """Return every mail taken in, in order."""
    with database.reading() as session:
        return list(session.execute(select(Spool).order_by(col(Spool.id))).scalars())


def count(database: Database) -> int:
    """Return how many mails were taken in."""
    with database.reading() as session:
        return int(session.execute(select(func.count()).select_from(Spool)).scalar_one())


def books_of(database: Database, mailbox: str) -> list[MailboxMail]:
    """Return the books' rows of a mailbox."""
    with database.reading() as session:
        rows = select(MailboxMail).where(col(MailboxMail.mailbox) == mailbox)
        return list(session.execute(rows.order_by(col(MailboxMail.id))).scalars())


def folder_of(database: Database, mailbox: str, folder: str = "INBOX") -> MailboxFolder:
    """Return what the books know of a folder."""
    with database.reading() as session:
        row = session.get(MailboxFolder, (mailbox, folder))
    assert row is not None
    return row
