"""Polish or English, by stop words and diacritics."""

import re

_POLISH_WORDS = (
    "się nie jest na że do jak czy po od dla przez ale proszę dzień dobry pozdrawiam dziękuję mam"
    " mnie przy już są być co tym tego oraz albo gdy które który bardzo dziekuje prosze sie"
    " pozdrawiam witam państwo pan pani mogę nam nas przed bez zgłoszenie działa nadal jestem"
    " urlopie biuro wiadomość odpowiedź tylko kiedy ponieważ została został można"
)
_ENGLISH_WORDS = (
    "the and is to of in that it you for not are with this have on be but we they can was my your"
    " please thank thanks hello regards from does when what will would could has our been there"
    " which about if me do an as at or so"
)
_POLISH = frozenset(_POLISH_WORDS.split())
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_DIACRITICS = frozenset("ąćęłńśźżĄĆĘŁŃŚŹŻ")
_WORD = re.compile(r"[^\W\d_]{2,20}")
_MAX_READ = 4000


def language_of(text: str) -> str | None:
    """Return "pl", "en", or None where it is neither for sure."""
    beginning = text[:_MAX_READ]
    words = [word.lower() for word in _WORD.findall(beginning)]
    if not words:
        return None
    letters = sum(map(beginning.count, _DIACRITICS)) if not beginning.isascii() else 0
    polish = sum(word in _POLISH for word in words) + min(letters, len(words)) * 0.7
    english = sum(word in _ENGLISH for word in words)
    needed = max(1.5, len(words) * 0.06)
    if polish > english and polish >= needed:
        return "pl"
    if english > polish and english >= needed:
        return "en"
    return None
