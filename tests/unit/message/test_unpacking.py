import base64

import pytest

from mailgate.message import attachments, parse, structure, unpacking
from tests.tnef_writer import BODY, attribute, body, file, joined, winmail

HEAD = b"From: anna@example.net\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
WORDS = b"--b\r\n\r\nUmowa w zalaczniku.\r\n"


def mail(octets: bytes, label: bytes = b"application/ms-tnef", words: bytes = WORDS) -> bytes:
    """Return a mail with a winmail.dat."""
    return (
        HEAD + words + b"--b\r\nContent-Type: " + label + b'; name="winmail.dat"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(octets) + b"--b--\r\n"
    )  # fmt: skip


TWO = winmail(file("Umowa – łódź.pdf", b"%PDF-1", kind="application/pdf"), file("a.txt", b"a"))


@pytest.mark.parametrize("label", [b"application/ms-tnef", b"application/octet-stream", b"x-odd/y"])
def test_winmail_is_unpacked_beside_the_original(label: bytes) -> None:
    """Its files are numbered behind the parts and found again; the part itself is kept."""
    raw = mail(TWO, label)
    message = parse.parse(raw)
    assert [(file.part, file.name) for file in message.attachments] == [
        (2, "winmail.dat"), (3, "Umowa – łódź.pdf"), (4, "a.txt"),
    ]  # fmt: skip
    assert message.full_text == "Umowa w zalaczniku."
    assert [attachments.payload(raw, part) for part in (2, 3, 4, 5)] == [TWO, b"%PDF-1", b"a", b""]


def test_its_words_are_those_of_a_mail_that_has_no_others() -> None:
    """Where the mail says nothing itself, what the winmail.dat says is the text."""
    inner = winmail(attribute(1, BODY, b"Words inside\0"))
    assert parse.parse(mail(inner)).full_text == "Umowa w zalaczniku."
    assert parse.parse(mail(inner, words=b"")).full_text == "Words inside"
    page = body(b"{\\rtf1\\fromhtml1 {\\*\\htmltag <p>}Page{\\*\\htmltag </p>}}")
    assert parse.parse(mail(winmail(page), words=b"")).full_text == "Page"
    both = mail(inner, words=b"").replace(b"--b--", mail(winmail(page))[len(HEAD + WORDS) :])
    assert parse.parse(both).full_text == "Words inside"


def test_what_is_no_winmail_is_not_opened() -> None:
    """A label alone unpacks nothing, and damage is told."""
    assert len(parse.parse(mail(b"%PDF-1.7")).attachments) == 1
    message = parse.parse(mail(TWO[:-3]))
    assert "winmail.dat is damaged or cut" in message.defects
    assert len(message.attachments) == 3


def test_the_same_name_twice_is_two_files() -> None:
    """Nothing is overwritten: both are kept, each under its own number."""
    raw = mail(winmail(file("a.pdf", b"1"), file("a.pdf", b"2")))
    assert [(file.name, attachments.payload(raw, file.part)) for file in
            parse.parse(raw).attachments[1:]] == [("a.pdf", b"1"), ("a.pdf", b"2")]  # fmt: skip


def test_there_are_300_at_most() -> None:
    """Many files in many parts end at a bound, and it is told."""
    one = mail(joined(file(f"{n}", b"x") for n in range(200)), words=b"")[len(HEAD) :]
    tree = structure.read(HEAD + one.replace(b"--b--\r\n", b"") * 2 + b"--b--")
    found = unpacking.unpacked(tree)
    assert len(found.files) == unpacking.MAX_FILES
    assert found.defects == ["more than 300 files inside parts, the rest left in them"]


def test_uuencoded_words_in_base64_hold_files_too() -> None:
    """The transfer encoding hides nothing."""
    words = base64.encodebytes(b"words\nbegin 644 a.txt\n#0V%T\n`\nend\n")
    raw = b"Content-Transfer-Encoding: base64\n\n" + words
    assert parse.parse(raw).full_text == "words"
    assert attachments.payload(raw, 1) == b"Cat"
