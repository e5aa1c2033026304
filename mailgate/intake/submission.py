"""AUTH: agents sign in on our own listener (RFC 4954), by PLAIN (RFC 4616) or LOGIN.

Promises that it is offered and obeyed only under TLS, that a name and a password are never
logged or kept, that three wrong ones end the session, that a network has so many and then has to
wait, and that the check, which is slow on purpose, holds nobody else up.
"""

import asyncio
import base64
import binascii
from concurrent.futures import ThreadPoolExecutor

from mailgate.intake import answers
from mailgate.intake.networks import network_of
from mailgate.intake.transaction import Transactions

_MAX_TRIES = 3
_MAX_ANSWER = 1024
# One after the other: each takes 32 MB.
_CHECKS = ThreadPoolExecutor(1, "sign-in")


class Submission(Transactions):
    """A session in which one may sign in, before the first mail."""

    _failed = 0

    async def auth(self, argument: str) -> None:
        """AUTH: find out who the client is."""
        logins = self.service.logins
        if logins is None:
            return self._reject(answers.NOT_OFFERED)
        if not self.tls:
            return self._reject(answers.NEEDS_TLS)
        if not self.greeted:
            return self._reject(self.hello_first)
        if self.login is not None or self._sender is not None:
            return self._reject(answers.NO_AUTH_NOW)
        if not self.service.wrong_logins.has_one(network_of(self.peer), self.loop.time()):
            return self._reject(answers.NO_LOGIN_NOW)
        mechanism, _, initial = argument.partition(" ")
        ask = {"PLAIN": self._plain, "LOGIN": self._login}.get(mechanism.upper())
        if ask is None:
            return self._reject(answers.UNKNOWN_MECHANISM)
        said = await ask(initial.strip())
        if said is None:
            # What is no answer, or `*`, by which the client gives up.
            return self._reject(answers.BAD_AUTH)
        self._allow(None)  # it waits for us
        found = await asyncio.get_running_loop().run_in_executor(_CHECKS, logins.address_of, *said)
        self._allow(self.limits.command_timeout)
        if found is None:
            return self._wrong()
        self.login = found
        return self._say(answers.SIGNED_IN)

    async def _plain(self, initial: str) -> tuple[str, bytes] | None:
        """Return name and password of `authorization NUL name NUL password`."""
        octets = _decoded(initial) if initial else await self._asked(answers.GO_ON)
        if octets is None:
            return None
        identity, _, rest = octets.partition(b"\0")
        name, _, password = rest.partition(b"\0")
        if identity not in (b"", name) or b"\0" in password:
            return None
        return _pair(name, password)

    async def _login(self, initial: str) -> tuple[str, bytes] | None:
        """Return name and password, asked for one after the other."""
        name = _decoded(initial) if initial else await self._asked(answers.ASK_NAME)
        if name is None:
            return None
        password = await self._asked(answers.ASK_PASSWORD)
        return None if password is None else _pair(name, password)

    async def _asked(self, challenge: bytes) -> bytes | None:
        """Return what the client answers to a challenge, None where that is no answer."""
        self._say(challenge)
        line = await self._line()
        if line is None or len(line) > _MAX_ANSWER:
            return None
        return _decoded(line.removesuffix(b"\r").decode("latin-1"))

    def _wrong(self) -> None:
        self._failed += 1
        self.service.wrong_logins.take(network_of(self.peer), self.loop.time())
        self.service.reception.events.refused(self.source, self.peer, answers.WRONG_LOGIN)
        if self._failed >= _MAX_TRIES:
            self._leave_with(answers.TOO_MANY_LOGINS)
        else:
            self._reject(answers.WRONG_LOGIN)


def _pair(name: bytes, password: bytes) -> tuple[str, bytes] | None:
    try:
        return name.decode(), password
    except UnicodeDecodeError:
        return None


def _decoded(text: str) -> bytes | None:
    """Return the octets of an answer; "=" is an empty one (RFC 4954 §4)."""
    if text == "=":
        return b""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
