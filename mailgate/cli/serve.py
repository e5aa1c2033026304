"""mailgate run and mailgate migrate: the daemon, and the schema it needs."""

from pathlib import Path

import click

from mailgate.cli.failures import MISCONFIGURED, Failure


@click.command(epilog="Example: mailgate -c /etc/mailgate/mailgate.toml run")
@click.option(
    "--clock",
    metavar="FILE",
    envvar="MAILGATE_CLOCK",
    type=click.Path(path_type=Path),
    help="Take the time from FILE; only for a store that `mailgate demo` made.",
)
@click.pass_obj
def run(path: Path | None, clock: Path | None) -> None:
    """Run the daemon in the foreground until SIGTERM or SIGINT.

    It takes mail in, works it off and sends what is due; its log goes to stderr, a JSON object
    on each line. A fresh database is made; one of an older version wants `mailgate migrate`.
    """
    from mailgate import logs
    from mailgate.config import load
    from mailgate.daemon.run import run as serve

    configuration = load(path)
    for warning in configuration.warnings:
        click.echo(f"warning: {warning}", err=True)
    logs.configure()
    serve(configuration, clock)


@click.command(epilog="Example: mailgate -c /etc/mailgate/mailgate.toml migrate")
@click.pass_obj
def migrate(path: Path | None) -> None:
    """Bring the database schema up to date, or make it where there is none.

    Safe to run at any time, and twice. Forward only: back up first.
    """
    from mailgate.config import load
    from mailgate.store import migrate as schema
    from mailgate.store.database import Database

    configuration = load(path, lent=False)
    if configuration.store_url.startswith("sqlite"):
        configuration.state.mkdir(mode=0o750, parents=True, exist_ok=True)
    database = Database(configuration.store_url)
    try:
        before = schema.state(database)
        if before is schema.SchemaState.NEWER:
            text = "the database is of a newer version than this program: install that version"
            raise Failure(MISCONFIGURED, text)
        schema.upgrade(database)
    finally:
        database.dispose()
    done = {"empty": "made", "older": "brought up to date", "current": "up to date already"}
    click.echo(f"the database is {done[before]}", err=True)
