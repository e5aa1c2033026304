"""What was decided on a mail, as people read it."""

from mailgate.cli import results
from mailgate.intake.spool import SpoolResult
from tests.unit.desk import DIRECTORY


def test_a_reason_does_not_repeat_what_it_is_the_reason_of():
    """Beside "acknowledged no" stands why, without saying once more that it was not."""
    row = SpoolResult(spool_id=1, verdict="hold", verdict_reason="its sender is unknown")
    row.acknowledge_reason = "no acknowledgement: no ticket was opened"
    told = results.lines_of(results.told_of(row, DIRECTORY))
    assert ("  because", "no ticket was opened") in told
