"""Lines that a program adds by itself: "Sent from my iPhone", "Get Outlook for Android".

Promises to match the first 200 characters of a line, anchored at its beginning.
"""

import re

_DEVICES = (
    r"(?:i\W?phon|i\W?pad|i\W?pod|ios|apple|android|samsung|galaxy|xiaomi|redmi|poco|huawei|honor"
    r"|oppo|realme|motorola|moto|nokia|sony|xperia|lg|htc|oneplus|pixel|blackberry|windows|outlook"
    r"|yahoo|gmail|mail\b|e-?mail|proton|spark|aqua|k-9|typeapp|bluemail|blue mail|nine|mailbird"
    r"|thunderbird|zimbra|roundcube|fastmail|tutanota|tuta|superhuman|mailspring|airmail|hey\b"
    r"|telefon|smartfon|tablet|urządzeni|komórk|handy|mobil|mobile|mobiel|smartphone|phone|device"
    r"|téléphone|teléfono|dispositivo|móvil|celular|telefono|cellulare|телефон|смартфон|устройств"
    r"|планшет|пристро|айфон|мобильн|мобільн|почт|пошт|telefoon|toestel|apparat|puhelim|laite"
    r"|dotyk|fairphone|wiko|pinephone|wp\b|onet|interia|o2\b|gmx|web\.de|mail\.ru|yandex|orange"
    r"|t-mobile|play\b|plus\b|vivo|treo|palm|ipad|chromebook|macbook|mac\b|pc\b|laptop)"
)
_SENT = re.compile(
    r"[\s*_(\[>-]{0,4}(?:"
    r"sent (?:from|via|by|with|using) (?:my |the |an? )?(?:[^\s,;!?]{1,20} ){0,5}?"
    + _DEVICES
    + r"|"
    r"sent from (?:my|a) (?:[^\s,;:!?.<(]{1,20}+ ?){1,5}(?:[.<(]|[\W_]*$)|"
    r"sent with [A-Z]\w{2,20}\W{0,3}$|sent with [A-Z]\w{2,20} ?[(<]|"
    r"provenance : courrier pour windows|(?:ten e-?mail|ta wiadomość) został[ay]? wysłan[ay] z "
    r"(?:[^\s,;!?]{1,20} ){0,3}?" + _DEVICES + r"|"
    r"via mobile\W{0,3}$|sent on the go|sent from a mobile|"
    r"wysłan[eoay] (?:z|ze|za pomocą|przy użyciu|przez|poprzez|z użyciem) "
    r"(?:[^\s,;!?]{1,20} ){0,5}?" + _DEVICES + r"|"
    r"wysłan[eoay] z (?:mojego|mojej) (?:[^\s,;:!?.<(]{1,20}+ ?){1,4}(?:[.<(]|[\W_]*$)|"
    r"wyslan[eoay] z (?:[^\s,;!?]{1,20} ){0,4}?" + _DEVICES + r"|"
    r"(?:gesendet|geschickt|verschickt|versendet) (?:von|mit|über|aus)\s(?:[^\s,;!?]{1,20} ){0,5}?"
    + _DEVICES
    + r"|"
    r"(?:diese (?:nachricht|e-?mail) wurde )?von mein(?:em|er) .{2,60}(?:gesendet|geschickt)|"
    r"von .{2,40} gesendet\W{0,3}$|mit (?:der )?.{2,60} (?:gesendet|verschickt)\W{0,3}$|"
    r"(?:envoyé|expédié|transmis) (?:de|depuis|à partir d|avec|par|via)\W{0,2}(?:mon |ma |l')?"
    r"(?:[^\s,;!?]{1,20} ){0,5}?\S{0,6}"
    + _DEVICES
    + r"|envoyé (?:de mon|de ma|depuis mon|depuis ma) |"
    r"(?:enviado|enviada|mandado) (?:desde|do|de|a partir d[eo]|através d[eo]|con|via|pelo)\s"
    r"(?:[^\s,;!?]{1,20} ){0,5}?" + _DEVICES + r"|enviado (?:desde mi|do meu|de meu) |"
    r"(?:inviato|spedito|mandato) (?:da|dal|dalla|con|tramite)\W(?:[^\s,;!?]{1,20} ){0,5}?\S{0,6}"
    + _DEVICES
    + r"|inviato da(?:l mio|lla mia) |"
    r"(?:verstuurd|verzonden) (?:vanaf|van|met|via|vanuit)\s(?:[^\s,;!?]{1,20} ){0,5}?"
    + _DEVICES
    + r"|"
    r"(?:odesláno|odesláné|posláno|odoslané|poslané) (?:z|ze|zo|pomocí|pomocou|přes)\s"
    r"(?:[^\s,;!?]{1,20} ){0,5}?" + _DEVICES + r"|"
    r"(?:надіслано|відправлено|отправлено|послано) (?:з|із|зі|с|со|из|через|за допомогою"
    r"|с помощью)\s(?:[^\s,;!?]{1,20} ){0,5}?" + _DEVICES + r"|"
    r"(?:skickat|skickades|sendt|sent) (?:från|fra|med|via)\s(?:[^\s,;!?]{1,20} ){0,5}?"
    + _DEVICES
    + r"|"
    r"lähetetty (?:[^\s,;!?]{1,20} ){0,4}?"
    + _DEVICES
    + r"|(?:[^\s,;!?]{1,20} ){0,4}?"
    + _DEVICES
    + r"\S{0,8} (?:küldve|gönderildi|lähetetty|lähetin|trimis)|küldve\s.{2,40}|"
    r"trimis (?:de pe|din|cu)\s(?:[^\s,;!?]{1,20} ){0,5}?" + _DEVICES + r"|"
    r"(?:iphone|ipad|android)\S{0,6}(?:から送信|에서 보냄)|发自我的|從我的|从我的"
    r")",
    re.IGNORECASE,
)
_GET = re.compile(
    r"[\s*_(\[>-]{0,4}(?:"
    r"(?:get|download|try) (?:the )?(?:outlook|bluemail|spark|yahoo mail|proton ?mail"
    r"|typeapp) for |"
    r"(?:pobierz|uzyskaj) (?:program |aplikację )?outlook|"
    r"(?:outlook|bluemail) (?:für|for|pour|para|per|voor) (?:ios|android|mac)\b.{0,40}"
    r"(?:herunterladen|beziehen|laden|downloaden|ophalen)|(?:holen|laden) sie (?:sich )?outlook|"
    r"(?:télécharge[rz]|obtene[rz]|obtenir|obtenez) outlook|"
    r"(?:obtener|obtén|descargar) outlook|(?:obter|obtenha|baixe) (?:o )?outlook|"
    r"(?:scarica|ottieni) outlook|(?:download|haal) outlook|"
    r"(?:získejte|stáhnout|získajte) (?:aplikaci |aplikáciu )?outlook|hämta outlook|hent outlook|"
    r"(?:загрузить|скачать|получить) outlook|(?:отримати|завантажити) outlook|"
    r"secured? (?:with|by) (?:proton ?mail|tutanota)|"
    r"sent from (?:my )?(?:mail|outlook)\b|yahoo mail: |yahoo ?mail(?: na | auf | sur | en | on )|"
    r"this (?:message|e-?mail) was sent (?:from|using) (?:my|a mobile)|"
    r"-- ?(?:powered|sent) by [A-Z]|powered by (?:typeapp|bluemail)|"
    r"(?:przepraszam|przepraszamy|sorry|please excuse|excuse|pardon|entschuldig\w*)"
    r".{0,30}(?:typos|brevity|literówki|zwięzłość|tippfehler|kürze)"
    r")",
    re.IGNORECASE,
)
_MAX_MATCHED = 200
_EDGE = " \t\xa0*_([>-"
# How such lines begin or end: asked first, since they are asked of every line.
_BEGINNING_WORDS = (
    "sent wysł wysl gese gesc vers dies von envo expé tran envi mand invi sped verz odes posl"
    " odos наді відп отпр посл skic send lähe küld trim via get down try pobi uzys outl blue"
    " hole lade télé obte desc baix scar otti haal získ stáh hämt hent загр скач полу отри"
    " зава secu yaho this powe prze sorr plea excu pard ents 发自我的 從我的 从我的 mit ten ta prov"
)
_BEGINNINGS = frozenset(_BEGINNING_WORDS.split())
_ENDINGS = ("küldve", "gönderildi", "lähetetty", "lähetin", "trimis", "から送信", "보냄")


def is_tagline(line: str) -> bool:
    """Say whether a line was put there by a telephone or a mail program."""
    head = line[:_MAX_MATCHED].lstrip(_EDGE)
    begin = head[:4].lower().rstrip()
    begun = begin in _BEGINNINGS or begin[:3].rstrip() in _BEGINNINGS
    if not begun and not head.rstrip(" .\t").endswith(_ENDINGS):
        return False
    return _SENT.match(head) is not None or _GET.match(head) is not None
