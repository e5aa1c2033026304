import unicodedata

import pytest

from mailgate.message import attachments, structure

BIDI = "\u202e"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("a.pdf", "a.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\x.exe", "x.exe"),
        ("C:\\x\\y.txt", "y.txt"),
        ("a\0b\x1b.txt", "ab.txt"),
        (f"annexe{BIDI}gpj.exe", "annexegpj.exe"),
        ("\u200b.htaccess", "htaccess"),
        (".\u200b./.htaccess", "htaccess"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("com1.log", "_com1.log"),
        ("console.txt", "console.txt"),
        ("a:b|c?.txt", "a_b_c_.txt"),
        ("  spaced   name . ", "spaced name"),
        ("...", ""),
        ("", ""),
        ("/", ""),
        ("．．／x", "x"),
        ("ﬁle.txt", "file.txt"),
        ("zażółć.pdf", "zażółć.pdf"),
        ("a" * 5000, "a" * 120),
        ("a" * 500 + ".pdf", "a" * 116 + ".pdf"),
        ("a." + "b" * 500, "a." + "b" * 118),
        ("\ud800x\ufffd", "x"),
    ],
)
def test_a_name_is_fit_to_show_and_save(given: str, name: str) -> None:
    """What hides, climbs folders or means a device is gone; in the order that keeps it gone."""
    found = attachments.safe_name(given)
    assert found == name
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in found)
    assert attachments.safe_name(found) == found


def files(raw: bytes) -> list[tuple[str, str, bool]]:
    """Return name, type and inline of the files of a mail."""
    found = attachments.attachments_of(structure.read(raw))
    return [(file.name, file.type, file.inline) for file in found]


MIX = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"


@pytest.mark.parametrize(
    ("part", "file"),
    [
        (b"Content-Type: application/pdf", ("attachment-1.pdf", "application/pdf", False)),
        (b"Content-Type: image/png", ("attachment-1.png", "image/png", False)),
        (b"Content-Type: x-odd/thing", ("attachment-1.bin", "x-odd/thing", False)),
        (b"Content-Type: text/calendar", ("attachment-1.ics", "text/calendar", False)),
        (b"Content-Disposition: attachment", ("attachment-1.txt", "text/plain", False)),
        (b"Content-Disposition: inline; filename=a.txt", ("a.txt", "text/plain", True)),
        (b"Content-Type: message/rfc822", ("attachment-1.eml", "message/rfc822", False)),
        (b"Content-Type: message/delivery-status",
         ("attachment-1.bin", "message/delivery-status", False)),
    ],
)  # fmt: skip
def test_a_part_that_is_no_words_is_a_file(part: bytes, file: tuple[str, str, bool]) -> None:
    """Named or not, of whatever type."""
    assert files(MIX + part + b"\r\n\r\nx\r\n--b--") == [file]


def test_an_attached_message_is_named_by_its_subject() -> None:
    """A message without a file name is called what its subject says, safely."""
    part = b"Content-Type: message/rfc822\r\n\r\nSubject: =?utf-8?q?a/=C5=BC=3F?=\r\n\r\nx"
    assert files(MIX + part + b"\r\n--b--")[0][0] == "ż_.eml"


@pytest.mark.parametrize(
    ("raw", "count"),
    [
        (b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n"
         b"Content-Type: text/x-amp-html\r\n\r\nx\r\n--b--", 0),
        (b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
         b"Content-Type: message/delivery-status\r\n\r\nx\r\n--b--", 0),
        (b"\r\nwords", 0),
        (b"Content-Type: application/pdf\r\n\r\n%PDF", 1),
    ],
)  # fmt: skip
def test_what_says_the_same_again_is_no_file(raw: bytes, count: int) -> None:
    """Other forms of the words, and the status of a report, are no files; a bare PDF is."""
    assert len(files(raw)) == count


@pytest.mark.parametrize(
    ("disposition", "inline"),
    [(b"", True), (b"Content-Disposition: inline\r\n", True),
     (b"Content-Disposition: attachment\r\n", False)],
)  # fmt: skip
def test_an_image_of_a_page_is_inline(disposition: bytes, inline: bool) -> None:
    """In multipart/related a part with a Content-ID is inline unless it says otherwise."""
    raw = (
        b"Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: image/png\r\n"
        + disposition + b"Content-ID: <i@x>\r\n\r\nx\r\n--b--"
    )  # fmt: skip
    file = attachments.attachments_of(structure.read(raw))[0]
    assert (file.inline, file.content_id) == (inline, "i@x")
    nameless = raw.replace(b"Content-ID: <i@x>\r\n", b"")
    shown = disposition.startswith(b"Content-Disposition: inline")
    assert attachments.attachments_of(structure.read(nameless))[0].inline is shown


@pytest.mark.parametrize("part", [-1, 5, 10**9])
def test_a_part_that_is_not_there_is_empty(part: int) -> None:
    """A number beyond the parts gives no octets, and no error."""
    assert attachments.payload(b"\r\nx", part) == b""
