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
        (NOWHERE + "Undelivered", "was rejected: 550 no", [("", FAILED, "5.0.0")]),
        (NOWHERE + "Undelivered", "was rejected", []),
        (NOWHERE + "Hello", "was rejected: 550 no", []),
        (NOWHERE + "Undelivered", "how are you", []),
        (NOWHERE + "Re: Undelivered mail", "it was rejected: 550 no", []),
        (NOWHERE + "Automatic reply: Delivery report", "I cannot be reached\na@b.pl", []),
        (MASTER + "Undeliverable: x", "hello", []),
        (MASTER + "Undeliverable: x", "user unknown\na@b.pl", [("a@b.pl", FAILED, "5.0.0")]),
        (MASTER + "Undeliverable: x", "user unknown", []),
        (MASTER + "Undeliverable: x", "user unknown\n\n--- Below this line",
         [("", FAILED, "5.0.0")]),
        (MASTER + "Undeliverable: x", "Hello, user unknown\na@b.pl", []),
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
