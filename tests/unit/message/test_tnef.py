import random
import struct

import pytest

from mailgate.message import tnef
from tests.tnef_writer import (
    BEGIN,
    BODY,
    CODEPAGE,
    DATA,
    FILE_PROPERTIES,
    INTERFACE,
    PROPERTIES,
    TITLE,
    TRANSPORT_NAME,
    attribute,
    body,
    counted,
    file,
    properties,
    wide,
    winmail,
)

POLISH = attribute(1, CODEPAGE, struct.pack("<II", 1250, 0))


def files(octets: bytes) -> list[tuple[str, bytes]]:
    """Return name and content of the files in a winmail.dat."""
    return [(each.name, octets[each.start : each.end]) for each in tnef.unpack(octets).files]


def test_files_come_with_their_long_names() -> None:
    """Name, type, Content-ID and octets of each file are as the sender's Outlook had them."""
    octets = winmail(
        POLISH,
        file("Umowa najmu – łódź.pdf", b"%PDF-1.7 x", kind="Application/PDF"),
        file("logo.png", b"\x89PNG", content_id="logo@x"),
    )
    found = tnef.unpack(octets)
    assert files(octets) == [("Umowa najmu – łódź.pdf", b"%PDF-1.7 x"), ("logo.png", b"\x89PNG")]
    assert [(each.type, each.content_id) for each in found.files] == [
        ("application/pdf", ""), ("", "logo@x"),
    ]  # fmt: skip
    assert found.defects == []


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ((POLISH, attribute(2, BEGIN, b""), attribute(2, TITLE, b"um\xf3wka.txt\0"),
          attribute(2, DATA, b"x")), [("umówka.txt", b"x")]),
        ((attribute(2, BEGIN, b""), attribute(2, DATA, b"x"), attribute(2, TITLE, b"a.txt\0")),
         [("a.txt", b"x")]),
        ((attribute(2, BEGIN, b""), attribute(2, TRANSPORT_NAME, b"long name.txt\0"),
          attribute(2, TITLE, b"LONGNA~1.TXT\0"), attribute(2, DATA, b"x")),
         [("long name.txt", b"x")]),
        ((attribute(2, BEGIN, b""), attribute(2, DATA, b"x")), [("", b"x")]),
        ((attribute(2, BEGIN, b""), attribute(2, TITLE, b"no data\0")), []),
        ((attribute(2, TITLE, b"stray\0"), attribute(2, DATA, b"x")), []),
        ((attribute(2, BEGIN, b""), attribute(2, 0x00068011, b"icon"), attribute(2, DATA, b"x")),
         [("", b"x")]),
        ((attribute(2, BEGIN, b""), attribute(2, FILE_PROPERTIES, properties(
            (0x3704, 0x1E, counted(b"short.txt\0junk")), (0x3701, 0x102, counted(b"bin"))))),
         [("short.txt", b"bin")]),
        ((attribute(2, BEGIN, b""), attribute(2, FILE_PROPERTIES, properties(
            (0x3001, 0x1F, wide("shown")), (0x3705, 0x03, struct.pack("<I", 6)),
            (0x3701, 0x0D, counted(INTERFACE + b"ole"))))),
         [("shown", b"ole")]),
    ],
)  # fmt: skip
def test_a_file_is_found_however_it_is_told(
    attributes: tuple[bytes, ...], expected: list[tuple[str, bytes]]
) -> None:
    """Attributes come in any order, and older writers know fewer of them."""
    assert files(winmail(*attributes)) == expected


def inside(octets: bytes, name: str = "Stara sprawa") -> bytes:
    """Return the attributes of a message that is a file of another."""
    return attribute(2, BEGIN, b"") + attribute(
        2, FILE_PROPERTIES, properties(
            (0x3001, 0x1F, wide(name)), (0x3705, 0x03, struct.pack("<I", 5)),
            (0x3701, 0x0D, counted(INTERFACE + octets))),
    )  # fmt: skip


def test_a_message_inside_gives_its_files_and_not_its_words() -> None:
    """Its files are the reader's, its words are not those of the outer mail."""
    inner = winmail(
        attribute(1, BODY, b"INNER\0"),
        attribute(1, PROPERTIES, properties((0x1000, 0x1F, wide("INNER")))),
        file("a.txt", b"x"),
    )
    octets = winmail(attribute(1, BODY, b"outer\0"), inside(inner), file("b.txt", b"y"))
    assert files(octets) == [("a.txt", b"x"), ("b.txt", b"y")]
    assert tnef.unpack(octets).text == "outer"
    for _ in range(10):
        octets = winmail(inside(octets))
    assert tnef.unpack(octets).defects == ["messages nested more than 5 deep in winmail.dat"]
    assert files(winmail(inside(b"no winmail"))) == [("Stara sprawa", b"no winmail")]


@pytest.mark.parametrize(
    ("attributes", "text", "html"),
    [
        ((POLISH, attribute(1, BODY, b"za\xbf\xf3\xb3\xe6\0")), "zażółć", ""),
        ((attribute(1, BODY, b"plain\0"), body(b"{\\rtf1 rich}")), "plain", ""),
        ((body(b"{\\rtf1\\ansi\\ansicpg1250 za\\'bf\\'f3\\par}"),), "zażó\n", ""),
        ((body(b"{\\rtf1\\fromhtml1 {\\*\\htmltag <b>}x\\htmlrtf \\b \\htmlrtf0}"),), "", "<b>x"),
        ((attribute(1, PROPERTIES, properties(
            (0x3FDE, 0x03, struct.pack("<I", 65001)), (0x1000, 0x1F, wide("słowa")),
            (0x1013, 0x102, counted("<p>słowa".encode())), (0x1009, 0x102, counted(b"unread")))),),
         "słowa", "<p>słowa"),
    ],
)  # fmt: skip
def test_the_words_are_read(attributes: tuple[bytes, ...], text: str, html: str) -> None:
    """Plain text, HTML and rich text come out in the codepage that is named."""
    found = tnef.unpack(winmail(*attributes))
    assert (found.text, found.html, found.defects) == (text, html, [])


def test_properties_of_every_kind_are_passed_over() -> None:
    """Named, multiple and fixed properties before a name do not hide it."""
    named = struct.pack("<HH", 0x03, 0x8001) + bytes(16) + struct.pack("<III", 0, 7, 1)
    by_name = (
        struct.pack("<HH", 0x1F, 0x8002) + bytes(16) + struct.pack("<II", 1, 6) + b"a\0b\0\0\0"
    )
    by_name += b"\0\0" + wide("value")
    many = struct.pack("<HHI", 0x1003, 0x0E1D, 2) + bytes(8)
    strings = struct.pack("<HH", 0x101E, 0x0E1E) + counted(b"a\0", b"bcdef\0")
    name = struct.pack("<HH", 0x1F, 0x3707) + wide("a.txt")
    given = struct.pack("<I", 5) + named + by_name + many + strings + name
    octets = winmail(
        attribute(2, BEGIN, b""), attribute(2, FILE_PROPERTIES, given), attribute(2, DATA, b"x")
    )
    assert files(octets) == [("a.txt", b"x")]
    assert tnef.unpack(octets).defects == []


@pytest.mark.parametrize(
    "given",
    [
        b"\x01\0\0\0\x1f\x00",
        properties((0x3001, 0x99, b"")),
        properties((0x3001, 0x48, b"short")),
        properties((0x3001, 0x1F, b"\x01")),
        properties((0x3001, 0x1F, b"\x02\0\0\0\x01\0\0\0a\0\0\0")),
        properties((0x8001, 0x1F, b"short")),
        properties((0x3001, 0x1F, b"\xff\xff\xff\x7f")),
        b"",
    ],
)
def test_damaged_properties_hide_no_file(given: bytes) -> None:
    """What cannot be read of them is left out; the file is there."""
    octets = winmail(
        attribute(2, BEGIN, b""), attribute(2, FILE_PROPERTIES, given), attribute(2, DATA, b"x")
    )
    assert [content for _, content in files(octets)] == [b"x"]


def test_behind_damage_the_next_file_is_found() -> None:
    """A length that lies and octets that are no attribute cost one file at most."""
    first, second = file("a.txt", b"first"), file("b.txt", b"second")
    lying = bytearray(winmail(first, second))
    lying[6 + 5 : 6 + 9] = b"\xff\xff\xff\x7f"
    assert files(bytes(lying))[-1] == ("b.txt", b"second")
    assert tnef.unpack(bytes(lying)).defects == ["winmail.dat is damaged or cut"]
    foreign = winmail(first, b"\x07" * 30, second)
    assert files(foreign) == [("a.txt", b"first"), ("b.txt", b"second")]
    assert tnef.unpack(foreign).defects == ["winmail.dat is damaged"]
    assert tnef.unpack(b"%PDF").defects == ["winmail.dat cannot be read"]


def test_there_are_bounds() -> None:
    """Of 500 files 200 come out, and 10,000 properties are enough; both are told."""
    found = tnef.unpack(winmail(*[file(f"{n}.txt", b"x") for n in range(500)]))
    assert len(found.files) == 200
    assert found.defects == ["more than 200 files in winmail.dat, the rest left in it"]
    many = properties(*[(0x0001, 0x03, bytes(4))] * 20_000)
    found = tnef.unpack(winmail(attribute(1, PROPERTIES, many)))
    assert found.defects == ["winmail.dat says too much, the rest left in it"]


def test_no_damage_raises() -> None:
    """Octets changed, taken out or put in anywhere give what is left."""
    sound = winmail(POLISH, body(b"{\\rtf1 a\\par b}"), inside(winmail(file("i", b"i"))),
                    file("a.txt", b"abc" * 20), file("b.txt", b"def"))  # fmt: skip
    chance = random.Random(7)
    for _ in range(3_000):
        octets = bytearray(sound)
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(4, len(octets))
            octets[at : at + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
        found = tnef.unpack(bytes(octets[: chance.randrange(4, len(octets) + 1)]))
        assert all(0 <= each.start <= each.end <= len(octets) for each in found.files)
