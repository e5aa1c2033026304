"""The client that handed a mail to us, as SPF sees it (RFC 7208 §2.4)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Client:
    """peer: his IP. helo: how he greeted. mail_from: the return path, "" for the null sender."""

    peer: str
    helo: str = ""
    mail_from: str = ""
