"""mailgate tickets attachment: one file of a ticket, as it was sent.

Nothing is opened or unpacked on the way, and no file that is there is overwritten.
"""

import sys
from pathlib import Path

import click

from mailgate.cli.desk import opened
from mailgate.cli.failures import BAD_INPUT, NOTHING_FOUND, Failure
from mailgate.cli.number import FileId
from mailgate.cli.output import plain
from mailgate.tickets import files


@click.command(
    name="attachment", epilog="Example: mailgate tickets attachment 17 -o . ; see show --json"
)
@click.argument("file_id", metavar="ID", type=FileId())
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Where to write it; a folder: there, under its own name. Default: standard output.",
)
@click.pass_obj
def attachment(path: Path | None, file_id: int, output: Path | None) -> None:
    """Write a file of a ticket, as it was sent.

    `tickets show` prints the ids. Nothing that is there is overwritten. A terminal is no place for
    a file: name one with -o.
    """
    with opened(path) as desk, desk.database.reading() as session:
        found = files.find(session, file_id)
    if found is None:
        raise Failure(NOTHING_FOUND, f"no attachment {file_id}: see `mailgate tickets show`")
    if found.octets is None:
        raise Failure(NOTHING_FOUND, f"the mail that held {plain(found.name)} is kept no more")
    if output is not None:
        _save(found.octets, output / found.name if output.is_dir() else output)
    elif sys.stdout.isatty():
        raise Failure(BAD_INPUT, "a file may hold what harms a terminal; name a file with -o")
    else:
        sys.stdout.buffer.write(found.octets)
        sys.stdout.buffer.flush()


def _save(octets: bytes, where: Path) -> None:
    try:
        with where.open("xb") as file:
            file.write(octets)
    except OSError as error:
        raise Failure(BAD_INPUT, f"{where}: {error.strerror or error}") from None
    click.echo(str(where), err=True)
