from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from mailgate.departments import Reopen, ReopenRule
from mailgate.tickets import lifecycle
from mailgate.tickets.lifecycle import MoveRefusedError, Status

OPEN, ANSWERED, REPLIED = Status.OPEN, Status.ANSWERED, Status.CUSTOMER_REPLIED
HOLD, RESOLVED, CLOSED = Status.ON_HOLD, Status.RESOLVED, Status.CLOSED


@pytest.mark.parametrize(
    ("before", "answered", "after"),
    [
        (OPEN, False, OPEN),
        (OPEN, True, REPLIED),
        (ANSWERED, True, REPLIED),
        (REPLIED, True, REPLIED),
        (HOLD, False, REPLIED),
        (HOLD, True, REPLIED),
        (RESOLVED, True, OPEN),
        (CLOSED, False, OPEN),
        (CLOSED, True, OPEN),
    ],
)
def test_a_customers_mail_moves_the_status(before: Status, answered: bool, after: Status) -> None:
    """What was settled is open again; what was answered or held waits for the agent."""
    assert lifecycle.after_customer(before, answered) is after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (OPEN, ANSWERED),
        (REPLIED, ANSWERED),
        (ANSWERED, ANSWERED),
        (HOLD, HOLD),
        (RESOLVED, RESOLVED),
        (CLOSED, CLOSED),
    ],
)
def test_an_agents_reply_answers_what_is_open(before: Status, after: Status) -> None:
    """A hold and a settled state were set on purpose and stay."""
    assert lifecycle.after_agent(before) is after


@pytest.mark.parametrize(
    ("move", "allowed", "gives"),
    [
        (lifecycle.hold, {OPEN, ANSWERED, REPLIED, HOLD}, HOLD),
        (lifecycle.resolve, {OPEN, ANSWERED, REPLIED, HOLD}, RESOLVED),
        (lifecycle.close, {OPEN, ANSWERED, REPLIED, HOLD, RESOLVED}, CLOSED),
        (lifecycle.reopen, {HOLD, RESOLVED, CLOSED}, OPEN),
    ],
)
def test_a_move_is_allowed_or_refused_with_a_sentence(
    move: Callable[[Status], Status], allowed: set[Status], gives: Status
) -> None:
    """From every other status the move is refused, and the refusal names the status."""
    for status in Status:
        if status in allowed:
            assert move(status) is gives
        else:
            with pytest.raises(MoveRefusedError, match=status):
                move(status)


def test_only_resolved_and_closed_are_settled() -> None:
    """Whoever is on hold is still being dealt with."""
    assert {status for status in Status if lifecycle.is_settled(status)} == {RESOLVED, CLOSED}


CLOSED_AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
MONTH = Reopen(ReopenRule.WITHIN, 30)


@pytest.mark.parametrize(
    ("rule", "closed_at", "after", "reopens"),
    [
        (Reopen(), CLOSED_AT, timedelta(days=3650), True),
        (MONTH, CLOSED_AT, timedelta(days=30), True),
        (MONTH, CLOSED_AT, timedelta(days=30, seconds=1), False),
        (Reopen(ReopenRule.NEVER), CLOSED_AT, timedelta(0), False),
        (Reopen(ReopenRule.NEVER), None, timedelta(0), True),
        (MONTH, None, timedelta(days=365), True),
    ],
)
def test_a_closed_ticket_reopens_as_the_department_set(
    rule: Reopen, closed_at: datetime | None, after: timedelta, reopens: bool
) -> None:
    """Always, within so many days, or never; a merely resolved one always does."""
    assert lifecycle.may_reopen(rule, closed_at, CLOSED_AT + after) is reopens
