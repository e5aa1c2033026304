"""Whole mails: each file in tests/mail beside what must come out of it."""

import json
from dataclasses import asdict
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from mailgate.message import attachments, parse
from mailgate.message.address import Envelope
from mailgate.message.message import Message
from mailgate.message.nature import OwnMarks, nature_of

MAIL = Path(__file__).resolve().parents[2] / "mail"
OURS = OwnMarks("k3v9x2", frozenset({"pomoc@example.com", "pomoc-dynamics@example.com"}))


def mails() -> list[str]:
    """Return the names of all mails here."""
    return sorted(path.stem for path in MAIL.glob("*.eml"))


def facts(message: Message, expected: dict[str, Any]) -> dict[str, Any]:
    """Return what a mail says, in the words of the expectations."""
    sender = expected.get("envelope")
    envelope = Envelope(sender["mail_from"], tuple(sender["recipients"])) if sender else None
    nature, reasons = nature_of(message, envelope or Envelope(None), OURS)
    report = message.report
    author = message.author
    bounce: dict[str, Any] | None = None
    if report is not None:
        bounce = {"kind": report.kind, "of": report.of}
        if "addresses" in (expected.get("bounce") or {}):
            bounce["addresses"] = [recipient.address for recipient in report.recipients]
        else:
            bounce["recipients"] = [
                [each.address, each.action, each.status, each.diagnostic]
                for each in report.recipients
            ]
    return {
        "subject": message.subject,
        "author": {"address": author.address, "name": author.name} if author else None,
        "from": [address.address for address in message.from_],
        "message_id": message.message_id,
        "in_reply_to": list(message.in_reply_to),
        "references": list(message.references),
        "date": message.date.isoformat() if message.date else None,
        "text": message.text,
        "language": message.language,
        "nature": nature.value,
        "reasons": list(reasons),
        "bounce": bounce,
        "defects": list(message.defects),
    }


@pytest.mark.parametrize("name", mails())
def test_a_mail_says_what_stands_beside_it(name: str) -> None:
    """Subject, author, words, nature, files and defects of each mail are as written beside it."""
    raw = (MAIL / f"{name}.eml").read_bytes()
    expected = json.loads((MAIL / f"{name}.json").read_text("utf-8"))
    message = parse.parse(raw)
    found = facts(message, expected)

    assert {key: found[key] for key in expected if key in found} == {
        key: value for key, value in expected.items() if key in found
    }
    for words in expected.get("full_text_contains", ()):
        assert words in message.full_text
    for words in expected.get("full_text_lacks", ()):
        assert words not in message.full_text
    for defect in expected.get("defects_contain", ()):
        assert defect in message.defects
    if "invitations" in expected:
        told = json.loads(
            json.dumps([*map(asdict, message.invitations)], default=datetime.isoformat)
        )
        assert [
            {key: each[key] for key in want}
            for each, want in zip(told, expected["invitations"], strict=True)
        ] == expected["invitations"]
    if "attachments" in expected:
        wanted = expected["attachments"]
        got = [
            {key: getattr(file, key) for key in want}
            for file, want in zip(message.attachments, wanted, strict=True)
        ]
        assert got == wanted


@pytest.mark.parametrize("name", mails())
def test_an_attachment_is_found_again_by_its_number(name: str) -> None:
    """The payload by part number has the size that the Message told."""
    raw = (MAIL / f"{name}.eml").read_bytes()
    for file in parse.parse(raw).attachments:
        assert len(attachments.payload(raw, file.part)) == file.size


@pytest.mark.parametrize("kind", ["application/pkcs7-mime", "application/pgp-encrypted"])
def test_a_sealed_mail_says_why_it_has_no_words(kind: str) -> None:
    """What cannot be opened is a file, and a defect tells people why they see nothing."""
    raw = f"From: a@b.pl\r\nContent-Type: {kind}; name=smime.p7m\r\n\r\nx".encode()
    message = parse.parse(raw)
    assert "the words are in an encrypted or sealed part, which is not opened" in message.defects
    assert [file.name for file in message.attachments] == ["smime.p7m"]


def test_reading_twice_gives_the_same() -> None:
    """A Message is a function of its octets: ids, names and fingerprint do not change."""
    raw = (MAIL / "hostile_names.eml").read_bytes()
    assert parse.parse(raw) == parse.parse(raw)


def test_what_cannot_be_read_whole_keeps_its_headers() -> None:
    """The simplified Message has the headers and no words, and says why."""
    raw = (MAIL / "person_polish.eml").read_bytes()
    message = parse.simplified(raw, 30_000_000, "took\r\ntoo long")
    assert message.simplified
    assert message.subject == "Drukarka nie działa"
    assert message.author is not None
    assert (message.text, message.full_text, message.size) == ("", "", 30_000_000)
    assert message.defects == ("simplified: took too long",)


def test_a_fault_of_ours_still_gives_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """If a reader raises, the mail is simplified, not lost."""

    def broken(*_: object) -> str:
        raise RuntimeError("mistake")

    monkeypatch.setattr("mailgate.message.body.text_of", broken)
    message = parse.parse((MAIL / "person_polish.eml").read_bytes())
    assert message.simplified
    assert message.defects[0] == "simplified: could not be read (RuntimeError)"


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ((b"Received: x\r\n", b"Received: y\r\n"), True),
        ((b"X-Spam: 1\r\n", b""), True),
        ((b"Subject: a", b"Subject: b"), False),
        ((b"words", b"other words"), False),
        ((b"words", b"words  \r\n\r\n"), True),
        ((b"10:00:00", b"10:00:01"), False),
        ((b"anna@", b"jan@"), False),
        ((b"anna@example.net", b"ANNA@Example.NET"), True),
    ],
)
def test_the_fingerprint_is_of_what_was_written_not_of_the_way(
    change: tuple[bytes, bytes], same: bool
) -> None:
    """Trace headers, white space and case of the address do not count; words do."""
    raw = (
        b"Received: x\r\nX-Spam: 1\r\nFrom: anna@example.net\r\nSubject: a\r\n"
        b"Date: Fri, 20 Nov 2026 10:00:00 +0100\r\n\r\nwords\r\n"
    )
    assert change[0] in raw
    other = raw.replace(*change)
    assert (parse.parse(raw).fingerprint == parse.parse(other).fingerprint) is same


def test_the_fingerprint_sees_the_files() -> None:
    """The same words with another file are another mail."""
    raw = (MAIL / "nameless_pdf.eml").read_bytes()
    other = raw.replace(b"anBlZw==", b"anBlWg==")
    assert parse.parse(raw).fingerprint != parse.parse(other).fingerprint


def test_long_lists_of_addresses_are_cut() -> None:
    """At most 200 mailboxes of a header are kept, and that is a defect."""
    raw = b"From: a@b.pl\r\n" + b"To: " + b"x@y.pl, " * 150 + b"x@y.pl\r\n"
    message = parse.parse(raw + b"To: " + b"x@y.pl, " * 150 + b"x@y.pl\r\n\r\n")
    assert len(message.to) == 200
    assert "more than 200 addresses in to, the rest cut" in message.defects


def test_a_long_subject_is_cut() -> None:
    """A subject has 1,000 characters at most."""
    message = parse.parse(b"Subject: " + b"a" * 5000 + b"\r\n\r\n")
    assert len(message.subject) == 1000
    assert "subject cut to 1000 characters" in message.defects


@pytest.mark.parametrize(
    "head",
    [
        b" From: jan@example.net\r\nFrom: agent@example.com\r\n",
        b"From : agent@example.com\r\n",
        b"From\r\n : jan@example.net\r\nFrom: agent@example.com\r\n",
        b"Subject: x\r\nFrom: jan@example.net\r\nX: y\r\nfrom: agent@example.com\r\n",
        b"From: agent@example.com\r\n <jan@example.net>\r\n",
        b"From: agent@example.com,\r\n jan@example.net\r\n",
        b"From:\r\n",
    ],
)
def test_a_from_that_others_read_otherwise_has_no_author(head: bytes) -> None:
    """Spaces around the name, folds and repetitions of From prove nobody."""
    assert parse.parse(head + b"\r\nwords").author is None


def test_an_identifier_folded_into_encoded_words_is_read() -> None:
    """Python's email package writes long identifiers so; the reply still finds its thread."""
    long_id = "<" + "t123456.abcdef." * 6 + "x@support.example.com>"
    mail = EmailMessage()
    mail["In-Reply-To"] = long_id
    mail["References"] = f"<first@example.net> {long_id}"
    raw = mail.as_bytes()
    assert b"=?utf-8?" in raw
    message = parse.parse(raw)
    assert message.in_reply_to == (long_id,)
    assert message.references == ("<first@example.net>", long_id)


@pytest.mark.parametrize(
    ("head", "text"),
    [
        ("From: a@example.com\r\nSubject: Błąd", "Nie działa:\n> prompt"),
        ("Subject: Błąd", "Nie działa:"),
        ("Subject: Re: Błąd", "Nie działa:"),
        ("Subject: Błąd\r\nIn-Reply-To: <1@example.com>", "Nie działa:"),
        ("Subject: Błąd\r\nReferences: your mail", "Nie działa:"),
    ],
)
def test_lines_with_quote_marks_are_a_quote_in_replies_only(head: str, text: str) -> None:
    """What makes a mail a reply is a header or its subject; without a From nothing is known."""
    raw = f"{head}\r\n\r\nNie działa:\r\n> prompt\r\n".encode()
    assert parse.parse(raw).text == text
