"""What the service needs to know of the installation, and who acts on a ticket.

Frozen values, made once at start; the session and the time come with each call.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from mailgate.departments import Agent, Department, Directory
from mailgate.message.address import Address, canonical
from mailgate.message.vouching import Vouching
from mailgate.replies.acknowledge import Limits
from mailgate.replies.templates import Letters
from mailgate.tickets.model import Ticket
from mailgate.tokens import Keys


@dataclass(frozen=True)
class Floods:
    """How many new tickets an hour one sender may open; None for no limit.

    What he sends beyond that waits for a human, in one group.
    """

    unproven: int | None = 50
    proven: int | None = 500


@dataclass(frozen=True)
class Office:
    """The installation as its letters and tickets need it.

    centre: the name it signs with. domain: of our Message-IDs. instance: random id of the store.
    admin: who is told of alarms, "" for nobody. vouching: whose word on senders counts.
    agents_by_mail: an agent can prove by mail who she is, so that she can work by mail.
    """

    centre: str
    domain: str
    instance: str
    subject_tag: str
    keys: Keys
    directory: Directory
    letters: Letters
    limits: Limits
    floods: Floods = Floods()
    admin: str = ""
    vouching: Vouching = field(default_factory=Vouching)
    agents_by_mail: bool = True

    def department_of(self, ticket: Ticket) -> Department:
        """Return the department of a ticket; the postmaster's if its own is configured no more."""
        return self.directory.departments.get(ticket.department, self.directory.postmaster)

    def tag(self, ticket: Ticket) -> str:
        """Return the subject tag of a ticket, such as `[#123456]`."""
        return self.subject_tag.replace("{number}", str(ticket.number))

    def agent(self, address: str) -> Agent | None:
        """Return the agent who writes from an address, or None."""
        wanted = canonical(address)
        known = self.directory.agents.get(wanted)
        if known is not None:
            return known
        for department in self.directory.departments.values():
            for each in department.agents:
                if canonical(each) == wanted:
                    return Agent(each)
        return None


class ActorKind(StrEnum):
    """Who acts: a customer, an agent, or the clock."""

    REQUESTER = "requester"
    AGENT = "agent"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """The one who does something to a ticket, and the channel he does it through."""

    kind: ActorKind
    who: Address
    source: str = "system"


SYSTEM = Actor(ActorKind.SYSTEM, Address("mailgate"))
