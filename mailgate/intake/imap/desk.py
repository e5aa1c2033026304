"""What the watching of mailboxes needs of the daemon around it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlmodel import Session

from mailgate.clock import Now
from mailgate.intake.imap import books
from mailgate.intake.imap.settings import MailboxSettings
from mailgate.intake.reception import always_room
from mailgate.store.database import Database


@dataclass(frozen=True)
class Desk:
    """What a watcher needs of the daemon.

    owner: names it in leases. accepted: called when mail came in. room: whether the disks have any.
    """

    database: Database
    owner: str
    now: Now
    accepted: Callable[[], None]
    room: Callable[[], bool] = always_room

    @contextmanager
    def holding(self, settings: MailboxSettings) -> Iterator[Session]:
        """Give a transaction in which the mailbox is ours; LeaseLostError where it is not."""
        with self.database.writing() as session:
            books.hold_lease(session, settings.name, self.owner, self.now(), settings.lease)
            yield session
