"""Lines that say who wrote the quoted text and when: "On … wrote:", in the ways of many mailers.

Promises to look at four lines of 400 characters at most. What is only likely to be such a line
counts where a quote stands below it; what is sure ends the words of the writer even without.
"""

import re

MAX_LINE = 400
_MAX_LINES = 4
_MAX_LENGTH = 600

_VERBS = (
    "wrote writes pisze pisał pisała napisał napisała napisał(a) napisał/a napisali napisano"
    " napisana przesłał(a) przesłał przesłała schrieb schrieben geschrieben écrit écrivait"
    " escribió escribio escribe scritto scrive schreef geschreven skrev skriver escreveu escreve"
    " napsal napsala napsal(a) napsal/a píše napísal napísala napísal(a) írta írja ezt"
    " пишет написал написала написал(а) писал пише писав написав написала написав(ла) напісаў"
    " написа kirjoitti kirjoittaa scris scrie yazdı yazmış έγραψε писа rašė rakstīja kirjutas"
    " napisao napisala je va escriure menulis viết เขียนว่า كتب كتبت نوشت כתב כתבה"
    " escrit skrifaði idatzi գրել 写道 寫道 写到 書きました 작성"
)
# What people do with words in other ways, too: these count beside an address only.
_WEAK_VERBS = (
    "sent said replied answered wysłał wysłała wysłał(a) odpisał odpisała odpowiedział envoyé"
    " antwortete sendte отправил отправила"
)
_WEAK = frozenset(_WEAK_VERBS.split())
_WORDS = (frozenset(_VERBS.split()) - {"je", "va", "ezt"}) | _WEAK
_VERB = re.compile(
    r"(?<!\w)(?:"
    + "|".join(re.escape(word) for word in sorted(_WORDS, key=len, reverse=True))
    + r")(?!\w)|写道|寫道|書きました|のメール|님이 작성",
    re.IGNORECASE,
)
_OPENER = re.compile(
    r"[\W_]{0,4}(?:on|w dniu|dnia|w wiadomości z|wiadomość napisana przez|am|le|el|il|il giorno"
    r"|in data|op|den|em|a|dne|dňa|pe|în|на|quoting|zitat von|cytowanie|cytat|cytuję|citando"
    r"|citát|citaat van|missatge de|selon|on behalf of|message from|od|van|von|de|da)\s",
    re.IGNORECASE,
)
_QUOTING = re.compile(
    r"[\W_]{0,4}(?:quoting|zitat von|cytowanie|cytat|cytuję|citando|citát|citaat van"
    r"|missatge de)\s",
    re.IGNORECASE,
)
# Up to two words (a weekday in any language) and a number: how dates begin.
_DATE_FIRST = re.compile(
    r"[\W_]{0,3}(?!at\s)(?:[^\W\d_]{1,14}[.,]{0,2}\s){0,2}\d{1,4}(?:[-./:,年]|\s|st|th)"
)
_TIME = re.compile(r"(?<!\d)\d{1,2}(?:[:.∶]\d{2}(?!\d)|h\d{2}|\s?[ap]\.?m\b)", re.IGNORECASE)
_DATE = re.compile(
    r"(?<!\d)(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\s?\d{1,2}[-./]\s?\d{2,4}|(?:19|20)\d{2}"
    r"|\d{4}年)"
)
_EVIDENCE = re.compile(r"\d{1,2}[:.]\d{2}|\d{4}|@|\d{1,2}[./-]\d{1,2}")
_ADDRESS = (
    r"[<\[(](?:mailto:)?[^<>\s@]{1,64}@[^<>\s@]{1,200}(?:<\s?mailto:[^<>\s]{1,250}>)?\s?[>\])]"
)
_ANGLED = re.compile(_ADDRESS)
# A log writes "to=<anna@example.com>:".
_ADDRESS_LAST = re.compile(r"(?<!=)" + _ADDRESS + r"\W{0,3}[:：]\W{0,3}$")
_ESCAPED = re.compile(r"&lt;[^&\s@]{1,64}@[^&\s]{1,200}&gt;")
_I = re.compile(r"(?<!\w)(?:I|we|ich|wir) (?:wrote|schrieb|schrieben)(?!\w)", re.IGNORECASE)
# What old Gmail wrote: "2026/11/20 Anna <anna@example.net>".
_DATE_AND_ADDRESS = re.compile(
    r"[\W_]{0,3}\d{4}[-./]\d{1,2}[-./]\d{1,2}\s[^<>]{0,80}(?<!=)" + _ADDRESS + r"\W*$"
)
# One in the middle of a line, where the program lost the line end above it.
_DATED = (
    r"(?:On|W dniu|Dnia|Am|Le|El|Il giorno|Il|Op|Em|Den|Dne|Dňa)\s"
    r"(?:[^\W\d_]{2,12}[.,]{0,2}\s){0,2}\d{1,4}(?:[-./:,]|\s|st|th)"
)
_WITHIN = re.compile(r"(?<=\s)" + _DATED)
_BEGUN = re.compile(r"[\W_]{0,4}" + _DATED)
_FRAGMENT = re.compile(
    r"[<\[(](?:mailto:|[\w.+-]{1,64}@)|<$|>?\s?[\w()/]{1,14}\s?[:：]$|a écrit"
    r"|[^<>]{1,60}<[^<>]{3,250}>$"
)
_BY_ADDRESS = re.compile(r"\d{1,2}[:.]\d{2}[^:\n]{0,40}\s[\w.+-]{1,64}@[\w.-]{3,120}:\W{0,3}$")
_EDGE = " \t\xa0*_-—–>|\u200e\u200f\u202a\u202b\u202c"
_SENTENCE_ENDS = frozenset(".,!?")
_MAX_AFTER_VERB = 160


def ends_one(line: str) -> bool:
    """Say whether a line could be the last of an attribution; cheap, for every line of a mail."""
    if line[-1:] in _SENTENCE_ENDS:
        return False
    tail = line[-32:].rstrip(_EDGE)
    if not tail or tail.isspace():
        return False
    if tail[-1] in ":：":
        return True
    return tail.rsplit(None, 1)[-1].lower() in _WORDS


def is_sure(text: str) -> bool:
    """Say whether it is an attribution even with no quote marks below it."""
    if len(text) > _MAX_LENGTH:
        return False
    timed = _TIME.search(text) is not None
    addressed = _ANGLED.search(text) or _ESCAPED.search(text)
    if addressed and timed and _ADDRESS_LAST.search(text):
        return True
    if addressed and _QUOTING.match(text):
        return True
    verb = _last_verb(text)
    if verb is None or _I.search(text):
        return False
    dated = timed or _DATE.search(text) is not None
    if verb[0].lower() in _WEAK:
        return addressed is not None and dated
    if addressed:
        return dated or _OPENER.match(text) is not None or _ends_at(text, verb)
    opened = _OPENER.match(text) or _DATE_FIRST.match(text)
    return opened is not None and timed and (_DATE.search(text) is not None or "," in text)


def is_likely(text: str) -> bool:
    """Say whether it is one if a quote stands below it."""
    if len(text) > _MAX_LENGTH or not _EVIDENCE.search(text) or _I.search(text):
        return False
    verb = _last_verb(text)
    if verb is not None and (verb[0].lower() not in _WEAK or "@" in text):
        return True
    if _ADDRESS_LAST.search(text):
        return True
    if _DATE_AND_ADDRESS.match(text) or (_DATE_FIRST.match(text) and _BY_ADDRESS.search(text)):
        return True
    # Some end without a verb and a colon: "On Friday, 20 November 2026, 10:00, Anna".
    begun = _OPENER.match(text) or _DATE_FIRST.match(text)
    if begun is None or text.rstrip()[-1] in ":：":
        return False
    return _TIME.search(text) is not None and _DATE.search(text) is not None


def length_at_end(lines: list[str], *, sure: bool) -> int:
    """Return how many of the last lines are an attribution, 0 for none.

    The nearest line that begins like one is its first; without such a line, the shortest that
    says enough.
    """
    test = is_sure if sure else is_likely
    joined, shortest = "", 0
    for length in range(1, min(_MAX_LINES, len(lines)) + 1):
        line = lines[-length][:MAX_LINE].strip()
        if not line:
            break
        gap = "" if line[-1] == "<" else " "
        joined = f"{line}{gap}{joined}".rstrip()
        before = words_before(line)
        if before and test(joined[len(before) :].lstrip(_EDGE)):
            return length
        if not test(joined):
            continue
        if _OPENER.match(line) or _DATE_FIRST.match(line):
            return length
        shortest = shortest or length
    return shortest


def is_fragment(line: str) -> bool:
    """Say whether a line cannot be the first of one: an address, or the verb alone."""
    return _FRAGMENT.match(line[:MAX_LINE].strip()) is not None


def words_before(line: str) -> str:
    """Return what stands in a line before an attribution that begins in the middle of it."""
    head = line[:MAX_LINE]
    if _BEGUN.match(head):
        return ""
    starts = [found.start() for found in _WITHIN.finditer(head)]
    before = head[: starts[-1]].rstrip(_EDGE) if starts else ""
    return "" if "@" in before else before


def _last_verb(text: str) -> re.Match[str] | None:
    """Return the verb, if not much but a name and an address stands after it."""
    found = None
    for verb in _VERB.finditer(text):
        if len(text) - verb.end() > _MAX_AFTER_VERB:
            continue
        if verb[0].lower() not in _WEAK:
            found = verb
            break
        found = found or verb
    if found is None:
        return None
    rest = text[found.end() :].rstrip(_EDGE)
    return found if not rest or rest[-1] in ":：" else None


def _ends_at(text: str, verb: re.Match[str]) -> bool:
    """Say whether nothing but a colon stands after the verb, and a name and address before it."""
    return len(text) - verb.end() <= 3 and len(text) <= 160 and ". " not in text
