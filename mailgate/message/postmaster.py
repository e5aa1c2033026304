"""Whether a mail comes from a mail system, as far as its headers tell (RFC 5321 §4.5.5).

Promises one of three answers for any headers. A postmaster is also a person, and anybody may call
himself Mail Delivery System, so only the address that no person has is sure.
"""

import re
from enum import IntEnum

from mailgate.message import headers


class Sender(IntEnum):
    """How far a mail is a mail system's. RETURNED: it claims that no answer may come back."""

    ANYBODY = 0
    POSTMASTER = 1
    RETURNED = 2
    DAEMON = 3


_MAX_VALUE = 500
_NO_PATH = re.compile(r"\s{0,5}<\s{0,5}>|\s{0,5}<?(?:mailer|mail)[-_.]?daemon\b", re.IGNORECASE)
_DAEMON = re.compile(
    r"(?:^|[\s<\"'(])(?:mailer|mail|e-?mail)[-_. ]?daemon(?:@|[\s>\"')]|$)|mdaemon@"
    r"|^[^<@]{0,80}mail[-_. ]delivery (?:sub)?(?:system|agent)[^<@]{0,20}(?:<\s?>|$)",
    re.IGNORECASE,
)
_POSTMASTER = re.compile(
    r"post[-_.]?master|administrator|mail[-_. ]?(?:system|server|service|delivery|deliver\b)"
    r"|undeliver|system@|sysadmin|(?:^|[<\"' ])ndr\b|smtp|gateway|mx[-_]?admin|mail[-_]?agent"
    r"|bounce|antivirus|virus[-_. ]?wall|interscan|mail(?:sweeper|marshal|scanner)|no-?reply@sns\.",
    re.IGNORECASE,
)


def standing(block: headers.Block) -> Sender:
    """Return how far the headers of a mail make it a mail system's."""
    sender = headers.decoded("from", block.first("from")[:_MAX_VALUE])
    if _DAEMON.search(sender):
        return Sender.DAEMON
    if has_no_return_path(block):
        return Sender.RETURNED
    return Sender.POSTMASTER if _POSTMASTER.search(sender) else Sender.ANYBODY


def has_no_return_path(block: headers.Block) -> bool:
    """Say whether the field written at delivery names nobody or a mail system (RFC 5321 §4.4)."""
    return _NO_PATH.match(block.first("return-path")[:_MAX_VALUE]) is not None
