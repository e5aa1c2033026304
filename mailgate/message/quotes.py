"""What the human wrote now: quotes and signature cut off (a line scanner, not a grammar).

Promises a text for any text, in linear time: each line is looked at a bounded number of times,
and only its first 400 characters are matched. If nothing would be left, everything is: a mail
without words of its own is still to be read.
"""

import re

_MAX_MATCHED = 400
_QUOTED = re.compile(r"\s{0,3}(?:>|\|\s)")
_SIGNATURE = re.compile(r"\s?(?:--|—|–)\s*")
_MOBILE = re.compile(
    r"\s*\*?(?:sent from my |sent from (?:mail for windows|outlook|yahoo|proton)|get outlook for "
    r"|wysłan[eoy] (?:z|za pomocą|przy użyciu) |pobierz (?:aplikację )?outlook"
    r"|von meinem .{2,40} gesendet|gesendet von (?:outlook|meinem) |envoyé (?:de mon |à partir d)"
    r"|enviado desde mi |inviato da(?:l mio)? )",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:wrote|writes|pisze|pisał|pisała|napisał|napisała|napisał\(a\)|napisali|schrieb"
    r"|a écrit|escribió|escribio|ha scritto|schreef|skrev|escreveu|napsal|napsala|napsal\(a\)"
    r"|írta|пишет|написал|написала|kirjoitti)\b.{0,120}:\s*$",
    re.IGNORECASE,
)
_OPENER = re.compile(r"\s*\*?(?:on|w dniu|dnia|am|le|el|il|op|den|em|dne|od|at)\s", re.IGNORECASE)
_MARKED_BY = re.compile(r"\d{1,2}[:.]\d{2}\b.{0,100}<[^<>\s@]{1,64}@[^<>\s@]{1,200}>:\s*$")
_TIME = re.compile(r"\d{1,2}[:.]\d{2}")
_EVIDENCE = re.compile(r"\d{1,2}[:.]\d{2}|\d{4}|@")
_ORIGINAL = re.compile(
    r"\s*[-_=*]{2,}\s*(?:original message|oryginalna wiadomość|wiadomość oryginalna"
    r"|original-?nachricht|ursprüngliche nachricht|message d'origine|mensaje original"
    r"|messaggio originale|oorspronkelijk bericht|ursprungligt meddelande"
    r"|reply (?:message|above this line)|odpowiedz powyżej tej linii"
    r"|on .{5,200} wrote)\s*[-_=*]*\s*",
    re.IGNORECASE,
)
_BLOCK_FROM = re.compile(
    r"\s*\*?(?:from|od|von|de|da|van|från|fra|nadawca|expéditeur)\s?:\*?\s*\S", re.IGNORECASE
)
_BLOCK_LINE = re.compile(
    r"\s*\*?(?:sent|date|to|cc|subject|reply-to|wysłan[eoy]|data|do|dw|temat|kopia|gesendet|datum"
    r"|an|betreff|envoyé|à|objet|enviado|para|asunto|inviato|a|oggetto|verzonden|aan|onderwerp"
    r"|skickat|till|ämne|sendt|til|emne|importance|ważność)\s?:\*?",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*(?:_{5,}|-{5,})\s*")
_FORWARDED = re.compile(r"\s*(?:fwd?|fw|pd|wg|tr|rv|i)\s?:", re.IGNORECASE)


def own_words(text: str, subject: str = "") -> str:
    """Return what stands before or between quotes and above the signature; all if that is none.

    A forwarded mail (by its subject) keeps what it forwards: that is what it is about.
    """
    lines = text.split("\n")
    forwarded = _FORWARDED.match(subject) is not None
    kept: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at][:_MAX_MATCHED]
        if _QUOTED.match(line) and not forwarded:
            at += 1
            continue
        if _SIGNATURE.fullmatch(line) and any(map(str.strip, kept)):
            break
        if not forwarded:
            if _ORIGINAL.fullmatch(line) or _begins_block(lines, at):
                break
            length = _attribution(lines, at)
            if length and _quote_follows(lines, at + length):
                at += length
                continue
            if length and _is_sure(lines, at, length):
                break
        if not _MOBILE.match(line):
            kept.append(lines[at])
        at += 1
    while kept and (not kept[-1].strip() or _RULE.fullmatch(kept[-1][:_MAX_MATCHED])):
        kept.pop()
    words = "\n".join(kept).strip("\n")
    return words if words.strip() else text.strip("\n")


def _attribution(lines: list[str], at: int) -> int:
    """Return how many lines "On … wrote:" takes here, 0 for none; it may be folded twice."""
    first = lines[at][:_MAX_MATCHED]
    if not _EVIDENCE.search(first) and not _OPENER.match(first):
        return 0
    joined = ""
    for length, line in enumerate(lines[at : at + 3], 1):
        joined = f"{joined} {line[:_MAX_MATCHED].strip()}"
        if not line.strip():
            return 0
        if (_VERB.search(joined) and _EVIDENCE.search(joined)) or _MARKED_BY.search(joined):
            return length
    return 0


def _is_sure(lines: list[str], at: int, length: int) -> bool:
    """Say whether an attribution is one even with no quote marks below it."""
    joined = " ".join(line[:_MAX_MATCHED] for line in lines[at : at + length])
    return "@" in joined or bool(_OPENER.match(joined) and _TIME.search(joined))


def _quote_follows(lines: list[str], at: int) -> bool:
    for line in lines[at : at + 3]:
        if line.strip():
            return _QUOTED.match(line[:_MAX_MATCHED]) is not None
    return False


def _begins_block(lines: list[str], at: int) -> bool:
    """Say whether Outlook's header block begins here: From and two more within five lines."""
    if not _BLOCK_FROM.match(lines[at][:_MAX_MATCHED]):
        return False
    near = [line[:_MAX_MATCHED] for line in lines[at + 1 : at + 7] if line.strip()]
    return sum(_BLOCK_LINE.match(line) is not None for line in near[:5]) >= 2
