"""What offices, lists and scanners add below a mail that nobody wrote by hand: notices.

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
# None of them stands in another, so that each counts once.
_KIND_WORDS = (
    "confidenti privileged intended recipient addressee unauthori disclos disseminat distribut"
    " copying in+error delet prohibited strictly liab virus legally intercept views+expressed"
    " data+protection personal+data privacy gdpr"
    " poufn adresat odbiorc przeznaczon wyłączn tajemnic niezwłoczn ujawni rozpowszechni kopiowani"
    " zabroni bezprawn omyłkow pomyłk przez+przypadek usunięci usunąć+ją usunąć+wiad usunąć+jej"
    " danych dane+osobowe +rodo administrator 2016/679 przetwarza +prawnie"
    " vertraulich empfänger adressat irrtümlich unbefugt vernichte lösche rechtlich personenbezogen"
    " destinat erreur interdit divulg détrui autoris confidencial prohibid por+error por+engano"
    " riservat errore vietat vertrouwelijk bestemd geadresseerde vergissing verboden"
    " důvěrn určen příjemc adresát omylem dôvern príjemc"
    " конфиденциальн конфіденційн адресат получател одержувач предназначен призначен ошибочно"
    " помилково konfidentiell fortrolig mottagare modtager mottaker"
)
_KINDS = tuple(word.replace("+", " ") for word in _KIND_WORDS.split())
_ALONE = re.compile(
    r"[\s\W_]{0,8}(?:"
    r"(?:disclaimer|confidentiality (?:notice|note|statement)|legal (?:notice|disclaimer)"
    r"|klauzula (?:rodo|informacyjna|poufności)|informacja o poufności|zastrzeżenie prawne"
    r"|haftungsausschluss|vertraulichkeitshinweis|avis de confidentialité|aviso legal)\W{0,4}$"
    # Trees
    r"|please (?:consider|think)(?: about| of)? (?:the |our )?(?:environment|planet)"
    r"|(?:consider|think of) (?:the|your) (?:environment|impact)|think before (?:you )?print"
    r"|save a tree\b|zanim wydrukujesz|pomyśl (?:o środowisku|zanim|przed)|dbaj\w* o środow"
    r"|chroń\w* (?:środow|przyrod|las|drzew)|czy (?:naprawdę )?musisz (?:to )?drukować"
    r"|nie drukuj (?:tej|tego|jeśli|jeżeli|bez)"
    r"|(?:proszę (?:pomyśl|weź pod uwagę|rozważ)|przed wydrukowaniem|bitte (?:denken|prüfen) sie"
    r"|denken sie|pensez|merci de penser|avant d'imprimer|n'imprimez|antes de imprimir|piense"
    r"|pense|prima di stampare|rispetta|denk aan|před vytištěním|myslete)[^\n]{0,100}"
    r"(?:środowisk|umwelt|environnement|planète|medio ambiente|meio ambiente|ambiente|milieu"
    r"|životní prostředí)"
    # Scanners
    r"|(?:this|the) (?:e-?mail|message)(?: \w+)? (?:has been|was|is) (?:scanned|checked|certified"
    r"|sent securely|virus)|virus-?free\b|no virus(?:es)? found in this|checked by avg"
    r"|(?:ta|niniejsza|ten) (?:wiadomość|e-?mail)[^.\n]{0,40} (?:został[ay]? (?:sprawdzon"
    r"|przeskanowan|zweryfikowan)|jest woln[ay] od wirus|nie zawiera wirus)|nie zawiera wirusów"
    r"|wolne od wirusów|diese e-?mail wurde (?:von|mit|auf)[^\n]{0,60}(?:geprüft|gescannt|viren)"
    r"|virenfrei|l'absence de virus|garanti sans virus|libre de virus|livre de vírus"
    r"|privo di virus|virusvrij|bez virů|eset (?:endpoint|nod32|internet|mail)"
    r"|information from eset|__________ inform"
    # Lists
    r"|to unsubscribe(?: from this|,|:| click| send)|click here to unsubscribe|unsubscribe:"
    r"|if you (?:wish|want|would like|no longer)[^\n]{0,60}unsubscribe"
    r"|you (?:received|are receiving) this (?:message|e-?mail|because)"
    r"|to (?:stop receiving|post to this|view this (?:discussion|message))"
    r"|(?:aby|żeby|jeśli chcesz|jeżeli chcesz)[^\n]{0,20} (?:wypisać się|zrezygnować)"
    r"[^\n]{0,30} (?:z listy|subskrypcji|newslettera|otrzymywania)"
    r"|otrzymał(?:eś|aś|a pani|pan|ują|acie)[^\n]{0,20} (?:tę|tą|ten|niniejszą) (?:wiadomość"
    r"|e-?mail|mail)|(?:vous recevez|sie erhalten) (?:ce|diese)[^\n]{0,60} (?:car|weil|da) "
    r"|\S{1,60} mailing list\W{0,3}(?:\n|$)|mailing list:|lista dyskusyjna"
    r"|reply to this e-?mail directly"
    # Registers of companies
    r"|(?:spółka |spolka )?(?:wpisana|zarejestrowana) (?:do|w) (?:rejestr|krajow|sąd|krs)"
    r"|sąd rejonowy[^\n]{0,200}(?:krs|kapitał)|kapitał zakładowy\W[^\n]{0,60}(?:zł|pln|wpłac)"
    r"|nip\W{1,2}\d[^\n]{0,30}regon|registered (?:in (?:england|scotland|wales|ireland)"
    r"|office:|company (?:no|number)|number:)|company (?:registration|reg\.) (?:no|number)"
    r"|amtsgericht [^\n]{0,60}hr[ab]|handelsregister\W|registergericht\W|geschäftsführ\w{0,8}\s?:"
    r"|sitz der gesellschaft"
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


def is_footer(paragraph: str) -> bool:
    """Say whether a paragraph at the end of a mail is a notice of an office, list or scanner."""
    head = paragraph[:_MAX_MATCHED]
    if _FIRST_PERSON.search(head):
        return False
    if _ALONE.match(head):
        return True
    if len(head) < 40:
        return False
    if _OPENING.match(head):
        return _PLAIN_ENOUGH.search(head) is not None or _kinds(head) >= 3
    return len(head) >= 160 and _kinds(head) >= 4


def _kinds(text: str) -> int:
    lower = text.lower()
    return sum(kind in lower for kind in _KINDS)


def may_begin(line: str) -> bool:
    """Say whether a notice could begin at a line in the middle of a paragraph."""
    return _OPENING.match(line) is not None or _ALONE.match(line) is not None
