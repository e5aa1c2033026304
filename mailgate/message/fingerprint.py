"""What makes two mails the same mail, whichever way they came."""

from collections.abc import Iterable
from hashlib import sha256

from mailgate.message.message import Attachment


def fingerprint(
    sender: Iterable[str], date: str, subject: str, text: str, files: Iterable[Attachment]
) -> str:
    """Return a SHA-256 over who, when, what subject, what words and what files.

    sender: canonical addresses. date: the field's value. White space is left out of account,
    because relays re-wrap and re-encode. Trace fields are no part of it.
    """
    said = [
        " ".join(sender),
        " ".join(date.split()),
        " ".join(subject.split()),
        " ".join(text.split()),
        *(f"{file.digest} {file.size}" for file in files),
    ]
    return sha256("\0".join(said).encode("utf-8", "replace")).hexdigest()
