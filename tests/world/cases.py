"""A ticket as a scenario reads it: a snapshot of what `mailgate tickets show --json` prints."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One message or event."""

    kind: str
    event: str
    author: str
    text: str
    full_text: str
    attachments: tuple[str, ...]
    message_id: str
    sha256: str
    nature: str
    authenticity: str
    proven: bool
    third_party: bool
    defects: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """A ticket with its entries."""

    number: str
    department: str
    status: str
    subject: str
    language: str
    requester: str
    assignee: str | None
    hold_until: str | None
    received: datetime
    effective_received: datetime
    reopened: int
    linked: tuple[str, ...]
    copied: tuple[str, ...]
    entries: tuple[Entry, ...]

    @property
    def tag(self) -> str:
        """What stands in subjects."""
        return f"[#{self.number}]"

    @property
    def effective_received_local(self) -> str:
        """When it counts from, in the department's time zone."""
        return f"{self.effective_received:%A %Y-%m-%d %H:%M}"

    @property
    def messages(self) -> list[Entry]:
        """What customers wrote."""
        return [entry for entry in self.entries if entry.kind == "message"]

    def history(self, event: str) -> list[str]:
        """Return what the history says of events of that name."""
        return [entry.text for entry in self.entries if entry.event == event]


def case_of(told: dict[str, Any]) -> Case:
    """Return a ticket from its JSON."""
    return Case(
        number=told["number"],
        department=told["department"],
        status=told["status"],
        subject=told["subject"],
        language=told["language"],
        requester=told["requester"]["address"],
        assignee=told["assignee"],
        hold_until=told["hold_until"],
        received=datetime.fromisoformat(told["received_at"]),
        effective_received=datetime.fromisoformat(told["effective_received_at"]),
        reopened=told["reopened"],
        linked=tuple(told["linked"]),
        copied=tuple(told["cc"]),
        entries=tuple(_entry_of(entry) for entry in told["entries"]),
    )


def _entry_of(told: dict[str, Any]) -> Entry:
    return Entry(
        kind=told["kind"],
        event=told["event"] or "",
        author=told["author"],
        text=told["text"],
        full_text=told["full_text"],
        attachments=tuple(file["name"] for file in told["attachments"]),
        message_id=told["message_id"] or "",
        sha256=told["sha256"] or "",
        nature=told["nature"] or "",
        authenticity=told["authenticity"],
        proven=told["proven"],
        third_party=told["third_party"],
        defects=tuple(told["defects"]),
    )
