"""Rests grow and are jittered; connections to a host are few and go round."""

import threading
from datetime import timedelta

import pytest

from mailgate.intake.imap.patience import Slots, pause
from mailgate.intake.imap.settings import Backoff

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("failures", "hint", "minutes"),
    [
        (0, None, 2 / 60),
        (1, None, 1),
        (2, None, 2),
        (3, None, 4),
        (5, None, 16),
        (6, None, 30),
        (1000, None, 30),
        (1, 5 * MINUTE, 5),
        (6, 5 * MINUTE, 30),
        (1, timedelta(days=9), 60),
        (0, 5 * MINUTE, 5),
    ],
)
def test_rests_double_up_to_half_an_hour(failures, hint, minutes):
    """From one minute to thirty; a server may ask for more, up to an hour."""
    middle = pause(Backoff(), failures, hint, lambda: 0.5)
    assert middle.total_seconds() == pytest.approx(minutes * 60)
    assert pause(Backoff(), failures, hint, lambda: 0.0) == 0.8 * middle
    assert pause(Backoff(), failures, hint, lambda: 1.0) == 1.2 * middle


def test_a_server_that_throttles_for_an_hour_sees_few_logins():
    """Within an hour of failures there are at most twelve tries, with the shortest rests too."""
    spent, tries = timedelta(), 0
    while spent < timedelta(hours=1):
        tries += 1
        spent += pause(Backoff(), tries, None, lambda: 0.0)
    assert tries <= 12


def test_slots_are_given_out_in_turn():
    """No more than allowed at a time; who waits is known; a slot given back goes to him."""
    slots = Slots()
    assert slots.take("a", 1, 0)
    assert slots.take("b", 1, 0)
    assert not slots.take("a", 1, 0)
    assert not slots.wanted("a")
    got = threading.Event()

    def wait() -> None:
        assert slots.take("a", 1, 20)
        got.set()

    thread = threading.Thread(target=wait)
    thread.start()
    while not slots.wanted("a"):
        pass
    slots.give_back("a")
    thread.join()
    assert got.is_set()
    assert not slots.take("a", 1, 0)
