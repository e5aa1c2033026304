"""Mail that goes round in circles, and machines that hide what they are."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import Message
from email.utils import make_msgid, parseaddr

import pytest

from tests.world.people import hand_over
from tests.world.smarthost import Letter
from tests.world.world import World

HERE, THERE = "PomocDYNAMICS@example.com", "helpdesk@other.example"
AGENTS = ["ewa@example.com", "jan@example.com"]
_TRANSIT = timedelta(seconds=10)
_MARKS = ("auto-submitted", "precedence", "x-auto-response-suppress", "return-path")
_THREAD = ("in-reply-to", "references", "message-id", "thread-index", "thread-topic")


class Relay:
    """Carries what each of two installations sends to the other, and takes every mark off it.

    The subject is another each time, and mail from nowhere comes from its From. stripped: also
    what tells which mail it answers is taken off. carried: how many mails there were.
    """

    def __init__(self, here: World, there: World, *, stripped: bool) -> None:
        self.carried = 0
        self._sides = ((here, there), (there, here))
        self._stripped = stripped
        self._seen = {id(here): 0, id(there): 0}

    def forges(self, subject: str) -> None:
        """Let somebody write to the one in the other's name, and carry what comes of it."""
        (here, there), _ = self._sides
        raw = (
            f"From: {THERE}\r\nTo: {HERE}\r\nSubject: {subject}\r\n"
            f"Message-ID: {make_msgid(domain='other.example')}\r\n\r\nDzień dobry\r\n"
        )
        there.starts_daemon()
        here.starts_daemon()
        hand_over(here.daemon.ports["smtp"], raw.encode(), [HERE], THERE)
        here.settles()
        while any(self._carries(one, other) for one, other in self._sides):
            assert self.carried < 50, "it goes on and on"

    def _carries(self, one: World, other: World) -> bool:
        waiting = one.smarthost.letters[self._seen[id(one)] :]
        for letter in waiting:
            self._seen[id(one)] += 1
            if letter.recipient.lower() not in (HERE.lower(), THERE):
                continue  # for an agent
            self.carried += 1
            for world in (one, other):
                world.passes(_TRANSIT)
            octets, sender = self._disguised(letter)
            hand_over(other.daemon.ports["smtp"], octets, [letter.recipient], sender)
            other.settles()
        return bool(waiting)

    def _disguised(self, letter: Letter) -> tuple[bytes, str]:
        mail: Message = message_from_bytes(letter.octets, policy=policy.compat32)
        for name in {each.lower() for each in mail}:
            own = name.startswith(("x-mailgate-", "list-")) or name in _MARKS
            if own or (self._stripped and name in _THREAD):
                del mail[name]
        del mail["Subject"]
        mail["Subject"] = f"Nowa sprawa {self.carried}"
        if self._stripped:
            mail["Message-ID"] = make_msgid(domain="relay.example")
        return mail.as_bytes(), letter.mail_from or parseaddr(mail["From"])[1]


def says_so(world: World) -> tuple[int, int]:
    """Return how many tickets and log lines of an installation speak of a loop."""
    told = [line for case in world.the_tickets() for line in case.history("loop-suspected")]
    return len(told), len(world.daemon.events("loop-suspected"))


@pytest.mark.attack("A20")
@pytest.mark.parametrize(("stripped", "most"), [(False, 4), (True, 6)], ids=["marks", "all"])
def test_two_installations_fall_silent_through_a_relay_that_hides_them(
    world: World,
    other_world: World,
    stripped: bool,
    most: int,
    record_property: Callable[[str, object], None],
) -> None:
    """A20: four mails at most while References survive, six without; both tell of it, once.

    And so it stays: who forges another mail two hours later, or eight, wakes nothing up.
    """
    desk = {"name": "Other", "addresses": [THERE], "agents": AGENTS}
    other_world.daemon.desks = {"billing": desk}
    relay = Relay(world, other_world, stripped=stripped)
    relay.forges("Pierwsza")
    assert 2 <= relay.carried <= most
    record_property("figure", f"{relay.carried} mails through the relay, {most} allowed")
    before = relay.carried
    assert says_so(world) == says_so(other_world) == (1, 1)
    if stripped:
        for hours in (2, 6):
            for each in (world, other_world):
                each.passes(timedelta(hours=hours))
            relay.forges(f"Po {hours} godzinach")
        assert relay.carried == before
        last = world.the_ticket("Po 6 godzinach")
        assert "loop" in last.history("not-acknowledged")[0]
