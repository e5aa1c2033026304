import binascii

import pytest

from mailgate.message import attachments, parse, uuencode


def encoded(octets: bytes) -> bytes:
    """Return octets as lines of uuencoding."""
    return b"".join(binascii.b2a_uu(octets[at : at + 45]) for at in range(0, len(octets), 45))


DATA = bytes(range(200))
FILE = b"begin 644 a b.bin\n" + encoded(DATA) + b"`\nend\n"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (FILE, b""),
        (b"words\n" + FILE + b"more\n", b"words\nmore\n"),
        (b"words\r\n" + FILE.replace(b"\n", b"\r\n"), b"words\r\n"),
        (FILE + b"between\n" + FILE, b"between\n"),
        (FILE.replace(b"`\nend", b" \nend"), b""),
        (FILE.replace(b"`\nend", b"end"), b""),
        (FILE.replace(b"`\nend\n", b"`\nend"), b""),
        (FILE[: FILE.index(b"`\nend")], b""),
        (FILE.replace(b" ", b"`").replace(b"begin`644`a`b", b"begin 644 a b"), b""),
    ],
)
def test_files_in_the_words_are_found(text: bytes, left: bytes) -> None:
    """Whole or cut, with either line end: the octets come out, and the words stay."""
    for block in uuencode.blocks(text):
        assert (block.name, uuencode.octets(text, block)) == (b"a b.bin", DATA)
    assert uuencode.blocks(text)
    assert uuencode.without(text) == left


@pytest.mark.parametrize(
    "text",
    [
        b"begin 644 a\nThese are words, though.\nend\n",
        b"begin 644\n#0V%T\n`\nend\n",
        b"begin with the end in mind\nend\n",
        b"we begin 644 a\n#0V%T\n`\nend\n",
        b"begin 644 a\nend\n",
        b"begin 644 a\n#0V%T\nwords\nend\n",
        b"begin 644 a\n#0V%T",
        b"begin 644 a\n" + b"M" * 300,
        b"begin 644 a\n#0V%\xc5\n`\nend\n",
        b"begin 644 a\n#\n#0\x07%T\n`\nend\n",
        b"words",
        b"",
    ],
)
def test_words_stay_words(text: bytes) -> None:
    """What only begins like a file is left as it was written."""
    assert uuencode.blocks(text) == []
    assert uuencode.without(text) == text


def test_a_hundred_files_are_enough() -> None:
    """The rest stays in the words."""
    assert len(uuencode.blocks(FILE * 150)) == uuencode.MAX_BLOCKS


def test_a_mail_offers_them_as_files() -> None:
    """A file in the words is an attachment behind all parts, and its lines are no words."""
    raw = b"Subject: x\n\nCze\xb6\xe6,\n\n" + FILE.replace(b"a b.bin", b"../\xb1.png") + b"\nAnna\n"
    message = parse.parse(raw)
    assert message.full_text.split() == ["Cześć,", "Anna"]
    file = message.attachments[0]
    assert (file.name, file.part, file.size) == ("ą.png", 1, len(DATA))
    assert attachments.payload(raw, 1) == DATA
    assert attachments.payload(raw, 2) == b""
    assert parse.parse(raw.replace(b"end\n", b"end.\n")).attachments == ()
