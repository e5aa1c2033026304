from datetime import UTC, datetime, timedelta

import pytest

from mailgate.outbox import backoff

DUE = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempt", "minutes"), [(1, 30), (2, 60), (3, 120), (4, 240), (5, 240), (1000, 240)]
)
def test_half_an_hour_at_first_then_longer_up_to_four_hours(attempt: int, minutes: int) -> None:
    """A deferred mail waits at least half an hour, and never more than four hours."""
    assert backoff.next_try(attempt, DUE, DUE) == DUE + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("age", "given_up"),
    [
        (timedelta(days=4), False),
        (timedelta(days=5) - timedelta(seconds=1), False),
        (timedelta(days=5), True),
        (timedelta(days=50), True),
    ],
)
def test_given_up_at_the_first_failure_after_five_days(age: timedelta, given_up: bool) -> None:
    """What failed five days or more after it was first due is not tried again."""
    assert (backoff.next_try(9, DUE + age, DUE) is None) is given_up


def test_no_try_comes_sooner_than_half_an_hour_for_all_jitter() -> None:
    """Jitter only lengthens the wait, by at most a tenth."""
    waits = [backoff.next_try(1, DUE, DUE, part / 10) for part in range(11)]
    assert all(wait is not None for wait in waits)
    assert min(filter(None, waits)) == DUE + timedelta(minutes=30)
    assert max(filter(None, waits)) == DUE + timedelta(minutes=33)


def test_over_five_days_a_mail_is_tried_some_thirty_times() -> None:
    """Walked through, the schedule ends by itself within four hours after the five days."""
    now, tries = DUE, 0
    while (at := backoff.next_try(tries + 1, now, DUE)) is not None:
        assert at - now >= timedelta(minutes=30)
        now, tries = at, tries + 1
    assert timedelta(days=5) <= now - DUE < timedelta(days=5, hours=4)
    assert 25 <= tries <= 40


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 1), (1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (10_000, 300)]
)
def test_a_smarthost_that_is_away_is_asked_again_soon(failures: int, seconds: int) -> None:
    """A second at first, doubling up to five minutes, however long it is away."""
    assert backoff.host_wait(failures) == timedelta(seconds=seconds)
