"""What an agent asks for at the top of her mail: lines `#command value`, ended by a blank line.

Pure. Promises that no command ever counts as words for the customer: a block with anything wrong
in it comes back whole, with each wrong line and why, and with no words at all.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mailgate.message.address import is_plain_address

PRIORITIES = ("low", "normal", "high", "urgent")

_MAX_COMMANDS = 20
_MAX_LINE = 500
_COMMAND = re.compile(r"#([A-Za-z]{1,20})(?:[ \t\u00a0]+(\S.*))?")
_TELEPHONE = re.compile(r"\+?[0-9](?:[ ()./-]{0,2}[0-9]){4,19}")
_NUMBER = re.compile(r"#?([0-9]{6,9})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Verb(StrEnum):
    """What can be asked for."""

    NOTE = "note"
    CLOSE = "close"
    RESOLVE = "resolve"
    OPEN = "open"
    HOLD = "hold"
    ASSIGN = "assign"
    DEPARTMENT = "department"
    PRIORITY = "priority"
    CC = "cc"
    MERGE = "merge"
    NEW = "new"
    PHONE = "phone"


class Wrong(StrEnum):
    """Why a line cannot be carried out; the letters to agents have a sentence for each."""

    UNKNOWN = "unknown"
    NO_VALUE = "no-value"
    NEEDLESS_VALUE = "needless-value"
    TWICE = "twice"
    NO_DATE = "no-date"
    PAST = "past"
    NO_ADDRESS = "no-address"
    OWN_ADDRESS = "own-address"
    NO_AGENT = "no-agent"
    NO_DEPARTMENT = "no-department"
    NO_PRIORITY = "no-priority"
    NO_TICKET = "no-ticket"
    NOT_HERS = "not-hers"
    NO_NUMBER = "no-number"
    CONTRADICTION = "contradiction"
    NEEDS_TICKET = "needs-ticket"
    NEEDS_NEW = "needs-new"
    ONLY_FRESH = "only-fresh"
    REFUSED = "refused"
    TOO_LARGE = "too-large"
    EMPTY = "empty"


@dataclass(frozen=True)
class Command:
    """One line: what is asked for, its value as written, "" for none, and the line itself."""

    verb: Verb
    value: str
    line: str


@dataclass(frozen=True)
class Fault:
    """A line that cannot be carried out, and why."""

    line: str
    wrong: Wrong


@dataclass(frozen=True)
class Asked:
    """What an agent's mail asks for. text: her words, below the commands, "" for none."""

    commands: tuple[Command, ...] = ()
    text: str = ""
    faults: tuple[Fault, ...] = ()

    def value(self, verb: Verb) -> str | None:
        """Return the value of a command, None where it was not given."""
        return next((each.value for each in self.commands if each.verb is verb), None)

    def values(self, verb: Verb) -> list[str]:
        """Return every value of a command that may be given more than once."""
        return [each.value for each in self.commands if each.verb is verb]


_WITHOUT_VALUE = frozenset({Verb.NOTE, Verb.CLOSE, Verb.RESOLVE, Verb.OPEN})
_STATUS = frozenset({Verb.CLOSE, Verb.RESOLVE, Verb.OPEN, Verb.HOLD})
_FRESH = frozenset({Verb.NEW, Verb.PHONE})
_WITH_NEW = frozenset({Verb.NEW, Verb.PHONE, Verb.ASSIGN, Verb.PRIORITY, Verb.CC})


def has_command(text: str) -> bool:
    """Say whether a mail begins with what looks like a command, known or not."""
    first = text.lstrip("\ufeff \t\r\n")[:_MAX_LINE].partition("\n")[0]
    return _COMMAND.fullmatch(first.rstrip()) is not None


def read(text: str) -> Asked:
    """Return what a mail asks for: the commands at its very top, and the words below them.

    text: the mail's own words, quotes and signature cut off. Every line of the block that is no
    command as it should be is a fault; the block ends at the first blank line.
    """
    if not has_command(text):
        return Asked(text=text.strip("\n").rstrip())
    lines = text.lstrip("\ufeff \t\r\n").split("\n")
    end = next((at for at, line in enumerate(lines) if not line.strip()), len(lines))
    commands: list[Command] = []
    faults: list[Fault] = []
    for line in lines[: min(end, _MAX_COMMANDS)]:
        found = _line(line[:_MAX_LINE].strip())
        if isinstance(found, Fault):
            faults.append(found)
        else:
            commands.append(found)
    faults += [Fault(line[:_MAX_LINE].strip(), Wrong.UNKNOWN) for line in lines[_MAX_COMMANDS:end]]
    faults += _among_themselves(commands)
    words = "\n".join(lines[end:]).strip("\n").rstrip()
    return Asked(tuple(commands), words, tuple(faults))


def misplaced(asked: Asked, *, fresh: bool) -> list[Fault]:
    """Return the commands that have no place here.

    fresh: the mail answers no notice of ours, so that only a new ticket can be meant.
    """
    is_new = asked.value(Verb.NEW) is not None
    if not fresh:
        return [
            Fault(each.line, Wrong.ONLY_FRESH) for each in asked.commands if each.verb in _FRESH
        ]
    if is_new:
        wrong = Wrong.CONTRADICTION
        return [Fault(each.line, wrong) for each in asked.commands if each.verb not in _WITH_NEW]
    return [
        Fault(each.line, Wrong.NEEDS_NEW if each.verb is Verb.PHONE else Wrong.NEEDS_TICKET)
        for each in asked.commands
    ]


def day_of(value: str) -> date | None:
    """Return the date that a value names, as 2026-12-01, None where it names none."""
    try:
        return date.fromisoformat(value) if _DATE.fullmatch(value) else None
    except ValueError:
        return None


def number_of(value: str) -> int | None:
    """Return the ticket number that a value names, None where it names none."""
    match = _NUMBER.fullmatch(value)
    return int(match[1]) if match else None


def address_of(value: str) -> str | None:
    """Return the address that a value names, also as `<a@b.c>`, a link or `mailto:`, else None."""
    bare = value.partition("<")[2].partition(">")[0] or value.partition(" ")[0]
    bare = bare.removeprefix("mailto:").strip()
    return bare if is_plain_address(bare) else None


def _line(line: str) -> Command | Fault:
    match = _COMMAND.fullmatch(line)
    verb = match[1].lower() if match else ""
    if match is None or verb not in _VERBS:
        return Fault(line, Wrong.UNKNOWN)
    command = Command(Verb(verb), (match[2] or "").strip(), line)
    wrong = _unfit(command)
    return Fault(line, wrong) if wrong else command


_VERBS: Sequence[str] = tuple(verb.value for verb in Verb)


def _unfit(command: Command) -> Wrong | None:
    """Return what is wrong with a command's value, as far as one can say without looking it up."""
    verb, value = command.verb, command.value
    if verb in _WITHOUT_VALUE:
        return Wrong.NEEDLESS_VALUE if value else None
    if not value:
        return Wrong.NO_VALUE
    match verb:
        case Verb.HOLD:
            return None if day_of(value) else Wrong.NO_DATE
        case Verb.MERGE:
            return None if number_of(value) else Wrong.NO_TICKET
        case Verb.CC | Verb.NEW:
            return None if address_of(value) else Wrong.NO_ADDRESS
        case Verb.PHONE:
            return None if _TELEPHONE.fullmatch(value) else Wrong.NO_NUMBER
        case Verb.PRIORITY:
            return None if value.lower() in PRIORITIES else Wrong.NO_PRIORITY
        case _:
            return None


def _among_themselves(commands: Sequence[Command]) -> list[Fault]:
    """Return the commands that an earlier one leaves no room for."""
    faults, seen = [], set[Verb]()
    status = False
    for each in commands:
        if each.verb in seen and each.verb is not Verb.CC:
            faults.append(Fault(each.line, Wrong.TWICE))
        elif each.verb in _STATUS and status:
            faults.append(Fault(each.line, Wrong.CONTRADICTION))
        seen.add(each.verb)
        status = status or each.verb in _STATUS
    return faults
