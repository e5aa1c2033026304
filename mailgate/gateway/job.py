"""A mail on its way from a decision into a ticket: what is needed for it, and what it brings."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from mailgate.gateway.lookup import Examined
from mailgate.gateway.remarks import remarks
from mailgate.intake.spool import Claimed
from mailgate.message.address import Address
from mailgate.tickets.entries import Contribution
from mailgate.tickets.model import Source
from mailgate.tickets.office import Office

_MAX_SUBJECT = 500
_MAX_THREAD_INDEX = 1_000
_UNKNOWN = Address("unknown")


@dataclass(frozen=True)
class Job:
    """All that carrying out a mail's verdicts needs."""

    session: Session
    office: Office
    claimed: Claimed
    examined: Examined
    now: datetime


def contribution_of(job: Job, *, third_party: bool = False) -> Contribution:
    """Return a mail as what goes into a ticket."""
    message, claimed = job.examined.message, job.claimed
    envelope = claimed.arrival.envelope
    # A name of our own for a mail without one, unique by how it was delivered to us.
    made_up = f"<spool-{claimed.id}.{job.office.instance}.received@{job.office.domain}>"
    return Contribution(
        author=message.author or _UNKNOWN,
        source=Source.MAIL,
        text=message.text,
        full_text=message.full_text,
        subject=message.subject[:_MAX_SUBJECT],
        language=message.language,
        message_id=message.message_id or made_up,
        fingerprint=message.fingerprint,
        attachments=message.attachments,
        spool_id=claimed.id,
        sha256=claimed.sha256,
        nature=job.examined.circumstances.nature,
        authenticity=job.examined.authenticity,
        proven=job.examined.proven,
        third_party=third_party,
        defects=(
            *message.defects,
            *remarks(message, envelope.recipients, job.office.keys, job.now.date()),
        ),
        thread_index=_short_or_none(message.header("Thread-Index") or ""),
        invitations=message.invitations,
    )


def _short_or_none(thread_index: str) -> str:
    """Return Outlook's index of a conversation, which is of no use when cut."""
    return thread_index if len(thread_index) <= _MAX_THREAD_INDEX else ""
