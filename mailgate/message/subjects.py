"""What a subject says of its mail by how it begins: an answer, or a mail that is passed on.

Promises an answer from the first 400 characters, in some thirty languages.
"""

import re

_MAX_MATCHED = 400

_FORWARDED = re.compile(
    r"\s*(?:\[[^\]]{0,40}\]\s*)?(?:fwd?|fw|pd|prz|przekazan[ea]|wg|tr|rv|enc|i|vb|vs|vl|doorst"
    r"|továbbít[áv]\w{0,3}|ilt|转发|轉寄|转寄)\s?[:：]",
    re.IGNORECASE,
)
_ANSWERED = re.compile(
    r"\s*(?:\[[^\]]{0,40}\]\s*)?(?:re|aw|odp\.?|sv|vs|antw|ant|r|rif|ref|res|bls|ynt|vá|odg"
    r"|отв|на|回复|回覆|答复|답장|απ)\s?(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3}|²)?\s?[:：]",
    re.IGNORECASE,
)
# Ours, or that of the desk that answers.
_NUMBERED = re.compile(r"[\[(][^\[\]()\d]{0,20}\d{4,12}[^\[\]()\d]{0,5}[\])]")


def forwards(subject: str) -> bool:
    """Say whether a mail is passed on, as its program says: "Fwd:", "PD:", "WG:"."""
    return _FORWARDED.match(subject[:_MAX_MATCHED]) is not None


def answers(subject: str) -> bool:
    """Say whether a mail answers: "Re:", "Odp:", "AW:", or a ticket's number in brackets."""
    head = subject[:_MAX_MATCHED]
    return _ANSWERED.match(head) is not None or _NUMBERED.search(head) is not None
