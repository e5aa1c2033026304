"""The tokens of one account: asked for when old, kept in a file that only we can read.

A token is renewed at 80 % of its life, under a lock that every process of this machine keeps to.
What was refused for good is not asked again for half an hour, what failed otherwise not for a
minute, however often somebody wants a token: the refusal is repeated from memory.
"""

import fcntl
import json
import os
import pwd
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from mailgate.oauth.granting import Account, Granted, TokenError

_SHARE_OF_LIFE = 0.8
_AS_GOOD_AS_NEW = timedelta(minutes=1)
_PAUSE_FINAL = timedelta(minutes=30)
_PAUSE = timedelta(minutes=1)
_LOCK_PATIENCE = timedelta(seconds=20)
_LONGEST_LIFE = timedelta(days=1)
_MAX_FILE_BYTES = 100_000

Ask = Callable[[Account, str | None], Granted]


class TokenSource(Protocol):
    """Where the access tokens of one account come from."""

    def access_token(self, *, refresh: bool = False) -> str:
        """Return a token that is good for now; TokenError where there is none to be had."""


@dataclass(frozen=True)
class _Kept:
    """What the file holds: the token, when it was given, when it ends; the refresh token."""

    access_token: str = field(repr=False)
    given_at: datetime
    ends_at: datetime
    refresh_token: str | None = field(repr=False)


class Tokens:
    """The tokens of one account, for any number of threads.

    file: where they are kept; its directory is made. now: aware, UTC. ask: how they are got.
    """

    def __init__(
        self, account: Account, file: Path, now: Callable[[], datetime], ask: Ask | None = None
    ) -> None:
        self.account = account
        self._file = file
        self._now = now
        self._ask = ask or grant
        self._refused: tuple[datetime, TokenError] | None = None

    def access_token(self, *, refresh: bool = False) -> str:
        """Return a token that is good for now; TokenError where there is none to be had.

        refresh: the last one was refused, so that a new one is wanted, unless that was new.
        """
        with _locked(self._file):
            kept = self._read()
            now = self._now()
            if kept is not None and self._is_good(kept, now, refresh):
                return kept.access_token
            self._raise_what_was_refused(now)
            try:
                granted = self._ask(self.account, kept.refresh_token if kept else None)
            except TokenError as error:
                pause = _PAUSE_FINAL if error.final else _PAUSE
                self._refused = (now + pause, error)
                raise
            self._refused = None
            with suppress(OSError):
                # A full disk costs another question next time, and not the mail of today.
                self._write(granted, kept, now)
            return granted.access_token

    def check_place(self) -> None:
        """Raise TokenError where nothing can be kept."""
        with _locked(self._file):
            pass

    def keep(self, granted: Granted) -> None:
        """Keep what somebody got by signing in himself."""
        with _locked(self._file):
            self._write(granted, None, self._now())

    @staticmethod
    def _is_good(kept: _Kept, now: datetime, refresh: bool) -> bool:
        age, life = now - kept.given_at, kept.ends_at - kept.given_at
        if not kept.access_token or age < timedelta(0):
            return False
        return age < (min(_AS_GOOD_AS_NEW, life) if refresh else life * _SHARE_OF_LIFE)

    def _raise_what_was_refused(self, now: datetime) -> None:
        if self._refused is not None and now < self._refused[0]:
            raise TokenError(str(self._refused[1]), final=self._refused[1].final)

    def _read(self) -> _Kept | None:
        """Return what is kept for this very account; None for whatever else stands there."""
        try:
            descriptor = os.open(self._file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb") as file:
                if os.fstat(descriptor).st_mode & 0o077:
                    return None
                found = json.loads(file.read(_MAX_FILE_BYTES))
            if found["account"] != fingerprint(self.account):
                return None
            return _Kept(
                access_token=str(found["access_token"]),
                given_at=_moment(found["given_at"]),
                ends_at=_moment(found["ends_at"]),
                refresh_token=found["refresh_token"],
            )
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def _write(self, granted: Granted, before: _Kept | None, now: datetime) -> None:
        content: dict[str, Any] = {
            "account": fingerprint(self.account),
            "access_token": granted.access_token,
            "given_at": now.isoformat(),
            "ends_at": (now + min(granted.life, _LONGEST_LIFE)).isoformat(),
            "refresh_token": granted.refresh_token or (before.refresh_token if before else None),
        }
        whole = json.dumps(content).encode()
        new = self._file.with_suffix(".new")
        with suppress(FileNotFoundError):
            new.unlink()
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(whole)
            file.flush()
            os.fsync(descriptor)
        new.replace(self._file)


def grant(account: Account, refresh_token: str | None) -> Granted:
    """Return a new token for an account; TokenError where it is refused, or nobody answers.

    refresh_token: the newest there is, None for the one that the account was set up with.
    """
    from mailgate.oauth import granting, plain  # noqa: PLC0415 - each extra only where it is used

    match account:
        case granting.MicrosoftApplication():
            from mailgate.oauth import microsoft  # noqa: PLC0415

            return microsoft.of_application(account)
        case granting.MicrosoftUser():
            from mailgate.oauth import microsoft  # noqa: PLC0415

            return microsoft.of_user(account, refresh_token)
        case granting.GoogleServiceAccount():
            from mailgate.oauth import google  # noqa: PLC0415

            return google.of_service_account(account)
        case granting.RefreshToken(google=True):
            from mailgate.oauth import google  # noqa: PLC0415

            return google.of_user(account, refresh_token or account.refresh_token)
        case granting.RefreshToken():
            return plain.of_user(account, refresh_token or account.refresh_token)
        case granting.ClientCredentials():
            return plain.of_application(account)


def file_of(state: Path, name: str) -> Path:
    """Return where the tokens of a mailbox or of the smarthost are kept, by its name."""
    readable = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
    return state / "oauth" / f"{readable}-{sha256(name.encode()).hexdigest()[:8]}.json"


def fingerprint(account: Account) -> str:
    """Return what tells this account, as it is set up now, from any other; tells no secret."""
    return sha256(repr((type(account).__name__, astuple(account))).encode()).hexdigest()


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found


def _refuse_root(file: Path) -> None:
    """Raise TokenError where root would write what the daemon cannot read.

    Giving it away instead would let the daemon's user aim root's hand elsewhere by a link.
    """
    owner = file.parent.parent.stat().st_uid
    if os.geteuid() != 0 or owner == 0:
        return
    name = f"#{owner}"
    with suppress(KeyError):
        name = pwd.getpwuid(owner).pw_name
    text = f"the tokens are {name}'s, and root would make them unreadable: sudo -u {name}"
    raise TokenError(text, final=True)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Hold the lock of a file of tokens; TokenError where the directory cannot be written."""
    try:
        _refuse_root(file)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(
            file.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
        )
    except OSError as error:
        raise TokenError(f"{file.parent} cannot be written: {error.strerror}") from None
    try:
        _lock(lock)
        yield
    finally:
        os.close(lock)


def _lock(descriptor: int) -> None:
    """Take a lock; TokenError where somebody has it for longer than a token takes."""
    deadline = time.monotonic() + _LOCK_PATIENCE.total_seconds()
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise TokenError("another process has been asking for this token") from None
            time.sleep(0.05)
        else:
            return
