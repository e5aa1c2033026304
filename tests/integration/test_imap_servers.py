"""Servers that know little, tell nonsense or want harm: a script plays them."""

import threading
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailgate.intake.imap.answers import BrokenError
from mailgate.intake.imap.connection import Connection
from mailgate.intake.imap.patience import Slots
from mailgate.intake.imap.settings import (
    After,
    Backoff,
    Bounds,
    First,
    Kind,
    MailboxSettings,
    Password,
    Tls,
)
from mailgate.intake.imap.tables import Condition, Mailbox, MailState
from mailgate.intake.imap.visit import signed_in
from mailgate.intake.imap.watcher import Watcher
from tests.integration.mailboxes import (
    a_mail,
    books_of,
    count,
    desk_of,
    folder_of,
    look,
    spooled,
    watched,
)
from tests.servers import wait_for
from tests.servers.dovecot import IMPATIENT
from tests.servers.scripted_imap import Folder, Mail, ScriptedImap

LONG = timedelta(minutes=9)

pytestmark = pytest.mark.one_database

MAILBOX = MailboxSettings(
    name="desk",
    host="127.0.0.1",
    user="desk",
    auth=Password("secret"),
    tls=Tls.NONE,
    poll=timedelta(seconds=0.1),
    bounds=Bounds(command=timedelta(seconds=2), answer=timedelta(seconds=5)),
    backoff=IMPATIENT,
)


@pytest.fixture
def server():
    """Give a server that knows IMAP4rev1 and nothing else."""
    with ScriptedImap() as script:
        yield script


def at(server: ScriptedImap, **changes) -> MailboxSettings:
    """Return how to watch a scripted server."""
    return replace(MAILBOX, port=server.port, **changes)


def test_a_server_without_extensions_is_served_by_polling(database, server):
    """Without IDLE, MOVE and UIDPLUS mail is taken, copied and marked, and no EXPUNGE is sent."""
    server.folders["Done"] = Folder()
    with watched(database, at(server, after=After(Kind.MOVE, "Done"))):
        wait_for(lambda: any("SEARCH" in each for each in server.commands), "it is looked at")
        for number in range(3):
            with server.lock:
                server.inbox.add(a_mail(number))
        wait_for(lambda: count(database) == 3, "three mails are taken")
        wait_for(lambda: len(server.folders["Done"].mails) == 3, "they are copied")
        wait_for(lambda: all(mail.flags == {"\\Deleted"} for mail in server.inbox.mails), "marked")
    assert not [each for each in server.commands if "EXPUNGE" in each or "IDLE" in each]
    assert {row.state for row in books_of(database, "desk")} == {MailState.DONE}


def test_a_copy_is_not_made_twice(database, server):
    """Cut between copying and marking, a mail is marked later and not copied again."""
    server.folders["Done"] = Folder()
    settings = at(server, after=After(Kind.MOVE, "Done"))
    look(database, settings)
    server.inbox.add(a_mail(1))
    server.answers["UID STORE"] = b"* BYE\r\n"
    with pytest.raises(BrokenError):
        look(database, settings)
    assert [row.state for row in books_of(database, "desk")] == [MailState.COPIED]
    server.answers.clear()
    look(database, settings)
    assert len(server.folders["Done"].mails) == 1
    assert [mail.flags for mail in server.inbox.mails] == [{"\\Deleted"}]


def test_nothing_of_a_mail_gets_into_a_command(database, server):
    """Commands hold numbers and configured names, whatever Message-ID and Subject say (A80)."""
    server.folders["Done"] = Folder()
    server.capabilities = "IMAP4rev1 MOVE UIDPLUS"
    settings = at(server, after=After(Kind.MOVE, "Done"))
    look(database, settings)
    poison = b'x"\r\nA9 DELETE INBOX\r\n'
    server.inbox.add(b"Message-ID: <" + poison + b">\r\nSubject: " + poison + b"\r\n\r\nx\r\n")
    look(database, settings)
    assert count(database) == 1
    allowed = {
        "CAPABILITY", 'LOGIN "desk" "secret"', "LOGOUT", 'LIST "" "*"', 'SELECT "INBOX"',
        "UID SEARCH UID 1:*", "UID SEARCH UID 2:*", "UID FETCH 1 (RFC822.SIZE INTERNALDATE)",
        "UID FETCH 1 (BODY.PEEK[])", 'UID MOVE 1 "Done"', "UID SEARCH UID 1:1",
    }  # fmt: skip
    assert set(server.commands) <= allowed


def test_a_time_to_come_is_now(database, server):
    """An INTERNALDATE in the future, as a wrong clock makes it, is not believed."""
    look(database, at(server))
    server.inbox.add(a_mail(1), at="20-Nov-2096 10:00:00 +0000")
    server.inbox.add(a_mail(2), at="20-Oct-2026 10:00:00 +0200")
    look(database, at(server))
    first, second = spooled(database)
    assert first.received_at <= datetime.now(UTC)
    assert second.received_at == datetime(2026, 10, 20, 8, 0, tzinfo=UTC)


def test_uids_given_out_again_are_other_mails(database, server):
    """A server that went back to an older state of a folder gives new mails old UIDs."""
    look(database, at(server))
    for number in range(3):
        server.inbox.add(a_mail(number))
    look(database, at(server))
    server.inbox.mails, server.inbox.uidnext = server.inbox.mails[:1], 2
    server.inbox.add(a_mail(7), at=datetime.now(UTC).strftime("%d-%b-%Y %H:%M:%S +0000"))
    look(database, at(server))
    assert count(database) == 4
    assert folder_of(database, "desk").generation == 1


def test_a_folder_without_uidvalidity_is_not_read(database, server):
    """Where UIDs mean nothing, nothing is taken, and it is said."""
    server.inbox.uidvalidity = None
    assert "UIDVALIDITY" in look(database, at(server))["INBOX"]
    assert count(database) == 0


def test_a_mail_that_is_not_given_stops_no_other(database, server):
    """A mail that the server refuses to give is told, the others are taken; later it comes."""
    look(database, at(server))
    server.inbox.add(a_mail(1))
    server.inbox.add(a_mail(2))
    server.answers["UID FETCH 1 (BODY"] = lambda tag, _: tag + b" NO internal error\r\n"
    look(database, at(server))
    assert [row.state for row in books_of(database, "desk")] == ["unreadable", "done"]
    server.answers.clear()
    with database.writing() as session:
        session.merge(folder_of(database, "desk")).reconciled_at = None
    look(database, at(server))
    assert count(database) == 2
    assert {row.state for row in books_of(database, "desk")} == {"done"}


def test_a_mail_below_the_watermark_is_found_and_told(database, server):
    """A mail that turns up under a UID already passed is an alarm within the hour, and taken."""
    look(database, at(server))
    server.inbox.uidnext = 5
    server.inbox.add(a_mail(5))
    look(database, at(server))
    server.inbox.mails.insert(0, replace(server.inbox.mails[0], uid=3, octets=a_mail(3)))
    look(database, at(server))
    assert count(database) == 1
    with database.writing() as session:
        session.merge(folder_of(database, "desk")).reconciled_at = None
    look(database, at(server))
    assert folder_of(database, "desk").differences == "not in the books: UID 3"
    assert count(database) == 2


IMPATIENTLY = replace(
    MAILBOX, bounds=Bounds(command=timedelta(seconds=0.5), answer=timedelta(seconds=3))
)
LITERAL = b"* 1 FETCH (UID 1 BODY[] {9999999999}\r\n"


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("UID FETCH 1 (BODY", LITERAL),
        ("UID FETCH 1 (BODY", b"* 1 FETCH (UID 1 BODY[] {" + b"9" * 5000 + b"}\r\n"),
        ("UID FETCH 1 (RFC", b"* 1 FETCH (UID 1 X {90000}\r\n" + b"x" * 90_000 + b")\r\n"),
        ("UID FETCH 1 (RFC", b"* " + b"x" * 3_000_000),
        ("UID FETCH 1 (RFC", b"* OK more\r\n" * 20_000),
        ("UID FETCH 1 (RFC", b"* OK " + b"x" * 900_000 + b"\r\n" + b"* OK more\r\n" * 9_000 * 60),
        ("UID FETCH 1 (RFC", b"* 1 FETCH (" + b"(" * 100_000 + b"\r\n"),
        ("UID FETCH 1 (RFC", b"* 1 FETCH (UID x RFC822.SIZE y)\r\nX1 OK\r\n"),
        ("UID SEARCH", b"* SEARCH one two\r\n"),
        ("UID SEARCH", b"A9999 OK what\r\n"),
        ("EXAMINE", b"* OK [UIDVALIDITY 99999999999999999999999x]\r\n"),
        ("LIST", b'* LIST () "." {3}\r\nab'),
    ],
)
def test_a_hostile_answer_costs_little_and_ends_the_connection(database, server, command, answer):
    """Whatever a server sends, it ends as a broken connection, in bounded time and memory (A81)."""
    look(database, at(server))
    server.inbox.add(a_mail(1))
    server.answers[command] = answer
    tracemalloc.start()
    with pytest.raises(BrokenError):
        look(database, replace(IMPATIENTLY, port=server.port))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000 + 2 * len(answer)
    server.answers.clear()
    look(database, at(server))
    assert count(database) == 1


@pytest.mark.parametrize(
    "greeting", [b"* PREAUTH welcome home\r\n", b"* BYE too many\r\n", b"HTTP/1.1 200 OK\r\n\r\n"]
)
def test_credentials_go_to_no_server_that_begins_wrongly(server, greeting):
    """PREAUTH, BYE and what is no IMAP end the connection before we say who we are (A82)."""
    server.greeting = greeting
    with pytest.raises(BrokenError):
        Connection(at(server))
    assert not [each for each in server.commands if "LOGIN" in each]


@pytest.mark.parametrize(
    ("capabilities", "answer"),
    [
        ("IMAP4rev1", None),
        ("IMAP4rev1 STARTTLS", lambda tag, _: tag + b" NO not today\r\n"),
        ("IMAP4rev1 STARTTLS", lambda tag, _: tag + b" OK go\r\n* CAPABILITY IMAP4rev1\r\n"),
        ("IMAP4rev1 STARTTLS", lambda tag, _: tag + b" OK go\r\n"),
    ],
)
def test_starttls_that_does_not_come_about_ends_it(server, capabilities, answer):
    """STARTTLS left out, refused, or with words slipped in: no login is sent (RFC 9051 §11.1)."""
    server.capabilities = capabilities
    if answer is not None:
        server.answers["STARTTLS"] = answer
    with pytest.raises(BrokenError):
        Connection(at(server, tls=Tls.STARTTLS))
    assert not [each for each in server.commands if "LOGIN" in each]


def test_an_unasked_fetch_is_no_mail(database, server):
    """What the server tells of other mails while we ask for one is left aside (A85)."""
    look(database, at(server))
    server.inbox.add(a_mail(1))
    octets = a_mail(1)
    server.answers["UID FETCH 1 (BODY"] = lambda tag, _: (
        b"* 9 FETCH (UID 77 BODY[] {4}\r\nevil)\r\n* 1 FETCH (FLAGS (\\Seen))\r\n"
        + b"* 1 FETCH (UID 1 BODY[] {%d}\r\n%b)\r\n" % (len(octets), octets)
        + b"* 2 EXPUNGE\r\n" + tag + b" OK done\r\n"
    )  # fmt: skip
    look(database, at(server))
    assert [row.size for row in spooled(database)] == [len(octets)]


@pytest.mark.parametrize(
    ("beginning", "answer"),
    [
        ("LOGIN", lambda tag, _: tag + b" NO [AUTHENTICATIONFAILED] no\r\n"),
        ("LOGIN", lambda tag, _: tag + b" NO [UNAVAILABLE] later\r\n"),
        ("LIST", lambda tag, _: b"* BYE Connection closed. 14\r\n"),
    ],
)
def test_ticks_and_wakes_do_not_hammer_a_server_that_fails(database, server, beginning, answer):
    """However often it is woken, a watcher leaves a failing server alone for as long as due."""
    server.answers[beginning] = answer
    patient = Backoff(soon=LONG, first=LONG, most=LONG)
    settings = at(server, backoff=patient)
    watcher = Watcher(settings, desk_of(database), Slots())
    watcher.start()
    wait_for(lambda: folder_failing(database), "it fails")
    for _ in range(20):
        watcher.tick()
        watcher.wake()
    watcher.stop()
    assert watcher.join(5)
    assert len([each for each in server.commands if each.startswith("LOGIN")]) == 1


def folder_failing(database) -> bool:
    """Say whether the books call the mailbox failing or refused."""
    with database.reading() as session:
        row = session.get(Mailbox, "desk")
    return row is not None and row.condition in (Condition.FAILING, Condition.REFUSED)


def test_a_full_disk_of_ours_leaves_mail_where_it_is(database, server):
    """Without room nothing is fetched; with room again it is."""
    room = threading.Event()
    desk = replace(desk_of(database), room=room.is_set)
    watcher = Watcher(at(server, first=First(everything=True)), desk, Slots())
    server.inbox.add(a_mail(1))
    watcher.start()
    try:
        wait_for(lambda: folder_failing(database), "it is said")
        assert server.commands == []
        room.set()
        wait_for(lambda: count(database) == 1, "the mail is taken")
    finally:
        watcher.stop()
        assert watcher.join(5)


def test_more_mailboxes_than_connections_take_turns(database, server):
    """With one connection to the host allowed, three mailboxes are all served, one at a time."""
    slots, most = Slots(), []
    server.answers["CAPABILITY"] = lambda tag, _: (
        most.append(server.open) or b"* CAPABILITY IMAP4rev1 IDLE\r\n" + tag + b" OK done\r\n"
    )
    server.inbox.add(a_mail(1))
    watchers = [
        Watcher(
            at(server, name=name, first=First(everything=True), max_connections_per_host=1),
            desk_of(database),
            slots,
        )
        for name in ("a", "b", "c")
    ]
    for each in watchers:
        each.start()
    wait_for(lambda: count(database) == 3, "all three are served")
    for each in watchers:
        each.stop()
    assert all(each.join(5) for each in watchers)
    assert max(most) == 1


def test_a_server_that_always_tells_of_news_is_not_believed(database, server):
    """News that never come end neither the look nor the rest between looks."""
    server.capabilities = "IMAP4rev1 IDLE"
    server.answers["UID SEARCH"] = lambda tag, _: (
        b"* SEARCH\r\n* 1 EXISTS\r\n" + tag + b" OK done\r\n"
    )
    server.news = b"* 1 EXISTS\r\n"
    with watched(database, at(server, poll=LONG)):
        wait_for(lambda: len([each for each in server.commands if each == "IDLE"]) > 20, "IDLE")
        searches = len(server.commands)
    assert searches < 300


@pytest.mark.parametrize("uidnext", [None, 1])
def test_a_server_without_or_with_a_wrong_uidnext_is_read_once(database, server, uidnext):
    """Where UIDNEXT is missing or too low, no mail is taken for another, and none twice."""
    look(database, at(server))
    for number in range(3):
        server.inbox.add(a_mail(number))
    server.stated_uidnext = lambda: uidnext
    for _ in range(3):
        look(database, at(server))
    server.inbox.add(a_mail(3))
    look(database, at(server))
    assert count(database) == 4
    assert folder_of(database, "desk").generation == 0


def test_a_very_large_folder_is_asked_in_pieces(server):
    """However many mails there are, an answer stays within bounds, and none is left out."""
    uids = [1, 7, 100, 101, 5_000, 77_777, 80_000, 99_999, 100_001]
    server.inbox.mails = [Mail(uid, b"x") for uid in uids]
    server.inbox.uidnext = 100_000
    with signed_in(at(server)) as connection:
        selected = replace(connection.select("INBOX", readonly=True), exists=200_000)
        assert connection.uids(0, selected) == uids
        assert connection.uids(100, selected) == uids[3:]
        assert connection.uids(0, selected, upto=80_000) == uids[:7]
    assert len([each for each in server.commands if "SEARCH" in each]) > 10
