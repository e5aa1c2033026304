"""The configuration as the daemon and the commands use it: complete, checked, frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mailgate.config.vouching import Authentication
from mailgate.departments import Directory
from mailgate.hours import Calendar
from mailgate.intake.imap.settings import MailboxSettings
from mailgate.intake.limits import ListenerSettings
from mailgate.jobs.notify import Pace
from mailgate.outbox.smarthost import SmarthostSettings
from mailgate.replies.acknowledge import Limits
from mailgate.tickets.office import Floods
from mailgate.tokens import Keys


@dataclass(frozen=True)
class Configuration:
    """One installation.

    path: the file it was read from. name: of the centre, as letters sign. state: absolute.
    store_url: as SQLAlchemy reads it, a file's path absolute. smarthost: None sends nothing.
    templates: the operator's own letters, None for the shipped ones alone. mailboxes: to watch.
    pace: how often agents get mail.
    warnings: what works, but probably not as meant; each on a line of its own.
    """

    path: Path
    name: str
    domain: str
    subject_tag: str
    keys: Keys
    admin: str | None
    state: Path
    store_url: str = field(repr=False)  # may hold a password
    smtp: ListenerSettings | None
    lmtp: ListenerSettings | None
    smarthost: SmarthostSettings | None
    directory: Directory
    calendars: Mapping[str, Calendar]
    limits: Limits
    templates: Path | None
    mailboxes: tuple[MailboxSettings, ...] = ()
    floods: Floods = field(default_factory=Floods)
    authentication: Authentication = field(default_factory=Authentication)
    pace: Pace = field(default_factory=Pace)
    warnings: tuple[str, ...] = ()

    @property
    def socket(self) -> Path:
        """The local socket on which the daemon takes mail of `mailgate accept`."""
        return self.state / "mailgate.sock"
