"""How mail programs label what they put into HTML: quotes, "On … wrote:", signatures, hidden text.

Promises a role for any tag, from the first 1,000 characters of it: by id, class, name or
data-marker, and by the few inline styles that say as much. Who labels nothing is read by lines.
"""

import re
from enum import Enum

_MAX_TAG = 1000
_MAX_AHEAD = 600


class Role(Enum):
    """What an element holds; REST: from it on, all of the page is of another mail."""

    QUOTE = "quote"
    REST = "rest"
    TOLD = "told"
    SIGNATURE = "signature"
    HIDDEN = "hidden"
    INDENT = "indent"


_NAMES: dict[Role, str] = {
    # Yahoo, Proton, Zoho, Tutanota, Outlook for Mac and new Outlook, Outlook on telephones,
    # GMX and web.de, Zimbra, BlackBerry, Odoo.
    Role.QUOTE: "yahoo_quoted protonmail_quote zmail_extra tutanota_quote olk_src_body_section"
    " mail-editor-reference-message-container ms-outlook-mobile-reference-message quote"
    " __quoted_text__ _originalcontent freshdesk_quote nylas-quote-inner groupwisequote"
    " originalmessage original_message",
    # Outlook on the web and on telephones, Hotmail, Zimbra, Outlook Express.
    Role.REST: "divrplyfwdmsg appendonsend stopspelling zwchr __divider__ outlookmessageheader",
    # Gmail, Thunderbird, Roundcube, Zimbra, Airmail.
    Role.TOLD: "gmail_attr moz-cite-prefix reply-intro replyintro v1reply-intro v1replyintro"
    " airmail_on __headers__",
    # Gmail, Apple Mail, Thunderbird, Outlook, Proton, Samsung, Windows Mail, Zimbra, Roundcube,
    # Spark, Front, Superhuman, HubSpot, Missive, Odoo.
    Role.SIGNATURE: "gmail_signature gmail_signature_prefix applemailsignature moz-signature"
    " signature ms-outlook-mobile-signature protonmail_signature_block"
    " protonmail_signature_block-user composer_signature data-signatureblock __sig_pre__"
    " __sig_post__ _rc_sig messagesignaturesection front-signature sh-signature hs_signature"
    " missive_signature o_mail_signature tutanota_signature email-signature emailsignature",
}
_ROLES = {name: role for role, names in _NAMES.items() for name in names.split()}
_LABEL = re.compile(
    r"\b(?:id|class|name|data-marker)\s*=\s*(?:\"([^\"]{0,200})|'([^']{0,200})|([^\s\"'>]{1,200}))"
)
_OTHER = (
    # Yahoo prefixes its own with a number, Outlook what it quotes with x_, Fastmail counts.
    (re.compile(r"ydp\w{1,20}yahoo_quoted"), Role.QUOTE),
    (re.compile(r"ydp\w{1,20}signature|bloop_sign\w{0,40}|sig\d{4,12}"), Role.SIGNATURE),
    (re.compile(r"v\d{1,2}reply-?intro"), Role.TOLD),
)
_NEVER = frozenset({"a", "img", "input", "meta", "link", "style", "body", "html", "b", "i", "u"})
_HIDDEN = re.compile(r"(?:display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden)")
_TOP_BORDER = re.compile(
    r"border-top(?:-color)?\s*:\s*[^;]{0,30}(?:#(?:e1e1e1|b5c4df|c4c4c4|e5e5e5)"
    r"|rgb\((?:181, ?196, ?223|225, ?225, ?225|229, ?229, ?229)\))"
)
_HEADER_AHEAD = re.compile(r"<b\b[^<>]{0,200}>[^:：]{1,200}[:：]", re.IGNORECASE)
_INDENT = re.compile(r"border\s*:\s*(?:none|medium none|0)[^\"']{0,200}padding|webkit-indent")
_TIGHT = re.compile(r"class\s*=\s*[\"']?(?:x_)?mso|margin\s*:\s*0|margin-(?:top|bottom)\s*:\s*0")


def role_of(name: str, tag: str, html: str, end: int) -> Role | None:
    """Return what an element holds, or None.

    name: in lower case. tag: all of it from `<` to `>`. end: where in html its content begins.
    """
    if name in _NEVER:
        return None
    text = tag[:_MAX_TAG].lower()
    if "style" in text:
        if ("none" in text or "hid" in text) and _HIDDEN.search(text):
            return Role.HIDDEN
        if "border-top" in text and _TOP_BORDER.search(text):
            ahead = html[end : end + _MAX_AHEAD]
            return Role.REST if _HEADER_AHEAD.search(ahead) else None
    if name == "blockquote":
        return Role.INDENT if "cite" not in text and _INDENT.search(text) else None
    if name == "signature" or "data-signatureblock" in text:
        return Role.SIGNATURE
    if "data-o-mail-quote" in text:
        return Role.QUOTE
    return _labelled(text)


def _labelled(text: str) -> Role | None:
    if "class" not in text and "id=" not in text and "name" not in text and "marker" not in text:
        return None
    for match in _LABEL.finditer(text):
        for label in (match[1] or match[2] or match[3] or "").split():
            role = _ROLES.get(label)
            if role is not None:
                return role
            if label[0] in "ybsv":
                for pattern, other in _OTHER:
                    if pattern.fullmatch(label):
                        return other
    return None


def is_tight(tag: str) -> bool:
    """Say whether a paragraph has no space around it, as those of Outlook."""
    return _TIGHT.search(tag[:_MAX_TAG].lower()) is not None
