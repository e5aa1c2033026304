"""mailgate explain: what is decided on a message, and which header, rule or line decided it.

On a file it is a dry run that stores nothing; on a spool id or a Message-ID it is what was
recorded. Any octets at all give an answer.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

import click

from mailgate import cage
from mailgate.cli import account, scene
from mailgate.cli.failures import BAD_INPUT, NOTHING_FOUND, UNAVAILABLE, Failure
from mailgate.cli.output import Told, plain, print_json
from mailgate.cli.scene import Scene
from mailgate.gateway import spine
from mailgate.gateway.believing import believe
from mailgate.gateway.rehearse import rehearse
from mailgate.intake import held
from mailgate.intake.content import Content
from mailgate.intake.spool import Arrival, Claimed, Spool, claimed_of, results_of
from mailgate.message.address import Envelope
from mailgate.message.authenticity import Authenticity, Judgement

_BLOCK_BYTES = 256 * 1024
_HEAD_BYTES = 1024 * 1024
_ID = re.compile(r"[0-9]{1,18}|<?[^<>\s/]+@[^<>\s/]+>?")


@click.command(epilog="Example: mailgate explain mail.eml --to help@example.com")
@click.argument("what", metavar="FILE|ID...", nargs=-1, required=True, type=click.Path())
@click.option("--mail-from", metavar="A", help="Envelope sender of a dry run.")
@click.option("--to", metavar="A", multiple=True, help="Envelope recipient of a dry run.")
@click.option("--at", metavar="TIME", help="When it comes in, in a dry run. Default: now.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object on a line for each.")
@click.pass_context
def explain(
    ctx: click.Context,
    what: tuple[str, ...],
    mail_from: str | None,
    to: tuple[str, ...],
    at: str | None,
    as_json: bool,
) -> None:
    """Tell what is decided on a message, and why.

    FILE ("-" is standard input) is a dry run: a configuration and a database are used if there
    are any, and nothing is changed. ID is a spool id or a Message-ID, and what was decided then
    is told.
    """
    sender = None if mail_from is None else mail_from.strip().removeprefix("<").removesuffix(">")
    worst = 0
    with scene.found(ctx.obj) as where:
        received_at = _moment(at, where)
        for number, each in enumerate(what):
            try:
                told = _one(where, each, Envelope(sender, to), received_at)
            except Failure as failure:
                click.echo(f"{plain(each)}: {failure.message}", err=True)
                worst = max(worst, failure.exit_code)
                continue
            if as_json:
                print_json(told, on_one_line=True)
            else:
                click.echo("\n" * (number > 0) + account.page_of(told))
    ctx.exit(worst)


def _one(where: Scene, what: str, envelope: Envelope, at: datetime) -> Told:
    if what != "-" and not Path(what).exists() and _ID.fullmatch(what):
        return _recorded(where, what)
    try:
        with _content_of(what) as content:
            return _rehearsed(where, what, content, envelope, at)
    except OSError as error:
        raise Failure(BAD_INPUT, f"cannot be read: {error.strerror or error}") from None


def _rehearsed(where: Scene, file: str, content: Content, envelope: Envelope, at: datetime) -> Told:
    message = cage.read(content.size, content.head(_HEAD_BYTES), content.chunks)
    arrival = Arrival("accept", envelope, at)
    claimed = Claimed(0, arrival, content.sha256, content.size, 1, None)
    judgement = None
    if where.office is not None:
        judgement = believe(where.office, message, claimed, where.check, content.chunks)
    with where.reading() as session:
        rehearsal = rehearse(session, where.office, message, claimed, where.now(), judgement)
    told = account.told_of(message, rehearsal, rehearsal.results, where.office)
    return {"file": file, "size": content.size, "sha256": content.sha256} | told


def _recorded(where: Scene, key: str) -> Told:
    if where.database is None:
        raise Failure(UNAVAILABLE, "no such file, and no database to look for a mail of that id")
    with where.reading() as session:
        row = held.find(session, key) if session is not None else None
        if session is None or row is None:
            raise Failure(NOTHING_FOUND, "no such file, and no mail of that spool id or Message-ID")
        message = spine.read(where.database, claimed_of(row))
        rehearsal = rehearse(
            session, where.office, message, claimed_of(row), row.received_at, _recorded_of(row)
        )
        told = account.told_of(message, rehearsal, results_of(session, row.id or 0), where.office)
    return {
        "file": None,
        "size": row.size,
        "sha256": row.sha256,
        "spool_id": row.id,
        "state": row.state,
        "cause": row.cause,
        "last_error": row.last_error,
    } | told


def _recorded_of(row: Spool) -> Judgement | None:
    """Return what was held of the sender when it was decided, None where it was not yet."""
    if row.authenticity is None:
        return None
    return Judgement(Authenticity(row.authenticity), row.authenticity_reason or "")


@contextmanager
def _content_of(file: str) -> Iterator[Content]:
    """Give all of a file, or of standard input, read once: it may be a pipe, or change."""
    with Content(Path(tempfile.gettempdir())) as content:
        if file == "-":
            _fill(content, sys.stdin.buffer)
        else:
            with Path(file).open("rb") as stream:
                _fill(content, stream)
        content.finish()
        yield content


def _fill(content: Content, stream: IO[bytes]) -> None:
    while block := stream.read(_BLOCK_BYTES):
        content.write(block)


def _moment(text: str | None, where: Scene) -> datetime:
    if text is None:
        return where.now()
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f'"{text}": no such time; write for example 2026-11-07T10:00'
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=where.zone)
