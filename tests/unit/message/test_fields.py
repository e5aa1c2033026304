from datetime import UTC, datetime

import pytest

from mailgate.message import fields


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("Fri, 20 Nov 2026 10:00:00 +0100", (2026, 11, 20, 9, 0, 0)),
        ("20 Nov 2026 10:00 -0530", (2026, 11, 20, 15, 30, 0)),
        ("Fri,  20 Nov 26 10:00:00 GMT", (2026, 11, 20, 10, 0, 0)),
        ("20 Nov 98 10:00:00 EST", (1998, 11, 20, 15, 0, 0)),
        ("Fri, 20 November 2026 10.00.00 CET", (2026, 11, 20, 9, 0, 0)),
        ("Fri, 20 Nov 2026 10:00:60 +0000 (leap)", (2026, 11, 20, 10, 0, 59)),
        ("20-Nov-2026 10:00:00 Q", (2026, 11, 20, 10, 0, 0)),
        ("Fri, 20 Nov 2026 10:00:00", (2026, 11, 20, 10, 0, 0)),
        ("2026-11-20T10:00:00.5+01:00", (2026, 11, 20, 9, 0, 0)),
        ("2026-11-20 10:00:00", (2026, 11, 20, 10, 0, 0)),
        ("2026-11-20T10:00Z", (2026, 11, 20, 10, 0, 0)),
        ("Fri Nov 20 10:00:00 2026", (2026, 11, 20, 10, 0, 0)),
        ("Nov  2 10:00:00 CET 2026", (2026, 11, 2, 9, 0, 0)),
        ("pt., 20 Nov 2026 10:00:00 +0100", (2026, 11, 20, 9, 0, 0)),
    ],
)
def test_dates_are_moments_in_utc(value: str, moment: tuple[int, int, int, int, int, int]) -> None:
    """RFC 5322 dates, the obsolete ones and near misses give an aware moment in UTC."""
    assert fields.date(value) == datetime(*moment, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    ["", "yesterday", "32 Nov 2026 10:00", "20 Foo 2026 10:00", "20 Nov 2026 25:00:00",
     "1 Jan 0000 00:00:00 +0000", "31 Dec 9999 23:59:59 -2300", "20 Nov 0001 00:00:00 +2359",
     "Fri " * 100, "2026-13-20T10:00:00Z", "Fri Foo 20 10:00:00 2026"],
)  # fmt: skip
def test_what_is_no_date_is_none(value: str) -> None:
    """Nonsense gives no moment, and no error."""
    found = fields.date(value)
    assert found is None or found.year in (2000, 2001, 1999)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("<a@b>", "<a@b>"),
        ("  <a@b> (comment)", "<a@b>"),
        ("a@b", "<a@b>"),
        ("< a@b >", "<a@b>"),
        ("<[", ""),
        ("", ""),
        ("two words", ""),
        ("<" + "a" * 600 + ">", ""),
    ],
)
def test_a_message_id_has_brackets(value: str, found: str) -> None:
    """One identifier with its brackets, at most 500 characters, or none."""
    assert fields.message_id(value) == found


def test_references_keep_the_first_and_the_last() -> None:
    """Of an endless thread its first identifier and its last ones are kept, each once."""
    found = fields.message_ids(" ".join(f"<{n}@x>" for n in range(500)) + " <499@x> junk")
    assert (len(found), found[0], found[-1]) == (199, "<0@x>", "<499@x>")
