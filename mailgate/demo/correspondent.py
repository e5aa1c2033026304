"""Someone who writes to the desk by SMTP, as any mail program would."""

import smtplib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

_SECONDS = 10


class NotTakenError(Exception):
    """The daemon did not take a mail; the text is its reply."""


@dataclass(frozen=True)
class Sent:
    """A mail that the daemon took with 250. spool_id: from its reply. octets: as sent."""

    spool_id: int
    octets: bytes


@dataclass(frozen=True)
class Correspondent:
    """A person with an address."""

    name: str
    address: str

    def compose(
        self, to: str, subject: str, text: str, at: datetime, headers: Mapping[str, str]
    ) -> EmailMessage:
        """Return a mail as his program would write it. headers: what it adds."""
        message = EmailMessage(policy=policy.SMTP.clone(cte_type="7bit"))
        message["From"] = f"{self.name} <{self.address}>"
        message["To"] = to
        message["Subject"] = subject
        message["Date"] = format_datetime(at)
        message["Message-ID"] = make_msgid(domain=self.address.rpartition("@")[2])
        for name, value in headers.items():
            message[name] = value
        message.set_content(text)
        return message

    def send(self, message: EmailMessage, port: int, mail_from: str | None = None) -> Sent:
        """Hand a mail to the daemon on a port of loopback.

        mail_from: the return path, his address by default, "" for the null sender. Raises
        NotTakenError where the answer is not 250.
        """
        octets = message.as_bytes()
        with smtplib.SMTP("127.0.0.1", port, timeout=_SECONDS) as smtp:
            smtp.ehlo("client.example.net")
            smtp.mail(self.address if mail_from is None else mail_from)
            code, said = smtp.rcpt(str(message["To"]))
            if code == 250:
                code, said = smtp.data(octets)
        reply = said.decode("utf-8", "replace")
        if code != 250:
            raise NotTakenError(f"{code} {reply}")
        return Sent(int(reply.split()[1]), octets)
