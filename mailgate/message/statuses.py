"""Which enhanced status code a report means (RFC 3463), out of a field and a server's own words.

Promises a code `class.subject.detail` for any text, or "". What the refusing server said counts
more than how the reporting one translated it, and a code that says something more than x.0.0.
Without any code the class alone is told, as x.0.0, which RFC 3463 has for that: words are not
turned into a subject, since a guess would look like the server's word, and stand in the
diagnostic anyway. The authors of 73 collected reports without a code say no more either.
"""

import re

_CODE = r"([245]\.[0-7]\.\d{1,3})(?![\d]|\.\d)"
_ANY = re.compile(rf"(?<![\w./-]){_CODE}")
_REPLY_AND_CODE = re.compile(rf"(?<![\w.])[45]\d\d[ -]{{1,2}}[('\"#<\[]{{0,3}}{_CODE}")
_REPLY = re.compile(r"(?<![\w./#-])([45])[0-5]\d(?= \S|-\S|[.,;:)\]]|$)", re.MULTILINE)
_MAX_WORDS = 4000

CLASS_OF = {"failed": "5.0.0", "delayed": "4.0.0", "delivered": "2.0.0"}


def of_field(field: str, diagnostic: str) -> str:
    """Return the status of a Status and a Diagnostic-Code field together, "" for neither."""
    match = _ANY.search(field[:200])
    given = match[1] if match else ""
    refused = _REPLY_AND_CODE.search(diagnostic[:_MAX_WORDS])
    if refused is not None and not _is_vague(refused[1]):
        return refused[1]
    if given and not _is_vague(given):
        return given
    return _most_telling(diagnostic) or given or _by_reply(diagnostic)


def of_words(words: str) -> str:
    """Return the status that the words about one failure give, "" for none."""
    refused = _REPLY_AND_CODE.search(words[:_MAX_WORDS])
    if refused is not None and not _is_vague(refused[1]):
        return refused[1]
    return _most_telling(words) or _by_reply(words)


def of_success(words: str) -> str:
    """Return the status in what a server answered that took the mail."""
    match = _ANY.search(words[:_MAX_WORDS])
    return match[1] if match else "2.0.0"


def _most_telling(words: str) -> str:
    """Return the first code that has a subject, or else the first."""
    found = [code for code in _ANY.findall(words[:_MAX_WORDS]) if code[0] != "2"]
    return next((code for code in found if not _is_vague(code)), found[0] if found else "")


def _by_reply(words: str) -> str:
    """Return the class that a bare reply code gives (RFC 5321 §4.2.1)."""
    match = _REPLY.search(words[:_MAX_WORDS])
    return f"{match[1]}.0.0" if match else ""


def _is_vague(code: str) -> bool:
    return code[1:].startswith(".0.")
