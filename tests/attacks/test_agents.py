"""Who would speak as an agent, and what drowns agents in mail."""

import json
import re
from collections import Counter

import pytest

from tests.world.people import hand_over
from tests.world.world import World

DESK = "PomocDYNAMICS@example.com"
ANNA, EWA, JAN = "anna@example.net", "ewa@example.com", "jan@example.com"
CHECKED = '[authenticity]\ntrusted_ids = ["mx.example.com"]\n'
PROOF = {
    "pass": {"Authentication-Results": "mx.example.com; dmarc=pass"},
    "fail": {"Authentication-Results": "mx.example.com; dmarc=fail (p=reject)"},
    "none": {},
}


@pytest.mark.attack("A05")
@pytest.mark.parametrize("address", ["plain", "subaddress"])
def test_only_a_token_and_proof_speak_as_an_agent(world: World, address: str) -> None:
    """Good or bad token, pass or not: one reaches the customer; of held ones she is told."""
    world.is_configured_with(CHECKED)
    world.the_desk_has("dynamics", reply_address=address)
    anna = world.customer(ANNA, proven=True)
    anna.writes(DESK, "Drukarka")
    ewa = world.customer(EWA)
    notice = ewa.inbox.last()
    before = len(anna.inbox.letters())

    for outcome in ("fail", "none"):
        ewa.replies(notice, f"#close\n\nZALEWAM {outcome}", headers=PROOF[outcome])
    reference = notice.message_id
    forged = re.sub(r"\.[0-9a-f]{16}\.", ".0123456789abcdef.", reference, count=1)
    for outcome in ("pass", "fail", "none"):
        headers = {**PROOF[outcome], "In-Reply-To": forged, "References": forged}
        ewa.writes(DESK, "Re: Drukarka", f"ZALEWAM forged {outcome}", headers=headers)

    assert len(anna.inbox.letters()) == before
    assert world.the_ticket("Drukarka").status == "open"
    assert world.held() == ["agent_unproven"] * 2
    warnings = [each for each in ewa.inbox.letters() if "mailgate spool release" in each.text]
    assert len(warnings) == 2
    assert not any("ZALEWAM" in each.text + each.subject for each in warnings)

    ewa.replies(notice, "#resolve\n\nJuż działa.", headers=PROOF["pass"])

    answers = anna.inbox.letters()[before:]
    assert ["Już działa." in each.text for each in answers] == [True, False]
    assert not any("#resolve" in each.text for each in answers)
    assert world.the_ticket("Drukarka").status == "resolved"


@pytest.mark.attack("A28")
def test_a_storm_reaches_agents_as_a_few_letters_and_a_digest(world: World) -> None:
    """Hundreds of mails in a minute are at most six letters an agent; no ticket is left out."""
    agents = [EWA, JAN, "ola@example.com"]
    world.the_desk_has("dynamics", agents=agents)
    world.starts_daemon()
    mails = 200
    for number in range(mails):
        sender = f"klient{number}@host{number}.example"
        head = f"From: {sender}\r\nTo: {DESK}\r\nSubject: Sprawa {number}\r\n"
        octets = f"{head}Message-ID: <{number}@storm.example>\r\n\r\nPomocy.\r\n".encode()
        hand_over(world.daemon.ports["smtp"], octets, [DESK], sender)
    world.settles()
    at_once = Counter(each.recipient for each in world.smarthost.letters)
    assert [at_once[each] for each in agents] == [5, 5, 5]

    world.it_is("Tuesday 2026-11-03 10:06")
    world.eventually(
        lambda: all(len(world.smarthost.letters_to(each)) >= 6 for each in agents), "the digests"
    )
    world.settles()

    listed = json.loads(world.commands("tickets", "list", "--json"))
    numbers = [each["number"] for each in listed]
    assert len(numbers) == mails
    for agent in agents:
        letters = world.smarthost.letters_to(agent)
        assert len(letters) == 6
        said = "\n".join(each.subject + each.text for each in letters)
        assert [number for number in numbers if number not in said] == []
        assert all(each.mail_from == "" for each in letters)
