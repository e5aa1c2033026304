"""When a mail that could not be handed on is tried again, and when it is given up.

Pure: the time and the jitter come as arguments. A mail that was deferred waits by itself; when
the smarthost as a whole is away, all wait together, for a shorter while.
"""

from datetime import datetime, timedelta

FIRST_WAIT = timedelta(minutes=30)
LONGEST_WAIT = timedelta(hours=4)
GIVE_UP_AFTER = timedelta(days=5)

FIRST_HOST_WAIT = timedelta(seconds=1)
LONGEST_HOST_WAIT = timedelta(minutes=5)

# Jittered upwards, so that a restart does not retry everything at once and the half hour holds.
_JITTER = 0.1


def next_try(
    attempt: int, now: datetime, first_due_at: datetime, random: float = 0.0
) -> datetime | None:
    """Return when a deferred mail is tried again, or None to give up.

    attempt: deliveries tried so far, from 1. now, first_due_at: aware, UTC. random: from 0 to 1,
    stretches the wait by up to a tenth. Half an hour at first, doubling up to four hours; given up
    at the first failure five days or more after it was first due, the upper end of what
    RFC 5321 §4.5.4.1 recommends.
    """
    if is_too_old(now, first_due_at):
        return None
    return now + _doubled(FIRST_WAIT, attempt, LONGEST_WAIT) * (1 + _JITTER * random)


def is_too_old(now: datetime, first_due_at: datetime) -> bool:
    """Say whether a mail that fails now is given up (RFC 5321 §4.5.4.1: four to five days)."""
    return now - first_due_at >= GIVE_UP_AFTER


def host_wait(failures: int, random: float = 0.0) -> timedelta:
    """Return how long to leave a smarthost alone that could not be talked to.

    failures: in a row, from 1. random: as above. A second at first, doubling up to five minutes:
    it is our own smarthost and mostly just restarting, so that the half hour of
    RFC 5321 §4.5.4.1, which protects strangers' hosts, would only keep customers waiting.
    """
    return _doubled(FIRST_HOST_WAIT, failures, LONGEST_HOST_WAIT) * (1 + _JITTER * random)


def _doubled(first: timedelta, times: int, longest: timedelta) -> timedelta:
    # 16 doublings are beyond every limit here; a larger power would not fit into a timedelta.
    return min(longest, first * (1 << min(max(times, 1) - 1, 16)))
