"""One signed-in connection at work: looking at every folder, then waiting on the first.

Promises that a fault of one folder keeps no other from being read, and that no mail comes in
unseen between looking and waiting. What breaks the connection goes to the watcher as it is.
"""

import imaplib
from collections.abc import Callable
from datetime import timedelta

from mailgate.intake.imap import books, folders, signing_in
from mailgate.intake.imap.answers import BrokenError, RefusedError, Selected
from mailgate.intake.imap.connection import Connection
from mailgate.intake.imap.desk import Desk
from mailgate.intake.imap.folders import NoSuchFolderError
from mailgate.intake.imap.reconcile import reconcile
from mailgate.intake.imap.settings import Kind, MailboxSettings
from mailgate.intake.imap.settling import Settling
from mailgate.intake.imap.taking import Taking

_RECONCILED_EVERY = timedelta(hours=1)


def signed_in(settings: MailboxSettings) -> Connection:
    """Return a connection that is signed in; raises BrokenError or SignInError."""
    connection = Connection(settings)
    try:
        signing_in.sign_in(connection.client, settings.user, settings.auth)
    except (imaplib.IMAP4.error, OSError) as error:
        connection.abandon()
        raise BrokenError(str(error)) from error
    except BaseException:
        connection.abandon()
        raise
    return connection


class Visit:
    """A connection's life after signing in.

    complain: told of each folder at each look what is wrong with it, None for nothing.
    """

    def __init__(
        self,
        connection: Connection,
        settings: MailboxSettings,
        desk: Desk,
        complain: Callable[[str, str | None], None],
    ) -> None:
        self._connection = connection
        self._settings = settings
        self._desk = desk
        self._complain = complain
        self._settling = Settling(connection, settings, desk)
        self._names: dict[str, str] = {}
        self._first: Taking | None = None
        self._stopping: Callable[[], bool] = lambda: False
        self.taken = 0
        self.idles = connection.has("IDLE")

    def look(self, stopping: Callable[[], bool] = lambda: False) -> None:
        """Take what is new in every folder, the first one last, so that it stays open."""
        self._first, self._stopping = None, stopping
        for folder in reversed(self._settings.folders):
            if not stopping():
                self._look_into(folder)

    def _look_into(self, folder: str) -> None:
        try:
            selected = self._open(folder)
            taking = Taking(self._connection, self._settings, self._desk, selected)
            self._take(folder, taking)
            if self._is_due(taking):
                reconcile(self._connection, self._settings, self._desk, selected, taking)
        except (NoSuchFolderError, RefusedError) as error:
            self._names.pop(folder, None)
            self._complain(folder, str(error))
        else:
            if folder == self._settings.folders[0]:
                self._first = taking

    def _take(self, folder: str, taking: Taking) -> None:
        """Take, and say what is wrong with what follows; the next mails do not wait for that."""
        wrong: list[str] = []

        def settle() -> None:
            try:
                self._settling.settle(taking.epoch)
            except (NoSuchFolderError, RefusedError) as error:
                wrong.append(str(error))

        settle()
        try:
            taking.take(settle, self._stopping)
        finally:
            self.taken += taking.count
            taking.count = 0
        self._complain(folder, wrong[-1] if wrong else None)

    def wait(self, seconds: float, also: int) -> bool:
        """Wait by IDLE for so long, or until `also` can be read; take what is told of.

        Says no where there was talk of news and there were none.
        """
        before = self.taken
        news = self._connection.idle(seconds, also)
        if news and self._first is not None:
            try:
                self._take(self._settings.folders[0], self._first)
            except RefusedError as error:
                self._complain(self._settings.folders[0], str(error))
        return self.taken > before or not news

    @property
    def may_idle(self) -> bool:
        """Say whether the server offers IDLE and the first folder is open."""
        return self.idles and self._first is not None

    def _open(self, folder: str) -> Selected:
        name = self._names.get(folder)
        if name is None:
            name = folders.find(self._connection.folders(), folder, self._connection.prefixes())
            self._names[folder] = name
        readonly = self._settings.after.kind is Kind.KEEP
        selected = self._connection.select(name, readonly=readonly)
        if selected.uidvalidity is None:
            raise RefusedError("the server gives no UIDVALIDITY, without which UIDs mean nothing")
        return selected

    def _is_due(self, taking: Taking) -> bool:
        with self._desk.database.reading() as session:
            row = books.folder_of(session, taking.epoch.mailbox, taking.epoch.folder)
        return row is not None and (
            row.reconciled_at is None or row.reconciled_at + _RECONCILED_EVERY <= self._desk.now()
        )
