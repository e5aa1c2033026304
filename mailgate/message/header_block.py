"""Where a quoted or forwarded mail begins with its headers or a line that says so.

Header blocks are what Outlook and others put above a quote (From, Sent, To, Subject, in the
language of the program); dividers are lines such as "-----Original Message-----". Promises to
look at ten lines from where it is asked, 400 characters of each.
"""

import re
from enum import Enum

from mailgate.message import marks

MAX_LINE = 400
_MAX_LINES = 10
_MAX_LABEL = 30
_MAX_STRANGE = 3

_FROM = (
    "from|od|von|de|de la|da|van|från|fra|nadawca|nadawca wiadomości|expéditeur|absender"
    "|afzender|mittente|remitente"
    "|remetente|odosielateľ|odesílatel|feladó|lähettäjä|kimden|expeditor|αποστολέας"
    "|от|от кого|від|від кого|发件人|寄件者|寄件人|差出人|보낸 사람|pošiljatelj"
    "|šalje|nuo|no|saatja|από|מאת|من|จาก|từ|dari|од"
)
_SENT = (
    "sent|wysłano|wysłane|wysłana|gesendet|envoyé|envoyé le|enviado|enviado el|enviada|enviado em"
    "|enviada em|inviato|verzonden|odesláno|odoslané|skickat|sendt|lähetetty|elküldve|küldve"
    "|gönderilme tarihi|gönderildi|trimis|отправлено|надіслано|відправлено|изпратено|στάλθηκε"
    "|发送时间|寄件日期|傳送時間|送信日時|送信|보낸 날짜|poslano|message du|data wysłania"
    "|išsiųsta|nosūtīts|saadetud|נשלח|تم الإرسال|ส่ง|đã gửi|terkirim|dikirim|enviat|послато|poslato"
)
_DATE = (
    "date|data|datum|dátum|dato|fecha|päivämäärä|tarih|дата|ημερομηνία|日期|日時|日付|날짜|päiväys"
)
_TO = (
    "to|do|an|à|a|para|aan|komu|till|til|vastaanottaja|kime|către|catre|кому|címzett|адресат"
    "|adresat|odbiorca|destinataire|收件人|收件者|宛先|받는 사람|pro|za|προς|do wiadomości"
    "|prima|kam|adressaat|saaja|אל|إلى|ถึง|tới|đến|kepada|per a|за"
)
_CC = (
    "cc|bcc|dw|udw|kopia|kopie|copie|copie à|copia|kopi|másolat|копия|копія|cc à|抄送|副本|참조"
    "|kópia|reply-to|reply to|odpowiedz do|odpowiedź do|antwort an|répondre à|responder a"
    "|rispondi a|importance|ważność|priorytet|wichtigkeit|importanza|importancia|priority"
    "|attachments|załączniki|anlagen|on behalf of|w imieniu|organization|newsgroups|resent-from"
)
_SUBJECT = (
    "subject|temat|betreff|betrifft|objet|sujet|asunto|oggetto|onderwerp|předmět|predmet|ämne"
    "|emne|aihe|tárgy|konu|subiect|assunto|тема|относно|θέμα|主题|主旨|件名|제목|naslov"
    "|zadeva|tema|tēma|teema|נושא|الموضوع|เรื่อง|chủ đề|subjek|perihal"
)
_KINDS: dict[str, str] = {
    label: kind
    for kind, labels in (
        ("cc", _CC),
        ("date", _DATE),
        ("to", _TO),
        ("subject", _SUBJECT),
        ("sent", _SENT),
        ("from", _FROM),
    )
    for label in labels.split("|")
}

_ORIGINAL = (
    "original message|originalmessage|original e-mail|original email|original appointment"
    "|oryginalna wiadomość|wiadomość oryginalna|oryginalny list|wiadomość pierwotna"
    "|originalnachricht|original-nachricht|original nachricht|ursprüngliche nachricht"
    "|ursprüngliche mail|originalnachricht ende|message d'origine|message d’origine"
    "|message original|mail original|message initial|courriel original|mensaje original"
    "|messaggio originale"
    "|messaggio original|oorspronkelijk bericht|oorspronkelijke bericht|origineel bericht"
    "|původní zpráva|původní e-mail|pôvodná správa|ursprungligt meddelande|originalmeddelande"
    "|oprindelig meddelelse|original meddelelse|opprinnelig melding|alkuperäinen viesti"
    "|eredeti üzenet|mesaj original|mesajul original|orijinal mesaj|özgün ileti|mensagem original"
    "|исходное сообщение|оригинальное сообщение|первоначальное сообщение|вихідне повідомлення"
    "|оригінальне повідомлення|оригинално съобщение|αρχικό μήνυμα|izvorna poruka|originalna poruka"
    "|izvirno sporočilo|原始邮件|原始郵件|元のメッセージ|원본 메시지|reply message|odpowiedź"
)
_FORWARD = (
    "forwarded message|forwarded by|begin forwarded message|start of forwarded message"
    "|przekazana wiadomość|wiadomość przekazana|przesłana wiadomość|wiadomość przesłana dalej"
    "|treść przekazanej wiadomości|początek przekazanej wiadomości"
    "|początek przesyłanej dalej wiadomości|początek wiadomości przekazanej"
    "|początek przekierowanej wiadomości|weitergeleitete nachricht"
    "|anfang der weitergeleiteten nachricht|anfang der weitergeleiteten e-mail"
    "|message transféré|message transmis|message réexpédié|début du message réexpédié"
    "|début du message transféré|courriel transféré|mensaje reenviado|inicio del mensaje reenviado"
    "|messaggio inoltrato|inizio messaggio inoltrato|doorgestuurd bericht"
    "|begin doorgestuurd bericht"
    "|přeposlaná zpráva|přeposlaný e-mail|preposlaná správa|začátek přeposílané zprávy"
    "|mensagem encaminhada|mensagem reencaminhada|início da mensagem encaminhada"
    "|пересылаемое сообщение|пересланное сообщение|начало переадресованного сообщения"
    "|переадресованное сообщение|переслане повідомлення|перенаправлене повідомлення"
    "|vidarebefordrat meddelande|vidarebefordrat brev|vidarebefordrat mejl|videresendt melding"
    "|videresendt besked|videresendt meddelelse|välitetty viesti|edelleenlähetetty viesti"
    "|továbbított üzenet|mesaj redirecționat|mesaj redirectionat|i̇letilen mesaj|iletilen mesaj"
    "|转发的邮件|转发邮件|轉寄的郵件|転送されたメッセージ|전달된 메일"
)
_REPLY_ABOVE = re.compile(
    r"(?:reply|type|write|respond)(?: your (?:reply|response))?(?: text)? above this line"
    r"|(?:odpowiedz|odpisz|napisz(?: odpowiedź)?|odpowiadaj) (?:powyżej|nad) te[jąj]"
    r"|(?:oberhalb|über) dieser (?:linie|zeile) (?:antworten|schreiben)"
    r"|antworte[nt]?.{0,20} (?:oberhalb|über) dieser (?:linie|zeile)"
    r"|(?:répon(?:dre|dez)|écrivez).{0,20} au-dessus de cette ligne"
    r"|(?:responda|escriba|conteste).{0,20} (?:encima|arriba) de esta línea"
    r"|rispondi.{0,20} sopra questa (?:riga|linea)|(?:schrijf|antwoord|reageer).{0,20} boven deze"
    r"|(?:odpovězte|odpovídejte).{0,20} nad t|(?:responda|escreva) acima desta linha"
    r"|пишите.{0,20} выше этой (?:строки|линии)|ответ.{0,20} выше этой (?:строки|линии)",
    re.IGNORECASE,
)
_ABOVE = (
    "above", "powyżej", "nad t", "oberhalb", "über dies", "au-dessus", "encima", "arriba", "sopra",
    "boven", "acima", "выше",
)  # fmt: skip
# A word for "answer" or "original" and one for "mail" between dashes, in whatever order.
_OF_ANSWERS = (
    "antwort answer reply response original orig. oryginaln pierwotn ursprüngl odpowied"
    " poprzedni previous earlier quoted cytowan réponse respuesta risposta resposta antwoord"
    " odpověd odpoveď ответ відповід исходн svar vastaus válasz răspuns cevap"
)
_MAIL_WORDS = (
    "message messages mail e-mail email nachricht wiadomość wiadomości list mensaje messaggio"
    " bericht mensagem correo courriel zpráva zprávy správa správy сообщение сообщения письмо"
    " повідомлення лист meddelande meddelelse melding viesti üzenet mesaj ileti sporočilo"
    " poruka"
)
_OF_MAILS = frozenset(_MAIL_WORDS.split())
_ANSWERS = tuple(_OF_ANSWERS.split())
_MAX_WORDS = 4
# What mail programs write for a date, and people for nothing else: a word, a year and a time.
_FULL_DATE = re.compile(
    r"(?=[^\n]{0,40}[^\W\d_]{3})(?=[^\n]{0,60}(?<!\d)(?:19|20)\d{2}(?!\d))"
    r"[^\n]{0,60}?(?<!\d)\d{1,2}[:.]\d{2}(?!\d)"
)
_RULE = "-_=*–—#+~‐‑"
_INLINE = re.compile(r"([^\W\d_]{1,20}+)\s?[:：][\s*]")
_BEFORE = marks.ALL + " \t\xa0>|\u200e\u202a\u202c\ufeff"
_EDGE = _BEFORE + "*_"


class Divider(Enum):
    """What a line says of all below it."""

    ORIGINAL = "a mail that was answered"
    FORWARD = "a mail that is passed on"


_DIVIDERS = dict.fromkeys(_ORIGINAL.split("|"), Divider.ORIGINAL)
_DIVIDERS |= dict.fromkeys(_FORWARD.split("|"), Divider.FORWARD)
_INNER_END = re.compile(
    r"(?:wrote|writes|napisał\(?a?\)?|schrieb|\d{1,2}:\d{2}.{0,200}@.{1,200})\W*$"
)

_TIME = re.compile(r"\d[:.∶h]\d{2}(?!\d|[.]\d)")
_GROUPWISE = re.compile(r">>> .{1,200}\d{1,2}:\d{2}.{0,20} >>>\s*")


def divider(line: str) -> Divider | None:
    """Say whether a line parts the words from an answered or forwarded mail."""
    stripped = line[:MAX_LINE].strip(_BEFORE)
    if not stripped:
        return None
    if line[:4] == ">>> " and _GROUPWISE.fullmatch(line[:MAX_LINE]):
        return Divider.ORIGINAL
    if stripped[0] in _RULE:
        inner = stripped.strip(_RULE + " \t\xa0")
        found = _DIVIDERS.get(inner.rstrip(":").strip().lower())
        if found is not None:
            return found
        if stripped[:3] == stripped[-3:] and _is_of_answer(inner):
            return Divider.ORIGINAL
        if (
            stripped.startswith("---")
            and stripped.endswith("--")
            and _INNER_END.search(inner[-160:])
        ):
            return Divider.ORIGINAL
    elif stripped[-1] in ":：" and len(stripped) < 60:
        # Apple Mail puts no dashes around it.
        words = stripped[:-1].strip(_EDGE).lower()
        if _DIVIDERS.get(words) is Divider.FORWARD:
            return Divider.FORWARD
    return Divider.ORIGINAL if _asks_above(stripped) else None


def _is_of_answer(inner: str) -> bool:
    words = inner[:60].lower().rstrip(":").split()
    return (
        2 <= len(words) <= _MAX_WORDS
        and not _OF_MAILS.isdisjoint(words)
        and any(word.startswith(_ANSWERS) for word in words)
    )


def may_ask(text: str) -> bool:
    """Say whether any line of a text could ask for an answer above it; see `divider`."""
    lower = text.lower()
    return any(word in lower for word in _ABOVE)


def _asks_above(line: str) -> bool:
    if not 12 <= len(line) <= 160:
        return False
    lower = line.lower()
    return any(word in lower for word in _ABOVE) and _REPLY_ABOVE.search(lower) is not None


def label_of(line: str) -> str:
    """Return the kind of header a line begins with, in whatever language: from, to …, or ""."""
    head = line[: _MAX_LABEL + 12]
    at = head.find(":")
    if at < 0:
        at = head.find("：")
        if at < 0:
            return ""
    return _KINDS.get(head[:at].strip(_EDGE).lower(), "")


def kinds_at(lines: list[str], at: int) -> set[str]:
    """Return the kinds of a header block at a line: a sender and two others, or {}.

    A date without a time of day is none of them.

    Ten lines are looked at. People also write "Od:" and "Do:" of times and places; so it takes
    an address, the word for "sent", bold type, or four different headers to be one. Two are enough
    at the top of it where one is an address and the other a date as programs write it.
    """
    first = label_of(lines[at])
    if not first or first == "cc" or _is_of_time(lines[at], first):
        return set()
    kinds = {first, *_inline(lines[at])}
    sure = _is_telling(lines[at], first)
    day_alone = _is_day_alone(lines[at], first)
    paired, strange = False, 0
    for line in lines[at + 1 : at + 1 + _MAX_LINES]:
        if not line.strip(_EDGE):
            if len(kinds) >= 3:
                break
            continue
        kind = label_of(line)
        if not kind or _is_of_time(line, kind):
            strange += 1
            if strange >= _MAX_STRANGE:
                break
            continue
        paired |= not strange and len(kinds) == 1 and _is_pair({first: lines[at], kind: line})
        kinds.add(kind)
        sure = sure or _is_telling(line, kind)
        day_alone = day_alone or _is_day_alone(line, kind)
    if paired:
        return kinds
    if "from" not in kinds or len(kinds) < 3:
        return set()
    if not sure and (len(kinds) < 4 or day_alone):
        return set()
    return kinds - {"date"} if day_alone else kinds


def _is_day_alone(line: str, kind: str) -> bool:
    """Say whether it is a date without a time of day: of a journey or a form, not of a mail."""
    return kind == "date" and _TIME.search(line[:MAX_LINE]) is None


def _is_of_time(line: str, kind: str) -> bool:
    """Say whether it is "from 10:00", of no person."""
    said = line[:MAX_LINE].replace("：", ":").partition(":")[2].strip(_EDGE)
    return kind == "from" and bool(said) and not any(map(str.isalpha, said))


def _is_pair(headers: dict[str, str]) -> bool:
    """Say whether two headers are a date and whom the mail was from or to."""
    date = headers.get("sent") or headers.get("date") or ""
    mailbox = headers.get("from") or headers.get("to") or ""
    said = date[:MAX_LINE].partition(":")[2]
    return "@" in mailbox[:MAX_LINE] and _FULL_DATE.match(said) is not None


def _inline(line: str) -> set[str]:
    """Return the kinds of all labels in a line: some converters make one line of the block."""
    words = (match[1].lower() for match in _INLINE.finditer(line[:MAX_LINE]))
    return {_KINDS[word] for word in words if word in _KINDS}


def _is_telling(line: str, kind: str) -> bool:
    return kind == "sent" or "@" in line[:MAX_LINE] or line.lstrip()[:1] == "*"
