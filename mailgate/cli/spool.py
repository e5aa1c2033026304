"""mailgate spool: mail taken in, what was decided on it, and what an operator does with held mail.

Octets are never changed. A mail that is let go on is worked off by the daemon within seconds.
"""

import sys
from datetime import tzinfo
from pathlib import Path
from typing import Any

import click
from sqlmodel import Session

from mailgate.cli import evidence, results
from mailgate.cli import floods as flooding
from mailgate.cli.desk import Desk, opened
from mailgate.cli.failures import NOTHING_FOUND, Failure
from mailgate.cli.number import Number
from mailgate.cli.output import Told, clock, columns, iso, octets, pairs, plain, print_json
from mailgate.gateway import spine
from mailgate.intake import floods, held
from mailgate.intake.spool import Spool, State, claimed_of, results_of
from mailgate.store import blobs
from mailgate.tickets import views

_COLUMNS = ("ID", "RECEIVED", "STATE", "CAUSE", "SIZE", "FROM", "TO", "RESULT")
_MAX_DIGITS = 18  # more than any id has, and no more than a database takes
_JSON = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
_ID = click.argument("key", metavar="ID")
_MAYBE_ID = click.argument("key", metavar="[ID]", required=False)
_FLOOD = click.option("--flood", metavar="SENDER", help="All that is held in this one's flood.")


@click.group()
def spool() -> None:
    """List and follow mail taken in; let held mail go on, or put it away.

    ID is the spool id, or the Message-ID.
    """


@spool.command(name="list", epilog="Example: mailgate spool list --held")
@click.option("--held", "only_held", is_flag=True, help="Only what waits for a human.")
@click.option("--floods", "only_floods", is_flag=True, help="Only senders whose mail is a flood.")
@click.option("--state", type=click.Choice([each.value for each in State]), multiple=True)
@click.option("--limit", type=click.IntRange(1), default=1000, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.pass_obj
def list_(
    path: Path | None,
    only_held: bool,
    only_floods: bool,
    state: tuple[str, ...],
    limit: int,
    as_json: bool,
) -> None:
    """List mail taken in, the newest first. With --held a flood is one line, by its sender."""
    if only_floods:
        _list_floods(path, as_json)
        return
    states = [State(each) for each in state] + ([State.HELD] if only_held else [])
    with opened(path) as desk, desk.database.reading() as session:
        grouped = only_held and not as_json
        rows = held.listing(
            session, list(dict.fromkeys(states)), limit=limit + 1, floods=not grouped
        )
        told = [told_of(session, desk, row) for row in rows[:limit]]
        page = (
            evidence.table(session, rows[:limit], desk.zone())
            if grouped
            else columns(_COLUMNS, (_row(each) for each in told))
        )
        groups = flooding.told_of(session, desk) if grouped else []
    if as_json:
        print_json(told)
    elif told:
        click.echo(page)
    elif not groups:
        click.echo("no such mail", err=True)
    if groups:
        click.echo(("\n" if told else "") + flooding.table(groups))
    if len(rows) > limit:
        click.echo(f"only the newest {limit} are listed; see --limit", err=True)


def _list_floods(path: Path | None, as_json: bool) -> None:
    with opened(path) as desk, desk.database.reading() as session:
        groups = flooding.told_of(session, desk)
    if as_json:
        print_json(groups)
    elif groups:
        click.echo(flooding.table(groups))
    else:
        click.echo("no flood is held", err=True)


@spool.command(epilog="Example: mailgate spool show 17 --raw > 17.eml")
@_ID
@click.option("--raw", is_flag=True, help="Write the octets exactly as they came in.")
@_JSON
@click.pass_obj
def show(path: Path | None, key: str, raw: bool, as_json: bool) -> None:
    """Print what is known of a mail, and why it is where it is.

    Envelope, state and what was decided; then the lines that decided, headers and words.
    """
    with opened(path) as desk, desk.database.reading() as session:
        row = find(session, key)
        if raw:
            for piece in blobs.get(session, row.sha256):
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            return
        told = told_of(session, desk, row) | _more(row, desk.zone())
        message = spine.read(desk.database, claimed_of(row))
        told |= evidence.told_of(message, _reasons(told), row.recipients)
    if as_json:
        print_json(told)
        return
    click.echo(pairs(_page(told)))
    for result in told["results"]:
        click.echo("\n" + pairs(results.lines_of(result)))
    click.echo("\n" + evidence.page_of(told))


@spool.command(epilog="Example: mailgate spool retry 17")
@_ID
@_JSON
@click.pass_obj
def retry(path: Path | None, key: str, as_json: bool) -> None:
    """Have a held mail decided on again. It keeps its own time of receipt."""
    with opened(path) as desk:
        with desk.database.writing() as session:
            row = find(session, key)
            held.retry(session, row)
            told = told_of(session, desk, row)
        _report(told, "is worked off again", as_json)


@spool.command(epilog="Example: mailgate spool release 17 --ticket 123456")
@_MAYBE_ID
@_FLOOD
@click.option("--ticket", metavar="N", type=Number(), help="Into this ticket; else as a new one.")
@_JSON
@click.pass_obj
def release(
    path: Path | None, key: str | None, flood: str | None, ticket: int | None, as_json: bool
) -> None:
    """Let a held mail in, or a whole flood. It becomes a new ticket, or part of ticket N."""
    flooding.only_one(key, flood)
    if flood is not None and ticket is not None:
        raise click.UsageError("a flood is let in as new tickets; leave --ticket out")
    with opened(path) as desk:
        if flood is not None or key is None:
            with desk.database.writing() as session:
                count = floods.release(session, flood or "")
            flooding.report(count, flood or "", "are let in as new tickets", as_json)
            return
        with desk.database.writing() as session:
            row = find(session, key)
            into = views.by_number(session, ticket) if ticket is not None else None
            if ticket is not None and into is None:
                raise Failure(NOTHING_FOUND, f"there is no ticket {ticket}; nothing was released")
            held.release(session, row, into.number if into else None)
            told = told_of(session, desk, row)
        where = f"into ticket {into.number}" if into else "as a new ticket"
        _report(told, f"is let in {where}", as_json)


@spool.command(epilog='Example: mailgate spool delete 17 --why "advertising"')
@_MAYBE_ID
@_FLOOD
@click.option("--why", metavar="TEXT", required=True, help="The reason, which is kept.")
@_JSON
@click.pass_obj
def delete(path: Path | None, key: str | None, flood: str | None, why: str, as_json: bool) -> None:
    """Put a held mail, or a whole flood, away. It stays listed, with the reason."""
    flooding.only_one(key, flood)
    if not why.strip():
        raise click.BadParameter("give a reason, for whoever looks for the mail later")
    with opened(path) as desk:
        if flood is not None or key is None:
            with desk.database.writing() as session:
                count = floods.put_away(session, flood or "", why.strip())
            flooding.report(count, flood or "", "are put away", as_json)
            return
        with desk.database.writing() as session:
            row = find(session, key)
            held.delete(session, row, why.strip())
            told = told_of(session, desk, row)
        _report(told, "is put away", as_json)


def find(session: Session, key: str) -> Spool:
    """Return the mail of that spool id or Message-ID; fails where there is none."""
    row = held.find(session, key) if len(key) <= _MAX_DIGITS or not key.isdigit() else None
    if row is None:
        raise Failure(
            NOTHING_FOUND, f"no mail has the id {plain(key, 200)}; see `mailgate spool list`"
        )
    return row


def told_of(session: Session, desk: Desk, row: Spool) -> Told:
    """Return a mail taken in as --json prints it."""
    return {
        "id": row.id,
        "source": row.source,
        "received_at": iso(row.received_at, desk.zone()),
        "state": row.state,
        "cause": row.cause,
        "attempts": row.attempts,
        "mail_from": row.mail_from,
        "recipients": list(row.recipients),
        "message_id": row.message_id or None,
        "results": [
            results.told_of(each, desk.office.directory)
            for each in results_of(session, row.id or 0)
        ],
        "sha256": row.sha256,
        "size": row.size,
    }


def _more(row: Spool, zone: tzinfo) -> dict[str, Any]:
    return {
        "peer": row.peer or None,
        "helo": row.helo or None,
        "tls": row.tls,
        "login": row.login,
        "next_try_at": iso(row.next_try_at, zone) if row.state == State.NEW else None,
        "finished_at": iso(row.finished_at, zone),
        "last_error": row.last_error,
        "authenticity": row.authenticity,
        "authenticity_reason": row.authenticity_reason,
        "why": row.why,
        "flood_of": row.flood_of,
    }


def _reasons(told: Told) -> list[str]:
    """Return in words why a mail is where it is, as it was recorded."""
    said = [each["verdict_reason"] for each in told["results"]]
    return [*said, *filter(None, (told["last_error"], told["authenticity_reason"]))]


def _row(told: Told) -> tuple[object, ...]:
    verdicts = [f"{each['verdict']} {each['ticket'] or ''}".strip() for each in told["results"]]
    return (
        told["id"],
        clock(told["received_at"]),
        told["state"],
        told["cause"],
        octets(told["size"]),
        _sender(told["mail_from"]),
        ", ".join(told["recipients"]),
        ", ".join(verdicts),
    )


def _page(told: Told) -> list[tuple[str, object]]:
    return [
        ("spool id", told["id"]),
        ("state", " ".join(filter(None, (told["state"], told["cause"], told["why"])))),
        ("flood of", told["flood_of"]),
        ("received", f"{clock(told['received_at'])} by {told['source']}"),
        ("from host", " ".join(filter(None, (told["peer"], told["helo"])))),
        ("sender", _sender(told["mail_from"])),
        ("recipients", ", ".join(told["recipients"])),
        ("Message-ID", told["message_id"]),
        ("size", octets(told["size"])),
        ("SHA-256", told["sha256"]),
        ("attempts", told["attempts"]),
        ("next try", clock(told["next_try_at"])),
        ("last error", told["last_error"]),
        ("authenticity", told["authenticity"]),
        ("  because", told["authenticity_reason"]),
    ]


def _sender(mail_from: str | None) -> str | None:
    return "<>" if mail_from == "" else mail_from


def _report(told: Told, what: str, as_json: bool) -> None:
    if as_json:
        print_json(told)
    else:
        click.echo(f"mail {told['id']} {what}")
