"""Polish or English, by the words every sentence needs and the letters only one language has.

Promises an answer from the first 1,000 characters. Words that Polish shares with Czech, Slovak
or South Slavic, and English with Dutch or German, say little alone; letters and words of those
languages speak against.
"""

import re
from collections import Counter
from collections.abc import Mapping

# Words that (nearly) no other language has; without the Polish letters, too.
_POLISH_WORDS = (
    "się sie nie jest że ze czy dla przez ale proszę prosze dzień dzien dobry pozdrawiam dziękuję"
    " dziekuje dzięki dzieki mam mnie przy już juz są być byc tym tego oraz albo gdy które ktore"
    " który ktory która ktora bardzo witam cześć czesc hej państwo panstwo państwa panstwa"
    " pan pani"
    " panie mogę moge może moze można mozna nam nas przed bez zgłoszenie zgłoszenia działa dziala"
    " działają dzialaja nadal jestem urlopie biuro wiadomość wiadomosc odpowiedź odpowiedz tylko"
    " kiedy ponieważ poniewaz została został jak od do na po co tak oto tu tam wszystko"
    " faktura fakturę"
    " fakture faktury drukarka drukarki drukarką hasło haslo konto konta problem sprawdzić"
    " sprawdzic pomoc pomocy błąd blad bledu jeszcze dzisiaj dziś dzis jutro wczoraj teraz chcę"
    " chce chciałbym chcialbym chciałabym potrzebuję potrzebuje nasz nasza nasze moja mój moj"
    " moje"
    " mojego jaki jaka jakie gdzie dlaczego zamówienie zamowienie załączniku zalaczniku przesyłam"
    " przesylam wysyłam wysylam zalogować zalogowac logowanie poprawnie działać ok prośba"
    " uprzejmie"
    " pilne umowa umowę umowe numer telefon proszę czekam również rowniez wciąż wciaz"
    " zrobione zmian zmiany odpowiada pasuje wtorek czwartek wymieniona wymienione"
    " potwierdzam przepraszam zgadzam mógłby moglby mogłaby prosimy żeby zeby"
    " jeśli jesli jeżeli jezeli byłem byłam będzie bedzie mamy macie ma to w z i o"
)
_POLISH = frozenset(_POLISH_WORDS.split())
_ENGLISH_WORDS = (
    "the and is to of that it you for not are with this have on be but we they can was my your"
    " please thank thanks hello regards from does doesn't don't can't didn't isn't it's i'm i've"
    " when what will would could has our been there which about if me do an as at or so i a in no"
    " yes how why where who still again need needs help issue printer invoice order attached"
    " password account reset any problem works working work today tomorrow yesterday since after"
    " before just also got get were had did am us these those then than very much see good"
    " morning afternoon evening someone call back sorry already up down"
)
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
# Shared with others: they count less.
_WEAK_WORDS = (
    "printer account reset na do od po co tak jak to w z i o ma nas nam tym problem konto"
    " telefon numer ze ok hej bez"
    " moje moja moj dobry pan pani jaki teraz chce bardzo faktura przed mam a in is was we so on"
    " no me an of or at be had got am as it who us do had hello were before after had"
)
_WEAK = frozenset(_WEAK_WORDS.split())
# Words that only the neighbours have.
_OTHERS_WORDS = (
    # Czech and Slovak
    "jsem jsou není nejde nefunguje prosím děkuji dobrý den díky mám máme ďakujem som nie sú pre"
    " ktorý prosim vás vám že jsme byl bych kde když pak tiskárna tlačiareň heslo účet objednávka"
    " s v k ke ve pro mi kdy jde uz muj mne proc"
    # German, Dutch, French, Spanish, Italian, Portuguese
    " wat met de probleem al mio che der die das und ist nicht ich wir sie mit für auf ein"
    " eine einen dem den von zu bitte danke"
    " leider guten tag hallo het een van niet dat voor zijn aan ik wij graag bedankt le la"
    " les des"
    " une est pas vous nous je il que qui dans pour avec bonjour merci el los las es por para con"
    " una hola gracias no se di che non per sono grazie buongiorno della os uma não obrigado olá"
    " um em com ao"
    # Scandinavian, Hungarian, Romanian, South Slavic, Turkish, Finnish
    " och inte jag är det att som på hej tack ikke jeg er og til med takk nem hogy és egy"
    " köszönöm"
    " nu este să și pentru mulțumesc je su nije sam što hvala molim dobar dan ne radi bir ve"
    " için değil teşekkürler"
    " ei ole ja on että kiitos"
)
_OTHERS = frozenset(_OTHERS_WORDS.split()) - {
    "nie",
    "na",
    "no",
    "on",
    "a",
    "is",
    "in",
    "to",
    "do",
    "hej",
    "se",
    "den",
    "die",
}
_ONLY_POLISH = frozenset("ąęłńśźż")
_SHARED_LETTERS = frozenset("óć")
# How Polish is spelled without its letters; v stands in no Polish word.
_SPELLED = re.compile(
    r"^w[bcdfgjklmnpstz]|rz|szcz|prze|przy|cze|dzi|wsz|owac|(?:ego|emu|ych|ymi|owi)$"
)
_FOREIGN_LETTERS = frozenset(
    "áéíúýčďěňřšťůžäöüßåæøàèìòùâêîôûëïñçãõőűășțğışľĺŕôđабвгґдеєжзиіїйклмнопрстуфхцчшщьюяыэёъ"
)
_WORD = re.compile(r"[^\W\d_]{1,25}+(?:'[^\W\d_]{1,10}+)?+")
_UNWRITTEN = re.compile(r"(?:https?://|www\.)\S{1,500}|\S{1,64}@\S{1,200}|\[cid:[^\]]{0,100}\]")
_MAX_READ = 1000


def language_of(text: str) -> str | None:
    """Return "pl", "en", or None where it is neither for sure."""
    beginning = text[:_MAX_READ].lower()
    if "@" in beginning or "www." in beginning or "//" in beginning or "[cid:" in beginning:
        beginning = _UNWRITTEN.sub(" ", beginning)
    # Each word is looked at once, however often it stands there.
    times = Counter(_words(beginning.replace("’", "'")))
    if not times:
        return None
    polish, english = _weight(times, _POLISH), _weight(times, _ENGLISH)
    against = 0.8 * sum(times[word] for word in _OTHERS.intersection(times))
    if "v" in beginning:
        polish -= sum(count for word, count in times.items() if "v" in word and len(word) > 1)
    if not beginning.isascii():
        lettered = {word: count for word, count in times.items() if not word.isascii()}
        own = _having(lettered, _ONLY_POLISH) + 0.3 * _having(lettered, _SHARED_LETTERS)
        foreign = _having(lettered, _FOREIGN_LETTERS)
        polish += own - 1.2 * foreign if own else 0.0
        english -= own + foreign
        against += foreign
    needed = max(0.9, times.total() * 0.12)
    if polish < needed or polish <= max(english, against):
        # The spelling only speaks for Polish, and is asked where that is not yet sure.
        polish += 0.5 * sum(times[word] for word in filter(_SPELLED.search, times))
    if polish >= needed and polish > max(english, against):
        return "pl"
    if english >= needed and english > max(polish, against):
        return "en"
    return None


def _words(text: str) -> list[str]:
    """Return the words of a text; only where there is more than letters is a pattern needed."""
    parts = text.replace(".", " ").replace(",", " ").split()
    words = list(filter(str.isalpha, parts))
    if len(words) < len(parts):
        words += _WORD.findall(" ".join(part for part in parts if not part.isalpha()))
    return words


def _weight(times: Counter[str], known: frozenset[str]) -> float:
    found = known.intersection(times)
    return sum(times[word] * (0.4 if word in _WEAK else 1.0) for word in found)


def _having(times: Mapping[str, int], letters: frozenset[str]) -> int:
    return sum(count for word, count in times.items() if not letters.isdisjoint(word))
