from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from mailgate.replies.dates import day_text, english_plural, moment_text, polish_plural

WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.mark.parametrize(
    ("at", "polish", "english"),
    [
        ("2026-11-03T17:05", "3 listopada 2026 r., godz. 18:05", "3 November 2026, 18:05"),
        ("2026-07-31T22:00", "1 sierpnia 2026 r., godz. 00:00", "1 August 2026, 00:00"),
        ("2026-12-31T23:59", "1 stycznia 2027 r., godz. 00:59", "1 January 2027, 00:59"),
        ("2026-03-29T00:59", "29 marca 2026 r., godz. 01:59", "29 March 2026, 01:59"),
        ("2026-03-29T01:00", "29 marca 2026 r., godz. 03:00", "29 March 2026, 03:00"),
        (
            "2026-10-25T00:30",
            "25 października 2026 r., godz. 02:30 CEST",
            "25 October 2026, 02:30 CEST",
        ),
        (
            "2026-10-25T01:30",
            "25 października 2026 r., godz. 02:30 CET",
            "25 October 2026, 02:30 CET",
        ),
        ("2026-10-25T02:00", "25 października 2026 r., godz. 03:00", "25 October 2026, 03:00"),
    ],
)
def test_moments_in_words(at, polish, english):
    """A moment is told in local time; an hour that comes twice says which one is meant."""
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert moment_text(moment, WARSAW, "pl") == polish
    assert moment_text(moment, WARSAW, "en") == english


@pytest.mark.parametrize(
    ("day", "polish"),
    [
        (date(2026, 12, 1), "1 grudnia 2026 r."),
        (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), "1 grudnia 2026 r."),
        (datetime(2026, 11, 30, 22, 59, tzinfo=UTC), "30 listopada 2026 r."),
    ],
)
def test_days_in_words(day, polish):
    """A date is itself; of a moment the local date is meant."""
    assert day_text(day, WARSAW, "pl") == polish


@pytest.mark.parametrize(
    ("count", "form"),
    [
        (0, "zgłoszeń"),
        (1, "zgłoszenie"),
        *((n, "zgłoszenia") for n in (2, 3, 4, 22, 104, 1002)),
        *((n, "zgłoszeń") for n in (5, 11, 12, 13, 14, 21, 25, 112, 1013)),
    ],
)
def test_polish_plurals(count, form):
    """Polish has three forms; the teens are all many."""
    assert polish_plural(count, "zgłoszenie", "zgłoszenia", "zgłoszeń") == form


def test_english_plurals():
    """English has two forms; nought is many."""
    assert [english_plural(n, "day", "days") for n in (0, 1, 2)] == ["days", "day", "days"]
