"""mailgate init and mailgate check: a first configuration, and what is wrong with one.

Faults go to stderr, or with --json to stdout as one array, and end the command with EX_CONFIG.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from mailgate.config import Configuration, Fault
    from mailgate.config.writing import Answers

T = TypeVar("T")

EX_CONFIG = 78


@click.command(epilog="Example: mailgate init /etc/mailgate")
@click.option("--yes", is_flag=True, help="Ask nothing; take the answers shown in brackets.")
@click.argument("directory", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
def init(directory: Path, yes: bool) -> None:
    """Write a commented mailgate.toml and a secret into DIR, the current directory by default.

    Asks at most eight questions. Overwrites nothing.
    """
    target, secret = directory / "mailgate.toml", directory / "secret"
    for path in (target, secret):
        if path.exists() or path.is_symlink():
            raise click.ClickException(
                f"{path} exists already and nothing was written; "
                "name another directory, or move the file away"
            )
    from mailgate.config.keyfile import new_key
    from mailgate.config.writing import configuration_text

    text = configuration_text(_answers(yes))
    try:
        directory.mkdir(parents=True, exist_ok=True)
        _create(target, text, 0o644)
        _create(secret, new_key("k1"), 0o600)
    except OSError as error:
        raise click.ClickException(
            f"{error.filename}: {error.strerror}; name a directory in which this user may write"
        ) from None
    _refuse(_faults(target))
    click.echo(f"Wrote {target}, and {secret}, which only this user can read.", err=True)
    if os.geteuid() == 0:
        click.echo(
            f"Where the daemon runs as mailgate: chgrp mailgate {secret} && chmod 640 {secret}",
            err=True,
        )
    click.echo(f"Look it through, add agents, then: mailgate -c {target} check", err=True)


@click.command(epilog="Example: mailgate -c /etc/mailgate/mailgate.toml check")
@click.option("--json", "as_json", is_flag=True, help="Print the faults as one JSON array.")
@click.pass_obj
def check(path: Path | None, as_json: bool) -> None:
    """Read the configuration and every template, and print all faults at once.

    Each fault names file, line and key, says what is wrong and what to write instead.
    """
    from mailgate.config import find

    faults = _faults(find(path))
    if as_json:
        click.echo(json.dumps([_told(fault) for fault in faults], ensure_ascii=False, indent=2))
        if faults:
            raise SystemExit(EX_CONFIG)
    _refuse(faults)
    configuration = _load(path)
    for warning in configuration.warnings:
        click.echo(f"warning: {warning}", err=True)
    if not as_json:
        click.echo("\n".join(_summary(configuration)))


def _answers(yes: bool) -> "Answers":
    """Return the answers to all eight questions, or what is proposed in their place."""
    from mailgate.config import questions, values
    from mailgate.config.writing import Answers

    def ask(question: str, proposed: str, read: Callable[[str], T]) -> T:
        if yes:
            return read(proposed)
        return click.prompt(question, default=proposed, err=True, value_proc=_patient(read))

    name = ask("What is the centre called?", "Support Centre", values.text)
    domain = ask("Its domain, for Message-IDs", "support.example.com", values.domain)
    addresses = ask(
        "Addresses that customers write to, a department each",
        f"support@{domain}",
        questions.addresses,
    )
    language = ask("Language, pl or en", "pl", values.choice("pl", "en"))
    timezone, holidays = ask(
        "Time zone, and country for holidays", "Europe/Warsaw PL", questions.zone_and_holidays
    )
    hours = ask("Support hours", "mon-fri 09:00-17:00", questions.hours)
    sends = ask("Server that sends our mail, or none", "127.0.0.1:25", questions.smarthost)
    admin = ask(
        "Who gets alarms, or none", "none", lambda said: questions.admin(said, own=addresses)
    )
    return Answers(name, domain, addresses, language, timezone, holidays, hours, sends, admin)


def _patient(read: Callable[[str], T]) -> Callable[[str], T]:
    """Return a reader after whose complaint click asks again."""
    from mailgate.config.reader import Unfit

    def read_or_complain(said: str) -> T:
        try:
            return read(said)
        except Unfit as unfit:
            raise click.UsageError(str(unfit)) from None

    return read_or_complain


def _create(path: Path, text: str, mode: int) -> None:
    """Write a new file, on disk when this returns; FileExistsError where there is one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)


def _load(path: Path | None) -> "Configuration":
    from mailgate.config import load

    # The daemon's environment has passwords that this one need not have.
    return load(path, lent=False)


def _faults(path: Path) -> tuple["Fault", ...]:
    """Return all faults of the configuration and of the templates it names."""
    from mailgate.config import Fault, Faults
    from mailgate.config.centre import read_templates
    from mailgate.config.reader import Sheet
    from mailgate.replies.templates import Letters

    try:
        _load(path)
        found: tuple[Fault, ...] = ()
    except Faults as faults:
        found = faults.faults
    try:
        directory = read_templates(Sheet(path).top.table("gateway"))
    except Faults:
        directory = None
    if directory is not None and not directory.is_dir():
        directory = None
    return *found, *(_template_fault(said) for said in Letters(directory).check())


def _template_fault(said: str) -> "Fault":
    """Return what proofreading said, `file:line: what is wrong; what to do`, in its parts."""
    from mailgate.config import Fault

    place, colon, rest = " ".join(said.split()).partition(": ")
    if not colon:
        place, rest = "", place
    file, _, line = place.rpartition(":")
    if not line.isdigit():
        file, line = place, "0"
    wrong, _, instead = rest.partition("; ")
    return Fault(file, int(line), "", wrong, instead)


def _refuse(faults: tuple["Fault", ...]) -> None:
    """Print the faults and end the command, if there are any."""
    for fault in faults:
        click.echo(fault.text, err=True)
    if faults:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        click.echo(count, err=True)
        raise SystemExit(EX_CONFIG)


def _told(fault: "Fault") -> dict[str, Any]:
    return {
        "file": fault.file,
        "line": fault.line or None,
        "key": fault.key or None,
        "wrong": fault.wrong,
        "instead": fault.instead or None,
    }


def _summary(configuration: "Configuration") -> list[str]:
    """Return what was looked at, so that one sees what `check` believes."""
    listeners = [each for each in (configuration.smtp, configuration.lmtp) if each is not None]
    heard = [f"{each.kind} on {each.host} port {each.port}" for each in listeners]
    heard += [f"mailbox {each.name} at {each.host}" for each in configuration.mailboxes]
    host = configuration.smarthost
    where = "SQLite" if configuration.store_url.startswith("sqlite") else "PostgreSQL"
    letters = f"with those in {configuration.templates}" if configuration.templates else "shipped"
    return [
        f"{configuration.path}: no fault",
        f"  {configuration.name}, {configuration.domain}; state in {configuration.state}, {where}",
        f"  mail comes in by {' and '.join(heard) or '`mailgate accept` alone'}",
        f"  mail goes out by {host.host} port {host.port}" if host else "  no mail goes out",
        *(
            f"  department {each.key}: {', '.join(each.addresses)}; {each.language}, "
            f"calendar {each.calendar.name}, agents {len(each.agents)}"
            for each in configuration.directory.departments.values()
        ),
        f"  letters: all read, {letters}",
        f"  {_believed(configuration)}",
    ]


def _believed(configuration: "Configuration") -> str:
    """Return by what senders are believed, since without it agents cannot act by mail."""
    vouching = configuration.authentication.vouching
    whose = sorted(vouching.trust.ids) + ["Microsoft 365"] * vouching.trust.microsoft365
    ways = [f"Authentication-Results of {', '.join(whose)}"] if whose else []
    ways += ["the headers of mailboxes' providers"] if vouching.mailboxes else []
    ways += ["a login"] if configuration.smtp and configuration.smtp.logins else []
    ways += ["our own check of SPF, DKIM and DMARC"] if vouching.own_check else []
    if ways:
        return f"senders are believed by {'; '.join(ways)}"
    return (
        "senders are believed by nothing: agents cannot act by mail, and no forged sender is held; "
        "see [authenticity]"
    )
