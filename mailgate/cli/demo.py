"""mailgate demo: a ticket's life, played through the real daemon in a folder of its own."""

import io
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

import click


@click.command(epilog="Example: mailgate demo --headless")
@click.option("--headless", is_flag=True, help="Leave nothing behind; for scripts.")
@click.option(
    "--keep",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Play in DIR, which must be new or empty, and leave it; else in a temporary folder.",
)
def demo(headless: bool, keep: Path | None) -> None:
    """Play a ticket's life: the real daemon, a customer, an agent and a smarthost.

    Needs no mail account, no Docker, no root; no mail leaves this machine. Ends with 0 if
    everything was as it must be, else with 1.
    """
    from mailgate.demo.performance import look_further, perform
    from mailgate.demo.telling import Telling

    folder = _folder(keep)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # The letters are Polish, whatever the terminal can show.
        sys.stdout.reconfigure(errors="replace")
    before = signal.signal(signal.SIGTERM, _end)
    telling = Telling(click.echo, coloured=_coloured())
    stays = not headless or keep is not None
    try:
        went_well = perform(folder, telling)
        if stays:
            look_further(folder, _program(), telling)
    finally:
        signal.signal(signal.SIGTERM, before)
        if not stays:
            shutil.rmtree(folder, ignore_errors=True)
    raise SystemExit(0 if went_well else 1)


def _folder(keep: Path | None) -> Path:
    if keep is None:
        return Path(tempfile.mkdtemp(prefix="mailgate-demo-"))
    keep.mkdir(parents=True, exist_ok=True)
    if any(keep.iterdir()):
        raise click.BadParameter(f"{keep} is not empty; name a new directory", param_hint="--keep")
    return keep.absolute()


def _coloured() -> bool:
    return (
        sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )


def _program() -> str:
    """Return how this program was called, as one may type it again."""
    called = Path(sys.argv[0])
    if called.name != "mailgate":
        return f"{sys.executable} -m mailgate"
    return "mailgate" if shutil.which("mailgate") == str(called) else str(called)


def _end(_signal: int, _frame: object) -> NoReturn:
    # Unwinds, so that the daemon is ended and the folder removed.
    raise SystemExit(128 + signal.SIGTERM)
