"""What a mailbox answers, as values, and the two ways in which it does not.

Promises that nothing else ever comes out of a conversation with a server: what imaplib or
imapclient raise over a strange answer becomes a BrokenError too.
"""

import contextlib
import imaplib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from imapclient.exceptions import IMAPClientError

from mailgate.intake.imap.wire import WireError


class BrokenError(Exception):
    """The connection is over, or was never fit to be used; the text says why."""


class RefusedError(Exception):
    """The server said no to a command; the text is its own."""


@dataclass(frozen=True)
class Listed:
    """A folder as the server lists it. flags: as written, with their backslash."""

    name: str
    delimiter: str
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Selected:
    """A folder that was opened; uidvalidity is None where the server has none."""

    name: str
    uidvalidity: int | None
    uidnext: int | None
    exists: int


@dataclass(frozen=True)
class Stated:
    """What the server says of a mail: its size in octets, and when it came (aware, UTC)."""

    size: int
    internaldate: datetime | None


@contextlib.contextmanager
def speaking() -> Iterator[None]:
    """Turn whatever goes wrong with a server into one of our two errors."""
    try:
        yield
    except (BrokenError, RefusedError):
        raise
    except (WireError, imaplib.IMAP4.abort, OSError) as error:
        raise BrokenError(_words(error)) from error
    except (imaplib.IMAP4.error, IMAPClientError) as error:
        raise RefusedError(_words(error)) from error
    except Exception as error:
        # The answer made no sense to imaplib or imapclient; what it meant is unknown.
        raise BrokenError(f"the server's answer cannot be read ({_words(error)})") from error


def _words(error: BaseException) -> str:
    return (str(error) or type(error).__name__)[:1000]


def text_of(octets: bytes) -> str:
    """Return what a server wrote as text."""
    return octets.decode("utf-8", "replace")
