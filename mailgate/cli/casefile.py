"""What `mailgate tickets` tells of a ticket: a JSON object for scripts, a page for people.

Reads only. Times are those of the ticket's department.
"""

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from sqlmodel import Session

from mailgate.cli.desk import Desk
from mailgate.cli.output import Told, block, clock, columns, iso, octets, pairs, plain
from mailgate.tickets import views
from mailgate.tickets.model import Attachment, Entry, Ticket

_COLUMNS = ("NUMBER", "STATUS", "DEPARTMENT", "RECEIVED", "ENTRIES", "REQUESTER", "SUBJECT")


def listed(session: Session, desk: Desk, ticket: Ticket, entry_count: int) -> Told:
    """Return a ticket without its entries, as `tickets list --json` prints it."""
    return _head(session, desk, ticket) | {"entry_count": entry_count}


def whole(session: Session, desk: Desk, ticket: Ticket) -> Told:
    """Return a ticket with its entries, as `tickets show --json` prints it."""
    zone = desk.zone(ticket.department)
    history = views.history(session, ticket.id or 0)
    return _head(session, desk, ticket) | {
        "entries": [_entry(entry, files, zone) for entry, files in history]
    }


def write_list(tickets: Sequence[Told]) -> str:
    """Return tickets as columns, for people."""
    return columns(
        _COLUMNS,
        (
            (
                told["number"],
                told["status"],
                told["department"],
                clock(told["received_at"]),
                told["entry_count"],
                told["requester"]["address"],
                told["subject"],
            )
            for told in tickets
        ),
    )


def write_page(told: Told) -> Iterator[str]:
    """Yield a ticket and its conversation, for people."""
    yield f"{told['number']}  {plain(told['subject']) or '(no subject)'}"
    held = f" until {told['hold_until']}" if told["hold_until"] else ""
    reopened = f", reopened: {told['reopened']}" if told["reopened"] else ""
    yield pairs(
        (
            ("status", f"{told['status']}{held}{reopened}"),
            ("department", told["department"]),
            ("priority", told["priority"]),
            ("assigned to", told["assignee"]),
            ("requester", _named(told["requester"]["name"], told["requester"]["address"])),
            ("copies to", ", ".join(told["cc"])),
            ("language", told["language"]),
            ("received", clock(told["received_at"])),
            ("counts from", clock(told["effective_received_at"])),
            ("linked with", ", ".join(told["linked"])),
            ("merged into", told["merged_into"]),
        )
    )
    for entry in told["entries"]:
        yield ""
        yield from _write_entry(entry)


def _head(session: Session, desk: Desk, ticket: Ticket) -> Told:
    zone = desk.zone(ticket.department)
    merged = session.get(Ticket, ticket.merged_into) if ticket.merged_into else None
    ticket_id = ticket.id or 0
    return {
        "number": str(ticket.number),
        "department": ticket.department,
        "status": ticket.status,
        "hold_until": ticket.hold_until.isoformat() if ticket.hold_until else None,
        "subject": ticket.subject,
        "language": ticket.language,
        "priority": ticket.priority,
        "requester": {"address": ticket.requester_address, "name": ticket.requester_name},
        "cc": [each.address for each in views.copied(session, ticket_id)],
        "assignee": ticket.assignee,
        "created_at": iso(ticket.created_at, zone),
        "received_at": iso(ticket.received_at, zone),
        "effective_received_at": iso(ticket.effective_received_at, zone),
        "due_at": iso(ticket.due_at, zone),
        "reopened": ticket.reopened,
        "linked": [str(number) for number in views.linked(session, ticket_id)],
        "merged_into": str(merged.number) if merged else None,
    }


def _entry(entry: Entry, files: Sequence[Attachment], zone: tzinfo) -> Told:
    return {
        "id": entry.id,
        "kind": entry.kind,
        "event": entry.event or None,
        "source": entry.source,
        "author": entry.author,
        "author_name": entry.author_name,
        "at": iso(entry.at, zone),
        "effective_received_at": iso(entry.effective_received_at, zone),
        "text": entry.text,
        "full_text": entry.full_text,
        "attachments": [
            {
                "id": file.id,
                "name": file.name,
                "type": file.type,
                "size": file.size,
                "detected": file.detected,
                "repeated": file.repeated,
            }
            for file in files
        ],
        "message_id": entry.message_id or None,
        "sha256": entry.sha256,
        "nature": entry.nature or None,
        "authenticity": entry.authenticity,
        "proven": entry.proven,
        "third_party": entry.third_party,
        "defects": list(entry.defects),
    }


def _write_entry(entry: Told) -> Iterator[str]:
    who = _named(entry["author_name"], entry["author"])
    at = clock(entry["at"])
    if entry["kind"] == "event":
        comment = entry["event"] in ("closed", "resolved") and entry["text"] != entry["event"]
        what = f"{entry['event']}: {entry['text']}" if comment else entry["text"]
        yield f"{at}  * {plain(what)}  ({who})"
        return
    marks = [entry["kind"], f"by {entry['source']}"]
    if entry["kind"] == "message":
        marks += [] if entry["nature"] in (None, "person") else [entry["nature"]]
        marks += [] if entry["proven"] else ["sender not proven"]
        marks += ["authentication failed"] if entry["authenticity"] == "fail" else []
        marks += ["no participant"] if entry["third_party"] else []
    yield f"{at}  {who}  [{', '.join(marks)}]"
    yield block(entry["text"] or "(no text)")
    for defect in entry["defects"]:
        yield f"    ! {plain(defect)}"
    for file in entry["attachments"]:
        yield f"    + {plain(file['name'])}  ({', '.join(_facts(file))})  attachment {file['id']}"


def _facts(file: Told) -> Iterator[str]:
    yield plain(file["type"])
    if file["detected"]:
        yield f"holds {plain(file['detected'])}"
    yield octets(file["size"])
    if file["repeated"]:
        yield "came before"


def _named(name: str, address: str) -> str:
    return f"{plain(name)} <{plain(address)}>" if name else plain(address)
