"""The SMTP session: its commands, and what they do outside a transaction (RFC 5321).

Promises an answer of fixed text to any line a client may send; too many errors end the session.
AUTH is offered under TLS alone, no name is looked up, and nothing said before STARTTLS is believed
after it.
"""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from mailgate.intake import answers
from mailgate.intake.submission import Submission
from mailgate.intake.transaction import Transactions

_MAX_COMMAND = 510
_MAX_LONG = 1024
_LONG = frozenset({b"MAIL", b"RCPT", b"AUTH"})
_WITH_PATH = frozenset({b"MAIL", b"RCPT"})
_HTTP = frozenset({b"GET", b"POST", b"CONNECT", b"PUT", b"HEAD", b"OPTIONS", b"DELETE", b"PATCH"})

Verb = Callable[["SmtpSession", str], Awaitable[None]]


class SmtpSession(Submission):
    """One SMTP client. verbs: what is done for each command."""

    greeting: ClassVar[bytes] = b"ESMTP"

    def _greet(self) -> None:
        self._say(b"220 %s %s mailgate\r\n" % (self.service.hostname.encode(), self.greeting))

    async def _obey(self, line: bytes) -> None:
        """Carry out one command line; its verb is in any case."""
        line = line.removesuffix(b"\r")
        word, _, rest = line.partition(b" ")
        name = word.upper()
        if name in _HTTP:
            return self._leave_with(answers.NOT_HTTP)
        if b"\0" in line or b"\r" in line or not word.isascii():
            return self._reject(answers.BAD_LINE)
        if len(line) > (_MAX_LONG if name in _LONG else _MAX_COMMAND):
            return self._reject(answers.LINE_TOO_LONG)
        verb = self.verbs.get(name)
        if verb is None:
            return self._reject(answers.UNKNOWN_COMMAND)
        try:
            argument = rest.decode().strip(" \t")
        except UnicodeDecodeError:
            return self._reject(answers.BAD_ARGUMENT)
        if name not in _WITH_PATH and not argument.isascii():
            return self._reject(answers.BAD_ARGUMENT)
        if self.greeted:
            self._allow(self.limits.command_timeout)
        return await verb(self, argument)

    # The session ----------------------------------------------------------------------------

    def _hello(self, argument: str) -> bool:
        """Note who the client says it is; False where it does not say."""
        if not argument.isprintable() or not argument:
            self._reject(answers.BAD_ARGUMENT)
            return False
        self.helo = argument
        self.greeted = True
        self._waiting_since = None
        self._set_rset_state()
        self._allow(self.limits.command_timeout)
        return True

    async def helo_command(self, argument: str) -> None:
        """HELO: no extensions are announced, though all work."""
        if self._hello(argument):
            self._say(b"250 %s\r\n" % self.service.hostname.encode())

    async def ehlo(self, argument: str) -> None:
        """EHLO or LHLO: announce what we can (RFC 5321 §4.1.1.1)."""
        if not self._hello(argument):
            return
        extensions = [
            self.service.hostname,
            "PIPELINING",
            f"SIZE {self.limits.max_message_size}",
            "8BITMIME",
            "SMTPUTF8",
            *(["STARTTLS"] if self.service.tls and not self.tls else []),
            *(["AUTH PLAIN LOGIN"] if self.service.logins and self.tls else []),
        ]
        lines = "".join(f"250-{extension}\r\n" for extension in extensions)
        self._say(lines.encode() + b"250 ENHANCEDSTATUSCODES\r\n")

    async def starttls(self, argument: str) -> None:
        """STARTTLS: change to TLS and know nothing of before (RFC 3207 §4.2)."""
        if self.service.tls is None:
            return self._reject(answers.NOT_OFFERED)
        if self.tls:
            return self._reject(answers.TLS_ALREADY)
        if argument:
            return self._reject(answers.BAD_ARGUMENT)
        self._say(answers.READY_FOR_TLS)
        await self._flush()
        if await self._start_tls(self.service.tls):
            self.helo, self.greeted = "", False
            self._waiting_since = self.loop.time()
            self._set_rset_state()
            self._allow(self.limits.greeting_timeout)
        return None

    async def noop(self, argument: str) -> None:  # noqa: ARG002 - RFC 5321 §4.1.1.9: ignored
        """NOOP."""
        self._say(answers.OK)

    async def rset(self, argument: str) -> None:
        """RSET: forget the transaction."""
        if argument:
            return self._reject(answers.BAD_ARGUMENT)
        self._set_rset_state()
        return self._say(answers.OK)

    async def quit(self, argument: str) -> None:  # noqa: ARG002 - whoever leaves may leave
        """QUIT."""
        self._leave_with(answers.BYE)

    async def vrfy(self, argument: str) -> None:
        """VRFY: nobody is told who is here (RFC 5321 §7.3)."""
        if not argument:
            return self._reject(answers.BAD_ARGUMENT)
        return self._say(answers.CANNOT_VERIFY)

    async def help(self, argument: str) -> None:  # noqa: ARG002 - one text for all
        """HELP."""
        self._say(answers.HELP)

    async def not_offered(self, argument: str) -> None:  # noqa: ARG002 - refused as it stands
        """Refuse a command that we know of and do not have."""
        self._reject(answers.NOT_OFFERED)

    verbs: ClassVar[dict[bytes, Verb]] = {
        b"HELO": helo_command,
        b"EHLO": ehlo,
        b"STARTTLS": starttls,
        b"MAIL": Transactions.mail,
        b"RCPT": Transactions.rcpt,
        b"DATA": Transactions.data,
        b"RSET": rset,
        b"NOOP": noop,
        b"QUIT": quit,
        b"VRFY": vrfy,
        b"HELP": help,
        b"EXPN": not_offered,
        b"AUTH": Submission.auth,
        b"BDAT": not_offered,
        b"ETRN": not_offered,
        b"TURN": not_offered,
    }
