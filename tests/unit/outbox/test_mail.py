from datetime import timedelta

import pytest
from sqlalchemy import func, select

from mailgate.outbox import control, leases, mail
from mailgate.outbox.leases import Leased
from mailgate.outbox.mail import Kind
from mailgate.outbox.outcome import Delivered, Outcome
from mailgate.store.blobs import Blob
from mailgate.store.database import Database
from tests.outbox_rows import CONTENT, NOW, an_entry, outgoing, put

LEASE = timedelta(minutes=5)
LATER = NOW + timedelta(minutes=30)


def leased(database: Database, owner: str = "one", limit: int = 10, later: int = 0) -> list[Leased]:
    """Lease what is due, committed. later: seconds after NOW."""
    with database.writing() as session:
        return leases.lease(session, owner, NOW + timedelta(seconds=later), LEASE, limit)


def settled(
    database: Database, mail_id: int, outcome: Outcome, owner: str = "one", given_up: bool = False
) -> bool:
    """Settle a mail, committed; what is deferred is due LATER unless given up."""
    with database.writing() as session:
        next_try = None if given_up else LATER
        return leases.settle(session, mail_id, owner, outcome, NOW, next_try)


def states(database: Database) -> list[str]:
    """Return the states of all mails, oldest first."""
    with database.reading() as session:
        return [each.state for each in control.listing(session)]


def test_a_mail_comes_out_as_it_was_put_in(database: Database) -> None:
    """Envelope, ids and the very octets are those of put(), and it is due at once."""
    with database.writing() as session:
        entry = an_entry(session)
        assert mail.put(session, outgoing(entry, "anna@example.net", Kind.ACKNOWLEDGEMENT), NOW)
    (one,) = leased(database)
    assert (one.recipient, one.mail_from) == ("anna@example.net", "desk@example.com")
    assert (one.kind, one.attempts, one.first_due_at) == (Kind.ACKNOWLEDGEMENT, 0, NOW)
    assert (one.ticket_id, one.entry_id) == (entry.ticket_id, entry.id)
    with database.reading() as session:
        assert leases.content(session, one) == CONTENT


@pytest.mark.parametrize("content", [b"", b"Subject: head only\r\n", b"\r\n\r\nbody", b"\0\xff\r"])
def test_any_octets_are_kept(database: Database, content: bytes) -> None:
    """What has no blank line or no body comes out unchanged, too."""
    with database.writing() as session:
        mail.put(session, outgoing(an_entry(session), "a@example.net", content=content), NOW)
    (one,) = leased(database)
    with database.reading() as session:
        assert leases.content(session, one) == content


def test_a_mail_is_put_once(database: Database) -> None:
    """The same entry, recipient and kind is one row; another kind is another mail."""
    with database.writing() as session:
        entry = an_entry(session)
        reply, notice = (
            outgoing(entry, "a@example.net", kind) for kind in (Kind.REPLY, Kind.NOTICE)
        )
        assert [mail.put(session, each, NOW) for each in (reply, reply, notice)] == [
            True,
            False,
            True,
        ]
    assert len(leased(database)) == 2


def test_recipients_share_the_body(database: Database) -> None:
    """A body is stored once, however many get it."""
    put(database, *(f"{n}@example.net" for n in range(5)))
    with database.reading() as session:
        assert session.execute(select(func.count()).select_from(Blob)).scalar_one() == 1


def test_nothing_is_left_of_a_transaction_that_failed(database: Database) -> None:
    """A mail is in the outbox if and only if what it speaks of is stored."""

    def put_and_fail() -> None:
        with database.writing() as session:
            mail.put(session, outgoing(an_entry(session), "a@example.net"), NOW)
            raise KeyError

    with pytest.raises(KeyError):
        put_and_fail()
    assert states(database) == []


def test_what_waits_is_counted(database: Database) -> None:
    """Due and leased mails wait, settled ones do not; kinds are found by Message-ID."""
    put(database, "a@example.net", "b@example.net")
    (one,) = leased(database, limit=1)
    with database.reading() as session:
        assert mail.waiting(session) == 2
        assert mail.kinds_sent_as(session, one.message_id) == {Kind.REPLY}
        assert mail.kinds_sent_as(session, "<other@example.com>") == set()
    settled(database, one.id, Delivered("250 ok"))
    with database.reading() as session:
        assert mail.waiting(session) == 1
