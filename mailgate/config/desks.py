"""[department.NAME], [[agent]] and [words.LANGUAGE]: who answers for which address."""

import re
from collections.abc import Mapping

from mailgate.config import values
from mailgate.config.calendars import STAND_IN
from mailgate.config.reader import Sheet, Table, Unfit
from mailgate.config.wording import close_to, either, show
from mailgate.departments import Agent, Department, Reopen, ReopenRule, Strangers
from mailgate.hours import Calendar
from mailgate.message.address import canonical, split_subaddress

LANGUAGES = ("pl", "en")
WORDS = ("department", "agent", "ticket", "priority")

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_WITHIN = re.compile(r"within ([0-9]{1,4}) days?")
_LIST_ID = re.compile(r"[^<>\s@]+(?:\.[^<>\s@]+)+")
_SIGNED_CHARS = len("+t1234567-") + 30
_MAX_LOCAL_OCTETS = 64

Seen = dict[str, tuple[str, str]]
"""Canonical address: where it was given first, as the operator reads it, and the department."""


def read_agents(top: Table) -> tuple[Agent, ...]:
    """Return the agents of [[agent]], each address once."""
    agents: dict[str, Agent] = {}
    for table in top.tables("agent"):
        address = table.need("address", values.own_address, "", 'write address = "ewa@example.com"')
        name = table.take("name", values.text, "")
        table.close()
        if canonical(address) in agents:
            table.fault("address", f"{show(address)} is an agent twice", "write each agent once")
        if address:
            agents.setdefault(canonical(address), Agent(address, name))
    return tuple(agents.values())


def read_words(top: Table) -> Mapping[str, Mapping[str, str]]:
    """Return the words of this installation by key and language."""
    section = top.table("words")
    found: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        table = section.table(language)
        for word in WORDS:
            said = table.take(word, values.text, "")
            if said:
                found.setdefault(word, {})[language] = said
        table.close()
    section.close()
    return found


def read_departments(
    top: Table,
    calendars: Mapping[str, Calendar],
    words: Mapping[str, Mapping[str, str]],
    key_id: str,
) -> tuple[Department, ...]:
    """Return the departments in the order of the file. key_id: the one that signs addresses."""
    section = top.table("department")
    found = []
    seen: Seen = {}
    for key, table in section.named():
        if not _NAME.fullmatch(key):
            section.fault(key, "is no name for a department", "use letters, digits, - and _")
        addresses = _addresses(key, table, seen)
        found.append(_department(key, table, addresses, calendars, words, key_id))
        table.close()
    if not section.pairs():
        top.fault("department", "no department answers for any address", "write [department.NAME]")
    return tuple(found)


def _department(
    key: str,
    table: Table,
    addresses: tuple[tuple[int, str], ...],
    calendars: Mapping[str, Calendar],
    words: Mapping[str, Mapping[str, str]],
    key_id: str,
) -> Department:
    replies_to = table.take("reply_address", values.choice("plain", "subaddress"), "plain")
    if replies_to == "subaddress":
        _check_length(table, addresses, key_id)
    strangers = table.take("strangers", values.choice(*Strangers), Strangers.NEW_TICKET)
    return Department(
        key=key,
        name=table.take("name", values.text, key),
        addresses=tuple(address for _, address in addresses) or ("stand-in@invalid",),
        language=table.take("language", values.choice(*LANGUAGES), "en"),
        calendar=_calendar(table, calendars),
        agents=tuple(agent for _, agent in table.each("agents", values.address)),
        reopen=table.take("reopen", _reopen, Reopen()),
        subaddressing=replies_to == "subaddress",
        groups=frozenset(group for _, group in table.each("groups", _list_id)),
        close_resolved_after=table.take("close_resolved_after", values.number(0, 366), 0),
        phone=table.take("phone", values.text, ""),
        strangers=Strangers(strangers),
        copies=table.take("copies", values.flag, False),
        notify=table.take("notify", values.flag, True),
        words=words,
    )


def check_agents(sheet: Sheet, departments: tuple[Department, ...]) -> None:
    """Note each agent whose address is a department's: her answers would become tickets."""
    own = {
        canonical(address): department.key
        for department in departments
        for address in department.addresses
    }
    for _, table in sheet.top.table("department").named():
        for position, agent in table.each("agents", values.address):
            owner = own.get(canonical(split_subaddress(agent)[0]))
            if owner is not None:
                sheet.fault(
                    (*table.key, "agents", position),
                    f"{show(agent)} is the address of department {owner}",
                    "write the agent's own address",
                )


def _addresses(key: str, table: Table, seen: Seen) -> tuple[tuple[int, str], ...]:
    """Return the addresses with their positions, noting those that are taken already."""
    if not table.has("addresses"):
        table.need("addresses", values.text, "", 'write addresses = ["help@example.com"]')
        return ()
    addresses = table.each("addresses", values.own_address)
    if not addresses and table.take("addresses", lambda value: value, None) == []:
        table.fault("addresses", "is empty", 'write addresses = ["help@example.com"]')
    for position, address in addresses:
        place = (*table.key, "addresses", position)
        if canonical(address) in seen:
            where, owner = seen[canonical(address)]
            wrong = f"{show(address)} already belongs to department {owner} ({where})"
            table.sheet.fault(place, wrong, "write each address once")
        else:
            seen[canonical(address)] = (f"line {table.sheet.line(place)}", key)
    return addresses


def _check_length(table: Table, addresses: tuple[tuple[int, str], ...], key_id: str) -> None:
    """Note addresses that a signed subaddress would make too long (RFC 5321 §4.5.3.1.1)."""
    for position, address in addresses:
        local = address.rpartition("@")[0]
        most = _MAX_LOCAL_OCTETS - _SIGNED_CHARS - len(key_id)
        if len(local.encode()) > most:
            table.sheet.fault(
                (*table.key, "addresses", position),
                f"{show(address)} is too long for a signed subaddress",
                f'take at most {most} octets before the @, or reply_address = "plain"',
            )


def _calendar(table: Table, calendars: Mapping[str, Calendar]) -> Calendar:
    """Return the calendar that a department names; the only one there is needs no naming."""
    stand_in = next(iter(calendars.values()), STAND_IN)

    def read(value: object) -> Calendar:
        name = values.text(value)
        if name in calendars:
            return calendars[name]
        meant = close_to(name, list(calendars))
        instead = f"did you mean {show(meant)}?" if meant else f"write a table [calendar.{name}]"
        raise Unfit(f"there is no calendar {show(name)}", instead)

    if len(calendars) == 1:
        return table.take("calendar", read, stand_in)
    if calendars:
        return table.need("calendar", read, stand_in, f"write calendar = {either(calendars)}")
    return table.need("calendar", read, stand_in, "write a table [calendar.standard] and name it")


def _reopen(value: object) -> Reopen:
    said = values.text(value)
    within = _WITHIN.fullmatch(said)
    if within is not None:
        return Reopen(ReopenRule.WITHIN, int(within[1]))
    if said not in (ReopenRule.ALWAYS, ReopenRule.NEVER):
        raise Unfit(
            f"{show(said)} is no rule for reopening", 'write "always", "within 30 days" or "never"'
        )
    return Reopen(ReopenRule(said))


def _list_id(value: object) -> str:
    """Return a List-Id in lower case, without its brackets (RFC 2919 §2)."""
    said = values.text(value)
    bare = said.removeprefix("<").removesuffix(">").lower()
    if not _LIST_ID.fullmatch(bare):
        raise Unfit(f"{show(said)} is no List-Id", 'write it as in the header: "list.example.com"')
    return bare
