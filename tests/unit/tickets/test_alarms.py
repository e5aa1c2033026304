from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes

import pytest
from sqlalchemy import select

from mailgate.outbox import control
from mailgate.outbox.mail import OutboxMail
from mailgate.store import blobs
from mailgate.store.database import Database
from mailgate.tickets import alarms
from tests.unit.bureau import DAY, DESK_ADDRESS, HOUR, NOW, OFFICE

SECOND = timedelta(seconds=1)
ADMIN = "admin@example.net"
GUARDED = replace(OFFICE, admin=ADMIN)


def test_an_alarm_begins_once_while_it_lasts(database: Database) -> None:
    """Raised again it is prolonged and not told again; when it is over, it begins anew."""
    with database.writing() as session:
        assert alarms.begins(session, "capped", NOW + HOUR, NOW)
        assert not alarms.begins(session, "capped", NOW + HOUR, NOW)
        assert not alarms.begins(session, "capped", NOW + HOUR * 1.5, NOW + HOUR / 2)
        assert not alarms.begins(session, "capped", NOW + HOUR, NOW + HOUR)
        assert alarms.begins(session, "another", NOW + HOUR, NOW + HOUR)
        assert alarms.lasts_until(session, "capped", NOW + HOUR) == NOW + HOUR * 1.5
        assert alarms.lasts_until(session, "capped", NOW + HOUR * 1.5) is None
        assert alarms.begins(session, "capped", NOW + DAY, NOW + HOUR * 1.5)


def test_alarms_that_are_over_are_forgotten(database: Database) -> None:
    """And none that lasts."""
    with database.writing() as session:
        alarms.begins(session, "old", NOW + HOUR, NOW)
        alarms.begins(session, "lasts", NOW + DAY, NOW)
        alarms.forget(session, NOW + HOUR + SECOND)
        assert alarms.begins(session, "old", NOW + HOUR, NOW)
        assert not alarms.begins(session, "lasts", NOW + DAY, NOW)


def test_the_admin_is_written_to_without_a_ticket(database: Database) -> None:
    """As often as there is something, by machine, from nowhere, and each is listed and found."""
    with database.writing() as session:
        assert alarms.tell_admin(session, GUARDED, "Held mail", "3 mails\nare held", NOW)
        assert alarms.tell_admin(session, GUARDED, "Held mail", "3 mails\nare held", NOW)
    with database.reading() as session:
        row, other = session.execute(select(OutboxMail)).scalars().all()
        listed = control.listing(session)
        read = message_from_bytes(row.headers + blobs.get_bytes(session, row.body_sha256))
    assert (row.recipient, row.mail_from, row.ticket_id, row.entry_id) == (ADMIN, "", None, None)
    assert row.message_id != other.message_id
    told = [(each.ticket, each.event, each.kind) for each in listed]
    assert told == [("", "admin", "notice")] * 2
    assert (read["Subject"], read["To"]) == ("Held mail", ADMIN)
    assert read["Auto-Submitted"] == "auto-generated"
    assert read.get_payload(decode=True) == b"3 mails\r\nare held\r\n"


@pytest.mark.attack("A25")
def test_a_storm_of_alarms_is_twenty_mails_an_hour(database: Database) -> None:
    """Who forges a thousand senders raises as many alarms; the last mail says where the rest is."""
    with database.writing() as session:
        for number in range(30):
            assert alarms.begins(session, f"flood:{number}@evil.example", NOW + HOUR, NOW)
            alarms.tell_admin(session, GUARDED, f"Flood {number}", "He sends.\n", NOW)
        assert alarms.begins(session, "capped", NOW + DAY, NOW + HOUR)
        assert alarms.tell_admin(session, GUARDED, "Later", "again\n", NOW + HOUR)
        rows = session.execute(select(OutboxMail).order_by(OutboxMail.id)).scalars().all()
        texts = [blobs.get_bytes(session, row.body_sha256).decode() for row in rows]
    assert len(texts) == 21
    assert ["in the log alone" in text for text in texts] == [False] * 19 + [True, False]


@pytest.mark.parametrize("admin", ["", DESK_ADDRESS, "PomocDynamics+x@example.com", "nobody"])
def test_nobody_is_told_where_nobody_can_be(database: Database, admin: str) -> None:
    """No admin, an address of ours, one that cannot be written to."""
    with database.writing() as session:
        assert not alarms.tell_admin(session, replace(OFFICE, admin=admin), "x", "y", NOW)
        assert control.listing(session) == []
