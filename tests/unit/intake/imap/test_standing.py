"""One line in the log for each change of how a mailbox stands, and rests that fit the fault."""

from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from mailgate.intake.imap import books
from mailgate.intake.imap.desk import Desk
from mailgate.intake.imap.faults import FaultKind
from mailgate.intake.imap.settings import MailboxSettings, Password
from mailgate.intake.imap.standing import Standing
from mailgate.intake.imap.tables import Mailbox

pytestmark = pytest.mark.one_database

SETTINGS = MailboxSettings("desk", "imap.example.com", "desk", Password("secret"))
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Watch:
    """A mailbox's standing with a clock that is set."""

    def __init__(self, database) -> None:
        self.now = NOW
        self.database = database
        with database.writing() as session:
            books.take_lease(session, "desk", "one", NOW, timedelta(days=1))
        desk = Desk(database, "one", lambda: self.now, lambda: None)
        self.standing = Standing(SETTINGS, desk)

    def said(self, action) -> list[str]:
        """Return the events that an action logs."""
        with capture_logs() as logs:
            action()
        return [each["event"] for each in logs]

    def condition(self) -> tuple[str, str | None]:
        """Return condition and reason as the books have them."""
        with self.database.reading() as session:
            row = session.get_one(Mailbox, "desk")
        return row.condition, row.why

    def since(self) -> datetime:
        """Return since when the books have it so."""
        with self.database.reading() as session:
            return session.get_one(Mailbox, "desk").since


@pytest.fixture
def watch(database) -> Watch:
    """Give a mailbox of which nothing is known yet."""
    return Watch(database)


def test_repetitions_are_not_logged(watch):
    """Well, failing, failing, well, elsewhere, elsewhere: a line where it changes."""
    standing = watch.standing

    def fail():
        return standing.failed("the server closed the connection", None, worked=False)

    assert watch.said(lambda: standing.well(idles=True)) == ["mailbox-watched"]
    assert watch.said(lambda: standing.well(idles=True)) == []
    assert watch.condition() == ("watching", None)
    assert watch.said(fail) == ["mailbox-failing"]
    assert watch.said(fail) == []
    assert watch.condition()[0] == "failing"
    assert watch.said(lambda: standing.well(idles=True)) == ["mailbox-watched"]
    assert watch.said(standing.elsewhere) == ["mailbox-elsewhere"]
    assert watch.said(standing.elsewhere) == []


def test_a_connection_that_had_worked_is_made_again_soon_and_silently(watch):
    """The end of a connection that was of use is no news, and no reason to stay away."""
    rest = watch.standing.failed("the server closed the connection", None, worked=True)
    assert rest < timedelta(seconds=5)
    assert (
        watch.said(
            lambda: watch.standing.failed("the server closed it", FaultKind.TEMPORARY, worked=True)
        )
        == []
    )


def test_rests_grow_and_a_refused_login_rests_longest(watch):
    """Temporary faults from a minute on; a wrong password half an hour from the first."""

    def rest(kind):
        return watch.standing.failed("words that nobody knows", kind, worked=False)

    first, second = rest(FaultKind.TEMPORARY), rest(FaultKind.TEMPORARY)
    assert 0.8 * MINUTE <= first <= 1.2 * MINUTE
    assert 1.6 * MINUTE <= second <= 2.4 * MINUTE
    assert rest(FaultKind.WRONG_PASSWORD) >= 24 * MINUTE
    assert watch.condition() == ("refused", "words that nobody knows")


def test_a_suggested_rest_is_kept(watch):
    """Microsoft 365 says for how long it wants no more logins (A87)."""
    text = "[THROTTLED] Request is throttled. Suggested Backoff Time: 300000 milliseconds"
    assert watch.standing.failed(text, None, worked=False) >= 4 * MINUTE


def test_hours_of_failure_are_an_alarm_once(watch):
    """After three hours there is one alarm, and another only after it had worked."""
    standing = watch.standing

    def fail():
        return standing.failed("the server closed the connection", None, worked=False)

    fail()
    watch.now += timedelta(hours=2)
    assert watch.said(fail) == []
    watch.now += timedelta(hours=1)
    assert watch.said(fail) == ["mailbox-failing-long"]
    watch.now += timedelta(hours=9)
    assert watch.said(fail) == []


def test_a_folder_that_fails_is_told_once_and_when_it_is_well(watch):
    """The mailbox is watched all the same; the books name the folder."""
    standing = watch.standing
    assert watch.said(lambda: standing.complain("Desk", "gone")) == ["folder-failing"]
    assert watch.said(lambda: standing.complain("Desk", "gone")) == []
    assert watch.said(lambda: standing.well(idles=False)) == ["mailbox-watched"]
    assert watch.said(lambda: standing.well(idles=False)) == []
    watch.now += MINUTE
    standing.well(idles=False)
    assert watch.condition() == ("failing", "Desk: gone")
    assert watch.since() == NOW
    assert watch.said(lambda: standing.complain("Desk", None)) == ["folder-well"]
    assert watch.said(lambda: standing.well(idles=False)) == []
    assert watch.condition() == ("watching", None)


def test_an_error_of_ours_is_logged_once(watch):
    """A fault that repeats is one line, and the mailbox is called failing."""
    error = ValueError("a mistake")
    assert watch.said(lambda: watch.standing.faulty(error)) == ["mailbox-fault", "mailbox-failing"]
    assert watch.said(lambda: watch.standing.faulty(error)) == []
    assert watch.condition() == ("failing", "ValueError: a mistake")


def test_the_end_frees_the_mailbox(watch):
    """Another daemon takes it at once."""
    watch.standing.stopped()
    assert watch.condition() == ("stopped", None)
    with watch.database.writing() as session:
        assert books.take_lease(session, "desk", "two", NOW, MINUTE)
