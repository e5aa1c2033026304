from datetime import UTC, datetime, timedelta

from mailgate.jobs.schedule import Job, Schedule

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


def test_jobs_are_told_with_their_last_error(mailgate):
    """An operator sees when each ran, when it runs again, and what went wrong."""
    assert mailgate.told("jobs") == []
    assert "no job has run yet" in mailgate("jobs").stderr

    def fail(_: datetime) -> None:
        raise OSError("disk gone")

    jobs = [
        Job("close", timedelta(minutes=1), lambda _: None),
        Job("tidy", timedelta(hours=1), fail),
    ]
    schedule = Schedule(mailgate.database, jobs, "one", lambda: NOW)
    while schedule.step():
        pass
    closing, tidying = mailgate.told("jobs")
    assert (closing["job"], closing["finished"], closing["last_error"]) == ("close", True, None)
    assert closing["last_run"] == "2026-11-03T10:00:00+01:00"
    assert closing["next_run"] == "2026-11-03T10:01:00+01:00"
    assert (tidying["job"], tidying["last_error"]) == ("tidy", "OSError: disk gone")
    assert "2026-11-03 10:00 OSError: disk gone" in mailgate("jobs").stdout
