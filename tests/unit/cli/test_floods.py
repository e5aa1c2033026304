"""A flood on the command line: one line, and one command for all of it."""

import pytest

from mailgate.intake.model import Spool

MAIL = b"From: Eve <eve@example.net>\r\nSubject: %d\r\n\r\nx\r\n"
ENVELOPE = ("--mail-from", "eve@example.net", "--to", "help@example.com")


@pytest.fixture
def flooded(mailgate):
    """Give five held mails, four of them in one flood; return the command line."""
    ids = [mailgate.accepted(MAIL % number, *ENVELOPE) for number in range(5)]
    for spool_id in ids:
        mailgate.hold(spool_id)
    with mailgate.database.writing() as session:
        for spool_id in ids[:4]:
            row = session.get_one(Spool, spool_id)
            row.cause, row.flood_of = "flood", "eve@example.net"
    return mailgate


@pytest.mark.attack("A25")
def test_a_flood_is_one_line_of_what_is_held(flooded):
    """Whoever looks through held mail is not shown a thousand mails of one sender."""
    listed = flooded("spool", "list", "--held").stdout
    assert listed.count("eve@example.net") == 2
    assert ["eve@example.net", "4"] in [line.split()[:2] for line in listed.splitlines()]
    assert len(flooded.told("spool", "list", "--held")) == 5
    (group,) = flooded.told("spool", "list", "--floods")
    assert (group["flood_of"], group["count"]) == ("eve@example.net", 4)
    assert group["first_at"] <= group["last_at"]


def test_a_flood_is_let_in_at_once(flooded):
    """Every mail of it becomes a ticket; the other held mail stays where it is."""
    assert flooded("spool", "release", "--flood", "Eve@example.net").stdout == (
        "4 mails of eve@example.net are let in as new tickets\n"
    )
    flooded.work_off()
    assert len(flooded.told("tickets", "list")) == 4
    assert len(flooded.told("spool", "list", "--held")) == 1
    assert flooded("spool", "list", "--floods").stderr == "no flood is held\n"


def test_a_flood_is_put_away_at_once(flooded):
    """With a reason that stays with each mail."""
    assert flooded.told("spool", "delete", "--flood", "eve@example.net", "--why", "bomb") == {
        "flood_of": "eve@example.net",
        "count": 4,
    }
    gone = flooded.told("spool", "list", "--state", "deleted")
    assert len(gone) == 4
    assert flooded.told("spool", "show", str(gone[0]["id"]))["why"] == "bomb"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("release",), 64),
        (("release", "1", "--flood", "eve@example.net"), 64),
        (("release", "--flood", "eve@example.net", "--ticket", "123456"), 64),
        (("delete", "--why", "x"), 64),
        (("release", "--flood", "nobody@example.net"), 1),
        (("delete", "--flood", "", "--why", "x"), 1),
    ],
)
def test_what_names_no_flood_changes_nothing(flooded, arguments, code):
    """It is one mail or one flood, and a flood that is held."""
    result = flooded("spool", *arguments)
    assert (result.exit_code, bool(result.stderr)) == (code, True)
    assert len(flooded.told("spool", "list", "--held")) == 5
