from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from mailgate.delivery import Delivery
from mailgate.outbox import control, leases, mail
from mailgate.outbox.mail import Leased
from mailgate.outbox.outcome import Deferred, Delivered, Outcome, Refused, Unreachable
from mailgate.outbox.smarthost import Smarthost, SmarthostSettings
from mailgate.store.database import Database
from tests.outbox_rows import CONTENT, NOW, put
from tests.smarthost_stub import HANG_UP, smarthost_stub

OK = Delivered("250 ok")


class Killed(BaseException):
    """Stands for SIGKILL: nothing after it runs."""


@dataclass
class FakeSmarthost:
    """Answers as told, first come first served, then takes everything; meanwhile() is called."""

    answers: list[Outcome | BaseException] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    meanwhile: Callable[[Callable[[], None]], object] = lambda _waiting: None
    tidied: int = 0
    closed: int = 0

    def submit(
        self, mail_from: str, recipient: str, content: bytes, waiting: Callable[[], None]
    ) -> Outcome:
        self.sent.append(recipient.split("@", maxsplit=1)[0])
        self.contents.append(content)
        self.meanwhile(waiting)
        answer = self.answers.pop(0) if self.answers else OK
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def tidy(self) -> None:
        self.tidied += 1

    def close(self) -> None:
        self.closed += 1


class Desk:
    """A database, a smarthost that is played, and a delivery loop under a clock of its own."""

    def __init__(self, database: Database, owner: str = "one") -> None:
        self.database = database
        self.now = NOW
        self.monotonic = 0.0
        self.smarthost = FakeSmarthost()
        self.failures: list[tuple[str, str]] = []
        self.signs_of_life = 0
        self.loop = self.new_loop(owner)

    def new_loop(self, owner: str = "one", **kwargs: Any) -> Delivery:
        """Return a loop as after a start of the daemon."""
        return Delivery(
            self.database,
            self.smarthost,
            owner,
            lambda: self.now,
            self.on_failure,
            lambda address: address.endswith("@own.example"),
            alive=self.live,
            monotonic=lambda: self.monotonic,
            jitter=lambda: 0.0,
            **kwargs,
        )

    def on_failure(self, session: Session, leased: Leased, reason: str) -> None:
        """Stand in for the entry that the ticket gets."""
        self.failures.append((leased.recipient.split("@")[0], reason))

    def live(self) -> None:
        """Count a sign of life."""
        self.signs_of_life += 1

    def put(self, *names: str) -> None:
        """Put a mail to each name in the outbox."""
        put(self.database, *(f"{name}@example.net" for name in names))

    def work_off(self, loop: Delivery | None = None) -> int:
        """Step until nothing is due; return how many steps did something."""
        steps = 0
        while (loop or self.loop).step():
            steps += 1
            assert steps < 100
        return steps

    def later(self, **wait: float) -> None:
        """Let time pass on both clocks."""
        self.now += timedelta(**wait)
        self.monotonic += timedelta(**wait).total_seconds()

    @property
    def states(self) -> dict[str, str]:
        """The state of each mail, by name."""
        with self.database.reading() as session:
            return {each.recipient.split("@")[0]: each.state for each in control.listing(session)}

    def row(self, name: str) -> control.Listed:
        """Return what the outbox says of the mail to a name."""
        with self.database.reading() as session:
            return next(
                each for each in control.listing(session) if each.recipient.startswith(f"{name}@")
            )


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    """Give a desk."""
    yield Desk(database)


def test_what_is_due_is_sent_once(desk: Desk) -> None:
    """Each mail goes out as it was put in, in order, and is settled; then nothing is left to do."""
    desk.put("a", "b", "c")
    assert desk.work_off() == 3
    assert desk.smarthost.sent == ["a", "b", "c"]
    assert desk.smarthost.contents == [CONTENT] * 3
    assert set(desk.states.values()) == {"delivered"}
    assert not desk.loop.step()
    assert desk.smarthost.tidied == 2


def test_no_transaction_is_open_while_the_smarthost_is_spoken_to(desk: Desk) -> None:
    """Another writer gets its turn during a submission."""

    def write(_waiting: Callable[[], None]) -> None:
        with desk.database.writing() as session:
            assert mail.waiting(session) == 1

    desk.smarthost.meanwhile = write
    desk.put("a")
    desk.work_off()
    assert desk.states == {"a": "delivered"}


def test_a_deferred_mail_waits_alone(desk: Desk) -> None:
    """After a 4xx it is tried again half an hour later, and the others are not kept waiting."""
    desk.put("a", "b")
    desk.smarthost.answers = [Deferred("450 greylisted")]
    desk.work_off()
    assert desk.states == {"a": "due", "b": "delivered"}
    assert desk.row("a").next_try_at == NOW + timedelta(minutes=30)
    desk.later(minutes=29)
    assert desk.work_off() == 0
    desk.later(minutes=1)
    assert desk.work_off() == 1
    assert (desk.states["a"], desk.row("a").attempts, desk.failures) == ("delivered", 2, [])


@pytest.mark.parametrize("answer", [Deferred("450 full"), Unreachable("connection refused")])
def test_after_five_days_a_mail_is_given_up(desk: Desk, answer: Outcome) -> None:
    """The ticket is told once, with the last reason, and the mail stays listed as refused."""
    desk.put("a")
    desk.later(days=5)
    desk.smarthost.answers = [answer]
    desk.work_off()
    assert desk.states == {"a": "refused"}
    assert desk.failures == [("a", f"given up after 5 days: {answer.reason}")]  # type: ignore[union-attr]


def test_a_refused_mail_becomes_an_entry(desk: Desk) -> None:
    """A 5xx is told to the ticket at once and not tried again."""
    desk.put("a", "b")
    desk.smarthost.answers = [Refused("550 5.1.1 unknown")]
    desk.work_off()
    assert desk.failures == [("a", "550 5.1.1 unknown")]
    assert desk.states == {"a": "refused", "b": "delivered"}
    assert desk.row("a").last_error == "550 5.1.1 unknown"


def test_own_addresses_are_never_written_to(desk: Desk) -> None:
    """Mail to ourselves is refused at sending, whoever put it in the outbox."""
    put(desk.database, "pomoc@own.example")
    desk.work_off()
    assert desk.smarthost.sent == []
    ((_, reason),) = desk.failures
    assert "own address" in reason


def test_a_smarthost_that_is_away_costs_no_mail_an_attempt(desk: Desk) -> None:
    """All wait together, a second at first, longer then; one mail probes, and then all go out."""
    desk.put("a", "b", "c")
    desk.smarthost.answers = [Unreachable("down")] * 3
    leased: list[int] = []
    desk.smarthost.meanwhile = lambda _: leased.append([*desk.states.values()].count("leased"))
    waits = []
    for wait in (0, 1, 2):
        desk.later(seconds=wait)
        assert desk.loop.step()
        waits.append(len(desk.smarthost.sent))
        assert desk.work_off() == 0
    assert (waits, leased) == ([1, 2, 3], [3, 1, 1])
    assert set(desk.states.values()) == {"due"}
    desk.later(seconds=3)
    assert desk.work_off() == 0
    desk.later(seconds=1)
    assert desk.work_off() == 3
    assert set(desk.states.values()) == {"delivered"}
    assert {desk.row(name).attempts for name in "abc"} == {1}


def test_a_daemon_killed_after_the_smarthosts_answer_repeats_one_mail(desk: Desk) -> None:
    """Of ten leased mails only the one that was just sent goes out again, as the same mail."""
    names = "abcdefghij"
    desk.put(*names)
    desk.loop.step()

    def killed(*_: object) -> bool:
        raise Killed

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
        patch.setattr(leases, "settle", killed)
        desk.loop.step()

    restarted = desk.new_loop()
    assert restarted.release_all() == 9
    desk.work_off(restarted)
    assert sorted(desk.smarthost.sent) == sorted(f"b{names}")
    assert len(set(desk.smarthost.contents)) == 1
    assert set(desk.states.values()) == {"delivered"}


def test_a_daemon_killed_before_sending_repeats_nothing(desk: Desk) -> None:
    """A lease alone sends nothing; another loop gets the mail when the lease has run out."""
    desk.put("a", "b")
    desk.smarthost.answers = [Killed()]
    with pytest.raises(Killed):
        desk.loop.step()
    other = desk.new_loop("two")
    assert desk.work_off(other) == 0
    desk.later(minutes=6)
    assert desk.work_off(other) == 2
    assert desk.states == {"a": "delivered", "b": "delivered"}


def test_a_loop_that_lost_its_lease_settles_nothing(desk: Desk) -> None:
    """Who was stopped longer than a lease lasts neither settles nor tells the ticket."""
    desk.put("a")
    other = desk.new_loop("two")

    def overtaken(_waiting: Callable[[], None]) -> None:
        desk.smarthost.meanwhile = lambda _waiting: None
        desk.later(minutes=6)
        assert desk.work_off(other) == 1

    desk.smarthost.meanwhile = overtaken
    desk.smarthost.answers = [OK, Refused("550 late")]
    desk.work_off()
    assert (desk.states, desk.failures) == ({"a": "delivered"}, [])


def test_mails_whose_lease_was_lost_meanwhile_are_not_sent(desk: Desk) -> None:
    """Before each mail an old lease is prolonged, and what went to others is let go."""
    desk.put("a", "b")
    desk.loop.step()
    desk.later(minutes=6)
    assert desk.work_off(desk.new_loop("two")) == 1
    assert desk.work_off() == 0
    assert desk.smarthost.sent == ["a", "b"]


def test_a_long_wait_keeps_the_leases(desk: Desk) -> None:
    """While the smarthost thinks for ten minutes, nobody else gets our mails, and we live."""
    desk.put("a", "b")
    other = desk.new_loop("two")

    def ten_minutes(waiting: Callable[[], None]) -> None:
        desk.smarthost.meanwhile = lambda _waiting: None
        for _ in range(40):
            desk.later(seconds=15)
            waiting()
        assert desk.work_off(other) == 0

    desk.smarthost.meanwhile = ten_minutes
    assert desk.work_off() == 2
    assert desk.smarthost.sent == ["a", "b"]
    assert desk.signs_of_life == 40


def no_database(*_args: object, **_kwargs: object) -> Any:
    """Fail as a database does that is away."""
    raise OperationalError("SELECT", {}, Exception("database is locked"))


def test_an_answer_is_not_forgotten_while_the_database_is_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the smarthost said is written as soon as it can be, and the mail is not sent again."""
    desk.put("a", "b")
    desk.smarthost.answers = [Refused("550 no")]
    with monkeypatch.context() as patch:
        patch.setattr(leases, "settle", no_database)
        assert [desk.loop.step() for _ in range(9)] == [False] * 9
    assert desk.work_off() == 2
    assert desk.smarthost.sent == ["a", "b"]
    assert desk.failures == [("a", "550 no")]


def test_leases_that_cannot_be_prolonged_do_not_stop_a_submission(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that is away while the smarthost thinks costs the lease, not the mail."""
    desk.put("a")

    def wait(waiting: Callable[[], None]) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(leases, "renew", no_database)
            desk.later(minutes=3)
            waiting()

    desk.smarthost.meanwhile = wait
    assert desk.work_off() == 1
    assert desk.states == {"a": "delivered"}


def test_a_ticket_that_cannot_be_told_does_not_stop_the_others(desk: Desk) -> None:
    """Told in vain three times, the mail is refused nevertheless, and says so itself."""
    desk.put("a", "b")
    desk.smarthost.answers = [Refused("550 no")]

    def broken(*_: object) -> None:
        raise KeyError("a bug")

    desk.loop = Delivery(
        desk.database,
        desk.smarthost,
        "one",
        lambda: desk.now,
        broken,
        lambda _address: False,
    )
    assert [desk.loop.step() for _ in range(3)] == [False] * 3
    assert desk.states == {"a": "leased", "b": "leased"}
    assert desk.work_off() == 2
    assert desk.states == {"a": "refused", "b": "delivered"}
    assert desk.row("a").last_error == "550 no; could not be entered in the ticket: KeyError"


def test_a_mail_that_breaks_us_is_deferred_and_the_others_go_on(desk: Desk) -> None:
    """An error of ours is temporary: the mail waits for its next try like any deferred one."""
    desk.put("a", "b")
    desk.smarthost.answers = [ZeroDivisionError()]
    assert not desk.loop.step()
    assert desk.work_off() == 2
    assert desk.states == {"a": "due", "b": "delivered"}
    assert desk.row("a").last_error == "an error of ours: ZeroDivisionError"


def test_a_loop_that_ends_gives_back_what_it_did_not_try(desk: Desk) -> None:
    """After stop() the rest is due at once for anybody, and the connection is closed."""
    desk.put("a", "b", "c")
    desk.loop.step()
    desk.loop.stop()
    assert desk.states == {"a": "delivered", "b": "due", "c": "due"}
    assert desk.smarthost.closed == 1


def test_a_loop_that_ends_writes_down_what_it_knows(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that could not be written yet is written at the end."""
    desk.put("a")
    with monkeypatch.context() as patch:
        patch.setattr(leases, "settle", no_database)
        desk.loop.step()
    desk.loop.stop()
    assert desk.states == {"a": "delivered"}


def test_with_a_smarthost_that_loses_its_answer_the_repeat_is_the_same_mail(
    database: Database,
) -> None:
    """Over the wire: hung up after the final dot, repeated half an hour later, octet by octet."""
    with smarthost_stub(END=[HANG_UP]) as stub:
        clock = [NOW]

        def now() -> datetime:
            return clock[0]

        host = Smarthost(SmarthostSettings(port=stub.port))
        loop = Delivery(
            database, host, "one", now, lambda *_: None, lambda _: False, jitter=lambda: 0.0
        )
        put(database, "a@example.net", "b@example.net")
        while loop.step():
            pass
        assert [each.recipient for each in stub.mails] == ["a@example.net", "b@example.net"]
        clock[0] += timedelta(minutes=30)
        while loop.step():
            pass
        loop.stop()
    assert [each.recipient[0] for each in stub.mails] == ["a", "b", "a"]
    assert stub.mails[0].content == stub.mails[2].content == CONTENT
