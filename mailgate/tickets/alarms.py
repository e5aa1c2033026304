"""What the operator is told of: an alarm is raised once while it lasts, and may go by mail.

Works in the caller's transaction, so that an alarm and its cause are stored together, and holds
across restarts and between daemons. Mail to the admin stands in the outbox like any other, and
belongs to no ticket.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from mailgate.message.address import Address
from mailgate.outbox import mail
from mailgate.replies import wire
from mailgate.replies.compose import Head, compose
from mailgate.replies.templates import Letter
from mailgate.store.database import insert_once
from mailgate.tickets.model import Alarm
from mailgate.tickets.office import Office

_MAX_SUBJECT = 200
_MAX_TEXT = 100_000
_HOUR = timedelta(hours=1)
_MOST_AN_HOUR = 20
_LAST = (
    "\nThis was the last of twenty alarms by mail within an hour; until there are fewer, others\n"
    "are in the log alone.\n"
)


def begins(session: Session, name: str, until: datetime, now: datetime) -> bool:
    """Note that something lasts until then; say whether it begins, so that it is told once.

    name: such as "capped:installation". A later end prolongs it, an earlier one changes nothing.
    """
    if insert_once(session, Alarm, {"name": name, "since": now, "until": until}):
        return True
    over = (col(Alarm.name) == name) & (col(Alarm.until) <= now)
    anew = update(Alarm).where(over).values(since=now, until=until)
    if session.connection().execute(anew).rowcount == 1:
        return True
    longer = (col(Alarm.name) == name) & (col(Alarm.until) < until)
    session.execute(update(Alarm).where(longer).values(until=until))
    return False


def lasts_until(session: Session, name: str, now: datetime) -> datetime | None:
    """Return until when something lasts that was noted, None where it is over or never was."""
    its = select(col(Alarm.until)).where(col(Alarm.name) == name, col(Alarm.until) > now)
    until: datetime | None = session.execute(its).scalar_one_or_none()
    return until


def forget(session: Session, before: datetime) -> None:
    """Drop alarms that ended before then."""
    session.execute(delete(Alarm).where(col(Alarm.until) < before))


def tell_admin(session: Session, office: Office, subject: str, text: str, now: datetime) -> bool:
    """Put a mail to `[gateway] admin` in the outbox; say False where none is sent.

    subject, text: in words of ours; lines end in LF. An own address is never written to, nor one
    that cannot be. Nor is he of more than twenty alarms that began within an hour: who forges
    senders could raise one for each. What the smarthost makes of it is in the log and in
    `mailgate outbox list`.
    """
    lately = select(func.count()).select_from(Alarm).where(col(Alarm.since) > now - _HOUR)
    begun = int(session.execute(lately).scalar_one())
    if begun > _MOST_AN_HOUR:
        return False
    text = text[:_MAX_TEXT] + (_LAST if begun == _MOST_AN_HOUR else "")
    letter = Letter(subject[:_MAX_SUBJECT], text, "")
    return write_to_admin(session, office, letter, secrets.token_hex(16), "en", now)


def write_to_admin(
    session: Session, office: Office, letter: Letter, nonce: str, language: str, now: datetime
) -> bool:
    """Put a letter to `[gateway] admin` in the outbox, once under a nonce; say False for none.

    nonce: makes its Message-ID; of a digest, the day it is of.
    """
    admin = office.admin
    if not admin or office.directory.is_own(admin) or not wire.is_writable(admin):
        return False
    message_id = f"<admin.{nonce}.{office.instance}@{office.domain}>"
    if mail.recipients_of(session, message_id):
        return False
    head = Head(
        message_id=message_id,
        from_=Address(office.directory.postmaster.address, office.centre),
        to=(Address(admin),),
        date=now,
        automatic="auto-generated",
        loop_mark=office.instance,
        language=language,
    )
    composed = compose(letter, head)
    outgoing = mail.Outgoing(
        ticket_id=None,
        entry_id=None,
        kind=mail.Kind.NOTICE,
        event="admin",
        recipient=admin,
        mail_from="",
        message_id=message_id,
        content=composed.headers + composed.body,
    )
    return mail.put(session, outgoing, now)
