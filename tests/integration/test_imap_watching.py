"""A watcher's thread against a real Dovecot: news, loss of the server, cuts, a second daemon."""

import hashlib
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from mailgate.intake.imap import books
from mailgate.intake.imap.answers import BrokenError, RefusedError
from mailgate.intake.imap.settings import After, Bounds, First, Kind, Password, Tls
from mailgate.intake.imap.tables import Condition, Mailbox
from mailgate.store import blobs
from tests.integration.mailboxes import (
    a_mail,
    books_of,
    count,
    desk_of,
    look,
    now,
    spooled,
    watched,
)
from tests.servers import wait_for
from tests.servers.flaky_proxy import Fate, FlakyProxy, Harm

LONG = timedelta(minutes=9)


@pytest.fixture
def user(request) -> str:
    """Give a user of the test's own."""
    return hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:12]


def condition_of(database, name) -> Mailbox:
    """Return what the books say of the watching."""
    with database.reading() as session:
        return session.get(Mailbox, name) or Mailbox(name=name, condition="", since=now())


def is_watched(database, name):
    """Return what waits until a mailbox was looked at."""
    return lambda: condition_of(database, name).condition == Condition.WATCHING


def test_news_are_taken_without_a_poll(database, dovecot, user):
    """With IDLE a mail is taken long before the next poll, and again after the first."""
    with watched(database, dovecot.settings(user, poll=LONG)):
        wait_for(is_watched(database, user), "it is watched")
        for number in range(1, 4):
            dovecot.append(user, [a_mail(number)])
            wait_for(lambda number=number: count(database) == number, "the mail is taken")
    assert condition_of(database, user).condition == Condition.STOPPED


@pytest.mark.one_database
def test_other_folders_have_their_turn(database, dovecot, user):
    """Folders beside the first are looked at with every poll."""
    with dovecot.client(user) as client:
        client.create_folder("Other")
    settings = dovecot.settings(user, folders=("INBOX", "other"), poll=timedelta(seconds=0.2))
    with watched(database, settings):
        wait_for(is_watched(database, user), "it is watched")
        dovecot.append(user, [a_mail(1)], "Other")
        dovecot.append(user, [a_mail(2)])
        wait_for(lambda: count(database) == 2, "both are taken")


def test_a_wrong_password_marks_the_mailbox_and_ends_nothing(database, dovecot, user):
    """The mailbox is marked with the cause; another goes on."""
    wrong = replace(dovecot.settings(user), auth=Password("wrong"), name="wrong")
    with watched(database, wrong), watched(database, dovecot.settings(user, poll=LONG)):
        wait_for(
            lambda: condition_of(database, "wrong").condition == Condition.REFUSED, "it is marked"
        )
        assert condition_of(database, "wrong").why == "the server refuses this login"
        wait_for(is_watched(database, user), "the other is watched")
        dovecot.append(user, [a_mail(1)])
        wait_for(lambda: count(database) == 1, "the other goes on")


@pytest.mark.one_database
@pytest.mark.parametrize("change", ["name", "authority"])
def test_a_certificate_that_is_not_theirs_gets_no_password(database, dovecot, user, change):
    """A wrong name or an unknown authority ends it before a word is said (A89)."""
    settings = dovecot.settings(user)
    if change == "name":
        settings = replace(settings, host="127.0.0.2")
        with FlakyProxy(dovecot.tls_port, host="127.0.0.2") as proxy, pytest.raises(BrokenError):
            look(database, replace(settings, port=proxy.port))
    else:
        with pytest.raises(BrokenError, match="certificate"):
            look(database, replace(settings, ca_file=None))


@pytest.mark.one_database
def test_starttls_keeps_the_password_private(database, dovecot, user):
    """STARTTLS on the plain port works, with the same verification."""
    settings = dovecot.settings(user, tls=Tls.STARTTLS, port=dovecot.port)
    look(database, settings)
    dovecot.append(user, [a_mail(1)])
    look(database, settings)
    assert count(database) == 1
    with pytest.raises(BrokenError, match="certificate"):
        look(database, replace(settings, ca_file=None))


def test_a_server_that_goes_away_while_it_is_read_comes_back(database, dovecots, user):
    """Dovecot is stopped while mail is fetched and started again: each mail is taken once."""
    server = dovecots()
    settings = server.settings(user, after=After(Kind.FLAG), first=First(everything=True))
    server.append(user, [a_mail(number, size=20_000) for number in range(60)])
    with watched(database, settings):
        for so_far in (5, 30):
            wait_for(lambda so_far=so_far: count(database) >= so_far, "some are taken")
            server.stop()
            server.start()
        wait_for(lambda: count(database) == 60, "all are taken")
        wait_for(lambda: set(server.flags(user).values()) == {(b"\\Flagged",)}, "all are flagged")
    assert len({row.sha256 for row in spooled(database)}) == 60


CUTS = 50


@pytest.mark.parametrize("harm", [Harm.CLOSE, Harm.RESET])
def test_a_cut_at_any_octet_of_a_fetch_loses_and_doubles_nothing(database, dovecot, user, harm):
    """The connection is cut at fifty places from the greeting to beyond the mail (A86)."""
    settings = dovecot.settings(user, tls=Tls.NONE, first=First(everything=True))
    mails = [a_mail(1, size=4_000), a_mail(2, size=300), a_mail(3, size=9_000)]
    dovecot.append(user, mails)
    with FlakyProxy(dovecot.port) as proxy:
        here = replace(settings, port=proxy.port)
        database_of_whole = replace(here, name="whole")
        look(database, database_of_whole)
        whole, broken = proxy.passed, 0
        for cut in range(CUTS):
            proxy.fate = Fate(harm, whole * cut // CUTS)
            try:
                look(database, replace(here, name=f"cut{cut}"))
            except (BrokenError, RefusedError):
                broken += 1
            proxy.fate = Fate()
            look(database, replace(here, name=f"cut{cut}"))
        assert broken > CUTS * 3 // 4
    expected = sorted(hashlib.sha256(mail).hexdigest() for mail in mails)
    for cut in range(CUTS):
        taken = [row for row in spooled(database) if f"imap:cut{cut}/" in str(row.source_key)]
        assert sorted(row.sha256 for row in taken) == expected, f"cut {cut}"


@pytest.mark.one_database
def test_a_cut_in_one_and_the_same_mailbox(database, dovecot, user):
    """One mailbox, cut again and again a little later, is emptied in the end."""
    settings = dovecot.settings(user, tls=Tls.NONE, first=First(everything=True))
    mails = [a_mail(number, size=2_000) for number in range(10)]
    dovecot.append(user, mails)
    with FlakyProxy(dovecot.port) as proxy:
        look(database, replace(settings, port=proxy.port, name="other", first=First()))
        proxy.fate = Fate(Harm.CLOSE, proxy.passed + 6_000)
        with watched(database, replace(settings, port=proxy.port)):
            wait_for(lambda: count(database) == 10, "all are taken, some with each connection")
        assert proxy.connections > 3
    with database.reading() as session:
        octets = {blobs.get_bytes(session, row.sha256) for row in spooled(database)}
    assert octets == set(mails)


@pytest.mark.one_database
def test_a_connection_that_died_silently_is_noticed_by_the_next_poll(database, dovecot, user):
    """A server that answers no more, without a word, is left for a new connection."""
    settings = dovecot.settings(
        user,
        tls=Tls.NONE,
        poll=timedelta(seconds=0.5),
        bounds=Bounds(command=timedelta(seconds=1), answer=timedelta(seconds=3)),
    )
    look(database, replace(settings, port=dovecot.port))
    with (
        FlakyProxy(dovecot.port, Fate(Harm.FREEZE, 1_200)) as proxy,
        watched(database, replace(settings, port=proxy.port)),
    ):
        wait_for(lambda: proxy.passed >= 1_200, "the first connection is frozen")
        proxy.fate = Fate()
        dovecot.append(user, [a_mail(1)])
        wait_for(lambda: count(database) == 1, "another connection takes it")


def test_two_daemons_on_one_mailbox_double_nothing(database, dovecot, user):
    """The lease lets one of two take; when that one ends, the other goes on."""
    settings = dovecot.settings(user, poll=timedelta(seconds=0.5), lease=timedelta(seconds=1))
    first = threading.Event()
    with watched(database, settings, "two"):
        wait_for(is_watched(database, user), "the first watches")
        with watched(database, settings, "one"):
            dovecot.append(user, [a_mail(number) for number in range(20)])
            wait_for(lambda: count(database) == 20, "twenty are taken")
            assert condition_of(database, user).owner == "two"
            first.set()
    assert first.is_set()
    assert len(books_of(database, user)) == 20
    with watched(database, settings, "one"):
        wait_for(lambda: condition_of(database, user).owner == "one", "the second watches")
        dovecot.append(user, [a_mail(20)])
        wait_for(lambda: count(database) == 21, "it takes")


def test_who_lost_the_lease_commits_nothing(database):
    """A daemon that was suspended for long and wakes finds the mailbox another's."""
    with database.writing() as session:
        assert books.take_lease(session, "desk", "one", now(), timedelta(minutes=-1))
    with database.writing() as session:
        assert books.take_lease(session, "desk", "two", now(), timedelta(minutes=3))
        assert not books.take_lease(session, "desk", "one", now(), timedelta(minutes=3))
    desk = desk_of(database, "one")
    from tests.integration.test_imap_servers import MAILBOX

    with pytest.raises(books.LeaseLostError), desk.holding(MAILBOX) as session:
        books.note_contact(session, "desk", now())
    assert condition_of(database, "desk").contact_at is None
