"""The command line: one table of commands, each imported only when it is called.

So `mailgate --help` costs next to nothing, and `mailgate accept` only what it needs. Data goes
to stdout, everything else to stderr; exit codes are those of sysexits.h.
"""

import io
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from mailgate import __version__
from mailgate.cli import failures

_COMMANDS = {
    "demo": ("mailgate.cli.demo:demo", "Play a ticket's life through the real daemon."),
    "init": ("mailgate.cli.setup:init", "Write a commented configuration and a secret."),
    "check": ("mailgate.cli.setup:check", "Read the configuration; name every fault at once."),
    "doctor": ("mailgate.cli.doctor:doctor", "Check the mailboxes from end to end."),
    "authorize": ("mailgate.cli.doctor:authorize", "Sign in once for a mailbox, with a code."),
    "password": ("mailgate.cli.password:password", "Make a line for the file of logins."),
    "migrate": ("mailgate.cli.serve:migrate", "Bring the database schema up to date."),
    "run": ("mailgate.cli.serve:run", "Run the daemon."),
    "accept": ("mailgate.cli.accept:accept", "Take messages from files or standard input."),
    "explain": ("mailgate.cli.explain:explain", "Tell what is decided on a message, and why."),
    "tickets": ("mailgate.cli.tickets:tickets", "The desk: list, read, answer and move tickets."),
    "spool": ("mailgate.cli.spool:spool", "Mail taken in: new, done, held."),
    "outbox": ("mailgate.cli.outbox:outbox", "Mail to be sent: due, delivered, refused."),
    "calendar": ("mailgate.cli.calendar:calendar", "Business time: hours, openings, dates."),
    "jobs": ("mailgate.cli.jobs:jobs", "Last run, next run and last error of each job."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one when it is called.

    Ends the process with a code of sysexits.h, and says in a sentence what is wrong.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names, in the order in which one meets them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command, imported now."""
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the table of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; whoever stops reading its output ends it, and that is no fault."""
        try:
            done = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            failures.silence()
            return 0
        return done

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run a command; in standalone mode the process ends with its exit code."""
        run: Callable[..., Any] = super().main
        extra.setdefault("prog_name", "mailgate")
        if not standalone_mode:
            return run(*args, standalone_mode=False, **extra)
        if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.encoding.lower() != "utf-8":
            # Mail is in any language, whatever the terminal can show; --json is UTF-8 always.
            sys.stdout.reconfigure(errors="replace")
        try:
            code = run(*args, standalone_mode=False, **extra)
        except Exception as error:
            known = failures.explained(error)
            if known is None:
                raise
            known.show()
            sys.exit(known.exit_code)
        sys.exit(code if isinstance(code, int) else 0)


@click.group(
    "mailgate",
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "-c",
    "--config",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The configuration. Default: MAILGATE_CONFIG, else mailgate.toml here, "
    "else /etc/mailgate/mailgate.toml.",
)
@click.version_option(__version__, prog_name="mailgate")
@click.pass_context
def cli(ctx: click.Context, config: Path | None) -> None:
    """Turn e-mail into tickets, and lose none of it.

    Begin with `mailgate demo`, or with `mailgate init` and `mailgate run`. Each command has a
    --help of its own.
    """
    ctx.obj = config


def main() -> None:
    """Run the command line of this process, and end with its exit code."""
    cli()
