"""Mail that waited for a human goes on as if it had never waited."""

from tests.world.world import World

DESK = "PomocDYNAMICS@example.com"
ANNA, OLA = "anna@klient.example", "ola@klient.example"
CHECKED = '[authenticity]\ntrusted_ids = ["mx.example.com"]\n'
FAILED = {"Authentication-Results": "mx.example.com; dmarc=fail (p=reject)"}
PASSED = {"Authentication-Results": "mx.example.com; dmarc=pass"}


def test_a_released_mail_keeps_its_time_its_department_and_its_silence(world: World) -> None:
    """It counts from when it came; whose check failed is sent nothing, and nobody joins by him."""
    world.is_configured_with(CHECKED)
    world.the_desk_has("dynamics", copies=True)
    anna = world.customer(ANNA, "Anna", proven=True)
    anna.writes(DESK, "Drukarka", headers=PASSED)
    letters = len(anna.inbox.letters())
    world.it_is("Saturday 2026-11-07 11:00")
    subject = f"Re: {world.the_ticket('Drukarka').tag} Drukarka"
    forged = anna.writes([DESK], subject, "Proszę pilnie.", headers={**FAILED, "Cc": OLA})
    assert world.held() == ["failed_authentication"]

    world.it_is("Tuesday 2026-11-10 12:00")
    world.commands("spool", "release", str(forged.spool_id))
    world.settles()

    (result,) = world.the_verdicts(forged)
    assert (result.verdict, result.department, result.acknowledge) == ("open", "dynamics", False)
    assert "authentication failed" in result.acknowledge_reason
    ticket = world.the_tickets()[-1]
    assert ticket.effective_received_local == "Monday 2026-11-09 09:00"
    assert len(anna.inbox.letters()) == letters
    assert world.customer(OLA).inbox.letters() == []


def test_a_released_reply_moves_its_ticket_once(world: World) -> None:
    """Let into the ticket in which he takes part, his words count; a copy of them does not."""
    world.is_configured_with(CHECKED)
    anna = world.customer(ANNA, "Anna", proven=True)
    anna.writes(DESK, "Drukarka", headers=PASSED)
    world.agent("ewa@example.com").answers(world.the_ticket("Drukarka"), "Proszę czekać.")
    held = anna.replies(anna.inbox.last(), "Czekam.", headers=FAILED)
    again = world.customer("x@relay.example").sends(held.octets, DESK)
    assert world.held() == ["failed_authentication"] * 2
    number = world.the_ticket("Drukarka").number

    for mail in (held, again):
        world.commands("spool", "release", str(mail.spool_id), "--ticket", number)
        world.settles()

    assert [each.verdict for each in world.the_verdicts(held)] == ["follow-up"]
    assert [each.verdict for each in world.the_verdicts(again)] == ["duplicate"]
    ticket = world.the_ticket("Drukarka")
    assert ticket.status == "customer-replied"
    assert [each.text for each in ticket.messages][1:] == ["Czekam."]
