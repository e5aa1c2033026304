"""mailgate accept: take messages from files or a pipe, durable before it says so.

Hands them to the running daemon, or without one writes them itself. Runs once a message, so it
imports next to nothing. Whoever calls it keeps the mail on any failure of ours: those all end in
75, the configuration's faults too, for another code would make a mail server send it back.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import click

from mailgate.cli.failures import BAD_INPUT, NO_USER, TRY_LATER, explained
from mailgate.config.light import Light, light
from mailgate.intake import answers
from mailgate.intake.handover import Answer, Handover

_ACCEPTED, _FAULT, _NEVER, _TOO_LARGE = 250, 451, 500, 552
_STDIN = "-"


class Way(Protocol):
    """How messages are made durable: by the daemon, or by ourselves."""

    def send(
        self, mail_from: str | None, recipients: Sequence[str], size: int, chunks: Sequence[bytes]
    ) -> Answer:
        """Hand over one message and return the answer."""

    def close(self) -> None:
        """End it."""


@click.command(
    epilog="Example, in a pipe: mailgate accept --mail-from anna@example.net "
    "--to help@example.com < mail.eml"
)
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path())
@click.option(
    "--mail-from", metavar="A", help='Envelope sender; "" is the null sender. Default: unknown.'
)
@click.option("--to", metavar="A", multiple=True, help="Envelope recipient; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print an array of {file, id, code, text}.")
@click.pass_context
def accept(
    ctx: click.Context,
    files: tuple[str, ...],
    mail_from: str | None,
    to: tuple[str, ...],
    as_json: bool,
) -> None:
    """Take messages in: from each FILE, or one from standard input.

    Octets are stored exactly as they are. Without --to, headers say whose mail it is. Ends with
    0 if all are durable, 65 if one is too large or in a loop, 67 if there is no such address, and
    75 if it should be tried again later.
    """
    sender = None if mail_from is None else mail_from.strip().removeprefix("<").removesuffix(">")
    try:
        told = _Taking(ctx.obj, light(ctx.obj), sender, to).all(files or (_STDIN,))
    except Exception as error:  # noqa: BLE001 - ours is "try again later", whatever it is
        click.echo(_said(error), err=True)
        ctx.exit(TRY_LATER)
    for each in told:
        if each["code"] != _ACCEPTED:
            click.echo(f"{each['file']}: {each['text']}", err=True)
    if as_json:
        from mailgate.cli.output import print_json

        print_json([{name: each[name] for name in ("file", "id", "code", "text")} for each in told])
    codes = {each["exit"] for each in told} - {0}
    ctx.exit(max(codes, default=0))


class _Taking:
    """One call of the command: an envelope, and one way for as long as it holds."""

    def __init__(
        self, path: Path | None, settings: Light, mail_from: str | None, to: Sequence[str]
    ) -> None:
        self._path = path
        self._settings = settings
        self._envelope = (mail_from, to)
        self._way: Way | None = None

    def all(self, files: Sequence[str]) -> list[dict[str, Any]]:
        """Take every file in turn; what fails stops none of the others."""
        try:
            return [self._one(file) for file in files]
        finally:
            self._leave()

    def _one(self, file: str) -> dict[str, Any]:
        try:
            octets = self._read(file)
        except OSError as error:
            text = f"cannot be read: {error.strerror}; nothing was taken"
            return {"file": file, "id": None, "code": _FAULT, "text": text, "exit": BAD_INPUT}
        answer = self._send(octets)
        return {
            "file": file,
            "id": answer.spool_id,
            "code": answer.code,
            "text": answer.text,
            "exit": _exit_code(answer),
        }

    def _read(self, file: str) -> bytes:
        enough = self._settings.max_message_size + 1
        if file == _STDIN:
            return sys.stdin.buffer.read(enough)
        with Path(file).open("rb") as stream:
            return stream.read(enough)

    def _send(self, octets: bytes) -> Answer:
        if len(octets) > self._settings.max_message_size:
            return Answer(_TOO_LARGE, answers.TOO_LARGE[4:].decode().strip())
        try:
            self._way = self._way or self._open()
            answer = self._way.send(*self._envelope, len(octets), [octets])
        except Exception as error:  # noqa: BLE001 - the message stays with whoever called us
            self._leave()
            return Answer(_FAULT, _said(error))
        if answer.code != _ACCEPTED:
            self._leave()  # the daemon may have ended the connection
        return answer

    def _open(self) -> Way:
        try:
            return Handover(self._settings.socket)
        except (FileNotFoundError, ConnectionRefusedError):
            from mailgate.cli.direct import Direct

            return Direct(self._path, self._settings)

    def _leave(self) -> None:
        if self._way is not None:
            self._way.close()
        self._way = None


def _exit_code(answer: Answer) -> int:
    if answer.code == _ACCEPTED:
        return 0
    if answer.code == 550 or answer.text.startswith(("5.1.1", "5.1.3")):
        return NO_USER
    # Also a mail in a loop: kept and tried again, it would go round for days.
    return BAD_INPUT if answer.code >= _NEVER else TRY_LATER


def _said(error: Exception) -> str:
    known = explained(error)
    return known.format_message() if known else f"{type(error).__name__}: {error}"
