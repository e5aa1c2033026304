import unicodedata
from pathlib import Path

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
        (b"Content-Type: image/jpg", ("attachment-1.jpg", "image/jpg", False)),
        (b"Content-Type: image/pjpeg", ("attachment-1.jpg", "image/pjpeg", False)),
        (b"Content-Type: application/x-pdf", ("attachment-1.pdf", "application/x-pdf", False)),
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


def test_what_a_file_is_stands_beside_what_it_says_it_is() -> None:
    """The label stays; what is found instead is told, and a program named .pdf is a defect."""
    raw = (
        MIX + b"Content-Type: application/pdf; name=invoice.pdf\r\n\r\nMZ\x90\0 x\r\n--b\r\n"
        b"Content-Type: application/octet-stream\r\n\r\n%PDF-1.4\r\n--b\r\n"
        b"Content-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n\r\n--b\r\n"
        b"Content-Type: application/octetstream\r\n\r\nPK\x03\x04\r\n--b\r\n"
        b"Content-Type: x-zip\r\n\r\nBZh\r\n--b--"
    )
    tree = structure.read(raw)
    found = attachments.attachments_of(tree)
    assert [(file.name, file.type, file.detected) for file in found] == [
        ("invoice.pdf", "application/pdf", "application/x-msdownload"),
        ("attachment-2.pdf", "application/octet-stream", "application/pdf"),
        ("attachment-3.png", "image/png", ""),
        ("attachment-4.zip", "application/octetstream", "application/zip"),
        ("attachment-5.bin", "application/octet-stream", "application/x-bzip2"),
    ]
    assert tree.defects == ["invoice.pdf is a Windows program"]


def test_two_files_of_one_name_are_both_kept() -> None:
    """Nothing is overwritten: the part tells them apart."""
    part = b"Content-Type: application/pdf; name=a.pdf\r\n\r\n%PDF-"
    raw = MIX + part + b"1\r\n--b\r\n" + part + b"2\r\n--b--"
    found = attachments.attachments_of(structure.read(raw))
    assert [(file.name, attachments.payload(raw, file.part)) for file in found] == [
        ("a.pdf", b"%PDF-1"), ("a.pdf", b"%PDF-2"),
    ]  # fmt: skip


def test_the_other_half_of_a_macintosh_file_is_none() -> None:
    """multipart/appledouble is one file: what holds its icon is left out."""
    raw = MIX.replace(b"mixed", b"appledouble") + (
        b"Content-Type: application/applefile; name=a.jpg\r\n\r\n\0\x05\x16\r\n--b\r\n"
        b"Content-Type: image/jpeg; name=a.jpg\r\n\r\n\xff\xd8\xff\r\n--b--"
    )
    assert files(raw) == [("a.jpg", "image/jpeg", False)]


HIDDEN = ["\u200b", "\u202e", "\u2066", "\ufeff", "\x00", "\x1b", "\x7f", "\u00ad", "\u2028"]
CLIMBING = ["../../x", "..\\x", "C:\\x", "/etc/x", "\\\\host\\share\\x", "a/../x", "．．／x", "./x"]
DEVICES = ["con", "PRN.txt", "aux.c", "nul", "COM1", "lpt9.x", "CON .txt", "con.", "nul.tar.gz"]
DOTTED = [".htaccess", "..", "...", ". .", " ", "", "x.", "x ", ".x.", "\t", "\n", "\r\n"]
LONG = ["a" * 5000, "a" * 5000 + ".pdf", "." * 5000, "ż" * 5000, "a." * 2000, "/" * 5000]
ODD = ["a:b", "a*b", "a?b", 'a"b', "a<b>", "a|b", "\ud800", "\ufffd", "a\u0301", "ﬁ", "Ａ.ｅｘｅ"]


@pytest.mark.parametrize(
    "name",
    [*(f"a{sign}.htaccess" for sign in HIDDEN), *(f"{sign}.htaccess" for sign in HIDDEN), *CLIMBING,
     *DEVICES, *DOTTED, *LONG, *ODD],
)  # fmt: skip
def test_no_name_leaves_its_folder(name: str, tmp_path: Path) -> None:
    """Sixty hostile names: each is nothing, or saves a file in the one folder, and says so."""
    found = attachments.safe_name(name)
    assert found == "" or (tmp_path / found).resolve().parent == tmp_path.resolve()
    assert len(found.encode()) <= 4 * attachments.MAX_NAME
    assert not found.startswith(".")
    assert not found.endswith((".", " "))
    assert not any(
        unicodedata.category(char).startswith(("C", "Z")) for char in found if char != " "
    )
    stem = found.split(".")[0].strip().lower()
    assert stem not in {"con", "prn", "aux", "nul", "com1", "lpt9"}
    if found:
        (tmp_path / found).write_text("x")
        assert [each.name for each in tmp_path.iterdir()] == [found]
