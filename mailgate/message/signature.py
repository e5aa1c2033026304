"""The end of a letter: the block of name, office and telephone below it, and what begins one.

A closing formula with one first name is left: a person wrote it. What makes a block is a full
name, an office or a number. Promises to look at the last 40 lines.
"""

import re

_MAX_LINES = 40
_MAX_BLOCK = 14
_MAX_LINE = 90

_DELIMITER = re.compile(r"\s?(?:--|—-|--\s?\*|-- \xa0)\s*")
_LONG_DASH = re.compile(r"\s?[—–]\s*")
_RULE = re.compile(r"\s*(?:_{3,}|[-—–]{5,}|={4,}|\*{4,}|~{4,}|—{2,}|–{2,})\s*")
_MACHINE_RULE = re.compile(r"\s*[_=*~]{3,}\s*")

_WISHES = (
    r"pozdrawiam|pozdrawiamy|pozdrowienia|pozdr|pzdr|pozdrowionka|ukłony|z poważaniem|z powazaniem"
    r"|z wyrazami szacunku|z szacunkiem|łączę (?:wyrazy szacunku|pozdrowienia|ukłony)"
    r"|wyrazy szacunku"
    r"|serdeczności|serdecznie|miłego dnia|życzę miłego dnia|dobrego dnia|do usłyszenia"
    r"|regards|rgds|brgds|br|kr|sincerely|yours|yours sincerely|sincerely yours|yours faithfully"
    r"|yours truly|cheers|best|all the best|best wishes|respectfully|cordially|take care|greetings"
    r"|have a (?:nice|great|good) (?:day|weekend|one)|faithfully"
    r"|mit freundlichen grüßen|mit freundlichen gruessen|mit freundlichen grüssen"
    r"|mit freundlichem gruß|freundliche grüße|viele grüße|beste grüße|liebe grüße|schöne grüße"
    r"|herzliche grüße|grüße|gruß|gruss|mfg|vg|lg|hochachtungsvoll|mit besten grüßen|viele gruesse"
    r"|cordialement|bien cordialement|bien à vous|salutations|sincères salutations"
    r"|meilleures salutations|amicalement|respectueusement|cdlt|cdt|bonne journée"
    r"|saludos|un saludo|atentamente|un cordial saludo|saludos cordiales|cordialmente|atte"
    r"|distinti saluti|cordiali saluti|saluti|un saluto|buona giornata|a presto"
    r"|met vriendelijke groet|met vriendelijke groeten|vriendelijke groet"
    r"|vriendelijke groeten|groet"
    r"|groeten|groetjes|hartelijke groet|mvg|hoogachtend"
    r"|s pozdravem|s pozdravom|se srdečným pozdravem|zdravím|hezký den"
    r"|s přátelským pozdravem|s úctou"
    r"|з повагою|щиро ваш|з найкращими побажаннями|до зустрічі|с уважением|с наилучшими пожеланиями"
    r"|всего доброго|всего хорошего|с приветом|поздрави"
    r"|atenciosamente|cumprimentos|com os melhores cumprimentos|melhores cumprimentos"
    r"|abraço|abraços"
    r"|att|saudações|med vänliga hälsningar|med vänlig hälsning|vänliga hälsningar|hälsningar|mvh"
    r"|med vennlig hilsen|vennlig hilsen|med venlig hilsen|venlig hilsen|de bedste hilsner"
    r"|bedste hilsner|venlige hilsner|hilsen|mange hilsner|hilsner|kh|vh|dbh|ystävällisin terveisin"
    r"|terveisin|terv|üdvözlettel|tisztelettel|üdv|cu stimă|cu respect|toate cele bune|saygılarımla"
    r"|saygılar|iyi çalışmalar|με εκτίμηση|s poštovanjem|lijep pozdrav|lep pozdrav|pagarbiai"
    r"|敬具|よろしくお願いいたします|此致|敬礼|祝好|감사합니다"
)
_EXTRA = (
    r"(?:serdecznie|gorąco|ciepło|bardzo|najserdeczniejsze|z|łączę|i życzę miłego dnia|kind|kindest"
    r"|warm|warmest|best|with|with best|with kind|many|very|my|vriendelijke|bien|mit|meilleures|mes"
    r"|les|cordiales|cordiais|med|many thanks and|thanks and)"
)
_WISH = re.compile(
    r"(?:[^\W\d]{2,14}[ ,]{1,2}(?:[^\W\d]{2,14} )?(?:i|oraz|and|&|und|et|y|e|en|a|och|og)\s+)?"
    rf"(?:{_EXTRA}\s+){{0,2}}(?:{_WISHES})(?:\s+(?:serdecznie|ciepło|gorąco|mocno|regards"
    rf"|to you))?",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"(?:many |very many |best )?(?:thanks|thank you|thx|tnx|ty)"
    r"(?: (?:so much|very much|a lot|again|and regards|in advance|you))?"
    r"|(?:z góry |bardzo |serdecznie )?(?:dziękuję|dziekuje|dzięki|dzieki|dziękujemy)(?: bardzo"
    r"| z góry| serdecznie)?|(?:vielen |besten |herzlichen )?dank|danke(?: schön| im voraus)?"
    r"|merci(?: d'avance| beaucoup| par avance)?|gracias(?: de antemano)?|(?:muchas|mil) gracias"
    r"|grazie(?: mille)?|bedankt|dank u|alvast bedankt|děkuji|ďakujem|дякую|спасибо|obrigad[oa]"
    r"|tack(?: på förhand)?|tak|takk|kiitos|köszönöm|mulțumesc|teşekkürler",
    re.IGNORECASE,
)
_CLOSING_EDGE = " \t\xa0*_,.!;:-–—)("
_CONTACT = re.compile(
    r"@[\w-]{1,60}\.|(?:https?://|www\.)\S|(?:\+|\(|\b0)\d[\d\s()./-]{6,}\d"
    r"|\d{3}[ .-]?\d{3}[ .-]?\d{3}"
    r"|(?<!\d)\d{2}-\d{3}(?!\d)|(?:^|\W)(?:ul|al|os|pl)\.\s"
    r"|(?:^|\W)(?:tel|t|m|f|fax|faks|mob|mobile|phone|kom|komórka|skype|cell|direct|nip|regon|krs"
    r"|e-?mail|www|gsm|tél|telefon)\b\s?[.:|]",
    re.IGNORECASE,
)
_WORDS_ALONE = re.compile(r"[^@:|./\d]+\.?")
_WHOLLY_CONTACT = re.compile(
    r"[\W_]*(?:(?:tel|t|m|f|fax|faks|mob|mobile|phone|kom|e|e-?mail|mail|www|w"
    r"|gsm)\s?[.:]?\s{0,3})?"
    r"(?:<?(?:mailto:)?[\w.+-]{1,64}@[\w.-]{3,120}>?|<?(?:https?://|www\.)[^\s<>]{3,200}>?"
    r"|[+(]?\d[\d\s().-]{6,20})(?:\s?<[^<>\s]{3,200}>)?[\W_]*",
    re.IGNORECASE,
)
_POSTSCRIPT = re.compile(r"\W{0,3}(?:p\W{0,2}s\b|edit\b|załącznik)", re.IGNORECASE)
_DASH_NAME = re.compile(r"\s?(?:-{1,2}|~|—|–)([^\W\d_]{2,20}(?:[ -][^\W\d_]{1,20}){0,2})\s*")


def is_delimiter(line: str) -> bool:
    """Say whether a line is the "-- " that parts a signature from the words (RFC 3676 §4.3)."""
    return len(line) < 8 and _DELIMITER.fullmatch(line) is not None


def is_rule(line: str) -> bool:
    """Say whether a line is only a rule, of dashes or of anything else."""
    return _RULE.fullmatch(line) is not None


def is_machine_rule(line: str) -> bool:
    """Say whether a line is a rule that people do not type to part their own paragraphs."""
    return _MACHINE_RULE.fullmatch(line) is not None


def begins_at(lines: list[str]) -> int:
    """Return where the signature at the end of these lines begins, len(lines) for none."""
    end = len(lines)
    first = max(end - _MAX_LINES, 0)
    for find in (_closing, _ruled_block, _contact_block, _dashed_name):
        at = find(lines, first)
        if at < end:
            return at
    return end


def _closing(lines: list[str], first: int) -> int:
    """Find the closing formula all below which is name and office; one first name is no block."""
    end = len(lines)
    wish = thanks = end
    below = 0
    for at in range(end - 1, first - 1, -1):
        line = lines[at].strip()
        if not line:
            continue
        bare = line.strip(_CLOSING_EDGE)
        if len(bare) <= 60 and _WISH.fullmatch(bare):
            wish = at if _is_wish(lines, at) else wish
        elif (
            below and len(bare) <= 40 and _THANKS.fullmatch(bare) and not line.endswith((".", "?"))
        ):
            thanks = at
        elif _is_rule_of_block(line):
            pass
        elif not _is_of_block(line):
            break
        below += 1
        if below > _MAX_BLOCK:
            break
    at = min(wish, thanks)
    return end if at == end or _is_handwritten(lines[at:]) else at


def _is_wish(lines: list[str], at: int) -> bool:
    """Say whether a formula is meant as one: "LG" below "We have monitors of:" is not."""
    short = len(lines[at].strip()) <= 3
    return _above(lines, at)[-1:] not in (":", "-") and not (short and at and lines[at - 1].strip())


def _above(lines: list[str], at: int) -> str:
    """Return the nearest line above that is not empty."""
    return next((line.strip() for line in reversed(lines[:at]) if line.strip()), "")


def _is_handwritten(lines: list[str]) -> bool:
    """Say whether an ending is a formula and at most a first name, as people type it."""
    said = [line.strip(_CLOSING_EDGE) for line in lines if line.strip()]
    names = [line for line in said if not (_WISH.fullmatch(line) or _THANKS.fullmatch(line))]
    return not names or (len(names) == 1 and len(names[0].split()) == 1 and "@" not in names[0])


def _is_rule_of_block(line: str) -> bool:
    return _RULE.fullmatch(line) is not None or _LONG_DASH.fullmatch(line) is not None


def _is_of_block(line: str) -> bool:
    """Say whether a line may stand in a block of names, offices and numbers."""
    if len(line) > _MAX_LINE or _POSTSCRIPT.match(line):
        return False
    if line[-1] in "?!" and " @ " not in line:
        return False
    if _is_contact(line) or line[0] in "[<|+(" or line[0].isdigit():
        return True
    if line[0] in "-•·" or line[-1] == ":":
        return False
    words = line.split()
    if len(words) > 9 or (line[-1] == "." and len(words) > 4):
        return False
    letter = next(filter(str.isalpha, line), "A")
    return not letter.islower() or len(words) <= 2


def _is_contact(line: str) -> bool:
    # Most lines are words alone, which a look at their characters tells.
    return _WORDS_ALONE.fullmatch(line) is None and _CONTACT.search(line) is not None


def _contact_block(lines: list[str], first: int) -> int:
    """Find a last paragraph that is a name with numbers or addresses below it."""
    end = len(lines)
    at, contacts, mailboxes = end, 0, 0
    while at > first and end - at < _MAX_BLOCK:
        line = lines[at - 1].strip()
        if not line:
            break
        if not _is_of_block(line):
            return end
        contacts += _WHOLLY_CONTACT.fullmatch(line) is not None
        mailboxes += "@" in line
        if mailboxes > 1:
            return end  # a list of people
        at -= 1
    return at if contacts >= 2 and end - at >= 3 and _introduces_nothing(lines, at) else end


def _ruled_block(lines: list[str], first: int) -> int:
    """Find the rule all below which is names and numbers, in as many paragraphs as it likes."""
    end = len(lines)
    seen = contacts = 0
    for at in range(end - 1, first - 1, -1):
        line = lines[at].strip()
        if not line:
            continue
        if _is_rule_of_block(line):
            return at if contacts else end
        if seen >= _MAX_BLOCK or not _is_of_block(line):
            return end
        seen += 1
        contacts += _WHOLLY_CONTACT.fullmatch(line) is not None or _is_contact(line)
    return end


def _introduces_nothing(lines: list[str], start: int) -> bool:
    """Say whether the block is not what the line above announces, and begins with a name."""
    above = _above(lines, start)
    name = lines[start].strip(_CLOSING_EDGE).split()
    titled = bool(name) and len(name) <= 5 and all(not word[0].islower() for word in name[:2])
    return bool(above) and above[-1] not in ":-" and titled and not name[0][0].isdigit()


def _dashed_name(lines: list[str], first: int) -> int:
    """Find "-Anna" or "--Anna Nowak" as the last line, where it is no item of a list."""
    end = len(lines)
    at = end - 1
    if at <= first or lines[at - 1].strip():
        return end
    match = _DASH_NAME.fullmatch(lines[at][:_MAX_LINE])
    if match is None or not all(word[0].isupper() for word in match[1].split()):
        return end
    above = _above(lines, at)
    return at if above and above[-1] != ":" and above[0] not in "-*•" else end
