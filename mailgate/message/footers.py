"""What offices, lists and scanners add to a mail that nobody wrote by hand: notices and banners.

A notice is known by how it begins together with words of its kind, or by many such words; one
word alone, which a customer may well use, makes none. Only the first 1,200 characters of a
paragraph are matched.
"""

import re

_MAX_MATCHED = 1200

_OPENING = re.compile(
    r"[\s\W_]{0,6}(?:(?:uwaga|ważne|important|notice|wichtiger hinweis|note|avis)\W{1,3})?(?:"
    r"disclaimer|confidential|privileged|legal notice|this (?:e-?mail|message|communication|mail"
    r"|electronic|transmission|document)|the (?:information|contents?|materials?) (?:\w+ )?"
    r"(?:contained |transmitted |included )?(?:in|of) (?:this|the)|if you (?:are not|have received"
    r"|received)|any (?:unauthori[sz]ed|views|opinions|review|use|dissemination)|please note that"
    r"|privacy notice|e-?mail transmission"
    r"|niniejsz|(?:ta|treść tej|zawartość tej|treść niniejszej|zawartość niniejszej) "
    r"(?:wiadomoś|korespondencj|przesyłk|e-?mail)|wiadomość (?:ta|ta i|niniejsza|ta jest|zawiera)"
    r"|informacj[ae] (?:zawart|przekaz|znajduj|o przetwarzaniu|dla odbiorc|poufn)|klauzula"
    r"|administrator(?:em|ami)? (?:\w+ ){0,3}danych|zgodnie z (?:art|rozporz|rodo|ustaw)"
    r"|na podstawie art|jeżeli nie (?:jest|są)|jeśli nie (?:jest|są)|jeżeli (?:nie )?otrzyma"
    r"|w przypadku (?:otrzymania|gdy nie)|(?:pani|państwa|twoje) dane|rodo|informujemy, (?:że|iż)"
    r"|ochrona danych|zastrzeżenie|poufn|przetwarzamy|szczegół\w* informacj\w* "
    r"(?:o|dotycząc\w*) przetwarzani|dane osobowe"
    r"|diese (?:e-?mail|nachricht|mail)|der inhalt dieser|die information|vertraulich|sollten sie"
    r"|wenn sie nicht|falls sie|datenschutz"
    r"|ce (?:message|courriel|mail|courrier)|cet? e-?mail|les informations|si vous (?:n'êtes|avez)"
    r"|avis de confidentialité|est[ea] (?:mensaje|correo|mensagem|e-?mail|comunicación)|aviso legal"
    r"|la información|si (?:usted |ha |no es)|aviso de confid|a informação|se (?:você|recebeu)"
    r"|quest[oa] (?:messaggio|e-?mail|comunicazione)|le informazioni|ai sensi|avviso|qualora"
    r"|dit (?:bericht|e-?mail)|deze (?:e-?mail|mededeling)|de informatie|de inhoud|indien u"
    r"|tato (?:zpráva|e-?mail)|tento e-?mail|informace obsažené|pokud nejste|táto správa"
    r"|(?:это|данное|настоящее) (?:сообщение|письмо)|информация|если вы не"
    r"|(?:це|дане) (?:повідомлення|лист)|інформація|якщо ви не"
    r"|det(?:ta|te) (?:e-?post|meddelande|mail|besked)|denne (?:e-?post|mail|e-?mail)"
    r")",
    re.IGNORECASE,
)
_KIND = re.compile(
    r"confidential|privileged|intended|recipient|addressee|unauthori[sz]ed|disclos|disseminat"
    r"|distribut|copying|received in error|in error|delet|prohibited|strictly|liab|virus|legally"
    r"|intercept|views expressed|data protection|personal data|privacy|gdpr"
    r"|poufn|adresat|odbiorc|przeznaczon|wyłączn|tajemnic|niezwłoczn|ujawni|rozpowszechni"
    r"|kopiowani|zabroni|bezprawn|omyłkow|pomyłk|przez przypadek|usunięci|usun\w+ (?:ją|wiad|jej)"
    r"|danych osobowych|dane osobowe|danych|rodo\b|administrator|2016/679|przetwarza|prawnie"
    r"|vertraulich|empfänger|adressat|irrtümlich|unbefugt|vernichte|lösche|rechtlich"
    r"|personenbezogen"
    r"|confidenti|destinataire|destinata|destinat|erreur|interdit|divulg|détrui|autoris"
    r"|confidencial|prohibid|por error|por engano|riservat|errore|vietat|vertrouwelijk|bestemd"
    r"|geadresseerde|vergissing|verboden|důvěrn|určen|příjemc|adresát|omylem|dôvern|príjemc"
    r"|конфиденциальн|конфіденційн|адресат|получател|одержувач|предназначен|призначен|ошибочно"
    r"|помилково|konfidentiell|fortrolig|mottagare|modtager|mottaker",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"[\s\W_]{0,8}(?:"
    r"(?:disclaimer|confidentiality (?:notice|note|statement)|legal (?:notice|disclaimer)"
    r"|klauzula (?:rodo|informacyjna|poufności)|informacja o poufności|zastrzeżenie(?: prawne)?"
    r"|haftungsausschluss|vertraulichkeitshinweis|avis de confidentialité|aviso legal)\W{0,4}$"
    r"|please (?:consider|think)(?: about| of)? (?:the |our )?(?:environment|planet)"
    r"|(?:consider|think of) (?:the|your) (?:environment|impact)|think before (?:you )?print"
    r"|save (?:a tree|paper)\b|before printing this"
    r"|(?:zanim wydrukuj|przed wydrukowaniem|pomyśl (?:o środowisku|zanim|przed)|dbaj\w* o środow"
    r"|chroń\w* (?:środow|przyrod|las|drzew)|czy (?:naprawdę )?musisz (?:to )?drukować"
    r"|proszę (?:pomyśl|weź pod uwagę|rozważ)\w*.{0,30}środowisk|nie drukuj)"
    r"|bitte (?:denken|prüfen) sie.{0,40}(?:umwelt|ausdruck|drucken)|denken sie an die umwelt"
    r"|(?:pensez|merci de penser|avant d'imprimer|n'imprimez).{0,40}"
    r"|(?:antes de imprimir|piense en el medio|pense no meio|prima di stampare|rispetta l'ambiente"
    r"|denk aan het milieu|před vytištěním|myslete na životní)"
    r"|(?:this|the) (?:e-?mail|message)(?: \w+)? (?:has been|was|is) (?:scanned|checked|certified"
    r"|sent securely|virus)|virus-?free\b|no virus(?:es)? found in this|checked by avg"
    r"|(?:ta|niniejsza|ten) (?:wiadomość|e-?mail)[^.]{0,40} (?:został[ay]? (?:sprawdzon"
    r"|przeskanowan"
    r"|zweryfikowan)|jest woln[ay] od|nie zawiera wirus)|nie zawiera wirusów|bez wirusów"
    r"|wolne od wirusów|diese e-?mail wurde (?:von|mit|auf).{0,60}(?:geprüft|gescannt|viren)"
    r"|virenfrei|(?:l'absence de virus|sans virus|garanti sans virus|libre de virus|livre de vírus"
    r"|privo di virus|virusvrij|bez virů|senza virus)|eset (?:endpoint|nod32|internet|mail)"
    r"|information from eset|__________ inform"
    r"|(?:to |click here to |if you (?:wish|want|no longer).{0,60})unsubscribe|unsubscribe(?::|$)"
    r"|you (?:received|are receiving) this (?:message|e-?mail|because)"
    r"|to (?:stop receiving|post to this|view this (?:discussion|message))"
    r"|(?:aby|żeby|jeśli chcesz|jeżeli chcesz).{0,20}(?:wypisać|zrezygnować|anulować subskryp)"
    r"|otrzymał\w*(?: pan\w*)? (?:tę|tą|ten|niniejszą).{0,30}(?:ponieważ|gdyż|bo )"
    r"|(?:vous recevez|sie erhalten) (?:ce|diese).{0,60}(?:car|weil|da )"
    r"|\S{1,60} mailing list\W{0,3}(?:\n|$)|mailing list:|lista dyskusyjna"
    r"|reply to this e-?mail directly"
    r"|(?:spółka |spolka )?(?:wpisana|zarejestrowana) (?:do|w) (?:rejestr|krajow|sąd|krs)"
    r"|(?:sąd rejonowy|kapitał zakładowy|nip\W{1,2}\d.{0,30}regon)"
    r"|registered (?:in|office|company|number)|company (?:registration|reg\.|number)"
    r"|(?:amtsgericht|handelsregister|registergericht|geschäftsführ|sitz der gesellschaft"
    r"|ust\W?id|hrb )"
    r")",
    re.IGNORECASE,
)
_PLAIN_ENOUGH = re.compile(
    r"confidential|privileged|intended (?:only |solely |exclusively )?(?:for|recipient)"
    r"|received (?:this|it|the)[^.]{0,60} in error|views expressed|2016/679"
    r"|administrator(?:em|ami)? "
    r"|poufn|tajemnic|prawnie chronion|wyłącznie dla|vertraulich|confidenti|confidencial|riservat"
    r"|vertrouwelijk|důvěrn|dôvern|конфиденциальн|конфіденційн|konfidentiell|fortrolig",
    re.IGNORECASE,
)
# Who asks for something of his own writes no notice: "I ask you to delete my personal data".
_FIRST_PERSON = re.compile(
    r"(?<!\w)(?:my|i'm|i've|i (?:am|have|would|request|ask|want)|me|moj\w{1,4}|mój|mnie|mam|jestem"
    r"|wnoszę|żądam|proszę o|meine\w?|ich (?:bitte|möchte|habe|will)|mes|mon|je (?:vous|demande"
    r"|souhaite)|yo|solicito|mio|mia|mijn|můj|žádám|мої|мой|мои|моих|прошу|я)(?!\w)",
    re.IGNORECASE,
)
_BANNER = re.compile(
    r"[\s\W_]{0,8}(?:"
    r"\[?(?:external|extern|zewnętrzn\w*|externe|externo|esterno|ext)(?: (?:e-?mail|sender|message"
    r"|mail|email|nadawca|wiadomość))?\]?\W{0,4}$|\[(?:external|extern|zewnętrzn\w*|ext)\]"
    r"|(?:external (?:e-?mail|sender|message|mail)|(?:e-?mail|wiadomość) zewnętrzna)"
    r"|(?:caution|warning|attention|alert|notice|be careful|think before|security|important)\W{0,4}"
    r"(?:this|the|external|do not|e-?mail|message)[^\n]{0,80}(?:external|outside|originated|unknown"
    r"|click|sender)"
    r"|this (?:e-?mail|message)[^\n]{0,30} (?:originated|is from|was sent|came|comes|has been sent)"
    r"[^\n]{0,20}(?:outside|external|an? unknown)"
    r"|you don.?t often get e?-?mail from|some people who received this message don.?t often"
    r"|(?:uwaga|ostrzeżenie|ostrożnie|zachowaj ostrożność)\W{0,4}[^\n]{0,60}(?:spoza|zewnętrzn"
    r"|z zewnątrz|poza organizac)|(?:ta |niniejsza )?wiadomość (?:\w+ ){0,4}(?:pochodzi|została "
    r"wysłana|wysłana|przyszła|nadana)[^\n]{0,20}(?:spoza|z zewnątrz|poza|od nadawcy zewn)"
    r"|(?:nie otrzymujesz często|rzadko otrzymujesz)[^\n]{0,20} wiadomości"
    r"|(?:nie klikaj|do not click|nie otwieraj|klicken sie nicht|ne cliquez pas)"
    r"|sie erhalten nicht (?:oft|häufig)|(?:achtung|vorsicht|warnung)\W{0,4}[^\n]{0,60}(?:extern"
    r"|außerhalb)|vous n.obtenez pas souvent|attention\W{0,4}[^\n]{0,60}(?:externe|extérieur)"
    r"|no suele recibir|atención\W{0,4}[^\n]{0,60}(?:externo|fuera)|non si ricevono spesso"
    r"|attenzione\W{0,4}[^\n]{0,60}(?:esterno|esterna)|u ontvangt niet vaak"
    r"|let op\W{0,4}[^\n]{0,60}"
    r"extern|upozornění\W{0,4}[^\n]{0,60}(?:extern|mimo|vnější)|não costuma receber"
    r"|(?:внимание|увага)\W{0,4}[^\n]{0,60}(?:внешн|зовнішн|из вне|за межами)"
    r"|(?:do not|don't) (?:open|reply|respond|click)|(?:learn why|dowiedz się, dlaczego)"
    r"|(?:recognize|know|trust|verify) the sender)",
    re.IGNORECASE,
)
_MAX_BANNER_LINES = 8


def is_footer(paragraph: str) -> bool:
    """Say whether a paragraph at the end of a mail is a notice of an office, list or scanner."""
    head = paragraph[:_MAX_MATCHED]
    if _ALONE.match(head):
        return True
    if len(head) < 40 or _FIRST_PERSON.search(head):
        return False
    if _OPENING.match(head):
        return _PLAIN_ENOUGH.search(head) is not None or _kinds(head) >= 3
    return len(head) >= 160 and _kinds(head) >= 4


def _kinds(text: str) -> int:
    return len({match[0].lower() for match in _KIND.finditer(text)})


def may_begin(line: str) -> bool:
    """Say whether a notice could begin at a line in the middle of a paragraph."""
    return _OPENING.match(line) is not None or _ALONE.match(line) is not None


def banner_length(lines: list[str]) -> int:
    """Return how many of the first lines are a gateway's warning; blank ones count with it."""
    length = 0
    for at, line in enumerate(lines[:_MAX_BANNER_LINES]):
        if not line.strip(" \t\xa0*_-=|"):
            if 0 < length == at and line.strip():
                length = at + 1  # the rule below the warning
            continue
        if _BANNER.match(line[:300]) is None:
            break
        length = at + 1
    return length
