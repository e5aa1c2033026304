"""Folders are found as humans write them."""

import pytest

from mailgate.intake.imap.answers import Listed
from mailgate.intake.imap.folders import NoSuchFolderError, find


def listing(*names: str, delimiter: str = "/", flags: dict[str, str] | None = None):
    """Return folders of these names."""
    return [
        Listed(name, delimiter, ((flags or {})[name],) if name in (flags or {}) else ())
        for name in names
    ]


SLASHES = listing("INBOX", "Desk", "Archiwum/Zgłoszenia", "Spam", flags={"Spam": "\\Junk"})
DOTS = listing("INBOX", "INBOX.Desk", "INBOX.Archiwum.Zgłoszenia", delimiter=".")
FLAT = [Listed("INBOX", "", ()), Listed("a.b", "", ())]


@pytest.mark.parametrize(
    ("listed", "wanted", "prefixes", "found"),
    [
        (SLASHES, "INBOX", (), "INBOX"),
        (SLASHES, "inbox", (), "INBOX"),
        ([], "Inbox", (), "INBOX"),
        (SLASHES, "Desk", (), "Desk"),
        (SLASHES, "dESK", (), "Desk"),
        (SLASHES, "archiwum/zgłoszenia", (), "Archiwum/Zgłoszenia"),
        (SLASHES, "Archiwum.Zgłoszenia", (), "Archiwum/Zgłoszenia"),
        (SLASHES, "\\junk", (), "Spam"),
        (DOTS, "desk", ("INBOX.",), "INBOX.Desk"),
        (DOTS, "inbox/desk", ("INBOX.",), "INBOX.Desk"),
        (DOTS, "Archiwum/Zgłoszenia", ("INBOX.",), "INBOX.Archiwum.Zgłoszenia"),
        (listing("Desk", "desk"), "desk", (), "desk"),
        (FLAT, "A.B", (), "a.b"),
    ],
)
def test_a_folder_is_found(listed, wanted, prefixes, found):
    """By its name in any case, with any delimiter, without the prefix, or by special use."""
    assert find(listed, wanted, prefixes) == found


@pytest.mark.parametrize(
    ("listed", "wanted", "text"),
    [
        (SLASHES, "Nowhere", "there is no folder Nowhere; there are Archiwum/Zgłoszenia, Desk"),
        (listing("Desk", "DESK"), "desk", "desk may be one of Desk, DESK; write it as"),
        (DOTS, "desk", "there is no folder desk"),
        (listing("Gone", flags={"Gone": "\\Noselect"}), "Gone", "there is no folder Gone"),
        (SLASHES, "\\Archive", "there is no folder"),
        (listing(*map(str, range(100))), "x", "and 70 more"),
    ],
)
def test_what_is_missing_or_ambiguous_is_told_with_what_there_is(listed, wanted, text):
    """The text lists the folders, but not hundreds of them."""
    with pytest.raises(NoSuchFolderError) as raised:
        find(listed, wanted)
    assert text in str(raised.value)
