"""The books keep a mail's place once, for the holder of the lease."""

from datetime import UTC, datetime, timedelta

from mailgate.intake.imap import books
from mailgate.intake.imap.books import Epoch
from mailgate.intake.imap.tables import MailState

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LEASE = timedelta(minutes=3)
INBOX = Epoch("desk", "INBOX", 7)


def test_a_source_key_names_the_place():
    """Name, folder, UIDVALIDITY and UID; and how often UIDs were given out again."""
    assert INBOX.source_key(12) == "imap:desk/INBOX/7/12"
    assert Epoch("desk", "INBOX", 7, 2).source_key(12) == "imap:desk/INBOX/7.2/12"


def test_a_lease_is_one_daemons_until_it_runs_out_or_is_given_back(database):
    """Its holder renews it, another waits; after its time, or when given back, it is free."""

    def take(owner, at=NOW):
        with database.writing() as session:
            return books.take_lease(session, "desk", owner, at, LEASE)

    assert take("one")
    assert take("one")
    assert not take("two")
    assert take("two", NOW + LEASE)
    assert not take("one", NOW + LEASE)
    with database.writing() as session:
        assert not books.give_lease_back(session, "desk", "one")
        assert books.give_lease_back(session, "desk", "two")
    assert take("one", NOW + LEASE)


def test_a_mail_is_entered_once_and_changed_after(database):
    """Entering a place again changes its row; another epoch's is another place."""
    with database.writing() as session:
        books.enter(session, INBOX, 5, NOW, state=MailState.UNREADABLE, tries=1)
        books.enter(session, INBOX, 5, NOW, state=MailState.TAKEN, sha256="a" * 64)
        books.enter(session, Epoch("desk", "INBOX", 8), 5, NOW, state=MailState.DONE)
        books.settle(session, INBOX, [5], MailState.DONE, removed=True)
    with database.reading() as session:
        row = books.mails_of(session, INBOX)[5]
        assert (row.tries, row.state, row.removed, row.sha256) == (1, "done", True, "a" * 64)
        assert books.mails_of(session, INBOX, [MailState.TAKEN]) == {}
        assert len(books.mails_of(session, Epoch("desk", "INBOX", 8))) == 1


def test_what_is_long_gone_is_forgotten_and_what_is_there_is_not(database):
    """After ninety days a mail that left the folder, or an epoch that is over, is forgotten."""
    before = Epoch("desk", "INBOX", 6)
    long_ago = NOW - timedelta(days=91)
    with database.writing() as session:
        for epoch, uid, at in [
            (before, 1, long_ago),
            (before, 2, NOW),
            (INBOX, 1, long_ago),
            (INBOX, 2, long_ago),
            (INBOX, 3, NOW),
        ]:
            books.enter(session, epoch, uid, at, state=MailState.DONE)
        assert books.forget(session, INBOX, {1}, NOW) == 2
    with database.reading() as session:
        assert set(books.mails_of(session, before)) == {2}
        assert set(books.mails_of(session, INBOX)) == {1, 3}
