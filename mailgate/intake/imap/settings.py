"""What is to be known of a mailbox to watch it: values, and nothing that acts.

Secrets are never part of what a value says of itself, so that no log and no traceback shows one.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal, Protocol

from mailgate.message.authenticity import Trust

MAX_SIZE_BYTES = 26 * 1024 * 1024
# Providers count the connections of an account, of which we make one; this is for their machines.
MAX_CONNECTIONS_PER_HOST = 60


class TokenSource(Protocol):
    """Where the access tokens of one account come from."""

    def access_token(self, *, refresh: bool = False) -> str:
        """Return a token that is good for now; a new one where `refresh` says so.

        Raises SignInError where there is none to be had.
        """


@dataclass(frozen=True)
class Password:
    """Signing in by password: LOGIN, or AUTHENTICATE PLAIN where that alone is offered."""

    secret: str = field(repr=False)


@dataclass(frozen=True)
class OAuth2:
    """Signing in by a bearer token: XOAUTH2, or OAUTHBEARER (RFC 7628)."""

    source: TokenSource = field(repr=False)
    method: Literal["xoauth2", "oauthbearer"] = "xoauth2"


Auth = Password | OAuth2


class Kind(StrEnum):
    """What is done in the mailbox with a mail that is safely ours."""

    KEEP = "keep"
    FLAG = "flag"
    MOVE = "move"
    DELETE = "delete"


@dataclass(frozen=True)
class After:
    """What is done with a mail after our commit. folder: where it is moved to."""

    kind: Kind = Kind.KEEP
    folder: str = ""


class Tls(StrEnum):
    """How the connection is made private; none is for a server on the same machine."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True)
class First:
    """What of the mail that was there before us is taken at first contact.

    everything: all of it. since: what came on that day (in UTC) or later; neither: none.
    """

    everything: bool = False
    since: date | None = None


@dataclass(frozen=True)
class Bounds:
    """What we put up with from a server.

    command: how long it may be silent within an answer; answer: how long one answer may take in
    all. max_line_bytes, max_lines, max_answer_bytes: of one answer without the mail asked for.
    """

    connect: timedelta = timedelta(seconds=30)
    command: timedelta = timedelta(seconds=60)
    answer: timedelta = timedelta(minutes=10)
    max_line_bytes: int = 1024 * 1024
    max_lines: int = 10_000
    max_answer_bytes: int = 4 * 1024 * 1024


@dataclass(frozen=True)
class Backoff:
    """How long to stay away from a server that fails: doubling, with jitter.

    soon: after a connection that had worked and was lost.
    """

    soon: timedelta = timedelta(seconds=2)
    first: timedelta = timedelta(minutes=1)
    most: timedelta = timedelta(minutes=30)


@dataclass(frozen=True)
class MailboxSettings:
    """One mailbox: where it is, who we are there, and what is to be done.

    name: its identity in the books, the same whatever else changes. folders: the first is waited
    on, the others have their turn at each poll. department: where a mail goes that names none of
    our addresses. max_size: octets; a larger mail stays where it is and its ticket says so. idle:
    how long one IDLE lasts (RFC 2177 asks for less than 29 minutes). ca_file: certificates to
    trust instead of the system's. trust: whose word on senders counts in it, None as elsewhere.
    """

    name: str
    host: str
    user: str
    auth: Auth = field(repr=False)
    port: int = 993
    tls: Tls = Tls.IMPLICIT
    folders: tuple[str, ...] = ("INBOX",)
    after: After = After()
    first: First = First()
    department: str | None = None
    poll: timedelta = timedelta(minutes=2)
    idle: timedelta = timedelta(minutes=9)
    reconnect: timedelta = timedelta(days=1)
    lease: timedelta = timedelta(minutes=3)
    max_size: int = MAX_SIZE_BYTES
    max_connections_per_host: int = MAX_CONNECTIONS_PER_HOST
    bounds: Bounds = Bounds()
    backoff: Backoff = Backoff()
    ca_file: str | None = None
    trust: Trust | None = None
