import pytest

from mailgate.message import parse
from mailgate.message.address import Envelope
from mailgate.message.message import Nature
from mailgate.message.nature import OwnMarks, nature_of

OURS = OwnMarks("k3v9x2", frozenset({"pomoc@example.com"}))
OUR_ID = "<t123456.n.tok.k3v9x2@support.example.com>"
ANNA = Envelope("anna@example.net", ("pomoc@example.com",))
NULL = Envelope("", ("pomoc@example.com",))


def read(*lines: str, envelope: Envelope = ANNA, own: OwnMarks = OURS) -> tuple[Nature, str]:
    """Return the nature of a mail with these headers, and the deciding reason."""
    raw = "\r\n".join(("From: anna@example.net", *lines, "", "words")).encode()
    nature, reasons = nature_of(parse.parse(raw), envelope, own)
    return nature, reasons[0]


@pytest.mark.parametrize(
    ("nature", "lines"),
    [
        ("person", []),
        ("person", ["Auto-Submitted: no"]),
        ("person", ["Auto-Submitted: (said so) No; why=x"]),
        ("person", ["Subject: Automatic reply: nothing else says so"]),
        ("person", ["Subject: Re: Automatyczna odpowiedź", "X-Auto-Response-Suppress: DR"]),
        ("person", ["X-Autoreply: no"]),
        ("person", ["X-Mailgate-Loop: k3v9x2"]),
        ("person", ["Precedence: list"]),
        ("person", ["X-Auto-Response-Suppress: DR, RN, NRN"]),
        ("person", ["In-Reply-To: " + OUR_ID]),
        ("no-answer", ["X-Auto-Response-Suppress: All"]),
        ("no-answer", ["X-Auto-Response-Suppress: rn, oof"]),
        ("no-answer", ["X-Auto-Response-Suppress: DR,AutoReply"]),
        ("auto-reply", ["Auto-Submitted: AUTO-REPLIED"]),
        ("auto-reply", ["Auto-Submitted: auto-replied (vacation); x=y"]),
        ("auto-reply", ["Auto-Submitted: auto-generated", "References: <x@y> " + OUR_ID]),
        ("auto-reply", ["Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: DR"]),
        ("auto-reply", ["X-Autoreply: yes"]),
        ("auto-reply", ["X-Autorespond: vacation"]),
        ("auto-reply", ["Precedence: auto_reply"]),
        ("auto-reply", ["Subject: Out of Office: x", "Precedence: bulk"]),
        ("auto-reply", ["Subject: Abwesenheit", "X-Auto-Response-Suppress: DR"]),
        ("auto-reply", ["Subject: Odpowiedź automatyczna: x", "In-Reply-To: " + OUR_ID]),
        ("auto-reply", ["Subject: [Automatyczna odpowiedź] x", "Auto-Submitted: auto-notified"]),
        ("auto-reply", ["X-Autoreply-From: anna@example.net"]),
        ("auto-reply", ["Precedence: auto-reply"]),
        ("auto-reply", ["Subject: Thank you for your mail", "Precedence: junk"]),
        ("person", ["Subject: Thank you for your mail", "In-Reply-To: " + OUR_ID]),
        ("person", ["Subject: Out of Office: x", "Precedence: list"]),
        ("machine", ["Subject: Out of Office: x", "Precedence: bulk", "List-Id: <x.y>"]),
        ("auto-reply", ["Subject: Out of Office: x", "X-Loop: anna@example.net"]),
        ("person", ["Subject: Re: Out of Office: x", "In-Reply-To: " + OUR_ID]),
        ("machine", ["Auto-Submitted: auto-generated"]),
        ("machine", ["Auto-Submitted: auto-generated", "References: <x.k3v9x2@y> <a@b>"][:1]),
        ("machine", ["Auto-Submitted: auto-notified; owner-email=x"]),
        ("machine", ["Auto-Submitted: nonsense"]),
        ("machine", ["Precedence: Bulk"]),
        ("machine", ["Precedence: junk"]),
        ("machine", ["List-Unsubscribe: <https://x>"]),
        ("machine", ["List-Id: <x.y>", "To: somebody@example.org"]),
        ("group", ["List-Id: <x.y>", "To: other@example.org", "Cc: Pomoc@Example.COM"]),
        ("group", ["List-Id: <x.y>", "To: pomoc+t1-abc@example.com"]),
        ("group", ["List-Post: <mailto:x@y>", "References: " + OUR_ID]),
        ("group", ["List-Id: <x.y>", "Precedence: bulk", "To: pomoc@example.com"]),
        ("machine", ["List-Id: <x.y>", "Auto-Submitted: auto-generated", "To: pomoc@example.com"]),
        ("loop", ["Message-ID: " + OUR_ID]),
        ("loop", ["Message-ID: " + OUR_ID.upper(), "Auto-Submitted: auto-replied"]),
        ("loop", ["X-Mailgate-Loop: K3V9X2", "Auto-Submitted: auto-generated"]),
        ("loop", ["X-Mailgate-Loop: a1", "X-Mailgate-Loop: x, k3v9x2", "Precedence: bulk"]),
        ("machine", ["X-Mailgate-Loop: k3v9x", "Precedence: bulk"]),
    ],
)
def test_the_signals_decide(nature: str, lines: list[str]) -> None:
    """Each signal, in any case and with comments, gives the nature of the table."""
    assert read(*lines)[0] == nature


@pytest.mark.parametrize(
    ("nature", "envelope", "lines"),
    [
        ("machine", NULL, []),
        ("auto-reply", NULL, ["Subject: Automatic reply: x"]),
        ("auto-reply", NULL, ["Auto-Submitted: auto-replied"]),
        ("machine", Envelope(None), ["Return-Path: < >"]),
        ("person", Envelope(None), ["Return-Path: <anna@example.net>"]),
        ("person", ANNA, ["Return-Path: <>"]),
        ("machine", Envelope("<>"), []),
        ("person", Envelope(None), []),
    ],
)
def test_the_null_return_path_is_of_the_envelope_or_else_of_the_header(
    nature: str, envelope: Envelope, lines: list[str]
) -> None:
    """The envelope is believed; the Return-Path field only where no envelope came."""
    assert read(*lines, envelope=envelope)[0] == nature


@pytest.mark.parametrize(
    ("action", "nature"),
    [("failed", "bounce"), ("delayed", "delay"), ("relayed", "delay"), ("delivered", "delay")],
)
def test_a_report_is_what_its_action_says(action: str, nature: str) -> None:
    """Only a failed action makes a bounce; the deciding word is in the reason."""
    raw = (
        b"From: x@y\r\nMIME-Version: 1.0\r\nAuto-Submitted: auto-replied\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        b"--b\r\n\r\nx\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns;x"
        b"\r\n\r\nFinal-Recipient: rfc822; a@b.pl\r\nAction: %s\r\n--b--\r\n" % action.encode()
    )
    found, reasons = nature_of(parse.parse(raw), NULL, OURS)
    assert (found, reasons) == (nature, (f"delivery report: {action}",))


def test_a_complaint_is_a_machine_s_mail() -> None:
    """Agents see an abuse report; it is not answered, and nothing failed."""
    raw = (
        b"From: x@y\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n--b--\r\n"
    )
    assert nature_of(parse.parse(raw), ANNA, OURS) == (
        Nature.MACHINE,
        ("feedback report: abuse",),
    )


def test_words_may_be_the_second_hint() -> None:
    """A line that calls the mail automatic goes with a subject that does."""
    raw = b"From: x@y\r\nSubject: AUTO: away\r\n\r\nThis is an automatic reply.\r\n"
    nature, reasons = nature_of(parse.parse(raw), ANNA, OURS)
    assert nature is Nature.AUTO_REPLY
    assert reasons == ("subject of an automatic reply, words of an automatic reply",)


def test_a_report_that_names_nobody_is_a_bounce() -> None:
    """A delivery report without a readable recipient still says that something failed."""
    raw = (
        b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: message/delivery-status\r\n\r\n\r\n--b--\r\n"
    )
    assert nature_of(parse.parse(raw), NULL, OURS)[0] is Nature.BOUNCE


def test_a_read_receipt_is_a_receipt() -> None:
    """A disposition notification is none of a person's mails (RFC 8098)."""
    raw = (
        b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: message/disposition-notification\r\n\r\nDisposition: x; displayed\r\n"
    )
    assert nature_of(parse.parse(raw), ANNA, OURS) == (
        Nature.RECEIPT,
        ("disposition notification",),
    )


def test_an_installation_without_a_name_knows_no_loop() -> None:
    """With no instance id nothing is ours."""
    own = OwnMarks("")
    assert read("X-Mailgate-Loop: x", "Precedence: bulk", own=own)[0] is Nature.MACHINE
    assert read("Message-ID: <a.@b>", own=own)[0] is Nature.PERSON


def test_reasons_are_short_lines() -> None:
    """A reason is one line of at most 120 characters, whatever the header says."""
    reason = read("Auto-Submitted: auto-notified; " + "x" * 5000)[1]
    assert len(reason) == 120
    assert "\n" not in reason


@pytest.mark.parametrize(
    ("nature", "head", "words"),
    [
        (
            "person",
            "From: Administrator <administrator@firma.pl>\nSubject: Nie można dostarczyć poczty",
            "Dzień dobry,\n\nod wczoraj poczta do Państwa wraca z błędem 550"
            " 5.7.1.\n\njan@firma.pl",
        ),
        (
            "person",
            "From: Administrator <administrator@firma.pl>\nSubject: Mail delivery problem",
            "We cannot send mail to you since Monday, it is rejected:\n\n550 5.7.1"
            " rejected\n\nRegards, Jan",
        ),
        (
            "person",
            "From: postmaster@firma.pl\nSubject: Undelivered mail",
            "Since yesterday mail from us to anna@ours.example cannot be delivered. Could you"
            " check?\n\nJan Nowak\npostmaster@firma.pl",
        ),
        (
            "person",
            "From: postmaster@firma.pl\nSubject: Re: Undelivered mail",
            "It works again, thank you. The mailbox was full.\n\nJan",
        ),
        (
            "person",
            "From: anna@x.pl\nSubject: Undelivered Mail Returned to Sender",
            "This is the mail system at host x.\n\n<a@b.pl>: 550 5.1.1 no",
        ),
        (
            "person",
            "From: anna@x.pl\nSubject: Mail delivery failed: returning message to sender",
            "Co to znaczy?\n\nThis message was created automatically by mail delivery"
            " software.\n  a@b.pl\n    550 no",
        ),
        (
            "person",
            "From: Payment Gateway <pay@x.pl>\nSubject: Transaction rejected",
            "Your payment was rejected.\n\nhelp@x.pl",
        ),
        (
            "person",
            "From: Mail Delivery Service <kontakt@kurier.pl>\nSubject: Delivery failed: parcel 1",
            "The parcel could not be delivered.\n\nkontakt@kurier.pl",
        ),
        (
            "person",
            "From: Anna <anna@x.pl>\nSubject: Read: your page",
            "I have read it. It was read by many people.",
        ),
        (
            "person",
            "From: Anna <anna@x.pl>\nSubject: Auto reply does not work",
            "Hello, my vacation message does not go out.",
        ),
        (
            "person",
            "From: Anna <anna@x.pl>\nSubject: Out of office\nX-Mailer: x",
            "How do I set it?",
        ),
        (
            "person",
            "From: Anna <anna@x.pl>\nSubject: Nieobecność\nIn-Reply-To: <a@b>",
            "Będę nieobecna na spotkaniu.",
        ),
        (
            "person",
            "From: Anna <anna@x.pl>\nSubject: AUTO: pytanie o auto",
            "Dzień dobry, sprzedaję auto.",
        ),
        ("person", "From: Anna <anna@x.pl>\nSubject: Ausente: informe", "Estaré ausente."),
        (
            "machine",
            "From: Sklep <no-reply@x.pl>\nReturn-Path: <>\nSubject: Zamówienie odrzucone",
            "Twoje zamówienie zostało odrzucone.\n\nsklep@x.pl",
        ),
        (
            "machine",
            "From: Shop <no-reply@x.pl>\nReturn-Path: <>\nSubject: Delivery notification",
            "Your parcel could not be delivered.\n\nCall 550 123 456.",
        ),
        (
            "auto-reply",
            "From: a@x.pl\nReturn-Path: <>\nSubject: Automatic reply: Undeliverable: x",
            "The user is no longer here. Mail cannot be delivered: 550\n\na@x.pl",
        ),
        (
            "auto-reply",
            "From: a@x.pl\nReturn-Path: <>\nAuto-Submitted: auto-replied\nSubject: Re: mail"
            " delivery problem",
            "This account does not exist any more\n\na@x.pl",
        ),
        (
            "auto-reply",
            "From: a@x.pl\nReturn-Path: <>\nAuto-Submitted: auto-replied\nSubject: mail delivery"
            " problem",
            "I am away. Problems with mail cannot be solved before Monday.\n\na@x.pl",
        ),
        (
            "machine",
            "From: MAILER-DAEMON@x\nAuto-Submitted: auto-generated\nSubject: Cron report",
            "All is well.",
        ),
    ],
)
def test_who_writes_about_such_mail_sends_none(nature: str, head: str, words: str) -> None:
    """A postmaster who asks, a parcel, a shop from nowhere: none of them is a bounce."""
    raw = f"{head}\nTo: us@ours.example\n\n{words}\n".encode()
    assert nature_of(parse.parse(raw), Envelope(None), OURS)[0] == nature
