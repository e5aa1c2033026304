"""What a folder holds is compared with what the books say."""

from datetime import UTC, datetime

import pytest

from mailgate.intake.imap.reconcile import Differences, compare
from mailgate.intake.imap.tables import MailboxFolder, MailboxMail, MailState

NOW = datetime(2026, 11, 20, tzinfo=UTC)
FOLDER = MailboxFolder(
    mailbox="desk", folder="INBOX", uidvalidity=1, floor=10, watermark=20, first_contact_at=NOW
)


def mails(**states: str):
    """Return rows by UID, named as u11=STATE; a state with ! was removed by us."""
    return {
        int(name[1:]): MailboxMail(
            mailbox="desk",
            folder="INBOX",
            uidvalidity=1,
            uid=int(name[1:]),
            state=state.strip("!"),
            removed=state.endswith("!"),
            at=NOW,
        )
        for name, state in states.items()
    }


DONE, TAKEN, UNREADABLE = MailState.DONE, MailState.TAKEN, MailState.UNREADABLE


@pytest.mark.parametrize(
    ("there", "books", "settles", "found"),
    [
        ([], {}, True, Differences()),
        ([3, 9, 10], {}, True, Differences()),
        ([11], mails(u11=DONE), True, Differences()),
        ([], mails(u11=DONE), True, Differences()),
        ([11, 12], mails(u11=DONE), True, Differences(unknown=(12,))),
        ([11], mails(u11=UNREADABLE), True, Differences(unreadable=(11,))),
        ([11], mails(u11=TAKEN), True, Differences(unsettled=(11,))),
        ([11], mails(u11=TAKEN), False, Differences()),
        ([11], mails(u11=DONE + "!"), True, Differences(back=(11,))),
    ],
)
def test_what_differs_is_told_by_uid(there, books, settles, found):
    """Mail from before us, and mail that a human removed, are no difference."""
    assert compare(there, FOLDER, books, settles=settles) == found
    assert bool(str(found)) == (found != Differences())


def test_few_uids_are_told_of_many():
    """The words stay short, however much differs."""
    told = str(Differences(unknown=tuple(range(100_000))))
    assert told.endswith("19 and 99980 more")
    assert len(told) < 200
