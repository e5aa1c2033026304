"""What the admin is told of held mail, and what is put away after it was announced."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from mailgate.intake import held
from mailgate.intake.spool import Spool
from mailgate.jobs.held_digest import held_digest, put_away, tell
from mailgate.jobs.schedule import Schedule, daily
from tests.unit.bureau import DAY, HOUR, NOW, OFFICE, Gate, letter
from tests.unit.desk import WARSAW

ADMIN = "admin@elsewhere.example"
DESK = replace(OFFICE, admin=ADMIN)


@pytest.fixture
def gate(database):
    """Give a gateway whose admin wants to know."""
    return Gate(database, DESK)


def hold(gate, count=1, sender="mallory@evil.example", **values):
    """Let mails be held, and return their ids."""
    for number in range(count):
        message_id = f"<{number}.{len(values)}@evil.example>"
        raw = letter(sender, message_id=message_id, to="x@else.example")
        gate.receive(raw, mail_from=sender, recipients=())
    with gate.database.writing() as session:
        rows = held.listing(session, [held.State.HELD], newest_first=True, limit=count)
        ids = sorted(row.id for row in rows)
        if values:
            session.execute(update(Spool).where(col(Spool.id).in_(ids)).values(**values))
    return ids


def digest(gate, now=NOW):
    """Let the digest of the moment be written, and return it, None where there is none."""
    before = len(gate.outbox())
    with gate.database.writing() as session:
        told = tell(session, gate.office, now)
    letters = gate.outbox()[before:]
    assert len(letters) == told
    return letters[0] if letters else None


def state(gate, spool_id):
    """Return a mail's state and the reason for it."""
    row = gate.row(spool_id)
    return row.state, row.why


def test_the_digest_says_what_waits_since_when_and_why(gate):
    """A line a mail, to the admin, in no ticket, with no word of the mail itself."""
    (spool_id,) = hold(gate)

    told = digest(gate)

    assert (told.recipient, told.mail_from, told.kind) == (ADMIN, "", "notice")
    assert told.header("Auto-Submitted") == "auto-generated"
    assert told.header("Subject") == "Wstrzymane wiadomości"
    assert "Na decyzję czeka 1 wiadomość." in told.words
    for each in (f"{spool_id}  3 listopada 2026 r.", "no_department", "mallory@evil.example"):
        assert each in told.words
    assert "Drukarka" not in told.words


def test_nothing_held_or_nobody_to_tell_is_no_digest(gate):
    """No news is no mail."""
    assert digest(gate) is None
    hold(gate)
    gate.office = OFFICE
    assert digest(gate) is None


def test_a_day_has_one_digest(gate):
    """Also when its job ends in the middle and is run again."""
    hold(gate)
    assert digest(gate) is not None
    assert digest(gate, NOW + HOUR) is None
    assert digest(gate, NOW + DAY) is not None


def test_two_daemons_send_it_once(gate):
    """The slot is the day's, from the hour of the desk on."""
    hold(gate)
    job = held_digest(gate.database, DESK, time(7))
    one, two = (Schedule(gate.database, [job], name, lambda: NOW) for name in ("one", "two"))
    assert [one.step(), two.step(), one.step()] == [True, False, False]
    assert len(gate.outbox()) == 1


def test_a_flood_takes_one_line(gate):
    """However much it is."""
    hold(gate, 3, cause="flood", flood_of="mallory@evil.example")
    told = digest(gate)
    assert "flood (3 ×)" in told.words
    assert told.words.count("mallory@evil.example") == 2  # text and HTML


def test_held_mail_is_put_away_after_90_days_and_a_warning(gate):
    """The digest names the day a week before; the row stays with its reason, and its octets."""
    (spool_id,) = hold(gate)
    assert "zostanie usunięta" not in digest(gate, NOW + 82 * DAY).words
    late = NOW + 83 * DAY
    assert "zostanie usunięta 1 lutego 2027 r." in digest(gate, late).words

    with gate.database.writing() as session:
        assert put_away(session, NOW + 89 * DAY) == 0
        assert put_away(session, NOW + 91 * DAY) == 1

    assert state(gate, spool_id) == ("deleted", "held for 90 days, and announced a week before")


def test_nothing_is_put_away_that_was_not_announced(gate):
    """Without an admin it waits for ever; announced late, it waits a week from then."""
    (spool_id,) = hold(gate)
    with gate.database.writing() as session:
        assert put_away(session, NOW + 400 * DAY) == 0
    told = digest(gate, NOW + 400 * DAY)
    assert "zostanie usunięta 15 grudnia 2027 r." in told.words
    with gate.database.writing() as session:
        assert put_away(session, NOW + 406 * DAY) == 0
        assert put_away(session, NOW + 407 * DAY) == 1
    assert state(gate, spool_id)[0] == "deleted"


def test_what_was_released_meanwhile_is_not_put_away(gate):
    """A decision counts more than a warning."""
    (spool_id,) = hold(gate)
    digest(gate, NOW + 84 * DAY)
    with gate.database.writing() as session:
        held.release(session, session.get_one(Spool, spool_id), None)
    with gate.database.writing() as session:
        assert put_away(session, NOW + 100 * DAY) == 0


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("now", "first", "after"),
    [
        ("2026-11-03T06:30+01:00", "2026-11-02T07:00+01:00", "2026-11-03T07:00+01:00"),
        ("2026-11-03T07:00+01:00", "2026-11-03T07:00+01:00", "2026-11-04T07:00+01:00"),
        ("2026-10-24T12:00+02:00", "2026-10-24T07:00+02:00", "2026-10-25T07:00+01:00"),
        ("2027-03-27T12:00+01:00", "2027-03-27T07:00+01:00", "2027-03-28T07:00+02:00"),
    ],
)
def test_the_hour_is_the_desks_in_summer_and_winter(now, first, after):
    """A day may have 23 or 25 hours."""
    slots = daily(time(7), WARSAW)(datetime.fromisoformat(now))
    expected = (datetime.fromisoformat(first), datetime.fromisoformat(after))
    assert slots == expected
    assert all(each.utcoffset() == timedelta(0) and each.tzinfo is UTC for each in slots)
