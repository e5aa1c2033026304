from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mailgate.config import Faults, load
from mailgate.departments import Reopen, ReopenRule
from mailgate.hours import AfterHours, Interval
from mailgate.intake.limits import ListenerLimits
from mailgate.replies.acknowledge import Limits
from tests.unit.config.samples import SMALLEST, guarded

CASES = Path(__file__).parents[2] / "config"


def now():
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_each_wrong_configuration_gets_its_message(case, copy):
    """All that is wrong is said at once, with file, line, key and what to write instead."""
    path = copy(CASES / case)
    with pytest.raises(Faults) as caught:
        load(path, now=now)
    expected = (CASES / case / "expected.txt").read_text(encoding="utf-8")
    assert f"{caught.value.text}\n" == expected
