"""Reading the whole configuration: every section, then what they say of each other.

All faults are found in one go. Nothing is made, opened or connected to; only files that the
configuration names are looked at.
"""

from pathlib import Path

from mailgate.clock import Now, system_now
from mailgate.config import desks
from mailgate.config.answering import read_limits
from mailgate.config.calendars import read_calendars
from mailgate.config.centre import Centre, check_postmaster, read_centre
from mailgate.config.configuration import Configuration
from mailgate.config.flooding import read_floods
from mailgate.config.listening import read_listeners
from mailgate.config.mailboxes import read_mailboxes
from mailgate.config.notifying import read_pace
from mailgate.config.place import find
from mailgate.config.reader import Sheet
from mailgate.config.sending import read_smarthost
from mailgate.config.storage import read_store
from mailgate.config.vouching import read_authenticity
from mailgate.config.wording import show
from mailgate.departments import Agent, Department, Directory
from mailgate.message.address import canonical, split_subaddress


def load(path: Path | None = None, *, lent: bool = True, now: Now = system_now) -> Configuration:
    """Return the configuration, or raise Faults with everything that is wrong in it.

    path: as given by `-c`; None looks where `find` looks. lent: whether this process must have
    the passwords that its environment lends (variables, systemd's credentials); commands that
    send nothing give False, and an absent one is a warning.
    """
    return read_sheet(Sheet(find(path)), lent=lent, now=now)


def read_sheet(sheet: Sheet, *, lent: bool, now: Now) -> Configuration:
    """Return the configuration that a sheet holds, or raise Faults."""
    top = sheet.top
    centre = read_centre(top)
    store_url = read_store(top, centre.state, lent=lent)
    smtp, lmtp = read_listeners(top)
    smarthost = read_smarthost(top, centre.domain, (smtp, lmtp), centre.state, lent=lent)
    calendars = read_calendars(top, now().date())
    agents = desks.read_agents(top)
    key_id = centre.keys.entries[0][0] if centre.keys.entries else "k"
    departments = desks.read_departments(top, calendars, desks.read_words(top), key_id)
    limits = read_limits(top)
    floods = read_floods(top)
    pace = read_pace(top)
    mailboxes = read_mailboxes(top, departments, centre.state, lent=lent)
    authentication = read_authenticity(top, smtp, mailboxes)
    postmaster = _check_across(sheet, centre, departments)
    _warn(sheet, not (smtp or lmtp or mailboxes), smarthost is None, agents, departments)
    return Configuration(
        path=sheet.path.absolute(),
        name=centre.name,
        domain=centre.domain,
        subject_tag=centre.subject_tag,
        keys=centre.keys,
        admin=centre.admin,
        state=centre.state,
        store_url=store_url,
        smtp=smtp,
        lmtp=lmtp,
        smarthost=smarthost,
        directory=Directory.of(departments, _everyone(departments, agents), postmaster),
        calendars=calendars,
        limits=limits,
        floods=floods,
        templates=centre.templates,
        mailboxes=mailboxes,
        authentication=authentication,
        pace=pace,
        warnings=tuple(sheet.warnings),
    )


def _check_across(sheet: Sheet, centre: Centre, departments: tuple[Department, ...]) -> str:
    """Return the key of postmaster's department; raise Faults with all that is wrong by now.

    Noted last is what nobody asked for, and where sections contradict each other.
    """
    sheet.top.close()
    postmaster = _postmaster(sheet, centre, departments) if departments else ""
    sheet.close()
    return postmaster


def _postmaster(sheet: Sheet, centre: Centre, departments: tuple[Department, ...]) -> str:
    desks.check_agents(sheet, departments)
    own = {canonical(address) for each in departments for address in each.addresses}
    if centre.admin and canonical(split_subaddress(centre.admin)[0]) in own:
        sheet.fault(
            ("gateway", "admin"),
            f"{show(centre.admin)} is a department's, so that each alarm would become a ticket",
            "write somebody's own address",
        )
    return check_postmaster(sheet, centre, departments)


def _everyone(departments: tuple[Department, ...], agents: tuple[Agent, ...]) -> tuple[Agent, ...]:
    """Return all agents: those of [[agent]], and without a name those that departments add."""
    known = {canonical(agent.address): agent for agent in agents}
    for department in departments:
        for address in department.agents:
            known.setdefault(canonical(address), Agent(address))
    return tuple(known.values())


def _warn(
    sheet: Sheet,
    nothing_in: bool,
    nothing_out: bool,
    agents: tuple[Agent, ...],
    departments: tuple[Department, ...],
) -> None:
    if nothing_in:
        sheet.warn(("listener",), "there is none, so that only `mailgate accept` takes mail in")
    if nothing_out:
        sheet.warn(("smarthost",), "there is none, so that no mail is sent")
    busy = {canonical(address) for each in departments for address in each.agents}
    for position, agent in enumerate(agents):
        if canonical(agent.address) not in busy:
            sheet.warn(("agent", position), f"{agent.address} is in no department")
