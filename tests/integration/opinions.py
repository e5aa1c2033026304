"""Where we are of another opinion than a source of the corpus: the file, and why.

Such a file counts neither as right nor as wrong; one that comes out as its source expects must
leave this table.
"""

_STALWART = "stalwart-mail-parser/resources/eml/"
_MIMETOOLS = "james-mime4j/core/src/test/resources/mimetools-testmsgs/"
_PHP = "php-mime-mail-parser/tests/mails/"
_STUB = "its plain part says that there is HTML and nothing else; the HTML is read"
_MAC = "line ends of CR alone cut its quoted-printable words in two for the standard library"
_FORWARDS = "a person forwards a report; believing it would let anybody fail our mail"
_DAMAGED = "a text in a damaged multipart is words to us, and an attachment to it"

OPINIONS: dict[str, dict[str, str]] = {
    "texts found": {
        _STALWART + "legacy/049.eml": "three files are uuencoded in its text, and are files to us",
        _STALWART + "malformed/020.eml": "a part with two Content-Types: it takes the second and "
        "shows boundaries and tags, we take the first and read the HTML",
        _STALWART + "malformed/021.eml": "a part with two Content-Types, as 020",
        _STALWART + "thirdparty/002.eml": "what follows the end of base64 is no text of anybody",
    },
    "texts the standard library finds": {
        _PHP + "issue115": _STUB,
        _PHP + "m0008": _STUB,
        _PHP + "m0025": _STUB,
        _MIMETOOLS + "uu-zeegee.msg": "a uuencoded file is a file, and its first line no words",
        "mimekit/UnitTests/TestData/messages/issue1130.txt": "its DelSp=yes says that spaces at "
        "line ends are none (RFC 3676)",
        "sisimai/maildir/mac/lhost-amazonworkmail-01.eml": _MAC,
        "sisimai/maildir/mac/lhost-exchange2007-01.eml": _MAC,
        "sisimai/maildir/mac/lhost-zoho-01.eml": _MAC,
    },
    "bounce, yes or no": {
        "flufl.bounce/tests/data/groupwise_03.txt": "is a person's answer; its own source finds no "
        "address in it, and the conversion of its table called it a bounce",
        "flufl.bounce/tests/data/qmail_08.txt": "says Precedence: auto_reply, and thanks; "
        "its own source finds no address in it",
        "perl-bounceparser/t/corpus/spam-bogus-email-in-report.msg": "is an advertisement from its "
        "author's own address, and no report",
        "sisimai/mailbox/mbox-0": "36 of its 37 mails are reports; in one a person forwards one",
        "sisimai/maildir/bsd/lhost-sendmail-14.eml": _FORWARDS,
    },
    "status, class and subject": {"sisimai/maildir/bsd/lhost-sendmail-14.eml": _FORWARDS},
    "ordinary mail": {
        _MIMETOOLS + "badbound.msg": "is a mail "
        "system's report of returned mail; the collection speaks of its damaged boundary",
        "spamscope-mail-parser/tests/mails/mail_malformed_2": "is a delivery report (RFC 3464); "
        "the collection speaks of its damage",
        "sisimai/maildir/not/rb-issue-368-bug.eml": "says Auto-Submitted: auto-replied itself",
    },
    "visible text of a reply": {
        "talon/tests/fixtures/standard_replies/iphone.eml": "cutting taglines is another function "
        "of that library, and we cut them",
        "talon/tests/fixtures/standard_replies/sparrow.eml": "cutting signatures is another "
        "function of that library, and we cut them",
        "crisp-email-reply-parser/test/fixtures/email_3.txt": "keeps the signature -Abhishek Kona, "
        "which another source (mail-parser-reply, email_1_3) wants cut from the same mail",
    },
    "attachments": {
        _STALWART + "malformed/002.eml": _DAMAGED,
        _STALWART + "malformed/003.eml": _DAMAGED,
        _STALWART + "malformed/006.eml": _DAMAGED,
        _STALWART + "malformed/008.eml": _DAMAGED,
        _STALWART + "malformed/009.eml": _DAMAGED,
        _STALWART + "thirdparty/002.eml": _DAMAGED,
        _STALWART + "malformed/012.eml": "three messages are attached; it counts the last as "
        "text of the second",
        _STALWART + "thirdparty/015.eml": "three messages are attached; it takes the later two "
        "for parts of the first, whose own multipart is not closed",
        _STALWART
        + "legacy/049.eml": "three files are uuencoded in the text, which it leaves there",
        "zbateson-mail-mime-parser/tests/_data/emails/m4002.txt": "keeps a signature apart from "
        "attachments; to us it is a file",
    },
}
