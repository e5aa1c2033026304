"""Those who write to the desk and those who answer for it."""

import smtplib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import TYPE_CHECKING

from tests.world.cases import Case
from tests.world.smarthost import Letter

if TYPE_CHECKING:
    from tests.world.world import World

_SECONDS = 60
# Python would encode a Message-ID that is longer than a line; no mail program does.
_AS_PROGRAMS_WRITE = policy.SMTP.clone(max_line_length=900)
_TEXT = "Dzień dobry, proszę o pomoc, ponieważ nic nie działa od rana."


@dataclass(frozen=True)
class Mail:
    """A mail as it was sent, and the spool id that the daemon answered."""

    subject: str
    message_id: str
    octets: bytes
    spool_id: int


@dataclass(frozen=True)
class Inbox:
    """What the smarthost has for an address."""

    world: "World"
    address: str

    def letters(self) -> list[Letter]:
        """Return everything, the first first."""
        return self.world.smarthost.letters_to(self.address)

    def subjects(self) -> list[str]:
        """Return the subjects, the first first."""
        return [letter.subject for letter in self.letters()]

    def last(self) -> Letter:
        """Return what came last."""
        assert self.letters(), f"{self.address} has got no mail"
        return self.letters()[-1]


@dataclass(frozen=True)
class Customer:
    """Someone with an address, who sends by SMTP."""

    world: "World"
    address: str
    name: str

    @property
    def inbox(self) -> Inbox:
        """What he has got."""
        return Inbox(self.world, self.address)

    def writes(
        self,
        to: str | Sequence[str],
        subject: str,
        text: str = _TEXT,
        *,
        html: str = "",
        attachments: Mapping[str, bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        mail_from: str | None = None,
    ) -> Mail:
        """Write a mail, and let the daemon work it off.

        headers: what his program adds, or, with "", leaves out. mail_from: the return path, his
        address by default.
        """
        recipients = [to] if isinstance(to, str) else list(to)
        message = EmailMessage(policy=_AS_PROGRAMS_WRITE)
        message["From"] = f'"{self.name}" <{self.address}>' if self.name else self.address
        message["To"] = ", ".join(recipients)
        message["Subject"] = subject
        message["Date"] = format_datetime(self.world.now)
        message["Message-ID"] = make_msgid(domain=self.address.rpartition("@")[2])
        for name, value in (headers or {}).items():
            del message[name]
            if value:
                message[name] = value
        message.set_content(text)
        if html:
            message.add_alternative(html, subtype="html")
        for name, octets in (attachments or {}).items():
            message.add_attachment(
                octets, maintype="application", subtype="octet-stream", filename=name
            )
        return self.sends(message.as_bytes(), recipients, mail_from=mail_from)

    def replies(
        self,
        to: Letter | Mail,
        text: str = _TEXT,
        *,
        subject: str | None = None,
        at: str = "",
        headers: Mapping[str, str] | None = None,
        mail_from: str | None = None,
    ) -> Mail:
        """Answer a letter as any program does.

        subject: instead of "Re: …". at: instead of where the letter asks to be answered.
        """
        threading = {"In-Reply-To": to.message_id, "References": to.message_id}
        if isinstance(to, Letter):
            threading["References"] = f"{to.header('References') or ''} {to.message_id}".strip()
            at = at or (to.header("Reply-To") or to.header("From") or "")
        again = f"Re: {to.subject}" if subject is None else subject
        extra = {**threading, **(headers or {})}
        return self.writes(_bare(at), again, text, headers=extra, mail_from=mail_from)

    def replies_out_of_office(self, to: Letter) -> Mail:
        """Let his program answer, as Exchange does while he is away."""
        return self.replies(
            to,
            "Jestem na urlopie do 16 listopada.",
            subject=f"Automatyczna odpowiedź: {to.subject}",
            headers={"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"},
            mail_from="",
        )

    def sends(
        self, octets: bytes, to: str | Sequence[str], *, mail_from: str | None = None
    ) -> Mail:
        """Send octets as they are, and let the daemon work them off."""
        recipients = [to] if isinstance(to, str) else list(to)
        sender = self.address if mail_from is None else mail_from
        sent = self.world.takes(octets, recipients, sender)
        self.world.settles()
        return sent


@dataclass(frozen=True)
class Agent:
    """Someone who answers for the desk, on the command line."""

    world: "World"
    address: str

    @property
    def inbox(self) -> Inbox:
        """What she has got."""
        return Inbox(self.world, self.address)

    def answers(self, ticket: Case, text: str) -> None:
        """Answer the customer publicly."""
        self._does("reply", ticket, "--text", text)

    def notes(self, ticket: Case, text: str) -> None:
        """Write what no customer sees."""
        self._does("note", ticket, "--text", text)

    def holds(self, ticket: Case, until: str) -> None:
        """Put a ticket off."""
        self._does("hold", ticket, until)

    def resolves(self, ticket: Case) -> None:
        """Call a ticket solved."""
        self._does("resolve", ticket)

    def closes(self, ticket: Case) -> None:
        """Close a ticket."""
        self._does("close", ticket)

    def _does(self, verb: str, ticket: Case, *words: str) -> None:
        self.world.commands("tickets", verb, ticket.number, *words, "--as", self.address)
        self.world.settles()


def hand_over(port: int, octets: bytes, recipients: Sequence[str], mail_from: str) -> int:
    """Hand a mail to the daemon and return its spool id; fails unless the answer is 250."""
    # Without QUIT, the answer to which is no part of the mail's.
    smtp = smtplib.SMTP("127.0.0.1", port, timeout=_SECONDS)
    try:
        smtp.ehlo("client.example.net")
        smtp.mail(mail_from)
        for recipient in recipients:
            code, said = smtp.rcpt(recipient)
            assert code == 250, said
        code, said = smtp.data(octets)
        assert code == 250, said
    finally:
        smtp.close()
    return int(said.split()[1])


def _bare(address: str) -> str:
    return address.partition("<")[2].partition(">")[0] or address
