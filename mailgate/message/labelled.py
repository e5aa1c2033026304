"""The HTML alternative, where its program says more clearly than the plain part what is quoted.

Most mails say everything twice. The plain part is shown, but a signature without "-- " or a
quote in an unknown language stands in it like any other words, while the HTML names both.
Promises never to add words or put others in their place: what is returned begins the text.
"""

import re
from dataclasses import replace

from mailgate.message import body, quotes
from mailgate.message.structure import Part, Tree

_MAX_HTML = 256 * 1024
_LABELS = (
    b"gmail_signature", b"moz-signature", b"AppleMailSignature", b"protonmail_", b"Signature",
    b"signatureblock", b"divRplyFwdMsg", b"appendonsend", b"stopSpelling", b"yahoo_quoted",
    b"mail-editor-reference", b"ms-outlook-mobile", b"reply-intro", b"zwchr", b"__DIVIDER__",
    b"zmail_extra", b"tutanota_", b'name="quote"', b"blockquote", b"#E1E1E1", b"#B5C4DF",
)  # fmt: skip
_NO_LETTERS = re.compile(r"\W+")


def shortened(text: str, tree: Tree, subject: str, *, is_reply: bool = True) -> str:
    """Return the words of a mail, cut where its HTML alternative says they end.

    text: the words by the plain part. subject, is_reply: as in `quotes.own_words`.
    """
    part = _alternative(tree.root)
    if part is None or part.end - part.start > _MAX_HTML:
        return text
    octets = part.octets(tree.raw)
    if not any(label in octets for label in _LABELS):
        return text
    page = body.text_of(replace(tree, root=part, defects=[]))
    words = quotes.own_words(page, subject, is_reply=is_reply)
    letters, all_letters = _NO_LETTERS.sub("", words), _NO_LETTERS.sub("", text)
    shorter = letters and len(letters) < len(all_letters) and all_letters.startswith(letters)
    return words if shorter else text


def _alternative(part: Part) -> Part | None:
    """Return the HTML beside a plain part, in the first multipart that has both."""
    if part.type == "multipart/alternative":
        kinds = {child.type: child for child in part.children}
        if "text/plain" in kinds:
            return kinds.get("text/html") or _inside(kinds.get("multipart/related"))
    elif part.children and part.type in ("multipart/mixed", "multipart/related"):
        return _alternative(part.children[0])
    return None


def _inside(related: Part | None) -> Part | None:
    children = related.children if related is not None else []
    return children[0] if children and children[0].type == "text/html" else None
