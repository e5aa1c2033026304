"""mailgate outbox: mail to be sent, one row per recipient, and what an operator does with it."""

import sys
from pathlib import Path

import click

from mailgate.cli.desk import Desk, opened
from mailgate.cli.failures import NOTHING_FOUND, Failure
from mailgate.cli.number import LetterId, Number
from mailgate.cli.output import Told, clock, columns, iso, pairs, print_json
from mailgate.outbox import control
from mailgate.outbox.control import Listed
from mailgate.outbox.mail import OutboxMail, State
from mailgate.store import blobs

_COLUMNS = ("ID", "STATE", "TICKET", "KIND", "EVENT", "RECIPIENT", "TRIES", "NEXT TRY", "ERROR")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
_ID = click.argument("mail_id", metavar="ID", type=LetterId())


@click.group()
def outbox() -> None:
    """List and follow mail to be sent; try it again, or cancel it."""


@outbox.command(name="list", epilog="Example: mailgate outbox list --state refused")
@click.option("--state", type=click.Choice([each.value for each in State]), multiple=True)
@click.option("--ticket", metavar="N", type=Number())
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.pass_obj
def list_(path: Path | None, state: tuple[str, ...], ticket: int | None, as_json: bool) -> None:
    """List mail to be sent and mail that was, the oldest first."""
    with opened(path) as desk, desk.database.reading() as session:
        told = [told_of(each, desk) for each in control.listing(session, state, ticket)]
    if as_json:
        print_json(told)
    elif told:
        click.echo(columns(_COLUMNS, (_row(each) for each in told)))
    else:
        click.echo("no such mail", err=True)


@outbox.command(epilog="Example: mailgate outbox show 17 --raw")
@_ID
@click.option("--raw", is_flag=True, help="Write the mail itself, as it is sent.")
@_JSON
@click.pass_obj
def show(path: Path | None, mail_id: int, raw: bool, as_json: bool) -> None:
    """Print what is known of one mail to be sent."""
    with opened(path) as desk, desk.database.reading() as session:
        found = _found(control.find(session, mail_id), mail_id)
        if raw:
            row = session.get_one(OutboxMail, mail_id)
            sys.stdout.buffer.write(row.headers)
            for piece in blobs.get(session, row.body_sha256):
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            return
        told = told_of(found, desk) | {
            "mail_from": found.mail_from,
            "created_at": iso(found.created_at, desk.zone()),
            "settled_at": iso(found.settled_at, desk.zone()),
            "why": found.why,
        }
    if as_json:
        print_json(told)
    else:
        click.echo(pairs(_page(told)))


@outbox.command(epilog="Example: mailgate outbox retry 17")
@_ID
@_JSON
@click.pass_obj
def retry(path: Path | None, mail_id: int, as_json: bool) -> None:
    """Make a mail due at once; its five days of trying start anew."""
    with opened(path) as desk:
        with desk.database.writing() as session:
            before = _found(control.find(session, mail_id), mail_id)
            if not control.retry(session, mail_id, desk.now()):
                raise Failure(NOTHING_FOUND, f"mail {mail_id} is {before.state}; it stays so")
            told = told_of(_found(control.find(session, mail_id), mail_id), desk)
        _report(told, "is due now", as_json)


@outbox.command(epilog='Example: mailgate outbox cancel 17 --why "wrong address"')
@_ID
@click.option("--why", metavar="TEXT", required=True, help="The reason, which is kept.")
@_JSON
@click.pass_obj
def cancel(path: Path | None, mail_id: int, why: str, as_json: bool) -> None:
    """Cancel a mail that is due, with a reason; it stays listed."""
    if not why.strip():
        raise click.BadParameter("give a reason, for whoever looks for the mail later")
    with opened(path) as desk:
        with desk.database.writing() as session:
            before = _found(control.find(session, mail_id), mail_id)
            if not control.cancel(session, mail_id, why.strip(), desk.now()):
                raise Failure(
                    NOTHING_FOUND,
                    f"mail {mail_id} is {before.state}; only what is due can be cancelled",
                )
            told = told_of(_found(control.find(session, mail_id), mail_id), desk)
        _report(told, "is cancelled", as_json)


def told_of(mail: Listed, desk: Desk) -> Told:
    """Return a mail to be sent as --json prints it."""
    return {
        "id": mail.id,
        "state": mail.state,
        "ticket": mail.ticket,
        "kind": mail.kind,
        "event": mail.event,
        "recipient": mail.recipient,
        "message_id": mail.message_id,
        "attempts": mail.attempts,
        "next_try_at": iso(mail.next_try_at, desk.zone()),
        "last_error": mail.last_error,
    }


def _found(mail: Listed | None, mail_id: int) -> Listed:
    if mail is None:
        raise Failure(NOTHING_FOUND, f"no mail has the id {mail_id}; see `mailgate outbox list`")
    return mail


def _row(told: Told) -> tuple[object, ...]:
    return (
        told["id"],
        told["state"],
        told["ticket"],
        told["kind"],
        told["event"],
        told["recipient"],
        told["attempts"],
        clock(told["next_try_at"]),
        told["last_error"],
    )


def _page(told: Told) -> list[tuple[str, object]]:
    return [
        ("id", told["id"]),
        ("state", " ".join(filter(None, (told["state"], told["why"])))),
        ("ticket", told["ticket"]),
        ("kind", f"{told['kind']} ({told['event']})"),
        ("recipient", told["recipient"]),
        ("sender", told["mail_from"] or "<>"),
        ("Message-ID", told["message_id"]),
        ("written", clock(told["created_at"])),
        ("settled", clock(told["settled_at"])),
        ("attempts", told["attempts"]),
        ("next try", clock(told["next_try_at"])),
        ("last error", told["last_error"]),
    ]


def _report(told: Told, what: str, as_json: bool) -> None:
    if as_json:
        print_json(told)
    else:
        click.echo(f"mail {told['id']} to {told['recipient']} {what}")
