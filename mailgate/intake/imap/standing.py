"""How the watching of one mailbox stands: in the log, in the books, and for how long to rest.

Promises one log line for each change and none for a mere repetition. What cannot be written into
the books now is written at the next change; the log has it.
"""

import contextlib
import random
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from mailgate.intake.imap import books, events, faults
from mailgate.intake.imap.desk import Desk
from mailgate.intake.imap.faults import FaultKind
from mailgate.intake.imap.patience import pause
from mailgate.intake.imap.settings import MailboxSettings
from mailgate.intake.imap.tables import Condition

_STANDBY = timedelta(seconds=30)
_ALARM_AFTER = timedelta(hours=3)
_HOPELESS = frozenset({FaultKind.WRONG_PASSWORD, FaultKind.PERMANENT})


class Standing:
    """How one mailbox stands, from the view of its watcher."""

    def __init__(self, settings: MailboxSettings, desk: Desk) -> None:
        self._settings = settings
        self._desk = desk
        self._condition = Condition.STOPPED
        self._why = ""
        self._recorded: tuple[Condition, str] | None = None
        self._folders: dict[str, str | None] = {}
        self._failures = 0
        self._failing_since: datetime | None = None
        self._alarmed = False
        self._fault = ""

    def complain(self, folder: str, why: str | None) -> None:
        """Note what is wrong with a folder, None for nothing."""
        before, self._folders[folder] = self._folders.get(folder), why
        if why is not None and why != before:
            events.folder_fault(self._settings.name, folder, why)
        elif why is None and before is not None:
            events.folder_well(self._settings.name, folder)

    def well(self, *, idles: bool) -> None:
        """Note that every folder was looked at; raises LeaseLostError, and what a database may."""
        wrong = "; ".join(f"{folder}: {why}" for folder, why in self._folders.items() if why)
        self._failures, self._failing_since, self._alarmed, self._fault = 0, None, False, ""
        if self._condition is not Condition.WATCHING:
            waits = "IDLE" if idles else "polling"
            events.watching(self._settings.name, self._settings.folders, waits)
        with self._desk.holding(self._settings) as session:
            books.note_contact(session, self._settings.name, self._desk.now())
        if wrong:
            # The mailbox answers; the log was told of the folder already.
            self._record(Condition.FAILING, wrong)
            self._condition = Condition.WATCHING
        else:
            self._record(Condition.WATCHING, "")

    def elsewhere(self) -> timedelta:
        """Note that another daemon watches it; return how long to rest."""
        if self._condition is not Condition.ELSEWHERE:
            events.elsewhere(self._settings.name)
        # The books are the other one's to keep.
        self._condition, self._why, self._recorded = Condition.ELSEWHERE, "", None
        return min(_STANDBY, self._settings.poll)

    def failed(self, text: str, kind: FaultKind | None, *, worked: bool) -> timedelta:
        """Note a failure; return how long to rest.

        worked: the connection had been of use, so that its end may mean nothing.
        """
        known = faults.explain(text)
        kind = kind or (known.kind if known else FaultKind.TEMPORARY)
        backoff = self._settings.backoff
        if worked and kind is FaultKind.TEMPORARY:
            self._failures = 0
            return pause(backoff, 0, known.wait if known else None, random.random)
        self._failures += 1
        refused = kind in _HOPELESS
        condition = Condition.REFUSED if refused else Condition.FAILING
        why = known.cause if known else text[:500]
        if (condition, why) != (self._condition, self._why):
            remedy = known.remedy if known else ""
            events.failing(self._settings.name, text[:500], why, remedy, refused=refused)
        self._record(condition, why)
        self._alarm()
        # Trying a wrong password often locks the account.
        failures = 99 if refused else self._failures
        return pause(backoff, failures, known.wait if known else None, random.random)

    def _alarm(self) -> None:
        now = self._desk.now()
        self._failing_since = self._failing_since or now
        lasts = now - self._failing_since
        if lasts >= _ALARM_AFTER and not self._alarmed:
            events.failing_long(self._settings.name, lasts / timedelta(hours=1))
            self._alarmed = True

    def faulty(self, error: Exception) -> timedelta:
        """Note an error of ours; return how long to rest."""
        text = f"{type(error).__name__}: {error}"
        if text != self._fault:
            events.fault(self._settings.name, error)
        self._fault = text
        return self.failed(text, FaultKind.TEMPORARY, worked=False)

    def _record(self, condition: Condition, why: str) -> None:
        """Keep the condition in the books, where it changed."""
        self._condition, self._why = condition, why
        if (condition, why) != self._recorded:
            self._recorded = (condition, why)
            with contextlib.suppress(SQLAlchemyError), self._desk.database.writing() as session:
                books.note_condition(
                    session, self._settings.name, condition, why or None, self._desk.now()
                )

    def stopped(self) -> None:
        """Note the end, and let another daemon watch the mailbox at once."""
        with contextlib.suppress(SQLAlchemyError), self._desk.database.writing() as session:
            if books.give_lease_back(session, self._settings.name, self._desk.owner):
                books.note_condition(
                    session, self._settings.name, Condition.STOPPED, None, self._desk.now()
                )
