"""mailgate jobs: what is done by the clock, when it last ran, and what went wrong."""

from pathlib import Path

import click

from mailgate.cli.desk import opened
from mailgate.cli.output import Told, clock, columns, iso, print_json
from mailgate.jobs import schedule


@click.command(epilog="Example: mailgate jobs --json")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.pass_obj
def jobs(path: Path | None, as_json: bool) -> None:
    """Print the last run, the next run and the last error of each job.

    Jobs are run by the daemon; one that never ran is not listed.
    """
    with opened(path) as desk, desk.database.reading() as session:
        zone = desk.zone()
        told: list[Told] = [
            {
                "job": each.job,
                "last_run": iso(each.last_run, zone),
                "finished": each.finished,
                "next_run": iso(each.next_run, zone),
                "last_error": each.last_error,
                "last_error_at": iso(each.last_error_at, zone),
            }
            for each in schedule.listing(session)
        ]
    if as_json:
        print_json(told)
    elif told:
        header = ("JOB", "LAST RUN", "FINISHED", "NEXT RUN", "LAST ERROR")
        rows = (
            (
                each["job"],
                clock(each["last_run"]),
                "yes" if each["finished"] else "no",
                clock(each["next_run"]),
                f"{clock(each['last_error_at'])} {each['last_error']}"
                if each["last_error"]
                else None,
            )
            for each in told
        )
        click.echo(columns(header, rows))
    else:
        click.echo("no job has run yet; they run in `mailgate run`", err=True)
