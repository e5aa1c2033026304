"""What is known of mail providers: host, port and limits, so that nobody looks them up.

Names are those an operator writes as `provider`.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from mailgate.intake.imap.settings import MAX_CONNECTIONS_PER_HOST


@dataclass(frozen=True)
class Preset:
    """A provider. imap: its host, with TLS on port 993. smtp: host, port and TLS for sending.

    oauth: how tokens are got there, None where passwords (of an app) are the way. passwords:
    whether it takes any. poll: how often it may be asked; connections: of ours at the same time.
    """

    imap: str
    smtp: tuple[str, int, Literal["starttls", "tls"]]
    oauth: Literal["microsoft", "google"] | None = None
    passwords: bool = True
    poll: timedelta = timedelta(minutes=2)
    connections: int = MAX_CONNECTIONS_PER_HOST


PRESETS: dict[str, Preset] = {
    "microsoft365": Preset(
        "outlook.office365.com",
        ("smtp.office365.com", 587, "starttls"),
        oauth="microsoft",
        passwords=False,
    ),
    # 15 connections an account and 2.5 GB a day; ours is one connection.
    "google": Preset(
        "imap.gmail.com",
        ("smtp.gmail.com", 587, "starttls"),
        oauth="google",
        poll=timedelta(minutes=5),
    ),
    "yahoo": Preset(
        "imap.mail.yahoo.com",
        ("smtp.mail.yahoo.com", 465, "tls"),
        poll=timedelta(minutes=5),
        connections=5,
    ),
    "icloud": Preset(
        "imap.mail.me.com", ("smtp.mail.me.com", 587, "starttls"), poll=timedelta(minutes=5)
    ),
    "fastmail": Preset("imap.fastmail.com", ("smtp.fastmail.com", 465, "tls")),
    "zoho": Preset("imap.zoho.com", ("smtp.zoho.com", 465, "tls"), poll=timedelta(minutes=5)),
    "wp": Preset("imap.wp.pl", ("smtp.wp.pl", 465, "tls"), poll=timedelta(minutes=5)),
    "onet": Preset(
        "imap.poczta.onet.pl", ("smtp.poczta.onet.pl", 465, "tls"), poll=timedelta(minutes=5)
    ),
    "interia": Preset(
        "poczta.interia.pl", ("poczta.interia.pl", 465, "tls"), poll=timedelta(minutes=5)
    ),
    "ovh": Preset("ssl0.ovh.net", ("ssl0.ovh.net", 465, "tls")),
}
