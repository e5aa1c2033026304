"""The warning that a gateway puts above a mail: "[EXTERNAL]", "This email originated from outside".

A first line is one only if it speaks of mail as well as of the outside: "Warning: the external
disk is broken" is what a customer writes. Promises to look at eight lines, 300 characters of each.
"""

import re

_MAX_LINES = 8
_MAX_MATCHED = 300
_EDGE = " \t\xa0*_-=|~#"

_LABEL = re.compile(
    r"[\s\W_]{0,8}(?:external|extern|ext|zewnętrzn[ya]|externe|externo|esterno|spoza organizacji)"
    r"(?: (?:e-?mail|sender|message|mail|nadawca|wiadomość))?[\s\W_]{0,8}",
    re.IGNORECASE,
)
_WARNING = re.compile(
    r"[\s\W_]{0,8}(?:"
    r"external (?:e-?mail|sender|message|mail)\W|(?:e-?mail|wiadomość) zewnętrzn[ya]\W"
    r"|(?:caution|warning|attention|alert|notice|be careful|security|important)\W[^\n]{0,80}"
    r"(?:external|outside|originated|unknown sender)"
    r"|this (?:e-?mail|message)[^\n]{0,30} (?:originated|is from|was sent|came|comes|has been sent)"
    r"[^\n]{0,20}(?:outside|external|an? unknown)"
    r"|you don.?t often get e?-?mail from|some people who received this message don.?t often"
    r"|(?:uwaga|ostrzeżenie|ostrożnie|zachowaj ostrożność)\W[^\n]{0,80}(?:spoza|zewnętrzn"
    r"|z zewnątrz|poza organizac)|(?:ta |niniejsza )?wiadomość (?:\w+ ){0,4}(?:pochodzi|została "
    r"wysłana|wysłana|przyszła|nadana)[^\n]{0,20}(?:spoza|z zewnątrz|poza|od nadawcy zewn)"
    r"|(?:nie otrzymujesz często|rzadko otrzymujesz)[^\n]{0,20} wiadomości"
    r"|sie erhalten nicht (?:oft|häufig) e-?mails|(?:achtung|vorsicht|warnung)\W[^\n]{0,60}"
    r"(?:extern|außerhalb)|vous n.obtenez pas souvent|attention\W[^\n]{0,60}(?:externe|extérieur)"
    r"|no suele recibir|atención\W[^\n]{0,60}(?:externo|fuera)|non si ricevono spesso"
    r"|attenzione\W[^\n]{0,60}(?:esterno|esterna)|u ontvangt niet vaak|let op\W[^\n]{0,60}extern"
    r"|upozornění\W[^\n]{0,60}(?:extern|mimo|vnější)|não costuma receber"
    r"|(?:внимание|увага)\W[^\n]{0,60}(?:внешн|зовнішн|из вне|за межами)"
    r")",
    re.IGNORECASE,
)
_OF_MAIL = re.compile(
    r"e-?mail|message|sender|wiadomoś|nadawc|korespondencj|nachricht|absender|courriel|expéditeur"
    r"|correo|remitente|messagg|mittente|bericht|afzender|zpráv|odesílatel|mensagem|remetente"
    r"|письм|сообщен|отправител|лист|повідомлен|\bmail",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"(?:click|open)\w*(?: on| any| the| or open| or)? (?:links?|attachments?)|the sender\b"
    r"|content is safe|phishing|do not (?:reply|respond|click|open)|learn why"
    r"|(?:nie )?(?:klikaj|otwieraj)\w*|nadawc[ęay]\b|dowiedz się, dlaczego|zachowaj ostrożność"
    r"|klicken sie|öffnen sie|ne cliquez|n'ouvrez|no haga clic|non (?:cliccare|aprire)|klik niet",
    re.IGNORECASE,
)


def length_of(lines: list[str]) -> int:
    """Return how many of the first lines are a gateway's warning, empty ones above included."""
    length = 0
    for at, line in enumerate(lines[:_MAX_LINES]):
        if not line.strip(_EDGE):
            if 0 < length == at and line.strip():
                length = at + 1  # the rule below the warning
            continue
        head = line[:_MAX_MATCHED]
        if not _is_warning(head) and not (0 < length == at and _MORE.search(head)):
            break
        length = at + 1
    return length


def _is_warning(line: str) -> bool:
    if _LABEL.fullmatch(line):
        return True
    return _WARNING.match(line) is not None and _OF_MAIL.search(line) is not None
