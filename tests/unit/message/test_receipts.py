import pytest

from mailgate.message import headers, receipts


@pytest.mark.parametrize(
    ("disposition", "action"),
    [
        ("manual-action/MDN-sent-manually; displayed", "displayed"),
        ("automatic-action/MDN-sent-automatically; Deleted", "deleted"),
        ("automatic-action/MDN-sent-automatically; deleted/error", "deleted"),
        ("", ""),
    ],
)
def test_a_disposition_says_what_became_of_the_mail(disposition: str, action: str) -> None:
    """A read receipt has its recipient and the mail it is about (RFC 8098)."""
    report = receipts.of_fields(
        [
            {"original-recipient": "rfc822;a@b"},
            {"original-message-id": "<1@us>", "disposition": disposition},
        ]
    )
    assert (report.kind, report.of) == ("disposition-notification", "<1@us>")
    assert [(each.address, each.action) for each in report.recipients] == [("a@b", action)]


@pytest.mark.parametrize(
    ("subject", "text", "action"),
    [
        ("Read: x", "Your message\n\nwas read on Friday.", "displayed"),
        ("Not read: x", "Your message was deleted without being read on Friday.", "deleted"),
        ("=?utf-8?q?Przeczytano:_x?=", "została przeczytana w piątek", "displayed"),
        ("Gelesen: x", "Ihre Nachricht wurde am 20.11.2026 gelesen.", "displayed"),
        ("Lu : x", "Votre message a été lu le 20/11/2026", "displayed"),
        ("Leído: x", "El mensaje fue leído el viernes", "displayed"),
        ("Letto: x", "Il messaggio è stato letto venerdì", "displayed"),
        ("Прочтено: x", "Сообщение было прочитано", "displayed"),
        ("Read: x", "I have read it and have a question.", None),
        ("Re: Read: x", "Your message was read on Friday.", None),
        ("Read", "Your message was read on Friday.", None),
        ("x: y", "Your message was read on Friday.", None),
    ],
)
def test_a_receipt_in_words_needs_subject_and_sentence(
    subject: str, text: str, action: str | None
) -> None:
    """Outlook's and Notes' receipts are known by both together, in many languages."""
    head = f"From: anna@example.net\r\nReferences: <0@us> <1@us>\r\nSubject: {subject}\r\n\r\n"
    report = receipts.of_words(headers.read(head.encode()), text)
    if action is None:
        assert report is None
    else:
        assert report is not None
        assert report.of == "<1@us>"
        assert [(each.address, each.action) for each in report.recipients] == [
            ("anna@example.net", action)
        ]


def test_a_receipt_in_words_may_name_nobody() -> None:
    """Without a sender and a reference it is still a receipt."""
    report = receipts.of_words(headers.read(b"Subject: Read: x\r\n"), "was read on Friday")
    assert report is not None
    assert (report.of, report.recipients[0].address) == ("", "")


@pytest.mark.parametrize(
    ("disposition", "text", "refused"),
    [
        ("x; deleted", "Your message was automatically rejected: Quota exceeded", True),
        ("x; deleted", "Wiadomość została odrzucona", True),
        ("x; deleted", "Your message was deleted without being read", False),
        ("x; displayed", "It was refused by my filter, but then I read it", False),
    ],
)
def test_a_refusal_may_come_as_a_receipt(disposition: str, text: str, refused: bool) -> None:
    """Servers refuse by a notice of deletion (RFC 5429 §2.1.2)."""
    receipt = receipts.of_fields([{"disposition": disposition}])
    assert receipts.is_refusal(receipt, text) is refused
