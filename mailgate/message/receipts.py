"""Read receipts: what became of a mail at its reader (RFC 8098), and Outlook's and Notes' in words.

Promises a Report or None. In words a receipt needs its subject and its sentence together: a
person who writes "Read: ..." sends none.
"""

import re

from mailgate.message import charset, fields, headers, mailboxes
from mailgate.message.message import Report, ReportRecipient
from mailgate.message.status_part import Group, bare

KIND = "disposition-notification"
TYPE = "message/disposition-notification"

_MAX_TOLD = 1500
_SUBJECT = re.compile(
    r"(?:read|not read|return receipt|przeczytano|przeczytane|nieprzeczytane|nie przeczytano"
    r"|gelesen"
    r"|ungelesen|nicht gelesen|lu|non lu|letto|non letto|leído|no leído|lida|não lida|gelezen"
    r"|ongelezen|niet gelezen|přečteno|nepřečteno|прочтено|не прочтено|прочитано|läst|læst"
    r"|elolvasva"
    r"|potwierdzenie przeczytania|lesebestätigung|confirmation de lecture|conferma di lettura)\s?:",
    re.IGNORECASE,
)
# Outlook begins a line with the verb, after a list of what the mail was; others begin with "Your
# message". A person's sentence begins otherwise.
_SENTENCE = re.compile(
    r"^\s{0,10}(?:(?:your|the|this|twoja|ta|ihre|diese|die|votre|ce|su|el|tu|il|la|uw|het|vaše|sua"
    r"|a"
    r"|ditt|din|ваше|это|ваш|сообщение|письмо"
    r"|лист)\b.{0,200}? )?(?:(?P<deleted>was deleted without being read|wurde"
    r" ungelesen gelöscht|wurde gelöscht, ohne|została usunięta bez (?:prze)?czytania"
    r"|a été supprimé"
    r" sans|se (?:ha )?elimin[oó] sin|è stato eliminato senza|is verwijderd zonder)"
    r"|was (?:read|opened|displayed|received) (?:on|by)|wurde (?:am .{0,60})?gelesen"
    r"|została (?:prze|od)czytana|a été lu|è stat[oa] lett[oa]|(?:ha sido|fue|se ha) leíd|foi lida"
    r"|(?:is|werd) gelezen|byla přečtena|(?:было |был )?прочитано|lästes|blev læst)",
    re.IGNORECASE | re.MULTILINE,
)
_REFUSED = re.compile(
    r"automatically rejected|(?:was|is|been) (?:rejected|refused)|over ?quota|quota exceeded"
    r"|odrzucon|zurückgewiesen|abgelehnt|refusé|rechazad|rifiutat|recusad|geweigerd|отклонен",
    re.IGNORECASE,
)


def of_fields(told: list[Group]) -> Report:
    """Return what a disposition part says; the action is its last word: displayed or deleted."""
    group: Group = {}
    for each in told:
        group = each | group
    address = bare(group.get("final-recipient", group.get("original-recipient", "")))
    disposition = charset.one_line(group.get("disposition", ""))
    word = disposition.rpartition(";")[2].partition("/")[0].strip().lower()[:40]
    of = fields.message_id(charset.one_line(group.get("original-message-id", "")))
    return Report(KIND, (ReportRecipient(address, word, "", disposition[:200]),), of)


def is_refusal(receipt: Report, text: str) -> bool:
    """Say whether a receipt is how a server refused the mail (RFC 5429 §2.1.2, Dovecot's quota)."""
    deleted = any(each.action in ("deleted", "denied", "failed") for each in receipt.recipients)
    return deleted and _REFUSED.search(text[:_MAX_TOLD]) is not None


def of_words(block: headers.Block, text: str) -> Report | None:
    """Return what a receipt without a disposition part says, None for a mail that is none."""
    raw = block.first("subject")[:300]
    if ":" not in raw and "=?" not in raw:
        return None
    if _SUBJECT.match(headers.decoded("subject", raw)) is None:
        return None
    match = _SENTENCE.search(text[:_MAX_TOLD])
    if match is None:
        return None
    sender = mailboxes.parse(block.first("from")[:500]).addresses
    word = "deleted" if match["deleted"] else "displayed"
    told = " ".join(charset.one_line(text[:200]).split())
    referred = fields.message_ids(block.first("in-reply-to") or block.first("references"))
    return Report(
        KIND,
        (ReportRecipient(sender[0].address if sender else "", word, "", told),),
        charset.one_line(charset.repaired(referred[-1])[0]) if referred else "",
    )
