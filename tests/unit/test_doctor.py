"""Checks of mailboxes, against a real Dovecot wherever a server is needed."""

import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from mailgate.doctor import CHECKS, Finding, Outcome, examine, examine_all
from mailgate.intake.imap import books
from mailgate.intake.imap.settings import After, First, Kind, OAuth2, Password, Tls
from mailgate.intake.imap.tables import Condition, MailboxMail
from mailgate.oauth.granting import TokenError
from tests.integration.mailboxes import a_mail, look, now
from tests.servers import free_port

pytestmark = pytest.mark.one_database


class NoTokens:
    """A source that was refused its tokens."""

    def access_token(self, *, refresh: bool = False) -> str:
        """Say why there is none."""
        raise TokenError("invalid_client: AADSTS7000222: The keys are expired.", final=True)


def failure(found: list[Finding]) -> Finding:
    """Return the one failure; before it all is well, and after it nothing was looked at."""
    outcomes = [each.outcome for each in found]
    assert [each.check for each in found] == list(CHECKS)
    at = outcomes.index(Outcome.FAILED)
    assert outcomes == [Outcome.OK] * at + [Outcome.FAILED] + [Outcome.SKIPPED] * (5 - at)
    said = {each.detail for each in found[at + 1 :]}
    assert said <= {f"not looked at, since {found[at].check} failed"}
    return found[at]


@pytest.mark.parametrize("tls", [Tls.IMPLICIT, Tls.STARTTLS, Tls.NONE])
def test_a_sound_mailbox_passes_every_check(tls, dovecot, database):
    """Name, reach, TLS, sign-in, folder and books are all well, and say what they found."""
    user = f"sound-{tls}"
    port = dovecot.tls_port if tls is Tls.IMPLICIT else dovecot.port
    settings = dovecot.settings(user, first=First(everything=True), tls=tls, port=port)
    dovecot.append(user, [a_mail(1), a_mail(2)])
    look(database, settings)
    found = examine(settings, database, now)
    assert [(each.check, each.outcome) for each in found] == [(each, "ok") for each in CHECKS]
    told = {each.check: each.detail for each in found}
    assert told["name"] == "127.0.0.1 is 127.0.0.1"
    assert "TLSv1.3, certificate until" in told["tls"] or tls is not Tls.IMPLICIT
    assert "offers IDLE, MOVE, UIDPLUS" in told["sign-in"]
    assert told["folder"] == "INBOX (2 mails)"
    assert told["books"].endswith("INBOX: read up to UID 2, nothing missing")


def test_a_look_changes_nothing(dovecot, database):
    """No mail is taken, none is seen, and the books are as they were."""
    settings = dovecot.settings("untouched", first=First(everything=True))
    dovecot.append("untouched", [a_mail(1)])
    examine(settings, database, now)
    assert dovecot.flags("untouched") == {1: ()}
    with database.reading() as session:
        assert session.exec(select(MailboxMail)).all() == []


@pytest.mark.parametrize(
    ("changes", "check", "cause"),
    [
        ({"port": 0}, "reach", "nothing listens on that port"),
        ({"ca_file": None}, "tls", "nobody this machine trusts"),
        ({"auth": Password("wrong")}, "sign-in", "refuses this login"),
        ({"auth": OAuth2(NoTokens())}, "sign-in", "does not offer"),
        ({"folders": ("INBOX", "Suport")}, "folder", "is not in the mailbox"),
        ({"after": After(Kind.MOVE, "Done")}, "folder", "is not in the mailbox"),
        ({}, "books", "no daemon has watched it"),
    ],
)
def test_the_first_failure_has_a_cause_and_a_remedy(changes, check, cause, dovecot, database):
    """Whatever fails is named with what it means and the one thing to do; the rest is left out."""
    if changes.get("port") == 0:
        changes = {"port": free_port()}
    found = failure(examine(dovecot.settings("failing", **changes), database, now))
    assert found.check == check
    assert cause in f"{found.detail} {found.cause}"
    assert found.remedy


def test_a_missing_folder_lists_what_is_there(dovecot, database):
    """The remedy is at hand: the names that could be written."""
    settings = dovecot.settings("listing", folders=("Suport",))
    with dovecot.client("listing") as client:
        client.create_folder("Support")
    assert "there are INBOX, Support" in failure(examine(settings, database, now)).detail


def test_a_name_that_nobody_knows_is_the_first_failure(dovecot, database, monkeypatch):
    """Without an address nothing else is tried."""

    def look_up(*_args, **_more):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    found = failure(examine(dovecot.settings("nameless"), database, now))
    assert (found.check, found.cause) == ("name", "there is no such host")


def test_a_port_that_speaks_no_tls_is_told(dovecot, database):
    """The plain port taken for the encrypted one: the remedy names both ways out."""
    settings = dovecot.settings("plain", port=dovecot.port)
    found = failure(examine(settings, database, now))
    assert found.check == "tls"
    assert 'tls = "starttls"' in found.remedy


def test_a_certificate_that_ends_soon_is_told(dovecot, database):
    """Fourteen days ahead one is told to renew it."""
    settings = dovecot.settings("soon")
    (told,) = [each for each in examine(settings, database, now) if each.check == "tls"]
    assert told.detail.endswith("renew it soon")
    past = lambda: datetime.now(UTC) - timedelta(days=100)  # noqa: E731
    (told,) = [each for each in examine(settings, database, past) if each.check == "tls"]
    assert not told.detail.endswith("renew it soon")


@pytest.fixture
def watched_one(dovecot, database) -> Callable[..., Finding]:
    """Look at a mailbox of three mails, let a test spoil it, and return what the doctor says."""

    def watched_one(user: str, spoil: Callable[[], None], **changes: object) -> Finding:
        settings = dovecot.settings(user, **changes)
        look(database, settings)
        dovecot.append(user, [a_mail(n) for n in range(1, 4)])
        look(database, settings)
        spoil()
        return failure(examine(settings, database, now))

    return watched_one


def test_what_the_books_miss_is_told_by_uid(watched_one, database):
    """A mail in the folder of which the books know nothing is named."""

    def forget() -> None:
        with database.writing() as session:
            row = session.exec(select(MailboxMail).where(MailboxMail.uid == 2)).one()
            session.delete(row)

    found = watched_one("missed", forget)
    assert (found.check, found.detail) == ("books", "INBOX: not in the books: UID 2")
    assert found.cause == "folder and books differ"


def test_a_daemon_that_fails_is_told_by_its_books(watched_one, database):
    """What the watcher wrote down last is the cause."""

    def refuse() -> None:
        with database.writing() as session:
            why = "the server refuses this login"
            books.note_condition(session, "refused", Condition.REFUSED, why, now())

    found = watched_one("refused", refuse)
    assert found.detail.startswith("refused since ")
    assert found.cause == "the server refuses this login"


def test_without_a_database_the_rest_is_checked(dovecot):
    """What can be seen from outside is seen, and the books are the failure."""
    found = failure(examine(dovecot.settings("bookless"), None, now))
    assert (found.check, found.detail) == ("books", "the books cannot be read")


def test_mailboxes_are_told_in_their_order(dovecot, database):
    """Several are examined at the same time, and come out as they stand in the configuration."""
    boxes = [dovecot.settings(f"box-{n}") for n in range(4)]
    boxes[2] = replace(boxes[2], port=free_port())
    found = examine_all(boxes, database, now)
    assert [each.mailbox for each in found[:: len(CHECKS)]] == ["box-0", "box-1", "box-2", "box-3"]
