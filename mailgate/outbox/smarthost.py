"""Handing one mail to the smarthost: submit() gives Delivered, Deferred, Refused or Unreachable.

Promises that nothing but a checked address reaches an SMTP command, that only CRLF goes out, and
that a mail whose final dot was sent is never sent again in the same submission: an answer that
does not come makes it Deferred. A connection is kept for the next mail; one that died before the
final dot is replaced once. Raises nothing on what the network or the smarthost does.
One object serves one thread.
"""

import contextlib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from smtplib import SMTPResponseException
from typing import Literal

from mailgate.oauth.granting import TokenError
from mailgate.oauth.tokens import TokenSource
from mailgate.outbox import letter
from mailgate.outbox.letter import Letter
from mailgate.outbox.outcome import Deferred, Delivered, Outcome, Refused, Unreachable
from mailgate.outbox.session import Reply, SmtpSession, Timeouts, clean

__all__ = [
    "Deferred",
    "Delivered",
    "Outcome",
    "Refused",
    "Smarthost",
    "SmarthostSettings",
    "Timeouts",
    "Unreachable",
]

_QUIT_PATIENCE = timedelta(seconds=5)
# "Authentication required" and its kin are about us, not about the mail (RFC 4954 §6).
_ABOUT_OUR_LOGIN = (530, 534, 538)


@dataclass(frozen=True)
class SmarthostSettings:
    """Where mail is handed to, and how.

    helo: our name in EHLO. ca_file: further authority for the smarthost's certificate, which is
    always verified. null_sender_ok: where False, automatic mail leaves with null_sender_instead
    as its envelope sender. tokens: for signing in by XOAUTH2, instead of a password.
    """

    host: str = "127.0.0.1"
    port: int = 25
    tls: Literal["none", "starttls", "tls"] = "none"
    user: str = ""
    password: str = field(default="", repr=False)
    tokens: TokenSource | None = field(default=None, repr=False)
    helo: str = "localhost"
    ca_file: str | None = None
    timeouts: Timeouts = field(default_factory=Timeouts)
    null_sender_ok: bool = True
    null_sender_instead: str = ""
    keep_for: timedelta = timedelta(seconds=30)
    keep_mails: int = 100


@dataclass(frozen=True)
class _Broken:
    """The session ended before the final dot: the smarthost cannot have the mail."""

    reason: str


class Smarthost:
    """The smarthost, with the connection that is kept to it."""

    def __init__(self, settings: SmarthostSettings) -> None:
        self._settings = settings
        self._session: SmtpSession | None = None
        self._mails = 0
        self._used_at = 0.0
        self._needs_reset = False
        self._waiting: Callable[[], None] = _nothing

    def submit(
        self,
        mail_from: str,
        recipient: str,
        content: bytes,
        waiting: Callable[[], None] | None = None,
    ) -> Outcome:
        """Hand one mail to the smarthost, for one recipient.

        mail_from: "" is the null sender. content: headers and body as they are to go out; bare CR
        and LF become CRLF (RFC 5321 §2.3.8). waiting: called every 15 seconds while the smarthost
        keeps us waiting.
        """
        self._waiting = waiting or _nothing
        if not mail_from and not self._settings.null_sender_ok:
            mail_from = self._settings.null_sender_instead
        mail = letter.write(mail_from, recipient, content)
        if isinstance(mail, Refused):
            return mail
        outcome = self._try(mail)
        if isinstance(outcome, _Broken):
            outcome = self._try(mail)
        if isinstance(outcome, _Broken):
            # Twice in the same mail: it may be the mail, so that the others must not wait for it.
            return Deferred(outcome.reason)
        return outcome

    def tidy(self) -> None:
        """Close the connection if it has been idle for long; for whoever has nothing to send."""
        if self._session and time.monotonic() - self._used_at > self._keep_seconds():
            self.close()

    def close(self) -> None:
        """Take leave of the smarthost, if a connection is open."""
        session, self._session = self._session, None
        if session is not None:
            with contextlib.suppress(OSError):
                session.ask("QUIT", _QUIT_PATIENCE)
            session.close()

    def _try(self, mail: Letter) -> Outcome | _Broken:
        try:
            session = self._open()
        except SMTPResponseException as error:
            return Unreachable(clean(f"{error.smtp_code} {_words(error.smtp_error)}"))
        except TokenError as error:
            return Unreachable(f"no access token: {error}")
        except (OSError, ValueError) as error:
            # ValueError: a host name or a password that cannot be encoded.
            return Unreachable(_reason(error))
        session.content_sent = False
        try:
            return self._exchange(session, mail)
        except OSError as error:
            self._drop()
            if session.content_sent:
                return Deferred(f"no answer after the data: {_reason(error)}")
            return _Broken(_reason(error))
        except BaseException:
            self._drop()
            raise

    def _open(self) -> SmtpSession:
        session = self._session
        if session is not None:
            idle = time.monotonic() - self._used_at
            if self._mails < self._settings.keep_mails and idle <= self._keep_seconds():
                if session.is_quiet():
                    return session
                self._drop()
            else:
                self.close()
        self._session = self._greeted()
        self._mails, self._needs_reset = 0, False
        return self._session

    def _greeted(self) -> SmtpSession:
        given = self._settings
        context = None
        if given.tls != "none":
            context = ssl.create_default_context(cafile=given.ca_file)
        at_once = context if given.tls == "tls" else None
        session = SmtpSession(
            given.host, given.port, given.helo, given.timeouts, self._wait, at_once
        )
        try:
            session.ehlo_or_helo_if_needed()
            if given.tls == "starttls":
                session.starttls(context=context)
                session.ehlo_or_helo_if_needed()
            if given.tokens is not None:
                session.sign_in_by_token(given.user, given.tokens)
            elif given.user:
                session.login(given.user, given.password)
        except BaseException:
            session.close()
            raise
        return session

    def _exchange(self, session: SmtpSession, mail: Letter) -> Outcome | _Broken:
        unfit = _unfit(session, mail)
        if unfit is not None:
            return unfit
        if self._needs_reset and (reset := session.ask("RSET")).code != 250:
            raise ConnectionResetError(reset.text)
        self._needs_reset = True
        for command, wanted in (
            (f"MAIL FROM:<{mail.mail_from}>{_parameters(session, mail)}", (250,)),
            (f"RCPT TO:<{mail.recipient}>", (250, 251, 252)),
            ("DATA", (354,)),
        ):
            patience = self._settings.timeouts.data if command == "DATA" else None
            reply = session.ask(command, patience)
            if reply.code not in wanted:
                return self._negative(reply)
        reply = session.transmit(mail.wire)
        self._mails += 1
        self._used_at = time.monotonic()
        self._needs_reset = reply.code != 250
        if reply.code == 421:
            self._drop()
        return Delivered(reply.text) if reply.code == 250 else _judged(reply)

    def _negative(self, reply: Reply) -> Outcome | _Broken:
        """Judge a refusal that came before the data."""
        self._used_at = time.monotonic()
        if reply.code == 421 or reply.code < 400:
            # It is leaving, or no longer in step with us.
            self._drop()
            return _Broken(reply.text)
        if reply.code in _ABOUT_OUR_LOGIN:
            self.close()
            return Unreachable(reply.text)
        return _judged(reply)

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def _wait(self) -> None:
        self._waiting()

    def _keep_seconds(self) -> float:
        return self._settings.keep_for.total_seconds()


def _judged(reply: Reply) -> Outcome:
    # Anything but a clear "never" is worth another try (RFC 5321 §4.2.1).
    return Refused(reply.text) if 500 <= reply.code <= 599 else Deferred(reply.text)


def _unfit(session: SmtpSession, mail: Letter) -> Refused | None:
    """Say why this smarthost can never take this mail, by what it announced."""
    if mail.utf8 and not session.has_extn("smtputf8"):
        return Refused(
            "an address or a header is not ASCII and the smarthost does not offer SMTPUTF8 "
            "(RFC 6531 §3.2)"
        )
    if mail.eight_bit and not session.has_extn("8bitmime"):
        return Refused("the mail is 8-bit and the smarthost does not offer 8BITMIME (RFC 6152 §3)")
    limit = session.esmtp_features.get("size", "")
    if limit.isdecimal() and 0 < int(limit) < mail.size:
        return Refused(f"the mail has {mail.size} octets and the smarthost takes {limit}")
    return None


def _parameters(session: SmtpSession, mail: Letter) -> str:
    parameters = f" SIZE={mail.size}" if session.has_extn("size") else ""
    if mail.eight_bit:
        parameters += " BODY=8BITMIME"
    if mail.utf8:
        session.command_encoding = "utf-8"
        parameters += " SMTPUTF8"
    return parameters


def _words(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text


def _reason(error: BaseException) -> str:
    return clean(str(error)) or type(error).__name__


def _nothing() -> None:
    """Do nothing while waiting."""
