import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import SQLModel, col

from mailgate import cage
from mailgate.gateway import spine
from mailgate.intake import spool
from mailgate.intake.spool import Spool
from mailgate.message.address import Address
from mailgate.outbox.mail import OutboxMail
from mailgate.store.database import Database, serialize
from mailgate.tickets import numbers, people, service, views
from mailgate.tickets.model import Entry, Person, PersonAddress, Role, Ticket
from tests.unit.bureau import AGENT, ANNA, HOUR, MALLORY, NOW, Gate, letter

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the tracebacks, which take longer to print than all the rest."""
    monkeypatch.setattr(spine.logs, "gateway_failed", lambda *_: None)


def count(database: Database, *models: type[SQLModel]) -> list[int]:
    """Count the rows of tables."""
    with database.reading() as session:
        return [
            int(session.execute(select(func.count()).select_from(model)).scalar_one())
            for model in models
        ]


def failing(
    monkeypatch: pytest.MonkeyPatch, error: Callable[[], Exception], subject: str = "broken"
) -> list[int]:
    """Let a mail of that subject fail after all its rows were written; return the attempts."""
    tries: list[int] = []
    perform = spine.perform

    def breaks(job, verdicts):
        results = perform(job, verdicts)
        job.session.flush()
        if job.examined.message.subject == subject:
            tries.append(job.claimed.attempts)
            raise error()
        return results

    monkeypatch.setattr(spine, "perform", breaks)
    return tries


def test_an_error_undoes_everything_and_holds_up_nobody(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tried three times, a minute apart, then held with the error; nothing of it is left."""
    tries = failing(monkeypatch, lambda: ValueError("no such thing"))
    gate = Gate(database)
    broken = gate.accept(letter(subject="broken"))
    good = gate.accept(letter(MALLORY), mail_from=MALLORY)
    for attempt in (1, 2, 3):
        gate.gateway.step()
        assert not gate.gateway.step(), "the next try is a minute away"
        assert gate.row(broken).attempts == attempt
        gate.now += MINUTE
    assert gate.row(good).state == "done" and count(database, Ticket, OutboxMail) == [1, 1]
    row = gate.row(broken)
    assert (row.state, row.cause, row.last_error) == ("held", "error", "ValueError: no such thing")
    assert tries == [1, 2, 3] and not gate.gateway.step()
    assert [each.author for each in gate.entries(gate.results(good)[0].ticket)] == [MALLORY]
    assert count(database, Person, PersonAddress) == [1, 1]


@pytest.mark.parametrize("said", ["\x00 inside", "a lone \ud800", "x" * 3_000])
def test_whatever_an_error_says_can_be_stored(
    database: Database, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    """The text of an error is not ours, and must not keep the mail from being put back."""
    failing(monkeypatch, lambda: ValueError(said))
    gate = Gate(database)
    broken = gate.accept(letter(subject="broken"))
    gate.gateway.step()
    row = gate.row(broken)
    assert (row.state, row.attempts) == ("new", 1)
    assert row.last_error is not None and row.last_error.startswith("ValueError")
    assert len(row.last_error) <= 2_000


def test_what_the_database_says_of_our_values_is_left_out(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The values of a failed statement are the mail's words."""
    error = IntegrityError("INSERT INTO entry", {"text": "secret words"}, ValueError("taken"))
    failing(monkeypatch, lambda: error)
    gate = Gate(database)
    broken = gate.accept(letter(subject="broken"))
    gate.gateway.step()
    said = gate.row(broken).last_error or ""
    assert "taken" in said and "secret" not in said


def test_a_database_in_trouble_is_no_fault_of_the_mail(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often it happens, the mail is tried again and never held for it."""
    locked = OperationalError("UPDATE", {}, ValueError("database is full"))
    tries = failing(monkeypatch, lambda: locked)
    gate = Gate(database)
    broken = gate.accept(letter(subject="broken"))
    for _ in range(12):
        gate.gateway.step()
        gate.now += MINUTE
    assert gate.row(broken).state == "new" and len(tries) == 12
    monkeypatch.undo()
    gate.gateway.step()
    assert gate.row(broken).state == "done"


def test_what_was_claimed_when_the_database_went_away_goes_on_when_it_is_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the next step, and not when the claims have run out."""
    gate = Gate(database)
    ids = [gate.accept(letter(f"p{n}@example.net"), mail_from=f"p{n}@x") for n in range(3)]
    gateway = gate.gateway

    def away(*_args):
        raise OperationalError("UPDATE", {}, ValueError("gone"))

    with monkeypatch.context() as patched:
        patched.setattr(spine, "perform", away)
        patched.setattr(spool, "put_back", away)
        with pytest.raises(OperationalError):
            gateway.step()
    assert {gate.row(each).state for each in ids} == {"claimed"}
    while gateway.step():
        pass
    assert {gate.row(each).state for each in ids} == {"done"}


def test_trouble_of_ours_leaves_the_claim_of_another_alone(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither its state nor its attempts change, by which the other's claim is known."""
    failing(monkeypatch, lambda: OperationalError("UPDATE", {}, ValueError("gone")))
    one, two = Gate(database, owner="one"), Gate(database, owner="two")
    spool_id = one.accept(letter(subject="broken"))
    with database.writing() as session:
        (late,) = spool.claim(session, "one", one.now, timedelta(minutes=5))
    two.now += HOUR
    with database.writing() as session:
        spool.claim(session, "two", two.now, timedelta(minutes=5))
    one.gateway._step_one(late)
    row = one.row(spool_id)
    assert (row.state, row.claimed_by, row.attempts) == ("claimed", "two", 2)


def test_a_mail_that_ends_the_daemon_again_and_again_is_held(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading it is not tried for ever; the mail behind it goes on."""

    class Killed(BaseException):
        pass

    def dies(*_args):
        raise Killed

    gate = Gate(database)
    deadly = gate.accept(letter(subject="deadly"))
    with monkeypatch.context() as patched:
        patched.setattr(cage, "read", dies)
        starts = 0
        while gate.row(deadly).state != "held" and starts < 100:
            starts += 1
            try:
                gate.gateway.step()
            except Killed:
                with database.writing() as session:
                    spool.release_claims(session, gate.owner)
    assert 3 < starts <= 12 and gate.row(deadly).cause == "error"
    assert gate.receive(letter(MALLORY), mail_from=MALLORY)[0].verdict == "open"


def test_a_mail_that_cannot_be_read_is_a_ticket_with_its_original(database: Database) -> None:
    """Octets that are no mail at all come to a human as they are."""
    gate = Gate(database)
    for raw in (b"", b"\x00" * 100, b"\xff\xfe\n\n", b"From: \r\n" * 5_000, b"no header\n"):
        (result,) = gate.receive(raw)
        (entry,) = gate.entries(result.ticket)
        assert result.verdict == "open" and entry.sha256 and entry.defects


def test_a_claim_that_was_lost_stores_nothing(database: Database) -> None:
    """When another daemon took the mail over, its work counts and ours is undone."""
    one, two = Gate(database), Gate(database, owner="two")
    spool_id = one.accept(letter())
    with database.writing() as session:
        spool.claim(session, "one", one.now, timedelta(minutes=5))
    two.now += HOUR
    two.gateway.step()
    assert one.row(spool_id).state == "done"
    with database.reading() as session:
        claimed = spool.claimed_of(session.get_one(Spool, spool_id))
    one.gateway._step_one(claimed)
    assert one.row(spool_id).state == "done"
    assert count(database, Ticket, Entry, OutboxMail) == [1, 1, 1]


def test_a_number_that_another_transaction_took_is_drawn_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The unique constraint undoes the mail, and the next try gives it another number."""
    gate = Gate(database)
    gate.receive(letter())
    with database.reading() as session:
        number = session.execute(select(col(Ticket.number))).scalar_one()
    with monkeypatch.context() as patched:
        patched.setattr(numbers, "draw", lambda _session: number)
        spool_id = gate.accept(letter())
        gate.gateway.step()
    assert (gate.row(spool_id).state, count(database, Ticket)) == ("new", [1])
    gate.now += MINUTE
    gate.gateway.step()
    assert (gate.row(spool_id).state, count(database, Ticket)) == ("done", [2])


def test_outgoing_mail_is_announced_after_the_commit(database: Database) -> None:
    """Whoever is woken finds the mail in the outbox."""
    seen: list[int] = []
    gate = Gate(database, on_mail=lambda: seen.extend(count(database, OutboxMail)))
    gate.receive(letter())
    assert seen == [1]


def together(gates: list[Gate]) -> None:
    """Let gateways work at the same time until nothing is left."""
    barrier = threading.Barrier(len(gates))

    def run(gate: Gate) -> None:
        barrier.wait(10)
        while gate.gateway.step():
            pass

    threads = [threading.Thread(target=run, args=(gate,)) for gate in gates]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def test_two_daemons_share_the_work_and_nothing_is_done_twice(database: Database) -> None:
    """One sender's mails, the same mail twice, replies to one ticket, and new people, at once."""
    gates = [Gate(database, owner=owner) for owner in ("one", "two")]
    (first,) = gates[0].receive(letter(message_id="<0@example.net>"))
    sent = []
    for n in range(12):
        sent.append(gates[0].accept(letter(f"p{n}@example.net"), mail_from=f"p{n}@example.net"))
        sent.append(gates[0].accept(letter(subject=f"[#{first.ticket}] {n}")))
        # The same mail and the same new sender, by two paths with different turns.
        for path in ("a", "b"):
            raw = letter(f"twin{n}@example.net", message_id=f"<{n}@example.net>")
            sent.append(gates[0].accept(raw, mail_from=f"{path}{n}@example.net"))
    together(gates)
    rows = [gates[0].row(each) for each in sent]
    assert [(row.state, row.last_error) for row in rows] == [("done", None)] * len(sent)
    verdicts = [gates[0].results(each)[0].verdict for each in sent]
    assert {each: verdicts.count(each) for each in set(verdicts)} == {
        "open": 24,
        "follow-up": 12,
        "duplicate": 12,
    }
    assert len(gates[0].entries(first.ticket)) == 13
    assert count(database, PersonAddress, Person) == [25, 25]
    assert {row.claimed_by for row in rows} == {None}
    assert ANNA in {each.recipient for each in gates[0].outbox()}


def test_two_participants_reopen_a_ticket_once(database: Database) -> None:
    """Each sees what the other has done: one reopening, both entries, whoever comes first."""
    gates = [Gate(database, owner=owner) for owner in ("one", "two")]
    (first,) = gates[0].receive(letter())
    with database.writing() as session:
        ticket = views.by_number(session, first.ticket or 0)
        assert ticket is not None
        bob = people.meet(session, Address("bob@example.net"), gates[0].now)
        people.join(session, ticket.id or 0, bob.person_id, "bob@example.net", Role.CC, NOW)
        service.close(session, gates[0].office, ticket, AGENT, "", gates[0].now)
    replies = []
    for sender, gate in zip((ANNA, "bob@example.net"), gates, strict=True):
        gate.accept(letter(sender, f"[#{first.ticket}] x"), mail_from=sender)
        with database.writing() as session:
            (claimed,) = spool.claim(session, gate.owner, gate.now, HOUR)
        replies.append((gate.gateway._step_one, claimed))
    threads = [threading.Thread(target=step, args=(claimed,)) for step, claimed in replies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    after = gates[0].ticket(first.ticket)
    assert (after.status, after.reopened) == ("open", 1)
    assert len(gates[0].entries(first.ticket)) == 3


@pytest.mark.parametrize("busy_with", ["the sender", "the mail", "the ticket", "another ticket"])
def test_what_another_daemon_is_at_work_on_is_waited_for(
    database: Database, busy_with: str
) -> None:
    """One sender, one Message-ID and one ticket are each in one transaction at a time."""
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    gate = Gate(database)
    (mine,), (other,) = gate.receive(letter()), gate.receive(letter())
    impatient = Database(f"{database.url}?options=-c%20lock_timeout%3D500")
    reply = letter(subject=f"[#{mine.ticket}] x", message_id="<9@example.net>")
    spool_id = gate.accept(reply)
    with database.writing() as session:
        match busy_with:
            case "the sender":
                serialize(session, f"from:{ANNA}")
            case "the mail":
                serialize(session, "message:<9@example.net>")
            case _:
                number = mine.ticket if busy_with == "the ticket" else other.ticket
                views.locked(session, gate.ticket(number).id or 0)
        Gate(impatient).gateway.step()
    impatient.dispose()
    row = gate.row(spool_id)
    if busy_with == "another ticket":
        assert row.state == "done"
    else:
        assert row.state == "new" and "lock timeout" in (row.last_error or "")
