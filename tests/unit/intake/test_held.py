from datetime import UTC, datetime, timedelta

import pytest

from mailgate.intake import held, spool
from mailgate.intake.held import NotAllowedError
from mailgate.intake.spool import Spool, State
from mailgate.store import blobs

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


def a_mail(session, state, message_id="", **more):
    """Store a mail in some state and return its row."""
    row = Spool(
        source="smtp",
        received_at=NOW,
        sha256=blobs.put_bytes(session, b"hello", NOW),
        size=5,
        sender_key="anna@example.net",
        turn=0,
        state=state,
        message_id=message_id,
        **more,
    )
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def session(database):
    """Give a transaction."""
    with database.writing() as opened:
        yield opened


def test_mails_are_listed_by_state_newest_first(session):
    """All states unless some are named, in either order, no more than asked for."""
    rows = [a_mail(session, state).id for state in State for _ in range(2)]
    new = rows[:2]

    assert [row.id for row in held.listing(session)] == rows[::-1]
    assert [row.id for row in held.listing(session, newest_first=False)] == rows
    assert [row.id for row in held.listing(session, [State.NEW])] == new[::-1]
    wanted = [State.HELD, State.NEW]
    assert {row.state for row in held.listing(session, wanted)} == set(wanted)
    assert [row.id for row in held.listing(session, limit=3)] == rows[:-4:-1]


def test_a_mail_is_found_by_id_or_message_id(session):
    """With and without the brackets; of several the newest; what is unknown is None."""
    first = a_mail(session, State.DONE, "<1@x>").id
    second = a_mail(session, State.HELD, "<1@x>").id

    assert held.find(session, str(first)).id == first
    for key in ("<1@x>", "1@x"):
        assert held.find(session, key).id == second
    for key in ("404", "2@x", "<>", "", "١", "a\0@x", "\0", "\udcff@x", "\ud800"):
        assert held.find(session, key) is None


def test_a_number_beyond_every_database_finds_nothing(session):
    """An operator's slip of the finger is no error of the database."""
    assert held.find(session, "9" * 30) is None


@pytest.mark.parametrize("state", [State.HELD, State.NEW])
def test_a_mail_tried_again_begins_anew(session, state):
    """Whatever it was held for, or however often tried: it is next, with all its tries."""
    more = {"attempts": 3, "next_try_at": NOW + timedelta(hours=1), "last_error": "error"}
    row = a_mail(session, state, cause="error", finished_at=NOW, **more)
    held.retry(session, row)
    session.flush()

    assert (row.state, row.cause, row.attempts, row.finished_at) == (State.NEW, None, 0, None)
    [claimed] = spool.claim(session, "us", NOW, timedelta(minutes=5))
    assert (claimed.id, claimed.release_to) == (row.id, None)


@pytest.mark.parametrize(("ticket", "release_to"), [(123456, 123456), (None, 0)])
def test_a_released_mail_goes_where_it_was_told(session, ticket, release_to):
    """Into the ticket of that number, or, without one, as a new ticket; it is next."""
    row = a_mail(session, State.HELD, cause="quota")
    held.release(session, row, ticket)
    session.flush()

    [claimed] = spool.claim(session, "us", NOW, timedelta(minutes=5))
    assert (claimed.id, claimed.release_to) == (row.id, release_to)


def test_a_deleted_mail_keeps_row_octets_and_reason(session):
    """It is put away, not thrown away."""
    row = a_mail(session, State.HELD, cause="suspicious")
    held.delete(session, row, "spam")
    session.flush()

    found = held.find(session, str(row.id))
    assert (found.state, found.why, found.cause) == (State.DELETED, "spam", "suspicious")
    assert blobs.get_bytes(session, found.sha256) == b"hello"
    assert spool.claim(session, "us", NOW, timedelta(minutes=5)) == []


ACTIONS = {
    "retry": held.retry,
    "release": lambda session, row: held.release(session, row, None),
    "delete": lambda session, row: held.delete(session, row, "why"),
}


@pytest.mark.parametrize(
    ("action", "state"),
    [
        (action, state)
        for action in ACTIONS
        for state in State
        # Mail that waits for its next try may be tried at once.
        if state != State.HELD and (action, state) != ("retry", State.NEW)
    ],
)
def test_only_held_mail_is_handled(session, action, state):
    """Anything else is refused by a sentence with number and state, and nothing is changed."""
    row = a_mail(session, state)

    with pytest.raises(NotAllowedError, match=f"mail {row.id} is {state}; only held mail is"):
        ACTIONS[action](session, row)
    assert row.state == state


@pytest.mark.parametrize("what", [held.retry, lambda *row: held.delete(*row, "advertising")])
def test_what_somebody_else_has_done_meanwhile_counts(database, what):
    """A mail let in by one operator is not put away, nor let in again, by another."""
    with database.writing() as session:
        spool_id = a_mail(session, State.HELD).id
    with database.reading() as before:
        found = held.find(before, str(spool_id))
    with database.writing() as session:
        held.find(session, str(spool_id)).state = State.DONE
    with database.writing() as session, pytest.raises(NotAllowedError, match="is done"):
        session.add(found)
        what(session, found)
    with database.reading() as session:
        assert held.find(session, str(spool_id)).state == State.DONE
