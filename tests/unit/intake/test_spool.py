import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from mailgate.intake import spool
from mailgate.intake.spool import Arrival, Spool, SpoolResult, State
from mailgate.message.address import Envelope
from mailgate.store import blobs
from mailgate.store.blobs import Blob

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)
US, THEM = "daemon-1", "daemon-2"


class Octets:
    """A mail that lies in memory."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.size = len(content)
        self.sha256 = hashlib.sha256(content).hexdigest()

    def chunks(self):
        """Give it in pieces."""
        return blobs.pieces(self._content)


def an_arrival(sender="anna@example.net", **more):
    """Return how a mail of a sender came."""
    envelope = Envelope(sender, ("help@example.com",))
    return Arrival(**{"source": "smtp", "envelope": envelope, "received_at": NOW, **more})


def take(database, sender="anna@example.net", content=b"hello\r\n", **more):
    """Take in a mail and return its id."""
    return spool.accept(database, an_arrival(sender, **more), Octets(content))


def claim(database, limit=1, now=NOW, owner=US):
    """Claim mails in a transaction of their own."""
    with database.writing() as session:
        return spool.claim(session, owner, now, LEASE, limit)


def row_of(database, spool_id):
    """Return the row of a mail."""
    with database.reading() as session:
        return session.get(Spool, spool_id)


def finish(database, spool_id, *results, owner=US):
    """Close a mail, rolling back as the gateway does where the claim is lost."""
    with database.writing() as session:
        kept = spool.finish(session, spool_id, owner, NOW, "<m@x>", results)
        if not kept:
            session.rollback()
        return kept


def result(verdict="open", department="help", **more):
    """Return what was decided for a department."""
    return SpoolResult(
        spool_id=0, department=department, verdict=verdict, verdict_reason="because", **more
    )


def test_a_mail_taken_in_is_there_as_it_came(database):
    """All that is known of its coming, and its octets, are in the store; it is new."""
    content = bytes(range(256)) * 2000
    envelope = Envelope("", ("help@example.com", "billing@example.com"))
    arrival = Arrival("lmtp", envelope, NOW, None, "192.0.2.1", "client", True, "login")
    spool_id = spool.accept(database, arrival, Octets(content))

    row = row_of(database, spool_id)
    assert row is not None
    assert (row.state, row.attempts, row.source_key) == (State.NEW, 0, None)
    assert spool.claimed_of(row).arrival == arrival
    with database.reading() as session:
        assert blobs.get_bytes(session, row.sha256) == content
        assert spool.waiting(session) == 1


def test_no_envelope_is_not_the_null_sender(database):
    """What came by a pipe without a sender is told apart from a bounce's."""
    ids = [take(database, sender) for sender in (None, "")]
    assert [row_of(database, each).mail_from for each in ids] == [None, ""]


def test_the_same_octets_twice_are_two_mails(database):
    """Each delivery is a row; the octets are stored once."""
    assert take(database) != take(database)
    with database.reading() as session:
        assert spool.waiting(session) == 2
        assert session.execute(select(func.count()).select_from(Blob)).scalar_one() == 1


def test_a_delivery_that_names_itself_is_taken_once(database):
    """The same source_key gives the id of the first, also when the first is done."""
    first = take(database, source_key="imap:INBOX:1:1")
    assert take(database, source_key="imap:INBOX:1:1") == first
    claim(database)
    finish(database, first, result())
    assert take(database, source_key="imap:INBOX:1:1", content=b"other") == first
    assert take(database, source_key="imap:INBOX:1:2") != first
    with database.reading() as session:
        assert session.execute(select(func.count()).select_from(Spool)).scalar_one() == 2


def test_a_mail_that_cannot_be_stored_is_not_there(database):
    """An error while its octets are read leaves neither row nor blob."""

    class Unreadable(Octets):
        def chunks(self):
            yield b"hel"
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="disk"):
        spool.accept(database, an_arrival(), Unreadable(b"hello"))
    with database.reading() as session:
        assert spool.waiting(session) == 0
        assert session.execute(select(func.count()).select_from(Blob)).scalar_one() == 0


def test_mails_of_one_sender_are_claimed_in_order(database):
    """First come, first claimed; what is claimed is not claimed again."""
    ids = [take(database) for _ in range(5)]
    assert [claim(database)[0].id for _ in ids] == ids
    assert claim(database) == []


def test_a_flood_delays_only_its_sender(database):
    """Whoever writes after a hundred mails of another is served with the next, not after them."""
    flood = [take(database, "flood@example.net") for _ in range(100)]
    served = [claim(database)[0].id for _ in range(10)]
    anna = take(database, "anna@example.net")
    again = take(database, "anna@example.net")
    jan = take(database, "jan@example.net")
    served += [claim(database)[0].id for _ in range(8)]

    assert served[:10] == flood[:10]
    assert {anna, jan} <= set(served[10:13])
    assert again in served[13:15]
    assert [each for each in served if each in flood] == flood[: len(served) - 3]


def test_senders_are_told_apart_by_address_not_by_spelling(database):
    """Anna's turn is Anna's, however she is written; without a sender the client counts."""
    spellings = [
        {"sender": "Anna@Example.NET"},
        {"sender": "anna@example.net"},
        {"sender": "", "peer": "192.0.2.1"},
        {"sender": None, "peer": "192.0.2.1"},
        {"sender": "", "peer": "192.0.2.2"},
    ]
    keys = [row_of(database, take(database, **each)).sender_key for each in spellings]
    assert keys[0] == keys[1]
    assert keys[2] == keys[3]
    assert len(set(keys)) == 3


def test_an_attempt_is_counted_when_it_begins(database):
    """So that a mail which kills its reader is counted as well."""
    spool_id = take(database)
    [claimed] = claim(database)
    assert claimed.attempts == 1
    row = row_of(database, spool_id)
    assert (row.state, row.attempts, row.claimed_by) == (State.CLAIMED, 1, US)
    assert row.claimed_until == NOW + LEASE


@pytest.mark.parametrize(
    ("tried", "batches"),
    [
        ((), [[0, 1, 2, 3]]),
        ((0,), [[0], [1, 2, 3]]),
        ((2,), [[0, 1], [2], [3]]),
        ((0, 1), [[0], [1], [2, 3]]),
        ((3,), [[0, 1, 2], [3]]),
    ],
)
def test_a_mail_that_was_tried_is_claimed_alone(database, tried, batches):
    """None is blamed for a death that may be another's."""
    ids = [take(database, f"{n}@example.net") for n in range(4)]
    with database.writing() as session:
        for position in tried:
            row = session.get(Spool, ids[position])
            row.attempts = 1
            session.add(row)

    got = [[ids.index(each.id) for each in claim(database, limit=8)] for _ in batches]
    assert got == batches
    assert claim(database, limit=8) == []


def test_a_claim_that_ran_out_belongs_to_whoever_asks(database):
    """Before its end nobody else gets the mail, afterwards anybody does, counted once more."""
    spool_id = take(database)
    claim(database)
    assert claim(database, now=NOW + LEASE, owner=THEM) == []

    [claimed] = claim(database, now=NOW + LEASE + timedelta(seconds=1), owner=THEM)
    assert (claimed.id, claimed.attempts) == (spool_id, 2)
    assert row_of(database, spool_id).claimed_by == THEM


def test_a_lost_claim_cannot_be_finished(database):
    """Whoever lost his claim changes nothing, and the one who has it finishes it."""
    spool_id = take(database)
    claim(database)
    claim(database, now=NOW + 2 * LEASE, owner=THEM)

    assert not finish(database, spool_id, result("open"))
    assert row_of(database, spool_id).state == State.CLAIMED
    assert finish(database, spool_id, result("duplicate"), owner=THEM)
    assert not finish(database, spool_id, result("open"), owner=THEM)
    with database.reading() as session:
        assert [each.verdict for each in spool.results_of(session, spool_id)] == ["duplicate"]


def test_two_daemons_on_postgresql_never_claim_the_same(postgres, postgres_template):
    """While one's claim is not committed, the other gets the next mails and does not wait."""
    from mailgate.store.database import Database

    url = postgres.create(template=postgres_template)
    database = Database(url)
    ids = {take(database, f"{n}@example.net") for n in range(6)}
    with database.writing() as ours, database.writing() as theirs:
        mine = spool.claim(ours, US, NOW, LEASE, 4)
        others = spool.claim(theirs, THEM, NOW, LEASE, 4)
    database.dispose()
    postgres.drop(url)

    assert len(mine) == 4
    assert len(others) == 2
    assert {each.id for each in mine + others} == ids


@pytest.mark.parametrize(
    ("verdicts", "state", "cause"),
    [
        ([("open", None)], State.DONE, None),
        ([("open", None), ("open", None)], State.DONE, None),
        ([("hold", "quota")], State.HELD, "quota"),
        ([("open", None), ("hold", "no_route")], State.HELD, "no_route"),
    ],
)
def test_a_finished_mail_is_done_or_held(database, verdicts, state, cause):
    """One held result holds the mail with its cause; results are kept, a row per department."""
    spool_id = take(database)
    claim(database)
    results = [
        result(verdict, department=f"desk{number}", cause=why)
        for number, (verdict, why) in enumerate(verdicts)
    ]
    assert finish(database, spool_id, *results)

    row = row_of(database, spool_id)
    assert (row.state, row.cause, row.message_id) == (state, cause, "<m@x>")
    assert (row.claimed_by, row.claimed_until, row.finished_at) == (None, None, NOW)
    with database.reading() as session:
        kept = [(each.verdict, each.cause) for each in spool.results_of(session, spool_id)]
        assert kept == verdicts
        assert spool.waiting(session) == 0


def test_a_mail_decided_anew_has_only_its_new_results(database):
    """What an earlier decision left is replaced."""
    spool_id = take(database)
    claim(database)
    finish(database, spool_id, result("hold", cause="quota"))
    with database.writing() as session:
        row = session.get(Spool, spool_id)
        row.state = State.NEW
        session.add(row)
    claim(database)
    finish(database, spool_id, result("open"))

    with database.reading() as session:
        assert [each.verdict for each in spool.results_of(session, spool_id)] == ["open"]


def test_our_failure_is_tried_three_times_then_held(database):
    """A minute later each time, with what went wrong; after the third it is held for a human."""
    spool_id = take(database)
    at, states = NOW, []
    for attempt in (1, 2, 3):
        [claimed] = claim(database, now=at)
        with database.writing() as session:
            states.append(spool.put_back(session, claimed, f"error {attempt}", at, 3))
        row = row_of(database, spool_id)
        assert (row.attempts, row.last_error) == (attempt, f"error {attempt}")
        assert row.next_try_at == at + spool.RETRY_AFTER
        at = row.next_try_at
        assert claim(database, now=at - timedelta(seconds=1)) == []

    assert states == [State.NEW, State.NEW, State.HELD]
    assert (row.state, row.cause, row.claimed_by) == (State.HELD, "error", None)
    assert claim(database, now=at + LEASE) == []


def test_a_failure_frees_no_claim_of_another(database):
    """Who was so slow that another took the mail over has no more say in it."""
    spool_id = take(database)
    [late] = claim(database)
    after = NOW + LEASE + timedelta(seconds=1)
    claim(database, now=after, owner=THEM)
    with database.writing() as session:
        assert spool.put_back(session, late, "error", after, 1) is State.CLAIMED
    row = row_of(database, spool_id)

    assert (row.state, row.claimed_by, row.cause) == (State.CLAIMED, THEM, None)


def test_a_mail_that_waits_for_its_next_try_holds_nobody_up(database):
    """Others are claimed meanwhile, from the same sender too."""
    first, second = take(database), take(database)
    [claimed] = claim(database)
    assert claimed.id == first
    with database.writing() as session:
        spool.put_back(session, claimed, "error", NOW, 3)

    assert [each.id for each in claim(database, limit=8)] == [second]
    assert [each.id for each in claim(database, now=NOW + spool.RETRY_AFTER)] == [first]


def test_a_restarted_daemon_frees_its_own_claims(database):
    """What it had claimed is new at once, with its attempts; another's claims stay."""
    ours, theirs, untouched = (take(database, f"{n}@example.net") for n in range(3))
    claim(database)
    claim(database, owner=THEM)
    with database.writing() as session:
        assert spool.release_claims(session, US) == 1
        assert spool.release_claims(session, US) == 0

    assert [row_of(database, each).state for each in (ours, theirs, untouched)] == [
        State.NEW,
        State.CLAIMED,
        State.NEW,
    ]
    assert row_of(database, ours).attempts == 1


def test_a_spool_row_cannot_name_octets_that_are_not_there(database):
    """The database itself refuses a mail without its octets."""
    from sqlalchemy.exc import IntegrityError

    take(database)
    with pytest.raises(IntegrityError), database.writing() as session:
        row = session.execute(select(Spool).where(col(Spool.state) == State.NEW)).scalar_one()
        row.sha256 = "0" * 64
        session.add(row)
