"""A mailbomb: what one sender sent of late is counted, the rest held as his, the admin told once.

Works in the caller's transaction. Counts by the address in From and by the envelope sender, so
that neither a new name for each mail nor a new return path gets around it.
"""

import shlex
from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from sqlmodel import Session

from mailgate import logs
from mailgate.gateway.decide import Recent
from mailgate.intake import floods
from mailgate.intake.spool import Claimed, SpoolResult, sender_key_of
from mailgate.message.authenticity import Authenticity
from mailgate.message.message import Message
from mailgate.tickets import alarms
from mailgate.tickets.office import Office

_AS_FAR = (Authenticity.FAIL, Authenticity.NONE, Authenticity.PASS)


class Marks(TypedDict):
    """What the spool keeps of a mail's sender; see intake.model.Spool."""

    author: str | None
    flood_of: str | None


def recent(
    session: Session,
    claimed: Claimed,
    author: str | None,
    authenticity: Authenticity,
    most: int,
) -> Recent:
    """Return what a mail's sender sent before it: by From, or by envelope where that is more.

    author: canonical, None where From does not name exactly one. The null sender is nobody. Only
    what was believed as far as this mail counts: who forges an address uses up nothing of it.
    """
    arrival = claimed.arrival
    believed = _AS_FAR[_AS_FAR.index(authenticity) :]
    which = floods.Counted(arrival.received_at, most, claimed.id, believed)
    who, count = floods.name_of(author or ""), 0
    if author:
        count = floods.by_author(session, author, which)
    if arrival.envelope.mail_from and count < most:
        by_envelope = floods.by_envelope(session, sender_key_of(arrival), which)
        if by_envelope > count:
            who, count = floods.name_of(arrival.envelope.mail_from), by_envelope
    return Recent(who, count, most)


def marks(message: Message, sent: Recent | None, results: Sequence[SpoolResult]) -> Marks:
    """Return by what a mail is counted, and whose flood it is held for."""
    is_flood = sent is not None and any(each.cause == floods.CAUSE for each in results)
    return Marks(
        author=floods.name_of(message.author.address) if message.author else None,
        flood_of=sent.who if sent is not None and is_flood else None,
    )


def tell(session: Session, office: Office, spool_id: int, sent: Recent, now: datetime) -> None:
    """Tell the log and the admin of a flood when it begins, and not of each of its mails."""
    if not alarms.begins(session, f"flood:{sent.who}", now + floods.WINDOW, now):
        return
    logs.flood_held(spool_id, sent.most)
    # A sender names himself, and an operator may copy the line into a shell.
    quoted = shlex.quote(sent.who)
    alarms.tell_admin(
        session,
        office,
        f"Mail of one sender is held: more than {sent.most} new tickets an hour",
        f"{sent.who} has sent more than {sent.most} mails for new tickets within an hour.\n"
        "What he sends beyond that is held until he has sent less for an hour; his replies to\n"
        "tickets come in as ever.\n\n"
        "  mailgate spool list --floods\n"
        f"  mailgate spool release --flood {quoted}\n"
        f'  mailgate spool delete --flood {quoted} --why "..."\n',
        now,
    )
