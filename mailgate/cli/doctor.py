"""mailgate doctor and mailgate authorize: what is wrong with the mailboxes, and signing in once.

Findings go to stdout, for people or, with --json, as one array; the command ends with 1 if any
check failed.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailgate.cli.output import plain, print_json

if TYPE_CHECKING:
    from mailgate.config import Configuration
    from mailgate.doctor import Finding
    from mailgate.intake.imap.settings import MailboxSettings
    from mailgate.oauth.tokens import Tokens
    from mailgate.store.database import Database

SMARTHOST = "smarthost"
_HINT = (
    "hint: nobody vouches for senders, so that no agent can act by mail and no forged sender is "
    "held; write [authenticity] trusted_ids (docs/authenticity.md)"
)


@click.command(epilog="Example: mailgate doctor dynamics")
@click.argument("names", metavar="[MAILBOX]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.pass_obj
def doctor(path: Path | None, names: tuple[str, ...], as_json: bool) -> None:
    """Check mailboxes from end to end: name, reach, TLS, sign-in, folder, books.

    Each failure is told with its cause and the one thing to do. Nothing is changed.
    """
    from mailgate.clock import system_now
    from mailgate.config import load
    from mailgate.doctor import Outcome, examine_all

    configuration = load(path)
    chosen = [_mailbox(configuration, name) for name in names] or list(configuration.mailboxes)
    found: list[Finding] = []
    if chosen:
        with _store(configuration) as database:
            found = examine_all(chosen, database, system_now)
    if as_json:
        print_json([asdict(each) for each in found])
    else:
        if not chosen:
            click.echo(f"{configuration.path} has no [[mailbox]]; nothing to check", err=True)
        for name, findings in groupby(found, key=lambda each: each.mailbox):
            click.echo("\n".join(_written(_mailbox(configuration, name), list(findings))))
    if _nobody_vouches(configuration):
        click.echo(_HINT, err=True)
    if any(each.outcome is Outcome.FAILED for each in found):
        raise SystemExit(1)


def _nobody_vouches(configuration: "Configuration") -> bool:
    """Say whether there are agents, and nothing by which a sender could ever be verified."""
    vouching = configuration.authentication.vouching
    logins = configuration.smtp is not None and configuration.smtp.logins is not None
    trusted = vouching.trust.anybody or vouching.own_check or bool(vouching.mailboxes)
    return bool(configuration.directory.agents) and not (trusted or logins)


@click.command(epilog="Example: mailgate authorize partners")
@click.argument("name", metavar="MAILBOX")
@click.pass_obj
def authorize(path: Path | None, name: str) -> None:
    """Sign in once for a mailbox with device_code = true, or for "smarthost".

    Tells where to go and what to type there; the token is kept below the state directory.
    """
    from mailgate.config import load
    from mailgate.oauth.granting import MicrosoftUser, TokenError
    from mailgate.oauth.microsoft import by_code

    tokens = _tokens(load(path), name)
    if tokens is None or not isinstance(tokens.account, MicrosoftUser):
        raise click.ClickException(
            f"{name} does not sign in by a code; write oauth2.device_code = true where it should"
        )
    try:
        tokens.check_place()
        tokens.keep(by_code(tokens.account, lambda text: click.echo(text, err=True)))
    except TokenError as error:
        raise click.ClickException(_explained(str(error))) from None
    click.echo(f"{name} is signed in; try it with `mailgate doctor`.", err=True)


def _mailbox(configuration: "Configuration", name: str) -> "MailboxSettings":
    for each in configuration.mailboxes:
        if each.name == name:
            return each
    known = ", ".join(each.name for each in configuration.mailboxes) or "none"
    raise click.BadParameter(f'"{name}": no such mailbox; there are: {known}')


def _tokens(configuration: "Configuration", name: str) -> "Tokens | None":
    """Return the tokens of a mailbox, or of the smarthost."""
    from mailgate.intake.imap.settings import OAuth2
    from mailgate.oauth.tokens import Tokens

    named = [each for each in configuration.mailboxes if each.name == name]
    source: object = None
    if named:
        auth = named[0].auth
        source = auth.source if isinstance(auth, OAuth2) else None
    elif name == SMARTHOST and configuration.smarthost is not None:
        source = configuration.smarthost.tokens
    else:
        _mailbox(configuration, name)
    return source if isinstance(source, Tokens) else None


@contextlib.contextmanager
def _store(configuration: "Configuration") -> Iterator["Database | None"]:
    """Give the database, None where there is none that can be used."""
    from mailgate.daemon.wiring import CannotStartError, open_store

    try:
        database = open_store(configuration, make=False)
    except CannotStartError as error:
        click.echo(f"the books are left out: {error}", err=True)
        yield None
        return
    try:
        yield database
    finally:
        database.dispose()


def _explained(text: str) -> str:
    from mailgate.intake.imap.faults import explain

    known = explain(text)
    return f"{text}\n{known.cause}: {known.remedy}" if known else text


def _written(mailbox: "MailboxSettings", findings: "list[Finding]") -> Iterator[str]:
    yield f"{mailbox.name}: {mailbox.user} at {mailbox.host}:{mailbox.port}"
    for each in findings:
        yield f"  {each.outcome:8} {each.check:8} {plain(each.detail)}"
        if each.cause is not None:
            yield f"{'':20}cause: {plain(each.cause)}"
            yield f"{'':20}to do: {each.remedy}"
