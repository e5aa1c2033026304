"""A connection to one mailbox: imapclient over our own wire, and only what watching needs.

Promises that a command is made of numbers and configured names alone, that credentials travel
only after TLS that was verified (1.2 or later), and that every answer is bounded in time, lines
and octets. A refusal of the server is a RefusedError and the connection goes on; anything else
that goes wrong is a BrokenError and the connection is over.
"""

import contextlib
import imaplib
import ssl
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from imapclient import IMAPClient

from mailgate.intake.imap.answers import (
    BrokenError,
    Listed,
    RefusedError,
    Selected,
    Stated,
    speaking,
    text_of,
)
from mailgate.intake.imap.settings import Bounds, MailboxSettings, Tls
from mailgate.intake.imap.wire import Wire

_AT_ONCE = 200
_SEARCH_SPAN = 50_000
_CLOSING_SECONDS = 5.0


class _Client(IMAPClient):  # type: ignore[misc]
    """imapclient over a wire that is bounded."""

    def __init__(self, settings: MailboxSettings, context: ssl.SSLContext | None) -> None:
        self._bounds: Bounds = settings.bounds
        implicit = settings.tls is Tls.IMPLICIT
        super().__init__(settings.host, settings.port, ssl=implicit, ssl_context=context)
        # imapclient makes imaplib format every octet for a log that nobody reads.
        self._imap.debug = 0
        self.normalise_times = False

    def _create_IMAP4(self) -> Wire:
        return Wire(self.host, self.port, self.ssl_context if self.ssl else None, self._bounds)

    def _set_read_timeout(self) -> None:
        """Leave the deadlines to the wire."""


class Connection:
    """An open connection, not signed in yet.

    client: for signing in, and nothing else.
    """

    def __init__(self, settings: MailboxSettings) -> None:
        self._settings = settings
        self._folder = ""
        context = tls_context(settings.ca_file) if settings.tls is not Tls.NONE else None
        try:
            with speaking():
                self.client = _Client(settings, context)
            self._wire: Wire = self.client._imap
            with speaking():
                self._make_private(context)
        except RefusedError as error:
            self.abandon()
            raise BrokenError(str(error)) from error
        except BrokenError:
            self.abandon()
            raise

    def _make_private(self, context: ssl.SSLContext | None) -> None:
        if self._wire.state != "NONAUTH":
            raise BrokenError("the server says PREAUTH; who we are would not have been proven")
        if self._settings.tls is Tls.STARTTLS:
            self.client.starttls(context)
            if self._wire.state != "NONAUTH":
                raise BrokenError("the server takes us for signed in before we were")

    def has(self, capability: str) -> bool:
        """Say whether the server offers something, by its name in capital letters."""
        with speaking():
            return bool(self.client.has_capability(capability))

    def folders(self) -> list[Listed]:
        """Return every folder."""
        with speaking():
            listed = self.client.list_folders()
            return [
                Listed(str(name), text_of(delimiter or b""), tuple(text_of(flag) for flag in flags))
                for flags, delimiter, name in listed
            ]

    def prefixes(self) -> tuple[str, ...]:
        """Return what the names of our own folders begin with, if the server tells."""
        if not self.has("NAMESPACE"):
            return ()
        with speaking():
            return tuple(prefix for prefix, _ in self.client.namespace().personal or ())

    def select(self, folder: str, *, readonly: bool) -> Selected:
        """Open a folder. readonly: by EXAMINE, which changes nothing at all."""
        with speaking():
            try:
                said = self.client.select_folder(folder, readonly)
            except imaplib.IMAP4.readonly as error:
                raise RefusedError(f"{folder} can only be read: {error}") from error
            self._folder = folder
            return Selected(
                folder, said.get(b"UIDVALIDITY"), said.get(b"UIDNEXT"), said.get(b"EXISTS", 0)
            )

    def uids(self, above: int, selected: Selected, upto: int | None = None) -> list[int]:
        """Return the UIDs of the open folder that are above one, ascending.

        A folder of very many mails is asked in pieces, so that an answer stays within bounds.
        """
        last = (selected.uidnext or 0) - 1 if upto is None else upto
        if selected.exists <= _SEARCH_SPAN or last <= above:
            return self._search(above + 1, "*" if upto is None else str(upto))
        pieces = selected.exists // _SEARCH_SPAN + 1
        span = max((last - above) // pieces, 1)
        found: list[int] = []
        for low in range(above + 1, last + 1, span):
            found += self._search(low, str(min(low + span - 1, last)))
        return found if upto is not None else found + self._search(last + 1, "*")

    def _search(self, low: int, high: str) -> list[int]:
        with speaking():
            kind, data = self._wire.uid("SEARCH", "UID", f"{low}:{high}")
            _check(kind, data)
            found = {int(word) for line in data if line for word in line.split()}
        # `n:*` names the last mail even where its UID is below n (RFC 9051 §6.4.9).
        return sorted(uid for uid in found if uid >= low and (high == "*" or uid <= int(high)))

    def news_came(self) -> bool:
        """Say whether the server told of new mail along with its last answer."""
        return "EXISTS" in self._wire.untagged_responses

    def stated(self, uids: Sequence[int]) -> dict[int, Stated]:
        """Return sizes and times of mails; those that are gone are left out."""
        found: dict[int, Stated] = {}
        for start in range(0, len(uids), _AT_ONCE):
            with speaking():
                said = self.client.fetch(
                    uids[start : start + _AT_ONCE], ["RFC822.SIZE", "INTERNALDATE"]
                )
                for uid, items in said.items():
                    size = items.get(b"RFC822.SIZE")
                    found[uid] = Stated(
                        size if isinstance(size, int) else 0, _aware(items.get(b"INTERNALDATE"))
                    )
        return found

    def mail(self, uid: int, max_bytes: int) -> bytes | None:
        """Return the octets of a mail without marking it as seen, None if it is gone."""
        return self._body(uid, "BODY.PEEK[]", b"BODY[]", max_bytes)

    def head(self, uid: int, max_bytes: int) -> bytes | None:
        """Return the headers of a mail, at most so many octets, None if it is gone."""
        return self._body(uid, f"BODY.PEEK[HEADER]<0.{max_bytes}>", b"BODY[HEADER]<0>", max_bytes)

    def _body(self, uid: int, item: str, key: bytes, max_bytes: int) -> bytes | None:
        with speaking():
            self._wire.allow_literal(max_bytes)
            try:
                said = self.client.fetch([uid], [item])
            finally:
                self._wire.allow_literal(None)
            octets = said.get(uid, {}).get(key)
            return octets if isinstance(octets, bytes) else None

    def flag(self, uids: Sequence[int], flag: bytes) -> None:
        """Add a flag to mails."""
        with speaking():
            for some in _pieces(uids):
                self.client.add_flags(some, [flag], silent=True)

    def copy(self, uids: Sequence[int], folder: str) -> None:
        """Copy mails into another folder."""
        with speaking():
            for some in _pieces(uids):
                self.client.copy(some, folder)

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Move mails into another folder (RFC 6851)."""
        with speaking():
            for some in _pieces(uids):
                self.client.move(some, folder)

    def expunge(self, uids: Sequence[int]) -> None:
        """Remove these mails, and no other's that is marked as deleted (RFC 4315 §2.1)."""
        with speaking():
            for some in _pieces(uids):
                self.client.uid_expunge(some)

    def noop(self) -> None:
        """Ask for a sign of life."""
        with speaking():
            self.client.noop()

    def idle(self, seconds: float, also: int) -> bool:
        """Let the server tell of news, for so long or until `also` can be read (RFC 2177).

        Says whether there are any.
        imapclient's own idle_check takes a connection that was closed for one without news.
        """
        with speaking():
            self.client.idle()
            until = time.monotonic() + seconds
            while not (news := self._heard_news()):
                left = until - time.monotonic()
                if left <= 0 or not self._wire.wait(left, also):
                    break
            self.client.idle_done()
            return news or self.news_came()

    def _heard_news(self) -> bool:
        while (line := self._wire.waiting_line()) is not None:
            words = line.upper().split()
            if words[:2] == [b"*", b"BYE"]:
                raise BrokenError(text_of(line[6:]).strip())
            if words[2:3] == [b"EXISTS"]:
                return True
        return False

    def close(self) -> None:
        """Say goodbye where the server still listens, and close."""
        with contextlib.suppress(BrokenError, RefusedError), speaking():
            self._wire.hurry(_CLOSING_SECONDS)
            self.client.logout()
        self.abandon()

    def abandon(self) -> None:
        """Close without another word."""
        with contextlib.suppress(OSError):
            if hasattr(self, "_wire"):
                self._wire.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close() if kind is None else self.abandon()


def tls_context(ca_file: str | None = None) -> ssl.SSLContext:
    """Return how we verify servers: always, by name, TLS 1.2 or later (RFC 8314 §4.1)."""
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _check(kind: str, data: Iterable[Any]) -> None:
    if kind != "OK":
        raise RefusedError(" ".join(text_of(each) for each in data if isinstance(each, bytes)))


def _pieces(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (uids[start : start + _AT_ONCE] for start in range(0, len(uids), _AT_ONCE))


def _aware(at: datetime | None) -> datetime | None:
    return at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
