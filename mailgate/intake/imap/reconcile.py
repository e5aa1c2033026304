"""Comparing what a folder holds with what the books say.

Promises that a mail which lies in a folder of ours and is not in the books is found within the
hour, told with its UID, and taken; and that one which we removed and is there again is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mailgate.intake.imap import books, events
from mailgate.intake.imap.answers import Selected
from mailgate.intake.imap.books import Epoch
from mailgate.intake.imap.connection import Connection
from mailgate.intake.imap.desk import Desk
from mailgate.intake.imap.settings import Kind, MailboxSettings
from mailgate.intake.imap.tables import MailboxFolder, MailboxMail, MailState
from mailgate.intake.imap.taking import Taking

_MOST_TOLD = 20


@dataclass(frozen=True)
class Differences:
    """UIDs: of mails never entered, never read, never settled, and back after removal."""

    unknown: tuple[int, ...] = ()
    unreadable: tuple[int, ...] = ()
    unsettled: tuple[int, ...] = ()
    back: tuple[int, ...] = ()

    def __str__(self) -> str:
        named = {
            "not in the books": self.unknown,
            "not readable": self.unreadable,
            "not yet flagged, moved or deleted": self.unsettled,
            "in the folder though removed": self.back,
        }
        return "; ".join(f"{what}: UID {_told(uids)}" for what, uids in named.items() if uids)


def compare(
    there: Sequence[int], folder: MailboxFolder, mails: dict[int, MailboxMail], *, settles: bool
) -> Differences:
    """Return what differs. there: UIDs in the folder up to the watermark. Pure.

    settles: something is done with mail after it was taken. What was there before us is not
    missed, and a mail that a human removed is his business.
    """
    waiting = {MailState.TAKEN, MailState.COPIED} if settles else set()
    return Differences(
        unknown=tuple(uid for uid in there if uid > folder.floor and uid not in mails),
        unreadable=_in(there, mails, {MailState.UNREADABLE}),
        unsettled=_in(there, mails, waiting),
        back=tuple(uid for uid in there if uid in mails and mails[uid].removed),
    )


def reconcile(
    connection: Connection,
    settings: MailboxSettings,
    desk: Desk,
    selected: Selected,
    taking: Taking,
) -> Differences:
    """Compare the folder that is open, raise the alarm, and take what was missed."""
    epoch = taking.epoch
    with desk.database.reading() as session:
        folder = books.folder_of(session, epoch.mailbox, epoch.folder)
        mails = books.mails_of(session, epoch)
    if folder is None:
        return Differences()
    there = connection.uids(0, selected, upto=folder.watermark) if folder.watermark else []
    found = compare(there, folder, mails, settles=settings.after.kind is not Kind.KEEP)
    with desk.holding(settings) as session:
        books.forget(session, epoch, frozenset(there), desk.now())
    _record(settings, desk, epoch, folder, str(found))
    missed = sorted({*found.unknown, *found.unreadable})
    if missed:
        taking.take_these(missed)
    return found


def _record(
    settings: MailboxSettings, desk: Desk, epoch: Epoch, folder: MailboxFolder, told: str
) -> None:
    with desk.holding(settings) as session:
        row = books.folder_of(session, epoch.mailbox, epoch.folder)
        if row is not None:
            row.reconciled_at, row.differences = desk.now(), told or None
    if told and told != folder.differences:
        events.differs(epoch.mailbox, epoch.folder, told)
    elif folder.differences and not told:
        events.agrees(epoch.mailbox, epoch.folder)


def _in(
    there: Sequence[int], mails: dict[int, MailboxMail], states: set[MailState]
) -> tuple[int, ...]:
    return tuple(uid for uid in there if uid in mails and mails[uid].state in states)


def _told(uids: Sequence[int]) -> str:
    told = ", ".join(map(str, uids[:_MOST_TOLD]))
    return told + (f" and {len(uids) - _MOST_TOLD} more" if len(uids) > _MOST_TOLD else "")
