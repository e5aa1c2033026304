"""How fast mail may come from one place."""

import pytest

from mailgate.intake.limits import Pace, RateLimits
from mailgate.intake.rates import MOST_REMEMBERED, Buckets, Rates, Who


class Clock:
    """A clock that goes on when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _taken(buckets: Buckets, key: str, now: float, most: int = 10_000) -> int:
    taken = 0
    while taken < most and buckets.has_one(key, now):
        buckets.take(key, now)
        taken += 1
    return taken


def test_a_minute_and_an_hour_hold_together() -> None:
    """All of a minute's mails may come at once, then one for each that is refilled."""
    buckets = Buckets(Pace(6, 10))
    assert _taken(buckets, "a", 0) == 6
    assert _taken(buckets, "a", 9) == 0
    assert _taken(buckets, "a", 10) == 1
    # The hour's ten are used up by the three that come after these, a minute's six or not.
    assert _taken(buckets, "a", 100) == 3
    assert _taken(buckets, "a", 359) == 0
    assert _taken(buckets, "a", 361) == 1
    assert _taken(buckets, "b", 361) == 6


@pytest.mark.parametrize(
    ("pace", "count"), [(Pace(3, None), 3), (Pace(None, 5), 5), (Pace(), 10_000)]
)
def test_a_pace_may_name_either_or_none(pace: Pace, count: int) -> None:
    """What is not limited is not counted either."""
    buckets = Buckets(pace)
    assert _taken(buckets, "a", 0) == count
    assert len(buckets) == (count < 10_000)


@pytest.mark.attack("A25")
def test_no_flood_of_names_grows_the_memory() -> None:
    """Forged senders push each other out; whoever was heard of last stays known."""
    buckets = Buckets(Pace(1, None))
    buckets.take("first", 0)
    for number in range(3 * MOST_REMEMBERED):
        buckets.take(f"{number}", 0)
        if number % 1000 == 0:
            buckets.take("busy", 0)
    assert len(buckets) == MOST_REMEMBERED
    assert buckets.has_one("first", 0)
    assert not buckets.has_one("busy", 0)


@pytest.mark.attack("A25")
def test_a_sender_slows_down_himself_and_his_network_only() -> None:
    """Nobody is shut out by whoever uses his name elsewhere, or in another spelling here."""
    clock = Clock()
    rates = Rates(RateLimits(Pace(2, None), Pace(5, None), ()), clock)
    assert rates.too_fast("a@c.example", "192.0.2.1") is None
    assert rates.too_fast("A@C.example", "192.0.2.2") is None
    assert rates.too_fast("a@c.example", "192.0.2.3") is Who.SENDER
    assert rates.too_fast("a@c.example", "198.51.100.1") is None
    for number in range(3):
        assert rates.too_fast(f"{number}@d.example", "192.0.2.1") is None
    assert rates.too_fast("new@d.example", "192.0.2.250") is Who.NETWORK
    assert rates.too_fast("new@d.example", "192.0.3.1") is None
    clock.now += 60
    assert rates.too_fast("a@c.example", "192.0.2.3") is None


def test_bounces_are_nobodys() -> None:
    """The null sender is not one sender; only the network it comes from is counted."""
    rates = Rates(RateLimits(Pace(1, None), Pace(3, None), ()), Clock())
    assert [rates.too_fast("", "192.0.2.1") for _ in range(4)] == [None] * 3 + [Who.NETWORK]


def test_our_own_mail_servers_are_not_counted() -> None:
    """What a trusted relay hands on, it has taken: a refusal would only fill its queue."""
    rates = Rates(RateLimits(Pace(1, None), Pace(1, None)), Clock())
    for peer in ("127.0.0.1", "::1", "::ffff:127.0.0.9", ""):
        assert [rates.too_fast("a@c.example", peer) for _ in range(3)] == [None] * 3
    assert rates.too_fast("a@c.example", "192.0.2.1") is None
    assert rates.too_fast("a@c.example", "192.0.2.1") is Who.NETWORK


def test_an_operator_is_told_of_a_flood_once_a_minute() -> None:
    """A storm at the door is no storm in the log."""
    clock = Clock()
    rates = Rates(RateLimits(), clock)
    assert [rates.is_news("192.0.2.1") for _ in range(3)] == [True, False, False]
    assert rates.is_news("198.51.100.1")
    clock.now += 59
    assert not rates.is_news("192.0.2.2")
    clock.now += 1
    assert rates.is_news("192.0.2.1")
    for number in range(MOST_REMEMBERED):
        rates.is_news(f"10.{number >> 8}.{number & 255}.1")
    assert rates.is_news("192.0.2.1")
