"""How a command fails: with a sentence on stderr and an exit code of sysexits.h.

What is not listed here is a fault of the program and ends with its traceback.
"""

import os
import sys

import click

NOTHING_FOUND, USAGE, BAD_INPUT, NO_USER = 1, 64, 65, 67
UNAVAILABLE, TRY_LATER, NOT_PERMITTED, MISCONFIGURED = 69, 75, 77, 78
_INTERRUPTED = 130


class Failure(click.ClickException):
    """A command that cannot do what it was asked; the text says why and what to do.

    as_it_is: several lines that each name their place, printed without a word before them.
    """

    def __init__(self, exit_code: int, text: str, *, as_it_is: bool = False) -> None:
        super().__init__(text)
        self.exit_code = exit_code  # type: ignore[misc]  # each its own
        self._as_it_is = as_it_is

    def show(self, file: object = None) -> None:  # noqa: ARG002 - click's signature
        """Print the text on stderr, nothing where there is none."""
        if self.message:
            click.echo(self.message if self._as_it_is else f"Error: {self.message}", err=True)


class _Usage(Failure):
    def __init__(self, error: click.UsageError) -> None:
        super().__init__(USAGE, error.format_message())
        self._error = error

    def show(self, file: object = None) -> None:  # noqa: ARG002 - click's signature
        self._error.show()


# Where the error lives, its name, and the code. Looked up among the modules that were imported:
# one that was not has raised nothing, and stays unimported.
_KNOWN = (
    ("mailgate.config.faults", "Faults", MISCONFIGURED),
    ("mailgate.daemon.wiring", "CannotStartError", None),
    ("mailgate.store.database", "DatabaseRefusedError", MISCONFIGURED),
    ("mailgate.tickets.lifecycle", "MoveRefusedError", NOTHING_FOUND),
    ("mailgate.intake.held", "NotAllowedError", NOTHING_FOUND),
    ("sqlalchemy.exc", "OperationalError", UNAVAILABLE),
    ("sqlalchemy.exc", "InterfaceError", UNAVAILABLE),
)


def explained(error: Exception) -> click.ClickException | None:
    """Return an error as what the user is told, None for a fault of the program."""
    if isinstance(error, click.exceptions.Abort):
        interrupted = isinstance(error.__cause__, KeyboardInterrupt)
        return Failure(_INTERRUPTED, "") if interrupted else Failure(1, "aborted")
    if isinstance(error, click.UsageError):
        return _Usage(error)
    if isinstance(error, click.ClickException):
        return error
    for module, name, code in _KNOWN:
        kind = getattr(sys.modules.get(module), name, None)
        if kind is not None and isinstance(error, kind):
            own = code if code is not None else int(getattr(error, "code", 1))
            return Failure(own, _sentence(error, module), as_it_is=name == "Faults")
    if isinstance(error, UnicodeEncodeError):
        return Failure(USAGE, "an argument is no UTF-8 text; write it in UTF-8")
    if isinstance(error, PermissionError):
        return Failure(NOT_PERMITTED, f"{error}; run it as the user of the daemon")
    if isinstance(error, OSError):
        return Failure(TRY_LATER, str(error))
    return None


def silence() -> None:
    """Let what is still unwritten go nowhere: whoever read our output has left."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


def _sentence(error: Exception, module: str) -> str:
    if module != "sqlalchemy.exc":
        return str(error)
    # Without the statement and its values, which SQLAlchemy would print along.
    said = str(getattr(error, "orig", error)).strip().splitlines()
    return f"the database does not answer ({said[0] if said else type(error).__name__})"
