"""What an agent brings along: her words, from --text or standard input, and her files."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from mailgate.cli.failures import BAD_INPUT, Failure
from mailgate.replies.compose import File

_MAX_TEXT_BYTES = 1024 * 1024
# In base64 they are a third longer, and few servers take more than 25 MB.
_MAX_FILES_BYTES = 18 * 1024 * 1024


def text_of(given: str | None) -> str:
    """Return the words: those given, or what comes on standard input for None and "-".

    Line ends are made one kind. Fails on what is empty, no text, or longer than a megabyte.
    """
    text = _from_stdin() if given in (None, "-") else given or ""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip("\n").rstrip()
    if not text.strip():
        raise Failure(BAD_INPUT, "there is no text; give it with --text, or on standard input")
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise _no_text("--text") from None
    if size > _MAX_TEXT_BYTES:
        raise Failure(BAD_INPUT, "the text is longer than 1 MB; send it with --attach FILE")
    return text


def files_of(paths: Iterable[Path]) -> list[File]:
    """Return files to attach; fails on what cannot be read, and on more than a mail holds."""
    from mimetypes import guess_type

    files = []
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise Failure(BAD_INPUT, f"{path}: {error.strerror}; nothing was sent") from None
        name = path.name.encode("utf-8", "replace").decode()
        files.append(File(name, guess_type(name)[0] or "application/octet-stream", content))
    if sum(len(file.content) for file in files) > _MAX_FILES_BYTES:
        raise Failure(
            BAD_INPUT, "the files are larger than 18 MB together, which few mail servers take"
        )
    return files


def _from_stdin() -> str:
    if sys.stdin is None:
        return ""
    if sys.stdin.isatty():
        click.echo("Write the text, and end it with Ctrl-D on a line of its own.", err=True)
    octets = sys.stdin.buffer.read(_MAX_TEXT_BYTES + 1)
    if len(octets) > _MAX_TEXT_BYTES:
        raise Failure(BAD_INPUT, "the text is longer than 1 MB; send it with --attach FILE")
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _no_text("standard input") from None


def _no_text(where: str) -> Failure:
    return Failure(
        BAD_INPUT, f"{where} is no UTF-8 text; convert it, or send the file with --attach"
    )
