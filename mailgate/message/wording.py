"""The words in which mail systems say that a mail did not arrive, by what they prove.

Only mails of mail systems are searched for them, and only a bounded beginning: these tables are
wide on purpose, since every one of them needs a second proof. All alternatives begin with
letters, none repeats without a bound.
"""

import re


def _any_of(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.IGNORECASE)


SUBJECT = _any_of(
    r"undeliver|non[- ]?deliver|not (?:be )?delivered|cannot (?:be delivered|send)|delayed mail",
    r"deliver[a-z]{0,3}[ -](?:status|failure|has failed|report|problem|error|warning|failed|notif"
    r"|delayed|incomplete)",
    r"failed deliver|mail[- ]deliver[a-z]{0,3}[ -](?:fail|prob|warn|err|deferr)",
    r"return(?:ing|ed)? (?:message |mail |e-?mail )?to (?:sender|the sender)",
    r"returned (?:e-?mail|mail|mess)|failure notice|could not (?:be delivered|send)",
    r"mail(?: system)? (?:failure|error)|mail failed|error sending (?:your )?(?:mail|message)",
    r"postmaster notify|nondeliver|ndn:|ndr:|(?:message|mail|e-?mail) (?:rejected|blocked|refused)",
    r"delivery has been delayed|mail could not|niedostarcz|nie (?:można|udało się) dostarczyć",
    r"nie dostarczono|zwrot (?:wiadomości|poczty)|niedoręcz|nie została dostarczona|błąd dostarcz",
    r"opóźnion[ea] (?:wiadom|dostarcz)|unzustellbar|nicht zustellbar",
    r"zustell(?:ung|fehler|bericht)|nicht zugestellt|übermittlungsfeh",
    r"non (?:remis|distribu|délivr)|échec de (?:la )?(?:remise|distribution|livraison)",
    r"retour de mail|no (?:se (?:ha )?(?:podido|pudo) entregar|entregad|entregable)",
    r"error (?:de|en la) entrega|no se puede entregar|notificación de estado",
    r"mancat[ao] (?:recapito|consegna)|non recapitabil|impossibile (?:recapitare|consegnare)",
    r"não (?:entregue|pôde ser entregue)|falha na entrega|não foi possível entregar|onbestelbaar",
    r"niet (?:bezorgd|afgeleverd)|nedoruč|chyba (?:při )?doruč|не доставлен|недоставлен",
    r"не удалось доставить|не вдалося доставити|повідомлення не доставлено|kunde inte levereras",
    r"olevererbar|ikke leveres|kézbesíthetetlen|nem kézbesíthető",
    r"配信不能|配信できません|送信できません|未配達|退信|投递失败|无法投递|邮件传输失败|无法传递",
)

FAILED = _any_of(
    r"(?:could|can|was|were|is|has|have|did|be)(?: not|n't|not) (?:yet )?(?:be |been "
    r"|able to be )?(?:deliver|sent|reach|accept|transmit|process|find|found|compl)",
    r"unable to (?:deliver|relay|find|complete|send)|undeliver(?:able|ed)",
    r"not (?:be |been )?deliver",
    r"deliver(?:y|ing) (?:has )?(?:failed|failure|error|problem|attempt|to the following|of )",
    r"permanent (?:fatal )?(?:delivery )?errors?|did not reach",
    r"no such (?:user|account|person|mailbox)",
    r"(?:unknown|invalid|unrouteable|bad|illegal) (?:user|address|recipient|local|mailbox|domain"
    r"|host|final|destination)",
    r"user (?:is )?(?:unknown|not|doesn)|(?:does|do)(?: not|n't) exist|not exist|not a valid",
    r"error (?:has )?occurred|was an error|errors?[ -](?:in|during|while|message|detail|desc|code)",
    r"(?:mailbox|account|user|inbox|quota|storage)(?:'s mailbox)? (?:is |has |was )?(?:full"
    r"|unavail|disabled|inactive|closed|over|exceed|suspend|locked|limit|too)",
    r"over ?quota|exceed|returned to sender|failed (?:permanently|addresses|recipient)",
    r"failure reasons|address(?:es)? had|unknown (?:address|recipient|local)|not accept",
    r"access denied|rejected|refused|fatal errors|following (?:address|recipient)|cannot be",
    r"unsuccessful|no mailbox|host (?:not found|unknown)|domain (?:not found|does)",
    r"relay(?:ing)? (?:access )?denied|too (?:large|big|many hops)|blocked|giving up|gave up",
    r"given up|timed? ?out|transcript of session|recipients? (?:were|was) (?:not|aff)",
    r"nie (?:została|można|udało się|mogła|istnieje|znaleziono|dostarcz)|skrzynk[ai] .{0,30}pełn",
    r"przepełnion|odrzucon|nicht (?:zugestellt|zustell|erreich|gefunden|existier)|unbekannt",
    r"n'(?:a pas pu|existe pas|a pu)|non (?:recensé|remis|distribu)|introuvable|inconnu|échoué",
    r"échec|no (?:se (?:ha )?(?:podido|pudo|puede)|existe|pudo)|desconocid|rechazad",
    r"buzón .{0,30}lleno|non (?:è stato|è possibile|esiste|può)|sconosciut|impossibile|respint",
    r"não (?:foi|pôde|existe)|niet (?:worden|bezorgd|afgeleverd|bestaat|gevonden)|onbekend|nemohl",
    r"nelze|neexistuj|nepodařilo",
    r"не (?:может|могло|удалось|существует|найден|доставлен|вдалося|існує|може)|неизвестн|невідом",
    r"kunde inte|finns inte|kunne ikke|findes ikke|nem (?:sikerült|létezik|kézbesít)|ismeretlen",
    r"できません|届け|存在しません|エラー|無法|无法|失败|不存在|被退回",
)

DELAYED = _any_of(
    r"has not yet been delivered|will (?:be retried|keep trying|continue (?:to|trying)|retry)",
    r"warning (?:message )?only|could not send message for past|delivery (?:is|has been) delayed",
    r"temporar(?:y failure report|ily (?:deferred|delayed))|still (?:trying|being retried)",
    r"has been (?:delayed|postponed)|not resend|not been delivered to all",
    r"is delayed for more than|delivery attempts will continue",
    r"will be (?:re)?tried (?:until|again|for)|advisory-only|will be attempted (?:again|for)",
    r"nie została jeszcze dostarczona|opóźnione|próby będą|noch nicht zugestellt|verzögert",
    r"pas encore été|retardé|todavía no se ha|aún no se ha|retrasad|non è ancora|in ritardo",
    r"ainda não foi|nog niet (?:worden )?|vertraagd|zpožděn|opožděn|ещё не|еще не доставлен",
    r"задерж|ще не доставлен|затрим",
)

DELIVERED = _any_of(
    r"\(success\)|success(?:ful(?:ly)?)? (?:deliver|relay)",
    r"(?:was|been) (?:successfully )?delivered to (?:the |its )?(?:mailbox|recipient|destination)",
    r"delivered: |relayed: |pomyślnie dostarczon|erfolgreich (?:zugestellt|übermittelt)",
    r"a été remis|entregad[oa] correctamente|consegnat[oa] (?:correttamente|con successo)",
    r"успешно доставлен|успішно доставлен",
)

# What begins a line of a report, and of nothing that a person or an automatic reply would write.
OPENING = re.compile(
    r"^[ \t*-]{0,30}(?:"
    r"(?:hi[.!]\s{1,3})?this is the (?:qmail|mail system|postfix|mail delivery|mailer|dragonfly"
    r"|courier|e-?mail system|sympa|exim|sendmail|deliver program|machine generated)"
    r"|this (?:message|mail|e-?mail|report) (?:was|is|has been) (?:created "
    r"|generated )?automatically"
    r" (?:created |generated )?by (?:the )?(?:mail delivery|delivery|smtp)"
    r"|this is an automatic(?:ally generated)? delivery (?:status|failure)|message from interscan"
    r"|the following address(?:es)? (?:had|failed)|transcript of session|failed recipients"
    r"|failure reasons|non-delivered information|message not delivered|list of failed"
    r"|did not reach the following|error message below|this message was undeliver|undeliverable to "
    r"|your (?:message|mail|e-?mail) (?:did not reach|to .{1,200} (?:could not|couldn't|was not"
    r"|has not been"
    r"|cannot) (?:be )?(?:deliver|sent|reach)"
    r"|to the following|could not be delivered|was not delivered|cannot be delivered"
    r"|has encountered delivery|(?:sent|with subject).{0,200}$\s{1,5}could not be)"
    r"|delivery (?:to|of) (?:the following|.{1,80}) (?:recipient|failed|has|address)"
    r"|the original message was received at|the message (?:could not|cannot) be (?:deliver|sent)"
    r"|(?:invalid final delivery userid|unknown user|unknown host"
    r"|user mailbox exceeds allowed size):"
    r"|(?:twoja|ta|poniższa) wiadomość .{0,80}nie (?:dotarła|(?:została|mogła) .{0,20}(?:dostarcz"
    r"|doręcz))"
    r"|nie (?:można|udało się) dostarczyć|wiadomość nie została dostarczona"
    r"|(?:ihre|diese|die) nachricht .{0,80}nicht .{0,20}(?:zugestellt|übermittelt|erreicht)"
    r"|hat .{0,40}empfänger nicht erreicht|votre message .{0,80}n'(?:a|est) pas .{0,20}(?:remis"
    r"|distribué|délivré|parvenu)|n'est pas parvenu"
    r"|(?:su|tu|el) mensaje .{0,80}no .{0,20}(?:entreg|llegó)"
    r"|il (?:tuo|suo|vostro|messaggio) .{0,80}non .{0,20}(?:recapit|consegn)"
    r"|uw bericht .{0,80}niet .{0,20}(?:bezorgd|afgeleverd)"
    r"|(?:sua|a) mensagem .{0,80}não .{0,20}entreg|vaše zpráva .{0,80}ne.{0,20}doruč"
    r"|ваше (?:сообщение|письмо) .{0,80}не .{0,20}достав|ваш(?:е|ого) (?:повідомлення"
    r"|лист) .{0,80}не .{0,20}достав"
    r"|(?:это )?(?:письмо|сообщение) .{0,40}не .{0,20}доставлено"
    r")",
    re.IGNORECASE | re.MULTILINE,
)

# How a person begins.
GREETING = _any_of(
    r"\s{0,20}(?:hi|hello|hey|dear|good (?:morning|day|afternoon)|dzień dobry|witam|witaj|szanown"
    r"|cześć|guten (?:tag|morgen)|hallo|sehr geehrt|liebe|bonjour|hola|estimad|buenos|ciao|salve"
    r"|buongiorno|gentil|goedemorgen|geachte|beste|dobrý den|добр|здрав|шанов|уваж|olá|prezad"
    r"|hej)\b",
)

# What only a person asks or ends with.
PERSONAL = _any_of(
    r"\?(?:\s|$)|regards|thank you,|pozdraw|dziękuj|freundlichen grüßen|cordialement|saludos"
    r"|saluti",
)

# Where what follows is the mail that came back.
COPY = _any_of(
    r"[\s>]{0,10}(?:-{2,60} {0,5}(?:below (?:this line|the next line|is)|this is a copy"
    r"|the (?:header|original"
    r"|body)|original message|forwarded message|returned (?:message|mail)|unsent message"
    r"|message header|undelivered|message body|copy of|headers|attached|zdroj|oryginalna)"
    r"|below (?:this line )?is a copy|(?:the )?(?:original )?message headers? follow"
    r"|original message follows|included is a copy|the first \d{1,4} lines of|bounced e-?mail:"
    r"|return-path: |received: from|received:$|mime-version: |message-id: ?<)",
)
