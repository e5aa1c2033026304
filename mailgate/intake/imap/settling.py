"""Doing in the mailbox what is to be done with mail that is safely ours.

Promises that no mail is touched whose commit is not behind us, and that a mail of somebody else
is never removed along: without UIDPLUS ours are only marked as deleted. Whatever is interrupted
is done again at the next pass; moving a mail that has gone moves nothing.
"""

from imapclient import DELETED, FLAGGED

from mailgate.intake.imap import books, folders
from mailgate.intake.imap.books import Epoch
from mailgate.intake.imap.connection import Connection
from mailgate.intake.imap.desk import Desk
from mailgate.intake.imap.settings import Kind, MailboxSettings
from mailgate.intake.imap.tables import MailState


class Settling:
    """What follows the commit, on one connection."""

    def __init__(self, connection: Connection, settings: MailboxSettings, desk: Desk) -> None:
        self._connection = connection
        self._settings = settings
        self._desk = desk
        self._target: str | None = None

    def settle(self, epoch: Epoch) -> None:
        """Flag, move or delete what was taken from the folder that is open.

        Raises NoSuchFolderError where the folder to move to is not there, RefusedError where the
        server refuses; what is pending stays so.
        """
        kind = self._settings.after.kind
        if kind is Kind.KEEP:
            return
        with self._desk.database.reading() as session:
            pending = books.mails_of(session, epoch, (MailState.TAKEN, MailState.COPIED))
        if not pending:
            return
        uids = list(pending)
        if kind is Kind.FLAG:
            self._connection.flag(uids, FLAGGED)
            self._note(epoch, uids, MailState.DONE)
        elif kind is Kind.DELETE:
            self._remove(epoch, uids)
        elif self._connection.has("MOVE"):
            self._connection.move(uids, self._where())
            self._note(epoch, uids, MailState.DONE, removed=True)
        else:
            # That they were copied is noted before they are removed, or a kill in between would
            # copy them again.
            to_copy = [uid for uid in uids if pending[uid].state == MailState.TAKEN]
            if to_copy:
                self._connection.copy(to_copy, self._where())
                self._note(epoch, to_copy, MailState.COPIED)
            self._remove(epoch, uids)

    def _remove(self, epoch: Epoch, uids: list[int]) -> None:
        self._connection.flag(uids, DELETED)
        removed = self._connection.has("UIDPLUS")
        if removed:
            self._connection.expunge(uids)
        self._note(epoch, uids, MailState.DONE, removed=removed)

    def _where(self) -> str:
        if self._target is None:
            wanted = self._settings.after.folder
            self._target = folders.find(
                self._connection.folders(), wanted, self._connection.prefixes()
            )
        return self._target

    def _note(
        self, epoch: Epoch, uids: list[int], state: MailState, *, removed: bool = False
    ) -> None:
        with self._desk.holding(self._settings) as session:
            books.settle(session, epoch, uids, state, removed=removed)
