"""Whose address looks like another's, and is not."""

import pytest

from tests.world.world import World

DESK, ADMIN = "PomocDYNAMICS@example.com", "admin@apple.example"
LIKE_HIM, IN_TRUTH = "admin@\u0430pple.example", "admin@xn--pple-43d.example"


@pytest.mark.attack("A10")
def test_letters_of_another_alphabet_make_another_address(world: World) -> None:
    """He takes no part in a ticket of whom he looks like, and agents read who he is."""
    world.customer(ADMIN, proven=True).writes(DESK, "Drukarka")
    ticket = world.the_ticket("Drukarka")
    head = f"From: {LIKE_HIM}\r\nSubject: Re: {ticket.tag} Drukarka\r\nMessage-ID: <1@x.example>"
    world.takes(f"{head}\r\n\r\nProszę o hasło.\r\n".encode(), [DESK], IN_TRUTH)
    world.settles()
    old, new = world.the_tickets()
    assert old.messages == ticket.messages
    assert old.status == ticket.status
    assert any("xn--pple-43d.example" in each for each in new.messages[0].defects)
    assert world.smarthost.letters_to(ADMIN)[1:] == []
