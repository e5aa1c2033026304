"""The LMTP session: SMTP with a greeting of its own and an answer for each recipient (RFC 2033).

Promises one reply to the final dot for each accepted RCPT, in their order, also where two named
the same mailbox. All come from one commit, so they are all alike.
"""

from typing import ClassVar

from mailgate.intake import answers
from mailgate.intake.networks import is_loopback
from mailgate.intake.smtp import SmtpSession, Verb


class LmtpSession(SmtpSession):
    """One LMTP client, commonly the mail server in front of us."""

    source: ClassVar[str] = "lmtp"
    greeting: ClassVar[bytes] = b"LMTP"
    hello_first: ClassVar[bytes] = answers.LHLO_FIRST
    verbs: ClassVar[dict[bytes, Verb]] = {
        **{name: do for name, do in SmtpSession.verbs.items() if name not in (b"HELO", b"EHLO")},
        b"LHLO": SmtpSession.ehlo,
    }

    def _answer(self, reply: bytes) -> None:
        self._say(reply * len(self._recipients))

    def harvesting_allowed(self) -> bool:
        """Trust the mail server on our own machine: it hands on what the world tries out."""
        return is_loopback(self.peer)
