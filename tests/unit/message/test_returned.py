import pytest

from mailgate.message import headers, returned

SYSTEM = "From: MAILER-DAEMON@x.pl\r\nSubject: "
NOWHERE = "Return-Path: <>\r\nFrom: no-reply@x.pl\r\nSubject: "
MASTER = "From: postmaster@x.pl\r\nSubject: "
NOBODY = "From: anna@example.net\r\nSubject: "
FAILED = "failed"


def named(
    head: str, text: str, addressee: str = "", *, is_copied: bool = False
) -> list[tuple[str, str, str]]:
    """Return address, action and status of what is read."""
    block = headers.read(f"{head}\r\n\r\n".encode())
    found = returned.recipients_of(block, text, addressee, is_copied=is_copied)
    return [(each.address, each.action, each.status) for each in found]


@pytest.mark.parametrize(
    ("head", "text", "recipients"),
    [
        (SYSTEM + "x", "<a@b.pl>:\nno such (#5.1.1)", [("a@b.pl", FAILED, "5.1.1")]),
        (SYSTEM + "x", "user unknown: 550 no\n  a@b.pl\n  c@d.pl\n\n--- Below this line\n<e@f.pl>",
         [("a@b.pl", FAILED, "5.0.0"), ("c@d.pl", FAILED, "5.0.0")]),
        (SYSTEM + "undeliverable", "sorry, of <a@b.pl> no", [("a@b.pl", FAILED, "5.0.0")]),
        (SYSTEM + "undeliverable", "nobody named", [("", FAILED, "5.0.0")]),
        (
            SYSTEM + "Warning: x", "Delivery will be retried\na@b.pl",
            [("a@b.pl", "delayed", "4.0.0")],
        ),
        (SYSTEM + "Delivery report (Success)", "a@b.pl", [("a@b.pl", "delivered", "2.0.0")]),
        (SYSTEM + "Delivery report (Success)", "a@b.pl 550 no", [("a@b.pl", FAILED, "5.0.0")]),
        (SYSTEM + "Delivery report", "was successfully delivered to\na@b.pl",
         [("a@b.pl", "delivered", "2.0.0")]),
        (SYSTEM + "x\r\nX-Failed-Recipients: a@b.pl, <c@d.pl>", "<c@d.pl>: 550 5.2.2 full",
         [("a@b.pl", FAILED, "5.2.2"), ("c@d.pl", FAILED, "5.2.2")]),
        (NOBODY + "x\r\nX-Failed-Recipients: a@b.pl", "x", [("a@b.pl", FAILED, "5.0.0")]),
        (SYSTEM + "hello", "how are you", []),
        (NOWHERE + "Undelivered", "was rejected: 550 no", []),
        (NOWHERE + "Undelivered", "<a@b.pl> was rejected: 550 no", [("a@b.pl", FAILED, "5.0.0")]),
        (NOWHERE + "Undelivered", "was rejected", []),
        (NOWHERE + "Hello", "was rejected: 550 no", []),
        (NOWHERE + "Undelivered", "how are you", []),
        (NOWHERE + "Re: Undelivered mail", "<a@b.pl>: it was rejected", []),
        (NOWHERE + "Delivery report", "was rejected\n" * 500, []),
        (NOWHERE + "x", "Your message to Anna could not be read before Monday.\na@b.pl", []),
        (NOWHERE + "x", "Ihre Nachricht konnte nicht sofort gelesen werden.\na@b.pl", []),
        (NOWHERE + "x", "Su mensaje no se leerá hasta el lunes.\na@b.pl", []),
        (NOWHERE + "x", "Twoja wiadomość nie została przeczytana.\na@b.pl", []),
        (NOWHERE + "x", "Twoja wiadomość nie została dostarczona do\na@b.pl",
         [("a@b.pl", FAILED, "5.0.0")]),
        (NOWHERE + "Automatic reply: Delivery report", "I cannot be reached\na@b.pl", []),
        (MASTER + "Undeliverable: x", "hello", []),
        (MASTER + "Undeliverable: x", "user unknown\na@b.pl", [("a@b.pl", FAILED, "5.0.0")]),
        (MASTER + "Undeliverable: x", "user unknown", []),
        (MASTER + "Undeliverable: x", "user unknown\n\n--- Below this line",
         [("", FAILED, "5.0.0")]),
        (MASTER + "Undeliverable: x", "Hello, user unknown\na@b.pl", []),
        (MASTER + "Undeliverable: x", "user unknown?\n\na@b.pl", []),
        (MASTER + "x", "Hello,\n\nThis is the mail system at host x.pl\n<a@b.pl>: no", []),
        (MASTER + "Undeliverable: x", "user unknown\n> a@b.pl", []),
        (MASTER + "x", "user unknown\na@b.pl", []),
        (MASTER + "x", "This is the mail system at host x.pl\n<a@b.pl>: no",
         [("a@b.pl", FAILED, "5.0.0")]),
        (MASTER + "Automatic reply: x", "The message cannot be\na@b.pl", []),
    ],
)  # fmt: skip
def test_recipients_are_named_in_words(
    head: str, text: str, recipients: list[tuple[str, str, str]]
) -> None:
    """A mail system is believed by little, mail from nowhere by more, a postmaster by most."""
    assert named(head, text) == recipients


@pytest.mark.parametrize(
    ("head", "believed"),
    [
        (SYSTEM + "hello", True),
        (NOWHERE + "Mail", True),
        (MASTER + "Undelivered", True),
        (MASTER + "Mail", False),
    ],
)
def test_a_mail_that_came_back_is_evidence(head: str, believed: bool) -> None:
    """Words and a copy prove a report from nowhere; who it was to is who failed."""
    expected = [("a@b.pl", FAILED, "5.0.0")] if believed else []
    assert named(head, "could not be delivered", "a@b.pl", is_copied=True) == expected


@pytest.mark.parametrize(
    "words",
    [
        "Wiadomość nie została dostarczona:\na@b.pl",
        "Die folgende Nachricht konnte nicht zugestellt werden:\na@b.pl",
        "Votre message à a@b.pl n'a pas pu être remis",
        "No se ha podido entregar su mensaje a\na@b.pl",
        "Il messaggio non è stato recapitato a\na@b.pl",
        "Ваше сообщение не может быть доставлено\na@b.pl",
        "Ваш лист до a@b.pl не вдалося доставити",
        "Zprávu se nepodařilo doručit\na@b.pl",
        "Uw bericht kon niet worden bezorgd\na@b.pl",
        "A sua mensagem não pôde ser entregue\na@b.pl",
        "メールを配信できませんでした\na@b.pl",
        "邮件无法投送\na@b.pl",
    ],
)
def test_failure_is_understood_in_many_languages(words: str) -> None:
    """What a mail system says of a failure is understood as it is in English."""
    assert named(SYSTEM + "x", words) == [("a@b.pl", FAILED, "5.0.0")]


def test_addresses_of_the_report_itself_did_not_fail() -> None:
    """Whom the report is for and from is not named by it, if another is."""
    head = "From: MAILER-DAEMON@x.pl\r\nTo: us@y.pl\r\nSubject: undeliverable"
    assert named(head, "mail of us@y.pl to a@b.pl") == [("a@b.pl", FAILED, "5.0.0")]


def test_a_report_without_a_sender_has_no_domain() -> None:
    """A bare name needs the domain of who reports."""
    assert named("X-Failed-Recipients: anna", "x") == [("anna", FAILED, "5.0.0")]


@pytest.mark.parametrize(
    ("sender", "subject", "words", "fate"),
    [
        (
            "mail-daemon@x.jp",
            "There was an error sending your mail",
            "We had trouble delivering your message. Full details follow:\n"
            "\n"
            'Subject: "x"\n'
            "Date: y\n"
            "\n"
            "1 error(s):\n"
            "\n"
            "SMTP Server <mta.b.pl> rejected recipient <a@b.pl> \n"
            "  (Error following RCPT command). It responded as follows: [550 5.1.1 unknown"
            " user]\n",
            ("failed", "5.1.1"),
        ),
        (
            "MAILER-DAEMON@x",
            "Delivery failure",
            "  ----- The following addresses had permanent fatal errors -----\n"
            "\n"
            ">>> a@b.pl <a@b.pl>\n"
            "\n"
            "550 sorry, no mailbox here by that name (#5.1.1)\n"
            "\n"
            "----- original message ---\n",
            ("failed", "5.1.1"),
        ),
        (
            '"MailMarshal" <postmaster@x>',
            'Undeliverable Mail: "hello"',
            "Your message:\n"
            "   From:    us@ours.example\n"
            "   Subject: hello\n"
            "\n"
            "Could not be delivered because of\n"
            "\n"
            "550 5.1.1 User unknown\n"
            "\n"
            "The following recipients were affected: \n"
            "    a@b.pl\n"
            "\n"
            "Additional Information\n"
            "=====\n"
            "Original Sender:    <us@ours.example>\n"
            "Sender-MTA:         <192.0.2.1>\n",
            ("failed", "5.1.1"),
        ),
        (
            '"Mail Delivery" <Undelivered@x>',
            "Delivery Status",
            "   --- The following addresses had delivery problems ---\n"
            "\n"
            "<a@b.pl>   (User unknown a@b.pl)\n",
            ("failed", "5.0.0"),
        ),
        (
            "Mail Gateway <mailgw@x>",
            "Undeliverable mail",
            "Your message could not be sent.\n"
            "A transcript of the attempts to send the message follows.\n"
            "The number of attempts made: 1\n"
            "Addressed To: a@b.pl\n"
            "\n"
            "Thu 29 Apr\n"
            "Failed to send to identified host,\n"
            " a@b.pl: [192.0.2.5], 550 a@b.pl... No such user\n"
            "--- Message non-deliverable.\n",
            ("failed", "5.0.0"),
        ),
        (
            "InterScan MSS <ims@x>",
            "Mail could not be delivered",
            "Sent >>> RCPT TO:<a@b.pl>\n"
            "Received <<< 550 5.1.1 user unknown\n"
            "\n"
            "Unable to deliver message to <a@b.pl>\n",
            ("failed", "5.1.1"),
        ),
        (
            "InterScan <virus@x>",
            "Mail could not be delivered",
            "****** Message from InterScan E-Mail VirusWall NT ******\n"
            "\n"
            "Sent <<< RCPT TO:<a@b.pl>\n"
            "Received >>> 550 unknown\n"
            "\n"
            "Unable to deliver message to <a@b.pl>\n"
            "********* End of message\n",
            ("failed", "5.0.0"),
        ),
        (
            "LSMTP for Windows <postmaster@x>",
            "Undelivered mail",
            "--> Error description:\n"
            "Error-for:  a@b.pl\n"
            "Error-Code: 550\n"
            "Error-Text: 550 no\n"
            "Error-End: 1\n",
            ("failed", "5.0.0"),
        ),
        (
            "sysadmin@phones.x",
            "Undeliverable Message",
            "Message could not be delivered to mobile.\n"
            "Error: No valid recipients for this MM\n"
            "\n"
            "  To: a@b.pl\n"
            "  Subject: x\n",
            ("failed", "5.0.0"),
        ),
        (
            "Mail Delivery <MAILER-DAEMON@x>",
            "Failure",
            "This is the machine generated message from mail service.\n"
            "\n"
            "<a@b.pl>:\n"
            "550 no such user\n"
            "\n"
            "--- Below the next line is a copy of the message.\n"
            "<c@d.pl>\n",
            ("failed", "5.0.0"),
        ),
        (
            '"MDaemon" <MDaemon@x>',
            "Permanent Delivery Failure",
            "The following addresses did NOT receive a copy of your message:\n"
            "\n"
            "> a@b.pl\n"
            "\n"
            "--- Session Transcript ---\n"
            "550 5.1.1 <a@b.pl> unknown\n",
            ("failed", "5.1.1"),
        ),
        (
            "Postmaster@x",
            "Mail delivery error",
            "This message could not be delivered.\n"
            "\n"
            "Intended recipient:  a@b.pl\n"
            "\n"
            "--------RETURNED MAIL FOLLOWS--------\n"
            "<c@d>\n",
            ("failed", "5.0.0"),
        ),
        (
            "postmaster@x",
            "Message delivery failure",
            "Message could not be delivered to some recipients.\n"
            "The following recipient(s) could not be reached:\n"
            "\n"
            "\tRecipient: [SMTP:a@b.pl]\n"
            "\tReason: Remote SMTP Server Returned: 550 no\n"
            "\n"
            "Message headers follow:\n",
            ("failed", "5.0.0"),
        ),
        (
            "mailer-daemon@corp.mail.ru",
            "Mail failure.",
            "This message was created automatically by mail delivery software.\n"
            "\n"
            "A message that you sent could not be delivered to one or more of its\n"
            "recipients. This is a permanent error. The following address(es) failed:\n"
            "\n"
            "  a@b.pl\n"
            "    SMTP error from remote mail server after RCPT TO:<a@b.pl>:\n"
            "    host mx.b.pl [192.0.2.5]: 550 5.1.1 unknown\n",
            ("failed", "5.1.1"),
        ),
        (
            "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            "Delivery Status Notification (Failure)",
            "Delivery to the following recipient failed permanently:\n"
            "\n"
            "     a@b.pl\n"
            "\n"
            "Technical details of permanent failure:\n"
            "The error that the other server returned was:\n"
            "550 550-5.7.1 spam (state 14).\n"
            "\n"
            "----- Original message -----\n"
            "Received: by x\n",
            ("failed", "5.7.1"),
        ),
        (
            "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            "Delivery Status Notification (Delay)",
            "This is an automatically generated Delivery Status Notification\n"
            "\n"
            "THIS IS A WARNING MESSAGE ONLY.\n"
            "\n"
            "YOU DO NOT NEED TO RESEND YOUR MESSAGE.\n"
            "\n"
            "Delivery to the following recipient has been delayed:\n"
            "\n"
            "     a@b.pl\n"
            "\n"
            "Message will be retried for 2 more day(s)\n",
            ("delayed", "4.0.0"),
        ),
        (
            "MAILER-DAEMON@yahoo.com",
            "Failure Notice",
            "Sorry, we were unable to deliver your message to the following address.\n"
            "\n"
            "<a@b.pl>:\n"
            "554: 5.4.4: no MX\n"
            "\n"
            "--- Below this line is a copy of the message.\n",
            ("failed", "5.4.4"),
        ),
        (
            "MAILER-DAEMON@gmx.net",
            "Mail delivery failed: returning message to sender",
            "This message was created automatically by mail delivery software.\n"
            "\n"
            '"a@b.pl":\n'
            "SMTP error from remote server after RCPT command:\n"
            "host: mx.b.pl\n"
            "5.1.1 <a@b.pl>... User unknown\n"
            "\n"
            "--- The header of the original message is following. ---\n",
            ("failed", "5.1.1"),
        ),
        (
            "Mailer Daemon <MAILER-DAEMON@x>",
            "Delivery status notification",
            "    Hi!\n"
            "\n"
            "    This is the MAILER-DAEMON, please DO NOT REPLY to this e-mail.\n"
            "\n"
            "    An error has occurred while attempting to deliver a message for\n"
            "    the following list of recipients:\n"
            "\n"
            "a@b.pl: 550 5.1.1 no\n"
            "\n"
            "    Below is a copy of the original message:\n"
            "\n"
            "Received: x\n",
            ("failed", "5.1.1"),
        ),
        (
            "postmaster@x",
            "NOTICE: mail delivery status.",
            "This is a delivery status notification from x, running the Courier mail server.\n"
            "\n"
            "                           UNDELIVERABLE MAIL\n"
            "\n"
            "Your message to the following recipients cannot be delivered:\n"
            "\n"
            "<a@b.pl>:\n"
            "    mx.b.pl [192.0.2.5]:\n"
            ">>> RCPT TO:<a@b.pl>\n"
            "<<< 550 5.1.1 no\n",
            ("failed", "5.1.1"),
        ),
        (
            "System Administrator <postmaster@x>",
            "Undeliverable: x",
            "Your message did not reach some or all of the intended recipients.\n"
            "\n"
            "      To:\tc@d.pl\n"
            "      Subject:\tx\n"
            "      Sent:\t4/29/26\n"
            "\n"
            "The following recipient(s) could not be reached:\n"
            "\n"
            "      a@b.pl on 4/29/26 11:34:45 PM\n"
            "            The e-mail account does not exist at the organization this message was"
            " sent to.\n"
            "            <mx.b.pl #5.1.1 SMTP; 550 5.1.1 unknown>\n",
            ("failed", "5.1.1"),
        ),
        (
            "postmaster@lab.x",
            "Undelivered mail",
            "Your message to the following, A. Kowalska, a@b.pl, was returned: no such user 550\n",
            ("failed", "5.0.0"),
        ),
        (
            "Mailer-Daemon@x",
            "Message status - undeliverable",
            "The message that you sent was undeliverable to the following:\n"
            "\ta@b.pl (user not found)\n"
            "\n"
            "Possibly truncated original message follows:\n"
            "\n"
            "Received: x\n",
            ("failed", "5.0.0"),
        ),
        (
            "MAILER-DAEMON@serwer.pl (Mail Delivery System)",
            "Zwrot wiadomości",
            "Wiadomość nie mogła zostać dostarczona do:\n"
            "\n"
            "<a@b.pl>: skrzynka odbiorcy jest pełna\n",
            ("failed", "5.0.0"),
        ),
        (
            "Mail Delivery System <mailer-daemon@t-online.de>",
            "Mail delivery failed: returning message to sender",
            "|------------------------- Message log follows: -------------------------|\n"
            " no valid recipients were found for this message\n"
            "|------------------------- Failed addresses follow: ---------------------|\n"
            " <a@b.pl> ... unknown user\n"
            "|------------------------- Message text follows: ------------------------|\n"
            "Received: x\n",
            ("failed", "5.0.0"),
        ),
        (
            '"CompuServe Postmaster" <auto.reply@compuserve.com>',
            "Undeliverable message",
            "?  EMDNVAMAIL - Mailbox\n"
            "Invalid receiver address: a@b.pl\n"
            "\n"
            "Your message could not be delivered as addressed.\n"
            "\n"
            "--- Returned message ---\n",
            ("failed", "5.0.0"),
        ),
        (
            "Mail Delivery Subsystem <MAILER-DAEMON@aol.com>",
            "Returned mail: User unknown",
            "The original message was received at Thu\n"
            "from x [192.0.2.1]\n"
            "\n"
            "   ----- The following addresses had permanent fatal errors -----\n"
            "<a@b.pl>\n"
            "\n"
            "   ----- Transcript of session follows -----\n"
            "... while talking to air.b.pl.:\n"
            ">>> RCPT To:<a@b.pl>\n"
            "<<< 550 MAILBOX NOT FOUND\n"
            "550 <a@b.pl>... User unknown\n",
            ("failed", "5.0.0"),
        ),
    ],
)
def test_systems_of_many_kinds_are_understood(
    sender: str, subject: str, words: str, fate: tuple[str, str]
) -> None:
    """Whatever shape a system has for it, the one address, its action and status are found."""
    head = f"From: {sender}\r\nTo: us@ours.example\r\nSubject: {subject}"
    assert named(head, words) == [("a@b.pl", *fate)]
