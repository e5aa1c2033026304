"""Letters: the templates of templates/{pl,en}, found, filled in and rendered as text and HTML.

Templates are Jinja2 in a sandbox; a name nobody knows is an error, everything in HTML is
escaped. A file of the operator's directory wins over the shipped one of the same name. Should
it fail on a real ticket, the shipped letter goes out instead and says why in `Letter.fault`:
no customer waits for a template to be mended.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Template

from mailgate.hours import ReceiptKind
from mailgate.replies.dates import LANGUAGES
from mailgate.replies.lines import BadCommand, HeldMail, TicketNews
from mailgate.replies.sandbox import Shelf, make_environment, one_line


class Event(StrEnum):
    """What a letter is about; the value is the name of its template."""

    RECEIVED = "received"
    COMMENT = "comment"
    HOLD = "hold"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"
    MOVED = "moved"
    NEW_TICKET = "new-ticket"
    CUSTOMER_REPLY = "customer-reply"
    UNDELIVERED = "undelivered"
    AGENT_REPLY = "agent-reply"
    NOTE = "note"
    ASSIGNED = "assigned"
    HANDED_OVER = "handed-over"
    CAME_BACK = "came-back"
    HOLD_ENDED = "hold-ended"
    UNCONFIRMED = "unconfirmed"
    AGENT_DIGEST = "agent-digest"
    AGENT_UNPROVEN = "agent-unproven"
    NOT_UNDERSTOOD = "not-understood"
    HELD_DIGEST = "held-digest"


NEWS = (
    *(Event.AGENT_REPLY, Event.NOTE, Event.ASSIGNED),
    *(Event.HANDED_OVER, Event.CAME_BACK, Event.HOLD_ENDED, Event.UNCONFIRMED),
)
"""What agents are told in one template, agent-news, which looks at `event`."""

TO_AGENTS = (*NEWS, Event.NEW_TICKET, Event.CUSTOMER_REPLY, Event.UNDELIVERED)
"""What agents are told of a ticket, each in a letter of its own or as a line of their digest."""

WITHOUT_TICKET = (Event.AGENT_DIGEST, Event.AGENT_UNPROVEN, Event.HELD_DIGEST)
"""Letters that are about no one ticket."""

TEMPLATES = (
    *(event for event in Event if event not in NEWS),
    *("agent-news", "received-outside", "received-holiday"),
)
"""Every letter there is, each with a .txt and a .html."""

FRAMES = ("_frame", "_notice")
"""What stands around the letters: around all, and around what agents are told of a ticket."""

_RECEIVED = {
    ReceiptKind.INSIDE: "received",
    ReceiptKind.OUTSIDE: "received-outside",
    ReceiptKind.HOLIDAY: "received-holiday",
}

# Instead of the subject, where there is none or where it may not be shown.
_NEUTRAL = {
    Event.RECEIVED: {"pl": "Potwierdzenie otrzymania zgłoszenia", "en": "Ticket received"},
    Event.COMMENT: {"pl": "Nowy komentarz", "en": "New comment"},
    Event.HOLD: {"pl": "Zgłoszenie wstrzymane", "en": "Ticket on hold"},
    Event.RESOLVED: {"pl": "Zgłoszenie rozwiązane", "en": "Ticket resolved"},
    Event.CLOSED: {"pl": "Zgłoszenie zamknięte", "en": "Ticket closed"},
    Event.REOPENED: {"pl": "Zgłoszenie ponownie otwarte", "en": "Ticket reopened"},
    Event.MOVED: {"pl": "Zgłoszenie przekazane", "en": "Ticket moved"},
    Event.NEW_TICKET: {"pl": "Nowe zgłoszenie", "en": "New ticket"},
    Event.CUSTOMER_REPLY: {"pl": "Odpowiedź klienta", "en": "Customer's reply"},
    Event.UNDELIVERED: {"pl": "Nie doręczono wiadomości", "en": "Mail not delivered"},
    Event.AGENT_REPLY: {"pl": "Odpowiedź konsultanta", "en": "Agent's reply"},
    Event.NOTE: {"pl": "Notatka wewnętrzna", "en": "Internal note"},
    Event.ASSIGNED: {"pl": "Przydzielone zgłoszenie", "en": "Ticket assigned"},
    Event.HANDED_OVER: {"pl": "Przekazane zgłoszenie", "en": "Ticket handed over"},
    Event.CAME_BACK: {"pl": "Zgłoszenie ponownie otwarte", "en": "Ticket reopened"},
    Event.HOLD_ENDED: {"pl": "Koniec wstrzymania", "en": "Hold ended"},
    Event.UNCONFIRMED: {"pl": "Zgłoszenie niepotwierdzone", "en": "Ticket not confirmed"},
    Event.AGENT_DIGEST: {"pl": "Nowości w zgłoszeniach", "en": "News of tickets"},
    Event.AGENT_UNPROVEN: {"pl": "Wstrzymana wiadomość", "en": "A message was held"},
    Event.NOT_UNDERSTOOD: {"pl": "Polecenie niewykonane", "en": "Command not carried out"},
    Event.HELD_DIGEST: {"pl": "Wstrzymane wiadomości", "en": "Held messages"},
}

# Words a desk may set for itself, and how they stand in templates: department_label and so on.
_LABELS = {
    "department": {"pl": "Dział", "en": "Department"},
    "agent": {"pl": "Konsultant", "en": "Agent"},
    "open": {"pl": "Otwarte", "en": "open"},
    "on-hold": {"pl": "Otwarte-wstrzymane", "en": "on hold"},
}

_SUBJECT_CHARS = 200


@dataclass(frozen=True)
class Facts:
    """Everything a letter may name; what an event does not need stays at its default.

    tag: the number as it stands in subjects, "[#123456]". subject: None where the recipient is
    not proven; then RECEIVED shows no word of his, its author and comment left out too.
    Moments are aware; templates turn them into the zone. effective_day_only: print the effective
    received date without the hour. hours: the opening hours in words. centre: who signs.
    address: where new tickets go. called: he is asked to confirm what he said by telephone.
    author, at, comment: who wrote what and when; `at` is also when the event happened. words: as
    in Department. recipient, reason: of a mail undelivered.
    For agents: files, names of attachments; warning, "third-party" or "failed", of who wrote;
    by_mail, whether their reply reaches the customer; spool_id, of a held mail, and the lists.
    """

    number: str
    tag: str
    subject: str | None
    department: str
    timezone: ZoneInfo
    centre: str
    address: str = ""
    received_at: datetime | None = None
    effective_at: datetime | None = None
    effective_day_only: bool = False
    receipt_kind: ReceiptKind = ReceiptKind.INSIDE
    hours: str = ""
    holiday: str | None = None
    opening: datetime | None = None
    as_received: bool = False
    phone: str = ""
    called: bool = False
    author: str = ""
    at: datetime | None = None
    comment: str = ""
    hold_until: date | None = None
    close_on: date | None = None
    reopens: str = "always"
    reopen_days: int = 0
    agent: str = ""
    recipient: str = ""
    reason: str = ""
    files: str = ""
    warning: str = ""
    by_mail: bool = True
    spool_id: str = ""
    news: tuple[TicketNews, ...] = ()
    held: tuple[HeldMail, ...] = ()
    held_more: int = 0
    bad_commands: tuple[BadCommand, ...] = ()
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Letter:
    """A letter ready to be composed; lines end in LF.

    fault: why the operator's own template was not used, "" where nothing went wrong.
    """

    subject: str
    text: str
    html: str
    fault: str = ""


class Letters:
    """The templates of one installation, compiled once.

    directory: the operator's own, or None. Safe to use from several threads.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = directory
        shipped = shipped_templates()
        self._shipped = _Set((shipped,))
        self._set = self._shipped if directory is None else _Set((directory, shipped))

    def render(self, event: Event, language: str, facts: Facts) -> Letter:
        """Return the letter on an event, in "pl" or "en" (any other language gets "en").

        Raises jinja2.TemplateError, TypeError or AttributeError where the facts lack what a
        shipped template needs.
        """
        language = language if language in LANGUAGES else "en"
        known = known_names(event, language, facts)
        subject = subject_line(event, language, facts)
        name = template_name(event, facts)
        if self._set is self._shipped:
            return self._shipped.letter(name, language, known, subject)
        try:
            return self._set.letter(name, language, known, subject)
        except Exception as fault:  # noqa: BLE001 - the operator's template may raise anything
            why = f"{self.directory}: {language}/{name}: {type(fault).__name__}: {fault}"
            return self._shipped.letter(name, language, known, subject, one_line(why))

    def check(self, language: str | None = None) -> list[str]:
        """Return every fault of the templates, each as `file:line: what is wrong, what to do`.

        language: "pl" or "en"; None for both.
        """
        # Imported late: proofreading is no part of the daemon's work, and knows this module.
        from mailgate.replies.proofread import faults  # noqa: PLC0415

        return faults(self.directory, LANGUAGES if language is None else (language,))


class _Set:
    """The compiled templates of one order of directories."""

    def __init__(self, places: tuple[Traversable, ...]) -> None:
        self._environments = {
            language: make_environment(language, Shelf(places, language)) for language in LANGUAGES
        }
        self._compiled: dict[tuple[str, str], tuple[Template, Template]] = {}

    def letter(
        self, name: str, language: str, known: dict[str, object], subject: str, fault: str = ""
    ) -> Letter:
        pair = self._compiled.get((language, name))
        if pair is None:
            get = self._environments[language].get_template
            pair = self._compiled[language, name] = (get(f"{name}.txt"), get(f"{name}.html"))
        text, html = pair
        return Letter(subject, text.render(known), html.render(known), fault)


def shipped_templates() -> Traversable:
    """Return the directory of the shipped templates.

    In a wheel they lie in the package, in a checkout beside it.
    """
    package = files("mailgate")
    inside = package / "templates"
    if inside.is_dir() or not isinstance(package, Path):
        return inside
    return package.parent / "templates"


def template_name(event: Event, facts: Facts) -> str:
    """Return which template an event asks for; receipt has three, news of tickets one."""
    if event in NEWS:
        return "agent-news"
    return _RECEIVED[facts.receipt_kind] if event is Event.RECEIVED else event.value


def subject_line(event: Event, language: str, facts: Facts) -> str:
    """Return the subject: the tag once, then the ticket's subject or neutral words."""
    subject = one_line(facts.subject or "")
    if not facts.tag:
        return subject or _NEUTRAL[event][language]
    if facts.tag in subject:
        subject = one_line(subject.replace(facts.tag, " "))
    if len(subject) > _SUBJECT_CHARS:
        subject = subject[: _SUBJECT_CHARS - 1].rstrip() + "…"
    return f"{facts.tag} {subject or _NEUTRAL[event][language]}"


_BREAKS = re.compile(r"\r\n?|[\x85\u2028\u2029]")


def known_names(event: Event, language: str, facts: Facts) -> dict[str, object]:
    """Return the names a template may use; texts on one line each, the comment excepted."""
    known: dict[str, object] = {
        name: one_line(value) if type(value) is str else value
        for name, value in facts.__dict__.items()
    }
    known["event"] = event.value
    known["comment"] = _BREAKS.sub("\n", facts.comment).strip("\n")
    if event is Event.RECEIVED and facts.subject is None:
        known["author"] = known["comment"] = ""
    for word, label in _LABELS.items():
        own = facts.words.get(word, {}).get(language)
        known[f"{word.replace('-', '_')}_label"] = own or label[language]
    return known
