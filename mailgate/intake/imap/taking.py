"""Taking mail out of one folder: by UID, size first, into the spool, and only then flag or move.

Promises that a mail is in the spool and in the books in one commit before anything is done to it
in the mailbox. A kill, a cut or a refusal at any instant leaves it in the mailbox, in the books,
or in both, and the next pass goes on from there: nothing is lost and nothing is taken twice.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property

from sqlmodel import Session

from mailgate.intake import spool
from mailgate.intake.imap import books, events
from mailgate.intake.imap.answers import BrokenError, RefusedError, Selected, Stated
from mailgate.intake.imap.connection import Connection
from mailgate.intake.imap.desk import Desk
from mailgate.intake.imap.settings import Kind, MailboxSettings
from mailgate.intake.imap.tables import MailboxFolder, MailboxMail, MailState
from mailgate.intake.spool import Arrival
from mailgate.message.address import Envelope
from mailgate.store import blobs

MAX_HEAD_BYTES = 256 * 1024
_AT_ONCE = 50
_TRIES = 5
_FRUITLESS = 3
_SLACK = timedelta(minutes=5)
_REMEMBERED = timedelta(days=90)


@dataclass(frozen=True)
class _Octets:
    """A mail in memory, as the spool takes it."""

    octets: bytes

    @property
    def size(self) -> int:
        return len(self.octets)

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.octets).hexdigest()

    def chunks(self) -> Iterator[bytes]:
        return blobs.pieces(self.octets)


@dataclass(frozen=True)
class _Mail:
    """A mail that was fetched. whole: octets in the mailbox, where only the headers came."""

    uid: int
    octets: _Octets
    at: datetime
    whole: int | None


def begin(
    session: Session, settings: MailboxSettings, selected: Selected, last: int, now: datetime
) -> MailboxFolder:
    """Return how far a folder was read, after looking whether its UIDs still mean the same.

    last: the highest UID there may be. A folder that was made again is read again from its
    beginning; so is one that gives out UIDs a second time.
    """
    validity = selected.uidvalidity or 0
    row = books.folder_of(session, settings.name, selected.name)
    if row is None:
        takes_old = settings.first.everything or settings.first.since is not None
        row = MailboxFolder(
            mailbox=settings.name,
            folder=selected.name,
            uidvalidity=validity,
            floor=last,
            watermark=0 if takes_old else last,
            first_contact_at=now,
        )
        session.add(row)
        events.first_contact(settings.name, selected.name, selected.exists, row.watermark)
    elif row.uidvalidity != validity or (selected.uidnext is not None and last < row.watermark):
        before = f"{row.uidvalidity}.{row.generation}, read up to {row.watermark}"
        row.generation = row.generation + 1 if row.uidvalidity == validity else 0
        row.uidvalidity, row.floor, row.watermark, row.changed_at = validity, last, 0, now
        after = f"{validity}.{row.generation}, up to {last}"
        events.changed(settings.name, selected.name, before, after)
    session.flush()
    return row


class Taking:
    """The taking of mail from the folder that a connection has open."""

    def __init__(
        self, connection: Connection, settings: MailboxSettings, desk: Desk, selected: Selected
    ) -> None:
        self._connection = connection
        self._settings = settings
        self._desk = desk
        self._selected = selected
        last = self._last()
        with self._holding() as session:
            self._folder = begin(session, settings, selected, last, desk.now())
        self.epoch = books.epoch_of(self._folder)
        self._known = 0
        self.count = 0

    def _last(self) -> int:
        """Return the highest UID there may be, by what the server says and by what it has.

        Some state a UIDNEXT that is too low, and some none at all.
        """
        with self._desk.database.reading() as session:
            before = books.folder_of(session, self._settings.name, self._selected.name)
        last = (self._selected.uidnext or 1) - 1
        if self._selected.uidnext is None or (before and last < before.watermark):
            last = max([last, *self._connection.uids(last, self._selected)])
        return last

    def take(self, settle: Callable[[], None], stopping: Callable[[], bool]) -> None:
        """Take whatever is new, until nothing more is; `count` says how many mails.

        settle: does in the mailbox what is to be done with mail that is ours. stopping: says when
        to leave the rest for another time.
        """
        above, fruitless = self._folder.watermark, 0
        while not stopping():
            uids = self._connection.uids(above, self._selected)
            # The server may have told of a mail after it had looked for UIDs; but one that always
            # does so has nothing to tell.
            fruitless = 0 if uids else fruitless + 1
            if not uids and (fruitless > _FRUITLESS or not self._connection.news_came()):
                break
            for start in range(0, len(uids), _AT_ONCE):
                self.take_these(uids[start : start + _AT_ONCE], stopping)
                settle()
                if stopping():
                    return
            above = self._folder.watermark = max([above, *uids])

    def take_these(self, uids: Sequence[int], stopping: Callable[[], bool] = lambda: False) -> None:
        """Take these mails, those that the books know already left out."""
        stated = self._connection.stated(uids)
        self._known = 0
        for uid in uids:
            if stopping():
                return
            self.count += self._take_one(uid, stated.get(uid))
        with self._holding() as session:
            books.raise_watermark(session, self.epoch, uids[-1])
        if self._known:
            events.known(self._settings.name, self._selected.name, self._known)

    def _take_one(self, uid: int, stated: Stated | None) -> bool:
        if stated is None or self._is_passed(uid, stated):
            return False
        with self._desk.database.reading() as session:
            row = books.mail_at(session, self.epoch, uid)
        if row is not None and row.state != MailState.UNREADABLE:
            return False
        try:
            mail = self._fetch(uid, stated)
        except BrokenError as error:
            self._note_unreadable(uid, row, stated, str(error), put_aside=False)
            raise
        except RefusedError as error:
            self._note_unreadable(uid, row, stated, str(error), put_aside=True)
            return False
        if mail is None:
            self._note_unreadable(uid, row, stated, "the server gives nothing", put_aside=True)
            return False
        return self._enter(mail, stated)

    def _is_passed(self, uid: int, stated: Stated) -> bool:
        """Say whether a mail was there before us and is not wanted.

        Where a folder was read again, what is older than the books remember is passed over too.
        """
        folder, first = self._folder, self._settings.first
        if uid > folder.floor or stated.internaldate is None:
            return False
        if folder.changed_at and stated.internaldate < folder.changed_at - _REMEMBERED:
            return True
        if first.everything:
            return False
        oldest = folder.first_contact_at - _SLACK
        if first.since is not None:
            oldest = datetime.combine(first.since, time(), UTC)
        return stated.internaldate < oldest

    def _fetch(self, uid: int, stated: Stated) -> _Mail | None:
        now = self._desk.now()
        # A mail from the future would have no place in any calendar.
        at = min(stated.internaldate or now, now)
        if stated.size > self._settings.max_size:
            head = self._connection.head(uid, MAX_HEAD_BYTES)
            return None if head is None else _Mail(uid, _Octets(head), at, stated.size)
        octets = self._connection.mail(uid, self._settings.max_size)
        if octets is not None and len(octets) < stated.size:
            again = self._connection.mail(uid, self._settings.max_size)
            octets = max(octets, again or b"", key=len)
        return None if octets is None else _Mail(uid, _Octets(octets), at, None)

    def _enter(self, mail: _Mail, stated: Stated) -> bool:
        """Commit a mail to spool and books; say whether it was new to us."""
        name, now = self._settings.name, self._desk.now()
        first = self._taken_before(mail)
        values = {
            "sha256": mail.octets.sha256,
            "size": stated.size,
            "too_large": mail.whole is not None,
        }
        with self._holding() as session:
            if first is not None:
                pending = first.state in (MailState.TAKEN, MailState.COPIED)
                state = MailState.TAKEN if pending else MailState.KNOWN
                books.enter(
                    session, self.epoch, mail.uid, now, same_as=first.id, state=state, **values
                )
                if pending:
                    session.merge(first).state = MailState.DONE
            else:
                spool_id = spool.put(session, self._arrival(mail), mail.octets)
                nothing_to_do = self._settings.after.kind is Kind.KEEP or mail.whole is not None
                state = MailState.DONE if nothing_to_do else MailState.TAKEN
                books.enter(
                    session, self.epoch, mail.uid, now, spool_id=spool_id, state=state, **values
                )
            books.raise_watermark(session, self.epoch, mail.uid)
        if first is not None:
            self._known += 1
            return False
        self._desk.accepted()
        events.taken(name, self._selected.name, mail.uid, spool_id, mail.octets.size)
        if mail.whole is not None:
            events.too_large(name, self._selected.name, mail.uid, mail.whole)
        return True

    def _arrival(self, mail: _Mail) -> Arrival:
        settings = self._settings
        return Arrival(
            source="imap",
            envelope=Envelope(None, ()),
            received_at=mail.at,
            source_key=self.epoch.source_key(mail.uid),
            peer=settings.host,
            tls=settings.tls != "none",
            login=settings.user,
            department=settings.department,
            whole_size=mail.whole,
        )

    def _taken_before(self, mail: _Mail) -> MailboxMail | None:
        """Return the row of this very mail, if we took it at a place where it is no more.

        Octets that lie twice in one folder are two mails: form mailers send such.
        """
        with self._desk.database.reading() as session:
            before = books.taken_before(session, self.epoch, mail.octets.sha256, self._desk.now())
        here = (self.epoch.folder, self.epoch.uidvalidity, self.epoch.generation)
        for first, last in before:
            if (last.folder, last.uidvalidity, last.generation) != here or last.removed:
                return first
            if not self._connection.uids(last.uid - 1, self._selected, upto=last.uid):
                return first
        return None

    def _note_unreadable(
        self, uid: int, row: MailboxMail | None, stated: Stated, why: str, *, put_aside: bool
    ) -> None:
        """Count a failure; a mail that fails too often is left for the hourly comparison."""
        tries = (row.tries if row else 0) + 1
        with self._holding() as session:
            books.enter(
                session,
                self.epoch,
                uid,
                self._desk.now(),
                state=MailState.UNREADABLE,
                tries=tries,
                size=stated.size,
            )
            if put_aside or tries >= _TRIES:
                books.raise_watermark(session, self.epoch, uid)
        if tries == (1 if put_aside else _TRIES):
            events.unreadable(self._settings.name, self._selected.name, uid, why)

    def _holding(self) -> AbstractContextManager[Session]:
        return self._desk.holding(self._settings)
