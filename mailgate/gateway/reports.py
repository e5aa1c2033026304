"""What a report on a mail of ours leaves behind: a line in its ticket, and the mail marked.

Works in the caller's transaction. A report that nobody could read is quoted, so that an agent can.
"""

from datetime import datetime

from sqlmodel import Session

from mailgate.gateway.decide import Bounce
from mailgate.gateway.lookup import Examined
from mailgate.message.message import Report, ReportRecipient
from mailgate.outbox import control, mail
from mailgate.tickets import service, views
from mailgate.tickets.model import Ticket
from mailgate.tickets.office import Office

_MAX_TEXT = 2_000
_MAX_QUOTED = 500


def record(
    session: Session, office: Office, examined: Examined, verdict: Bounce, now: datetime
) -> Ticket:
    """Write a report into the ticket of the mail that it is on, and return the ticket.

    A failure marks the mail as refused, and opens the ticket again if the mail was an answer.
    """
    ticket = views.locked(session, verdict.ticket.ticket_id)
    report, reported = examined.message.report, examined.reported
    fates = [
        f"{each.address}: {each.action} {each.status} {each.diagnostic}".strip()
        for each in (report.recipients if report else ())
    ]
    if report is None:
        fates = [" ".join(examined.message.text.split())[:_MAX_QUOTED]]
    text = "; ".join([verdict.reason, *fates])[:_MAX_TEXT]
    if not verdict.failed or reported is None:
        service.record(session, ticket, examined.circumstances.nature, text, now)
        return ticket
    for each in report.recipients if report else ():
        if each.action == "failed":
            control.bounced(session, report.of if report else "", each.address or None, text)
    if reported.sender:
        control.returned(session, reported.number, reported.sender, text)
    service.mail_failed(
        session,
        office,
        ticket,
        now,
        text,
        recipient=_recipient(session, report),
        was_answer=reported.was_answer,
        because="; ".join(_failures(report) or fates)[:_MAX_TEXT],
    )
    return ticket


def _failures(report: Report | None) -> list[str]:
    """Return what was said of each recipient that failed, for an agent, who knows the rest."""
    failed = [each for each in (report.recipients if report else ()) if each.action == "failed"]
    return [said for said in map(_said, failed) if said]


def _said(fate: ReportRecipient) -> str:
    """Return a recipient's status and diagnostic; the status once, as most diagnostics hold it."""
    known = fate.status in fate.diagnostic
    return fate.diagnostic if known else f"{fate.status} {fate.diagnostic}".strip()


def _recipient(session: Session, report: Report | None) -> str:
    """Return whom the mail had been sent to, by our own books or else by the report."""
    if report is None:
        return ""
    ours = mail.recipients_of(session, report.of) if report.of else []
    named = [each.address for each in report.recipients if each.address and each.action == "failed"]
    return next(iter(ours if len(ours) == 1 else named), "")
