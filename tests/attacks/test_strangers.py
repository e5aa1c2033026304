"""Whoever knows a number, a From or a Cc, and hopes that this is enough."""

import smtplib

import pytest

from tests.world.cases import Case
from tests.world.people import Customer, Mail
from tests.world.smarthost import Letter
from tests.world.world import World

DESK, BILLING = "PomocDYNAMICS@example.com", "billing@example.com"
ANNA, BOB, MALLORY = "anna@example.net", "bob@example.net", "mallory@evil.example"
EWA = "ewa@example.com"
AGENTS = (EWA, "jan@example.com")
SECRET = "Hasło do drukarki: 1234"
CHECKED = '[authenticity]\ntrusted_ids = ["mx.example.com"]\nown_hops = 0\n'
WAYS = ("address", "message-id", "stored", "tag", "number")


def verdict(result: str) -> dict[str, str]:
    """Return the header by which our mail server says what it found out about a sender."""
    policy = " (p=reject)" if result == "fail" else ""
    return {"Authentication-Results": f"mx.example.com; dmarc={result}{policy}"}


def outside(world: World) -> list[Letter]:
    """Return what went to anybody who is no agent."""
    return [each for each in world.smarthost.letters if each.recipient not in AGENTS]


class Conversation:
    """Anna's ticket, answered by an agent: what somebody could point at."""

    def __init__(self, world: World, **settings: object) -> None:
        world.is_configured_with(CHECKED)
        world.the_desk_has("dynamics", reply_address="subaddress", **settings)
        self.world = world
        self.anna = world.customer(ANNA, proven=True)
        self.opening = self.anna.writes(DESK, "Drukarka", SECRET)
        world.agent(EWA).answers(self.ticket, "Proszę o numer.")
        self.answer = [each for each in outside(world) if each.subject.endswith("Drukarka")][-1]
        self.before = self.ticket
        self.letters = len(outside(world))

    @property
    def ticket(self) -> Case:
        """The ticket as it is now."""
        return self.world.the_ticket("Drukarka")

    def pointed_at(self, who: Customer, way: str, result: str) -> Mail:
        """Let somebody point at the ticket."""
        headers = verdict(result) if result != "none" else {}
        to, subject = DESK, "Mam coś ważnego"
        if way == "address":
            to = str(self.answer.header("Reply-To"))
        elif way == "message-id":
            headers["References"] = self.answer.message_id
        elif way == "stored":
            headers["In-Reply-To"] = self.opening.message_id
        else:
            subject += {"tag": f" {self.before.tag}", "number": f" #{self.before.number}"}[way]
        return who.writes(to, subject, "Co nowego?", headers=headers)

    def new_letters(self) -> list[Letter]:
        """Return what went to anybody but agents since the agent's answer."""
        return outside(self.world)[self.letters :]


def test_a_participant_speaks_by_every_way_unless_he_is_refuted(world: World) -> None:
    """With `pass` or `none` appended, the latter flagged; with `fail` held, and nothing changes."""
    story = Conversation(world)
    for count, way in enumerate(WAYS, 1):
        story.pointed_at(story.anna, way, "pass" if count % 2 else "none")
        assert len(story.ticket.messages) == 1 + count
    told = [each.authenticity for each in story.ticket.messages]
    assert told == ["none", "pass", "none", "pass", "none", "pass"]
    before = story.ticket
    for way in WAYS:
        story.pointed_at(story.anna, way, "fail")
    assert world.held() == ["failed_authentication"] * len(WAYS)
    assert story.ticket == before and story.new_letters() == []


@pytest.mark.attack("A01")
def test_who_was_shown_our_mail_is_a_third_party(world: World) -> None:
    """A01: what a service sends to a ticket's address is neither shown nor sent to its requester.

    It is marked, reopens nothing, and adds nobody to those who are written to.
    """
    story = Conversation(world, copies=True)
    story.anna.replies(story.answer, "Z kopią.", headers=verdict("pass") | {"Cc": BOB})
    assert story.ticket.copied == (BOB,)
    world.agent(EWA).closes(story.ticket)
    letters = len(outside(world))
    service = world.customer("feedback@slack.example")
    for way in ("address", "message-id"):
        for result in ("pass", "none"):
            story.pointed_at(service, way, result)
    after = story.ticket
    assert [each.third_party for each in after.messages] == [False, False, True, True, True, True]
    assert (after.status, after.reopened) == ("closed", 0)
    assert outside(world)[letters:] == []
    world.agent(EWA).answers(after, "Gotowe.")
    answers = outside(world)[letters:]
    assert [each.recipient for each in answers] == [ANNA, BOB]
    assert not [each for each in answers if "slack" in each.octets.decode().lower()]
    assert not [each for each in answers if "Co nowego?" in each.text]


@pytest.mark.attack("A04")
def test_a_stranger_who_points_at_a_ticket_gets_his_own(world: World) -> None:
    """A04: by a reference or a number he learns nothing, changes nothing and reopens nothing.

    Only what is no mere number links the two for the agents; a failed token counts as none.
    """
    story = Conversation(world)
    mallory = world.customer(MALLORY)
    ways = [(way, result) for way in WAYS[2:] for result in ("pass", "none", "fail")]
    ways += [("address", "fail"), ("message-id", "fail")]
    for way, result in ways:
        sent = story.pointed_at(mallory, way, result)
        (verdict_,) = world.the_verdicts(sent)
        assert verdict_.verdict == "open", (way, result)
        linked = world.the_ticket_numbered(verdict_.ticket).linked
        assert (story.before.number in linked) == (way != "number"), (way, result)
        assert verdict_.acknowledge is False or result != "fail"
    after = story.ticket
    assert after.entries == story.before.entries and after.status == story.before.status
    assert all(each.recipient == MALLORY for each in story.new_letters())
    said = " ".join(each.octets.decode() for each in story.new_letters())
    for secret in (SECRET, ANNA, story.answer.message_id, story.opening.message_id):
        assert secret not in said


def test_a_department_that_wants_to_see_strangers_holds_them(world: World) -> None:
    """By reference or whole tag held as not_participant; by another number a ticket of his own."""
    story = Conversation(world, strangers="hold")
    mallory = world.customer(MALLORY)
    for way in WAYS[2:]:
        story.pointed_at(mallory, way, "pass")
    assert world.held() == ["not_participant", "not_participant"]
    assert len(world.the_tickets()) == 2 and story.ticket.entries == story.before.entries


@pytest.mark.attack("A04")
def test_all_numbers_there_are_open_no_door(world: World, database_kind: str) -> None:
    """A04: subjects [#1] to [#1000], and the number that is right: as many tickets, none changed.

    From fifty addresses, since what one sends beyond a measure is held as a flood. On PostgreSQL,
    where each commit costs more here, the first 300.
    """
    last = 1_000 if database_kind == "sqlite" else 300
    world.the_log_may_say("acknowledgements-capped")
    story = Conversation(world)
    with smtplib.SMTP("127.0.0.1", world.daemon.ports["smtp"], timeout=60) as smtp:
        for number in (*range(1, last + 1), int(story.before.number)):
            sender = f"{number % 50}.{MALLORY}"
            head = f"From: {sender}\r\nTo: {DESK}\r\nSubject: [#{number}]\r\n"
            smtp.sendmail(sender, [DESK], f"{head}\r\n{number}\r\n")
    world.settles()
    assert story.ticket.entries == story.before.entries
    assert world.count_tickets() == last + 2


@pytest.mark.attack("A02")
@pytest.mark.parametrize(
    ("result", "copies"), [("fail", True), ("none", True), ("pass", False), ("pass", True)]
)
def test_a_forged_sender_adds_nobody_in_copy(world: World, copies: bool, result: str) -> None:
    """A02: only an authenticated sender's Cc joins, where the department lets it, for what follows.

    Nobody is sent what was said before, and own addresses and agents join never.
    """
    story = Conversation(world, copies=copies)
    headers = verdict(result) | {"Cc": f"{MALLORY}, {DESK}, {EWA}, no-reply@x.example"}
    story.anna.replies(story.answer, "W załączeniu.", headers=headers)
    joins = copies and result == "pass"
    assert story.ticket.copied == ((MALLORY,) if joins else ())
    assert story.new_letters() == []
    world.agent(EWA).answers(story.ticket, "Dziękuję.")
    to_mallory = [each for each in story.new_letters() if each.recipient == MALLORY]
    assert len(to_mallory) == joins
    assert not [each for each in to_mallory if SECRET in each.text or "numer" in each.text]
    story.anna.replies(story.answer, "Jeszcze jedno.", headers=verdict("pass"))
    later = [each.text for each in story.new_letters() if each.recipient == MALLORY][joins:]
    assert ["Jeszcze jedno." in each for each in later] == [True] * joins


@pytest.mark.attack("A14")
def test_a_token_that_has_expired_is_none_and_an_agent_reads_why(world: World) -> None:
    """A14: five years on, and with any character changed, a reply address opens no ticket."""
    story = Conversation(world)
    mallory = world.customer(MALLORY)
    good = str(story.answer.header("Reply-To"))
    local, _, domain = good.rpartition("@")
    mallory.writes(f"{local[:-1]}{'a' if local[-1] != 'a' else 'b'}@{domain}", "Zmieniony")
    assert world.the_ticket("Zmieniony").messages[0].defects == ()
    world.it_is("Tuesday 2031-11-04 10:00")
    mallory.writes(good, "Dawny")
    (said,) = world.the_ticket("Dawny").messages[0].defects
    assert "expired" in said
    assert story.ticket.messages == story.before.messages


def test_a_refuted_sender_opens_a_flagged_ticket_and_hears_nothing(world: World) -> None:
    """Also where the address he forged is proven: this mail is not, and nobody is written to."""
    story = Conversation(world)
    sent = story.anna.writes(DESK, "Zupełnie nowa", headers=verdict("fail"))
    (decided,) = world.the_verdicts(sent)
    assert (decided.verdict, decided.proven, decided.acknowledge) == ("open", False, False)
    ticket = world.the_ticket("Zupełnie nowa")
    assert [(each.authenticity, each.proven) for each in ticket.messages] == [("fail", False)]
    assert "authentication failed" in ticket.history("not-acknowledged")[0]
    assert "authentication failed" in world.commands("tickets", "show", ticket.number)
    assert story.new_letters() == []


def test_the_senders_own_ticket_wins_wherever_it_is_pointed_at(world: World) -> None:
    """A stranger's pointer before a participant's takes nothing away, and one behind gives none."""
    story = Conversation(world)
    mallory = world.customer(MALLORY)
    mallory.writes(DESK, "Moja sprawa")
    his = world.the_ticket("Moja sprawa")
    for subject in (f"{his.tag} {story.before.tag}", f"{story.before.tag} {his.tag}"):
        story.anna.writes(DESK, subject, headers=verdict("pass"))
        mallory.writes(DESK, subject, headers=verdict("pass"))
    assert len(story.ticket.messages) == 3
    assert {each.author for each in story.ticket.messages} == {ANNA}
    assert {each.author for each in world.the_ticket("Moja sprawa").messages} == {MALLORY}
