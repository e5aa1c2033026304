"""Bounces from before RFC 3464 and beside it: qmail, Exim, Exchange, and what they say in words.

Promises the recipients named in such a mail, or none. Words alone are never enough: the mail
must claim no return path or come from a mail system's own address, and a postmaster, who is also
a person, must say so in the subject and in the text.
"""

import re

from mailgate.message import charset, headers
from mailgate.message.message import ReportRecipient

MAX_RECIPIENTS = 200
_MAX_LINES = 400
_MAX_TOLD = 20_000

_STATUS = re.compile(r"\b([45]\.\d{1,3}\.\d{1,3})\b")
_REPLY = re.compile(r"\b([45])\d\d[ -]")
_DAEMON = re.compile(
    r"mailer[-_. ]?daemon|mail[-_. ]delivery|mdaemon@|mail delivery (?:sub)?system", re.IGNORECASE
)
_MAYBE_DAEMON = re.compile(
    r"post_?master|administrator|mail[-_. ]?system|undeliverable|mdaemon|system@|ndr@|bounce"
    r"|mail[-_. ]?server",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver|delivery (?:status notification|failure|has failed|report|problem|error)"
    r"|returned (?:mail|to sender)|return(?:ing|ed) (?:message )?to sender|failure notice"
    r"|delivery failed|could not (?:be delivered|send)|cannot send|delayed mail|warning: "
    r"|niedostarcz|nie można dostarczyć|nie dostarczono|unzustellbar"
    r"|mail(?: system)? (?:failure|error)"
    r"|mail failed|nondeliverable|not delivered|undelivered|processing error|error sending|rejected"
    r"|non remis|не доставлено",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"qmail-send program|could(?: not|n't) be delivered|unable to deliver|undeliverable"
    r"|delivery (?:has )?failed|permanent (?:fatal )?error|unknown user|user (?:is )?unknown"
    r"|user not (?:found|listed|known)|did not reach|does not exist|no such (?:user|account)"
    r"|not (?:be |been )?deliver|delivery (?:failure|error)|error (?:has )?occurred|was an error"
    r"|errors? (?:in|during|while) |nie została dostarczona|nie można dostarczyć|unrouteable"
    r"|(?:mailbox|account|user) (?:is )?(?:full|unavailable|disabled|inactive|closed|over)"
    r"|returned to sender|quota|failed (?:permanently|addresses|recipient)|failure reasons"
    r"|unknown (?:address|recipient|local)|address(?:es)? had|not accept|access denied|rejected"
    r"|fatal errors|following (?:address|recipient)|cannot be|unsuccessful|no mailbox",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"has not yet been delivered|will (?:be retried|keep trying|continue to)|warning message only"
    r"|could not send message for past|delivery is delayed|temporarily (?:deferred|delayed)"
    r"|still trying|has been delayed|not been delivered to all",
    re.IGNORECASE,
)
_COPY = re.compile(
    r"\s*(?:-+ *(?:below this line|this is a copy|the original message|original message"
    r"|forwarded message|returned message|unsent message|message header|undelivered)"
    r"|below is a copy|message headers follow|return-path:|received: )",
    re.IGNORECASE,
)
_SPEC = r"([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,200})"
_ADDRESS_LINE = re.compile(
    r"\s{0,12}(?:(?:to|recipient|rcpt to|address|for)\s?:?\s+)?[<\"']?"
    + _SPEC
    + r"[>\"']?\s?(?:[:;,(.\-]|$| on )",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?<![A-Za-z0-9.!#$%&'*+/=?^_`{|}~@-])" + _SPEC)


def is_from_daemon(block: headers.Block) -> bool:
    """Say whether a mail claims to come from a mail system."""
    if _has_no_return_path(block) or _DAEMON.search(block.first("return-path")[:500]):
        return True
    sender = block.first("from")[:500]
    return (_DAEMON.search(sender) or _MAYBE_DAEMON.search(sender)) is not None


def recipients_of(block: headers.Block, text: str) -> tuple[ReportRecipient, ...]:
    """Return whom a mail from a mail system says it did not reach, () if it says no such thing."""
    told = text[:_MAX_TOLD]
    listed = headers.decoded("x-failed-recipients", block.first("x-failed-recipients"))
    subject = headers.decoded("subject", block.first("subject"))
    late = not listed and _DELAYED.search(told) is not None
    by_subject = _SUBJECT.search(subject) is not None
    by_words = late or _FAILED.search(told) is not None
    sure = _DAEMON.search(block.first("from")[:500]) is not None
    if not (listed or (by_subject and by_words) or (sure and (by_subject or by_words))):
        return ()
    if listed:
        addresses = [address.strip(" <>") for address in listed.split(",")]
    else:
        addresses = _named(told) or [""]
    status, reply = _STATUS.search(told), _REPLY.search(told)
    code = status[1] if status else f"{reply[1]}.0.0" if reply else ""
    return tuple(
        ReportRecipient(address, "delayed" if late else "failed", code, _diagnostic(told, address))
        for address in addresses[:MAX_RECIPIENTS]
    )


def _has_no_return_path(block: headers.Block) -> bool:
    return block.first("return-path").replace(" ", "").startswith("<>")


def _named(text: str) -> list[str]:
    """Return the addresses that begin a line above the returned copy, or else the first one."""
    found: list[str] = []
    loose: list[str] = []
    for line in text.split("\n", _MAX_LINES)[:_MAX_LINES]:
        if _COPY.match(line[:200]):
            break
        match = _ADDRESS_LINE.match(line[:400])
        if match is not None:
            found.append(match[1].rstrip("."))
        elif not loose:
            loose += [address.rstrip(".") for address in _ADDRESS.findall(line[:400])]
    return list(dict.fromkeys(found)) or loose[:1]


def _diagnostic(text: str, address: str) -> str:
    """Return the line that names an address, with what follows it in its paragraph."""
    at = text.find(address) if address else -1
    if at < 0:
        return ""
    return charset.one_line(text[at : at + 400].partition("\n\n")[0])[:300]
