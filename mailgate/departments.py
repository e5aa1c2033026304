"""Departments and agents: who answers for which address, in which language and hours.

Frozen values, made once from the configuration and handed to everyone who needs them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mailgate.hours import Calendar
from mailgate.message.address import canonical, split_subaddress


class ReopenRule(StrEnum):
    """What a customer's reply does to a closed ticket."""

    ALWAYS = "always"
    WITHIN = "within"
    NEVER = "never"


@dataclass(frozen=True)
class Reopen:
    """The reopen setting of a department; days counts only for WITHIN."""

    rule: ReopenRule = ReopenRule.ALWAYS
    days: int = 0


class Strangers(StrEnum):
    """What becomes of mail that points at a ticket of somebody else's."""

    NEW_TICKET = "new-ticket"
    HOLD = "hold"


@dataclass(frozen=True)
class Agent:
    """Someone who answers customers."""

    address: str
    name: str = ""


@dataclass(frozen=True)
class Department:
    """One department as configured.

    addresses: as written in the configuration; the first is the one it writes from.
    close_resolved_after: business days, 0 for never. groups: List-Ids of lists that feed it.
    notify: its agents are told by mail what happens.
    strangers: who points at a ticket he takes no part in. copies: whom an authenticated customer
    names in Cc joins his ticket, and Cc recipients are sent what customers write later.
    words: words of this desk by key and language, such as {"department": {"pl": "Dział"}}.
    """

    key: str
    name: str
    addresses: tuple[str, ...]
    language: str
    calendar: Calendar
    agents: tuple[str, ...] = ()
    reopen: Reopen = Reopen()
    subaddressing: bool = False
    groups: frozenset[str] = frozenset()
    close_resolved_after: int = 0
    phone: str = ""
    strangers: Strangers = Strangers.NEW_TICKET
    copies: bool = False
    notify: bool = True
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The address the department writes from."""
        return self.addresses[0]


@dataclass(frozen=True)
class Directory:
    """All departments and agents of the installation.

    by_address holds canonical addresses without subaddress. agents: by canonical address.
    """

    departments: Mapping[str, Department]
    by_address: Mapping[str, Department]
    agents: Mapping[str, Agent]
    postmaster: Department

    @classmethod
    def of(
        cls, departments: tuple[Department, ...], agents: tuple[Agent, ...], postmaster: str
    ) -> "Directory":
        """Index departments and agents; `postmaster` is the key of a department among them."""
        by_key = {department.key: department for department in departments}
        return cls(
            departments=by_key,
            by_address={
                canonical(address): department
                for department in departments
                for address in department.addresses
            },
            agents={canonical(agent.address): agent for agent in agents},
            postmaster=by_key[postmaster],
        )

    def department_of(self, address: str) -> Department | None:
        """Return the department that answers for an address, its subaddress aside."""
        return self.by_address.get(canonical(split_subaddress(address)[0]))

    def agents_called(self, word: str) -> list[Agent]:
        """Return the agents that a word means: by address, part before the @, or name."""
        exact = self.agents.get(canonical(word))
        if exact is not None:
            return [exact]
        sought = word.casefold()
        return [
            each
            for address, each in self.agents.items()
            if sought in (address.partition("@")[0], each.name.casefold())
        ]

    def department_called(self, word: str) -> Department | None:
        """Return the department that a word means, its key or its name; None for none."""
        sought = word.casefold()
        every = self.departments.values()
        return next(
            (each for each in every if sought in (each.key.casefold(), each.name.casefold())), None
        )

    def is_own(self, address: str) -> bool:
        """Say whether an address is one of ours, in any case and with any subaddress."""
        return self.department_of(address) is not None
