import pytest

from mailgate.gateway.decide import (
    Bounce,
    Circumstances,
    Duplicate,
    FollowUp,
    Hold,
    Ignore,
    Open,
    Recent,
    Release,
    decide,
)
from mailgate.message.message import Nature
from mailgate.routing import Route
from mailgate.threads import Apart, Candidate, Clue, Doubtful, Hit, MatchedBy, Speak, Standing
from tests.unit.desk import BILLING, DYNAMICS

TICKET = Candidate(1, 123456, "dynamics", frozenset({"anna@example.net"}))
HIT = Hit(Clue(MatchedBy.SUBJECT, number=123456, full_tag=True), TICKET)
TO_ONE, TO_BOTH = Route((DYNAMICS,), "header To"), Route((DYNAMICS, BILLING), "header To")
TO_NOBODY = Route((), "no address of ours")

NEW = Apart(None, None, "no pointer")
STRANGER = Apart(HIT, Standing.STRANGER, "not his")
HIS = Speak(HIT, Standing.PARTICIPANT, True, "his")
SHOWN = Speak(HIT, Standing.THIRD_PARTY, True, "shown our mail")
AGENTS = Speak(HIT, Standing.AGENT, True, "an agent's")
DOUBT = Doubtful(HIT, "failed_authentication", "failed")
DOUBT_NEW = Doubtful(None, "agent_unproven", "no proof")

EVERY_NATURE = tuple(Nature)
REPORTS = (Nature.BOUNCE, Nature.DELAY, Nature.RECEIPT)
AUTOMATIC = (Nature.AUTO_REPLY, Nature.MACHINE)
WRITTEN = (Nature.PERSON, Nature.GROUP, Nature.NO_ANSWER)


def facts(nature: Nature = Nature.PERSON, **known: object) -> Circumstances:
    """Return circumstances, a person's new mail to one department unless told otherwise."""
    given: dict[str, object] = {"route": TO_ONE, "found": NEW, **known}
    return Circumstances(nature=nature, nature_reasons=(f"is {nature}",), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("nature", [*WRITTEN, *AUTOMATIC])
def test_a_new_matter_opens_a_ticket_in_each_department(nature: Nature) -> None:
    """Also an automatic mail is kept as a ticket; only answering is another question."""
    verdicts = decide(facts(nature, route=TO_BOTH))
    assert verdicts == (
        Open("dynamics", "no pointer; header To"),
        Open("billing", "no pointer; header To"),
    )


def test_a_mail_to_nobody_is_held() -> None:
    """What no department answers for waits for a human."""
    assert decide(facts(route=TO_NOBODY)) == (Hold("", "no address of ours", "no_department"),)


def test_a_stranger_who_points_at_a_ticket_gets_a_linked_one() -> None:
    """The old ticket appears as a link and nowhere else."""
    (verdict,) = decide(facts(found=STRANGER))
    assert isinstance(verdict, Open) and verdict.linked_to is TICKET and not verdict.late
    assert (verdict.matched_by, verdict.standing) == (MatchedBy.SUBJECT, Standing.STRANGER)


@pytest.mark.parametrize("nature", [*WRITTEN, *AUTOMATIC])
@pytest.mark.parametrize(("found", "standing"), [(HIS, "participant"), (SHOWN, "third-party")])
def test_only_a_participants_own_words_move_a_ticket(
    nature: Nature, found: Speak, standing: str
) -> None:
    """Automatic mail and third parties are kept and change nothing; no ticket opens elsewhere."""
    (verdict,) = decide(facts(nature, found=found, route=TO_BOTH))
    assert isinstance(verdict, FollowUp) and verdict.department == "dynamics"
    assert verdict.standing == standing
    assert verdict.speaks is (nature in WRITTEN and found is HIS)


@pytest.mark.parametrize("nature", [*WRITTEN, *AUTOMATIC])
def test_an_agents_mail_acts_unless_a_machine_wrote_it(nature: Nature) -> None:
    """A closed ticket does not turn her away; her out-of-office is filed and shown to nobody."""
    (verdict,) = decide(facts(nature, found=AGENTS, reopens=False))
    assert isinstance(verdict, FollowUp)
    acts = nature in WRITTEN
    assert verdict.standing is (Standing.AGENT if acts else Standing.THIRD_PARTY)
    assert verdict.speaks is acts


def test_an_agents_fresh_mail_with_a_command_is_one_matter() -> None:
    """However many departments it went to."""
    (verdict,) = decide(facts(found=Apart(None, Standing.AGENT, "command"), route=TO_BOTH))
    assert isinstance(verdict, Open)
    assert (verdict.department, verdict.standing) == ("dynamics", Standing.AGENT)


@pytest.mark.parametrize("nature", AUTOMATIC)
def test_a_machines_fresh_mail_with_a_command_is_a_mail_like_others(nature: Nature) -> None:
    """What looks like a command in her out-of-office is none; each department has its ticket."""
    found = Apart(None, Standing.AGENT, "command")
    verdicts = decide(facts(nature, found=found, route=TO_BOTH))
    standings = [each.standing for each in verdicts if isinstance(each, Open)]
    assert standings == [None, None]


def test_a_released_mail_never_acts_as_an_agent() -> None:
    """Whoever releases it does not lend her his authority."""
    (verdict,) = decide(facts(found=AGENTS, release=Release(TICKET, "dynamics")))
    assert isinstance(verdict, FollowUp)
    assert (verdict.standing, verdict.speaks) == (Standing.THIRD_PARTY, False)


def test_what_was_taken_meanwhile_is_released_as_a_duplicate() -> None:
    """As a new ticket by department, into a ticket only where it is in that one."""
    seen = {"dynamics": TICKET}
    released = decide(facts(route=TO_BOTH, seen=seen, release=Release(None, "dynamics")))
    assert [type(each) for each in released] == [Duplicate, Open]
    other = Candidate(2, 222222, "dynamics", frozenset())
    for ticket, expected in ((TICKET, Duplicate), (other, FollowUp)):
        (verdict,) = decide(facts(seen=seen, release=Release(ticket, "dynamics")))
        assert isinstance(verdict, expected)


def test_a_reply_that_comes_too_late_is_a_new_linked_ticket() -> None:
    """Where a closed ticket does not reopen, the reply is not lost; automatic mail is filed."""
    (verdict,) = decide(facts(found=HIS, reopens=False))
    assert isinstance(verdict, Open) and verdict.late and verdict.linked_to is TICKET
    (filed,) = decide(facts(Nature.AUTO_REPLY, found=HIS, reopens=False))
    assert isinstance(filed, FollowUp) and not filed.speaks


@pytest.mark.parametrize(
    ("found", "department", "cause"),
    [(DOUBT, "dynamics", "failed_authentication"), (DOUBT_NEW, "billing", "agent_unproven")],
)
def test_a_doubt_is_held_with_its_cause(found: Doubtful, department: str, cause: str) -> None:
    """It names the ticket's department, or the one the mail was sent to."""
    (verdict,) = decide(facts(found=found, route=Route((BILLING,), "header To")))
    assert isinstance(verdict, Hold)
    assert (verdict.department, verdict.cause) == (department, cause)


def test_the_same_mail_again_is_a_duplicate_department_by_department() -> None:
    """Only the department that has it already does not get it again."""
    verdicts = decide(facts(route=TO_BOTH, seen={"dynamics": TICKET}))
    assert [type(each) for each in verdicts] == [Duplicate, Open]
    (again,) = decide(facts(found=HIS, seen={"dynamics": TICKET}))
    assert isinstance(again, Duplicate) and again.ticket is TICKET


@pytest.mark.parametrize("nature", REPORTS)
def test_a_report_belongs_to_the_ticket_of_the_mail_it_is_about(nature: Nature) -> None:
    """Of nothing of ours it is held; only a bounce says that the mail failed."""
    (verdict,) = decide(facts(nature, reported=TICKET))
    assert isinstance(verdict, Bounce) and verdict.failed is (nature is Nature.BOUNCE)
    assert str(nature) in verdict.reason
    (held,) = decide(facts(nature))
    assert isinstance(held, Hold) and held.cause == "bounce_of_nothing"


@pytest.mark.parametrize(("found", "verdict"), [(SHOWN, Bounce), (HIS, FollowUp)])
def test_what_a_machine_sends_to_our_envelope_sender_is_a_bounce(
    found: Speak, verdict: type[Bounce | FollowUp]
) -> None:
    """Unless it is the recipient's own, whom our mail has reached."""
    (decided,) = decide(facts(Nature.MACHINE, found=found, reported=TICKET))
    assert isinstance(decided, verdict) and decided.ticket is TICKET
    assert not isinstance(decided, Bounce) or decided.failed


def test_a_department_may_want_to_see_strangers_first() -> None:
    """One who points at a ticket of its waits for a human, in no other department either."""
    (verdict,) = decide(facts(found=STRANGER, holds_strangers=True, route=TO_BOTH))
    assert isinstance(verdict, Hold)
    assert (verdict.department, verdict.cause) == ("dynamics", "not_participant")
    assert len(decide(facts(found=NEW, holds_strangers=True, route=TO_BOTH))) == 2


def test_our_own_mail_come_back_goes_nowhere() -> None:
    """A loop stays in the spool, wherever it points."""
    (verdict,) = decide(facts(Nature.LOOP, found=HIS))
    assert isinstance(verdict, Ignore)


@pytest.mark.parametrize("nature", [nature for nature in EVERY_NATURE if nature != Nature.LOOP])
def test_an_operator_lets_held_mail_in_as_a_new_ticket(nature: Nature) -> None:
    """It goes to the departments it was sent to, to the fallback if to none."""
    assert [each.department for each in decide(facts(nature, release=Release(None, "x")))] == [
        "dynamics"
    ]
    (verdict,) = decide(facts(nature, route=TO_NOBODY, release=Release(None, "billing")))
    assert isinstance(verdict, Open) and verdict.department == "billing"


@pytest.mark.parametrize(
    ("found", "standing", "speaks"),
    [
        (HIS, Standing.PARTICIPANT, True),
        (DOUBT, Standing.PARTICIPANT, True),
        (SHOWN, Standing.THIRD_PARTY, False),
        (STRANGER, Standing.THIRD_PARTY, False),
        (NEW, Standing.THIRD_PARTY, False),
    ],
)
def test_an_operator_lets_held_mail_into_a_ticket(
    found: Speak | Apart | Doubtful, standing: Standing, speaks: bool
) -> None:
    """Whoever takes no part in it is marked as a third party, released or not."""
    (verdict,) = decide(facts(found=found, release=Release(TICKET, "dynamics")))
    assert isinstance(verdict, FollowUp) and verdict.ticket is TICKET
    assert (verdict.standing, verdict.speaks) == (standing, speaks)


@pytest.mark.attack("A25")
@pytest.mark.parametrize(("count", "verdict"), [(49, Open), (50, Hold), (51, Hold)])
def test_one_ticket_too_many_of_a_sender_is_held(count: int, verdict: type) -> None:
    """Only what would open a ticket; what is seen, released or a reply goes its way."""
    sent = Recent("eve@evil.example", count, 50)
    for each in decide(facts(recent=sent, route=TO_BOTH)) + decide(
        facts(recent=sent, found=STRANGER)
    ):
        assert isinstance(each, verdict)
        assert getattr(each, "cause", "flood") == "flood"
        assert "eve@" not in each.reason
    first, second = decide(facts(recent=sent, route=TO_BOTH, seen={"dynamics": TICKET}))
    assert isinstance(first, Duplicate)
    assert isinstance(second, verdict)
    assert isinstance(decide(facts(recent=sent, found=HIS))[0], FollowUp)
    assert isinstance(decide(facts(recent=sent, release=Release(None, "dynamics")))[0], Open)
