"""What a late reply does, as the department has it."""

import pytest

HELP = "PomocDYNAMICS@example.com"
LATE = "Saturday 2026-12-05 10:00"


def closed(world):
    """Return a customer whose ticket was answered and closed on 3 November."""
    anna = world.customer("anna@klient.example", "Anna", proven=True)
    anna.writes(HELP, "Drukarka")
    world.agent("ewa@example.com").closes(world.the_ticket("Drukarka"))
    return anna


@pytest.mark.parametrize(("moment", "reopens"), [("Sunday 2026-11-29 10:00", True), (LATE, False)])
def test_within_days(world, moment, reopens):
    """Within the days a reply reopens; later it opens a new ticket without the old number."""
    world.the_desk_has("dynamics", reopen="within 30 days")
    anna = closed(world)
    old = world.the_ticket("Drukarka")
    world.it_is(moment)

    anna.replies(anna.inbox.last(), "Znowu to samo.")

    cases = world.the_tickets()
    if reopens:
        assert [case.status for case in cases] == ["open"]
        return
    assert [case.status for case in cases] == ["closed", "open"]
    assert cases[1].linked == (old.number,)
    assert cases[1].subject == "Re: Drukarka"
    assert cases[0].messages == old.messages
    assert anna.inbox.last().subject == f"{cases[1].tag} Re: Drukarka"


def test_never(world):
    """A department that never reopens gives each late reply a new, linked ticket."""
    world.the_desk_has("dynamics", reopen="never")
    anna = closed(world)

    anna.replies(anna.inbox.last(), "Znowu to samo.")

    old, new = world.the_tickets()
    assert (old.status, old.reopened, new.status) == ("closed", 0, "open")
    assert new.linked == (old.number,)
    assert new.subject == "Re: Drukarka"
