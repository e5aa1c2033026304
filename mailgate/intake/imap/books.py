"""Reading and keeping the books of watched mailboxes, within the caller's transaction.

Promises that a mail's place is entered once, and that only the holder of a mailbox's lease
enters anything: a daemon that lost it gets LeaseLostError and its transaction is rolled back.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, select, update
from sqlmodel import Session, col

from mailgate.intake.imap.tables import Condition, Mailbox, MailboxFolder, MailboxMail, MailState
from mailgate.store.database import insert_once

_REMEMBERED = timedelta(days=90)


class LeaseLostError(Exception):
    """Another daemon watches this mailbox now; what we did last is rolled back."""


@dataclass(frozen=True)
class Epoch:
    """A folder for as long as its UIDs mean the same."""

    mailbox: str
    folder: str
    uidvalidity: int
    generation: int = 0

    def source_key(self, uid: int) -> str:
        """Return the delivery identity of a mail, as the spool keeps it."""
        again = f".{self.generation}" if self.generation else ""
        return f"imap:{self.mailbox}/{self.folder}/{self.uidvalidity}{again}/{uid}"


def take_lease(session: Session, name: str, owner: str, now: datetime, lease: timedelta) -> bool:
    """Take or renew the turn to watch a mailbox; say whether it is ours now."""
    fresh = {"name": name, "condition": Condition.STOPPED, "since": now}
    insert_once(session, Mailbox, fresh)
    free = (
        col(Mailbox.owner).is_(None)
        | (col(Mailbox.owner) == owner)
        | (col(Mailbox.lease_until) <= now)
    )
    changed: Any = session.execute(
        update(Mailbox)
        .where(col(Mailbox.name) == name, free)
        .values(owner=owner, lease_until=now + lease)
    )
    return bool(changed.rowcount == 1)


def hold_lease(session: Session, name: str, owner: str, now: datetime, lease: timedelta) -> None:
    """Renew the lease and keep others from it until the transaction ends.

    Raises LeaseLostError where it has gone to another; one that ran out and that nobody took
    meanwhile is still ours.
    """
    changed: Any = session.execute(
        update(Mailbox)
        .where(col(Mailbox.name) == name, col(Mailbox.owner) == owner)
        .values(lease_until=now + lease)
    )
    if changed.rowcount != 1:
        raise LeaseLostError(f"mailbox {name} is watched by another daemon")


def give_lease_back(session: Session, name: str, owner: str) -> bool:
    """Let another daemon take the mailbox at once; say whether it was ours to give."""
    changed: Any = session.execute(
        update(Mailbox)
        .where(col(Mailbox.name) == name, col(Mailbox.owner) == owner)
        .values(owner=None, lease_until=None)
    )
    return bool(changed.rowcount == 1)


def note_condition(
    session: Session, name: str, condition: Condition, why: str | None, now: datetime
) -> None:
    """Record how the watching goes, and since when."""
    session.execute(
        update(Mailbox)
        .where(col(Mailbox.name) == name)
        .values(condition=condition, why=why, since=now)
    )


def note_contact(session: Session, name: str, now: datetime) -> None:
    """Record that the server answered as it should."""
    session.execute(update(Mailbox).where(col(Mailbox.name) == name).values(contact_at=now))


def folder_of(session: Session, mailbox: str, folder: str) -> MailboxFolder | None:
    """Return what is known of a folder, None before first contact."""
    return session.get(MailboxFolder, (mailbox, folder))


def epoch_of(row: MailboxFolder) -> Epoch:
    """Return the present epoch of a folder."""
    return Epoch(row.mailbox, row.folder, row.uidvalidity, row.generation)


def raise_watermark(session: Session, epoch: Epoch, uid: int) -> None:
    """Record that every mail up to a UID was looked at; a lower one changes nothing."""
    session.execute(
        update(MailboxFolder)
        .where(
            col(MailboxFolder.mailbox) == epoch.mailbox,
            col(MailboxFolder.folder) == epoch.folder,
            col(MailboxFolder.uidvalidity) == epoch.uidvalidity,
            col(MailboxFolder.generation) == epoch.generation,
            col(MailboxFolder.watermark) < uid,
        )
        .values(watermark=uid)
    )


def _of(epoch: Epoch) -> ColumnElement[bool]:
    return and_(
        col(MailboxMail.mailbox) == epoch.mailbox,
        col(MailboxMail.folder) == epoch.folder,
        col(MailboxMail.uidvalidity) == epoch.uidvalidity,
        col(MailboxMail.generation) == epoch.generation,
    )


def mail_at(session: Session, epoch: Epoch, uid: int) -> MailboxMail | None:
    """Return the row of a mail, None if it was never looked at."""
    found = select(MailboxMail).where(_of(epoch), col(MailboxMail.uid) == uid)
    return session.execute(found).scalar_one_or_none()


def mails_of(
    session: Session, epoch: Epoch, states: Sequence[MailState] = ()
) -> dict[int, MailboxMail]:
    """Return the mails of an epoch by UID, all of them or those in some states."""
    statement = select(MailboxMail).where(_of(epoch))
    if states:
        statement = statement.where(col(MailboxMail.state).in_(states))
    return {
        row.uid: row for row in session.execute(statement.order_by(col(MailboxMail.uid))).scalars()
    }


def enter(session: Session, epoch: Epoch, uid: int, now: datetime, **values: Any) -> MailboxMail:
    """Enter a mail, or what is new about it; values: columns of MailboxMail."""
    row = mail_at(session, epoch, uid)
    if row is None:
        row = MailboxMail(
            mailbox=epoch.mailbox,
            folder=epoch.folder,
            uidvalidity=epoch.uidvalidity,
            generation=epoch.generation,
            uid=uid,
            state=MailState.TAKEN,
            at=now,
        )
        session.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    session.flush()
    return row


def settle(
    session: Session, epoch: Epoch, uids: Iterable[int], state: MailState, *, removed: bool = False
) -> None:
    """Record what was done in the mailbox with mails of ours."""
    session.execute(
        update(MailboxMail)
        .where(_of(epoch), col(MailboxMail.uid).in_(list(uids)))
        .values(state=state, removed=removed)
    )


def forget(session: Session, epoch: Epoch, there: Collection[int], now: datetime) -> int:
    """Forget mails of long ago that are no longer in the folder; return how many.

    there: UIDs in the folder now.
    """
    old = select(MailboxMail).where(
        col(MailboxMail.mailbox) == epoch.mailbox,
        col(MailboxMail.folder) == epoch.folder,
        col(MailboxMail.at) <= now - _REMEMBERED,
    )
    rows = [row for row in session.execute(old).scalars() if not _is_there(row, epoch, there)]
    for row in rows:
        session.delete(row)
    return len(rows)


def _is_there(row: MailboxMail, epoch: Epoch, there: Collection[int]) -> bool:
    its = Epoch(row.mailbox, row.folder, row.uidvalidity, row.generation)
    return its == epoch and row.uid in there


def taken_before(
    session: Session, epoch: Epoch, sha256: str, now: datetime
) -> list[tuple[MailboxMail, MailboxMail]]:
    """Return the mails of these octets taken from this mailbox lately, each with its last place.

    The first of a pair is the row under which it was taken; the second is the row of the place
    where it was seen last, the same row if it was never seen elsewhere.
    """
    rows = list(
        session.execute(
            select(MailboxMail)
            .where(
                col(MailboxMail.mailbox) == epoch.mailbox,
                col(MailboxMail.sha256) == sha256,
                col(MailboxMail.at) > now - _REMEMBERED,
            )
            .order_by(col(MailboxMail.id))
        ).scalars()
    )
    last = {row.same_as or row.id: row for row in rows}
    return [(row, last[row.id]) for row in rows if row.same_as is None and row.spool_id is not None]
