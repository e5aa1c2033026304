"""Mail lying in a real Dovecot is taken once, and then dealt with as configured."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest

from mailgate.intake.imap.answers import BrokenError
from mailgate.intake.imap.connection import Connection
from mailgate.intake.imap.settings import After, First, Kind
from mailgate.intake.imap.tables import MailState
from mailgate.store import blobs
from tests.integration.mailboxes import a_mail, books_of, count, folder_of, look, spooled


@pytest.fixture
def user(request) -> str:
    """Give a user of the test's own."""
    return hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:12]


def test_nothing_older_than_first_contact_is_taken(database, dovecot, user):
    """What lies there when a mailbox is first looked at stays as it is; what comes later is."""
    settings = dovecot.settings(user)
    dovecot.append(user, [a_mail(1), a_mail(2)])
    look(database, settings)
    assert count(database) == 0
    dovecot.append(user, [a_mail(3)])
    look(database, settings)
    look(database, settings)
    assert [row.source_key for row in spooled(database)] == [
        f"imap:{user}/INBOX/{folder_of(database, user).uidvalidity}/3"
    ]


def test_octets_and_time_are_the_mailboxs(database, dovecot, user):
    """The octets are exactly those in the mailbox, and the time received is INTERNALDATE."""
    settings = dovecot.settings(user, department="help")
    look(database, settings)
    at = datetime(2026, 11, 3, 8, 15, 7, tzinfo=UTC)
    mail = a_mail(1, size=600_000) + b"\x80bare\xff\r\n"
    dovecot.append(user, [mail], at=at)
    look(database, settings)
    (row,) = spooled(database)
    assert (row.source, row.received_at, row.department) == ("imap", at, "help")
    assert (row.mail_from, row.recipients, row.login) == (None, [], user)
    with database.reading() as session:
        assert blobs.get_bytes(session, row.sha256) == mail


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("first", "taken"),
    [
        (First(), 0),
        (First(everything=True), 3),
        (First(since=date(2026, 11, 2)), 2),
    ],
)
def test_first_contact_takes_what_it_was_told_to(database, dovecot, user, first, taken):
    """All that is there, or what came since a day, or nothing; and after that everything."""
    settings = dovecot.settings(user, first=first)
    for day in (1, 2, 3):
        dovecot.append(user, [a_mail(day)], at=datetime(2026, 11, day, 0, 0, tzinfo=UTC))
    look(database, settings)
    assert count(database) == taken
    dovecot.append(user, [a_mail(4)], at=datetime(2026, 10, 1, tzinfo=UTC))
    look(database, settings)
    assert count(database) == taken + 1


FLAGGED, SEEN, DELETED = b"\\Flagged", b"\\Seen", b"\\Deleted"


def test_keeping_changes_nothing(database, dovecot, user):
    """A kept mail stays where it is, without any flag, above all not as seen."""
    settings = dovecot.settings(user)
    look(database, settings)
    dovecot.append(user, [a_mail(1), a_mail(2)])
    look(database, settings)
    assert dovecot.flags(user) == {1: (), 2: ()}
    assert [row.state for row in books_of(database, user)] == [MailState.DONE] * 2


def test_flagging_adds_one_flag(database, dovecot, user):
    """A flagged mail stays and gets the flag, and no other."""
    settings = dovecot.settings(user, after=After(Kind.FLAG))
    look(database, settings)
    dovecot.append(user, [a_mail(1), a_mail(2)])
    look(database, settings)
    assert dovecot.flags(user) == {1: (FLAGGED,), 2: (FLAGGED,)}


def test_moving_takes_ours_alone(database, dovecot, user):
    """What was taken goes to the other folder; what was there before us and was not, stays."""
    with dovecot.client(user) as client:
        client.create_folder("Archiwum/Zgłoszenia")
    dovecot.append(user, [a_mail(1)])
    settings = dovecot.settings(user, after=After(Kind.MOVE, "archiwum.zgłoszenia"))
    look(database, settings)
    dovecot.append(user, [a_mail(2), a_mail(3)])
    assert look(database, settings) == {}
    assert dovecot.uids(user) == [1]
    assert len(dovecot.uids(user, "Archiwum/Zgłoszenia")) == 2
    assert count(database) == 2


def test_deleting_expunges_ours_alone(database, dovecot, user):
    """A mail that somebody else has marked as deleted survives our EXPUNGE."""
    dovecot.append(user, [a_mail(1)])
    settings = dovecot.settings(user, after=After(Kind.DELETE))
    look(database, settings)
    with dovecot.client(user) as client:
        client.select_folder("INBOX")
        client.add_flags([1], [DELETED])
    dovecot.append(user, [a_mail(2)])
    look(database, settings)
    assert dovecot.flags(user) == {1: (DELETED,)}
    assert count(database) == 1


@pytest.mark.one_database
def test_a_missing_folder_to_move_to_stops_no_mail(database, dovecot, user):
    """Mail is taken all the same; the fault lists what is there; later the mail is moved."""
    settings = dovecot.settings(user, after=After(Kind.MOVE, "Done"))
    look(database, settings)
    dovecot.append(user, [a_mail(1)])
    wrong = look(database, settings)
    assert wrong == {"INBOX": "there is no folder Done; there are INBOX"}
    assert count(database) == 1
    with dovecot.client(user) as client:
        client.create_folder("Done")
    assert look(database, settings) == {}
    assert (dovecot.uids(user), len(dovecot.uids(user, "Done"))) == ([], 1)


@pytest.mark.one_database
def test_a_mail_that_somebody_saw_is_taken(database, dovecot, user):
    """Whether a human has read a mail says nothing about whether we have at all."""
    settings = dovecot.settings(user)
    look(database, settings)
    dovecot.append(user, [a_mail(1)])
    with dovecot.client(user) as client:
        client.select_folder("INBOX")
        client.add_flags([1], [SEEN])
    look(database, settings)
    assert count(database) == 1


def test_a_mail_moved_back_by_hand_is_no_second_one(database, dovecot, user):
    """A mail that we moved away and somebody moves back is recognised and left to him."""
    with dovecot.client(user) as client:
        client.create_folder("Done")
    settings = dovecot.settings(user, after=After(Kind.MOVE, "Done"))
    look(database, settings)
    dovecot.append(user, [a_mail(1)])
    look(database, settings)
    for _ in range(2):
        with dovecot.client(user) as client:
            client.select_folder("Done")
            client.move(client.search("ALL"), "INBOX")
        look(database, settings)
        assert len(dovecot.uids(user)) == 1
        with dovecot.client(user) as client:
            client.select_folder("INBOX")
            client.move(client.search("ALL"), "Done")
    assert count(database) == 1


@pytest.mark.one_database
def test_the_same_octets_twice_are_two_mails(database, dovecot, user):
    """Form mailers send identical mails on purpose: both are taken."""
    settings = dovecot.settings(user)
    look(database, settings)
    dovecot.append(user, [a_mail(1), a_mail(1)])
    look(database, settings)
    assert count(database) == 2


def test_a_mail_too_large_stays_and_its_headers_are_taken(database, dovecot, user):
    """Of a mail over the limit the headers are taken; it stays, even where others go."""
    settings = dovecot.settings(user, after=After(Kind.DELETE), max_size=100_000)
    look(database, settings)
    mail = a_mail(1, size=200_000)
    dovecot.append(user, [mail, a_mail(2)])
    look(database, settings)
    large, small = spooled(database)
    assert (large.whole_size, small.whole_size) == (len(mail), None)
    with database.reading() as session:
        head = blobs.get_bytes(session, large.sha256)
    assert head == mail[: mail.index(b"\r\n\r\n") + 4]
    assert dovecot.uids(user) == [1]
    first, second = books_of(database, user)
    assert (first.too_large, first.state) == (True, MailState.DONE)
    assert (second.too_large, second.removed) == (False, True)
    look(database, settings)
    assert count(database) == 2


def test_a_folder_made_again_doubles_nothing(database, dovecot, user):
    """After a change of UIDVALIDITY 50 old mails are known and 5 new ones are taken."""
    settings = dovecot.settings(user, folders=("Desk",))
    with dovecot.client(user) as client:
        client.create_folder("Desk")
    dovecot.append(user, [a_mail(0)], "Desk")
    look(database, settings)
    old = [a_mail(number) for number in range(1, 51)]
    dovecot.append(user, old, "Desk")
    look(database, settings)
    assert count(database) == 50
    before = folder_of(database, user, "Desk").uidvalidity
    long_ago = datetime.now(UTC) - timedelta(days=2)
    with dovecot.client(user) as client:
        client.delete_folder("Desk")
        client.create_folder("Desk")
    dovecot.append(user, [a_mail(0)], "Desk", at=long_ago)
    dovecot.append(user, old, "Desk")
    dovecot.append(user, [a_mail(number) for number in range(51, 56)], "Desk")
    look(database, settings)
    look(database, settings)
    assert folder_of(database, user, "Desk").uidvalidity != before
    assert count(database) == 55
    states = [row.state for row in books_of(database, user)[50:]]
    assert (states.count(MailState.KNOWN), states.count(MailState.DONE)) == (50, 5)


@pytest.mark.one_database
def test_folders_that_fail_keep_no_other_from_being_read(database, dovecot, user):
    """One folder that is missing is told of; the others are read."""
    settings = dovecot.settings(user, folders=("INBOX", "Nowhere"))
    look(database, settings)
    dovecot.append(user, [a_mail(1)])
    assert list(look(database, settings)) == ["Nowhere"]
    assert count(database) == 1


@pytest.mark.one_database
@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize(
    ("after", "command"),
    [
        (After(Kind.MOVE, "Done"), "move"),
        (After(Kind.FLAG), "flag"),
        (After(Kind.DELETE), "flag"),
        (After(Kind.DELETE), "expunge"),
    ],
)
def test_what_follows_the_commit_is_done_again(
    database, dovecot, user, monkeypatch, after, command, done
):
    """Ended before or after the server did it, and before it was noted: once, for good."""
    with dovecot.client(user) as client:
        client.create_folder("Done")
    settings = dovecot.settings(user, after=after)
    look(database, settings)
    dovecot.append(user, [a_mail(1)])
    real = getattr(Connection, command)

    def ends(self, *args):
        if done:
            real(self, *args)
        raise BrokenError("ended")

    with monkeypatch.context() as patched:
        patched.setattr(Connection, command, ends)
        with pytest.raises(BrokenError, match="ended"):
            look(database, settings)
    assert count(database) == 1
    look(database, settings)
    assert count(database) == 1
    assert [row.state for row in books_of(database, user)] == [MailState.DONE]
    assert len(dovecot.uids(user, "Done")) == (after.kind is Kind.MOVE)
    assert dovecot.flags(user) == ({1: (FLAGGED,)} if after.kind is Kind.FLAG else {})
