import pytest

from mailgate.message import rtf
from tests.tnef_writer import compressed, packed


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (b"{\\rtf1\\ansi hello\\par world}", "hello\nworld"),
        (b"{\\rtf1{\\fonttbl{\\f0 Arial;}}{\\*\\generator X;}\\f0 a\\tab b}", "a\tb"),
        (b"{\\rtf1\\ansicpg1250 za\\'bf\\'f3\\'b3\\'e6}", "zażółć"),
        (b"{\\rtf1\\uc1 za\\u380?\\u243?\\u322\\'b3}", "zażół"),
        (b"{\\rtf1\\uc0 a\\u380 b}", "ażb"),
        (b"{\\rtf1\\uc3 \\u380???b}", "żb"),
        (b"{\\rtf1\\u-3913?x}", "\uf0b7x"),
        (b"{\\rtf1 \\{a\\}\\\\ \\~b\\_\\-c\\\nd}", "{a}\\ \u00a0b\u2011c\nd"),
        (b"{\\rtf1 a\r\nb\\emdash\\ldblquote c\\rdblquote}", "ab—“c”"),
        (b"{\\rtf1{\\pict 89504e47}x{\\field{\\*\\fldinst HYPERLINK x}{\\fldrslt link}}}", "xlink"),
        (b"}}}{\\rtf1 a", "a"),
        (b"{\\rtf1{\\info\\par{\\title t}}x}", "x"),
        (b"{" * 1000 + b"hidden" + b"}" * 1000 + b"{\\rtf1 x}", "x"),
        (b"{\\rtf1 \\u x\\uc9999 y\\b0 z}", "xyz"),
    ],
)
def test_rich_text_becomes_words(source: bytes, text: str) -> None:
    """Words, tabs and paragraphs come out; fonts, pictures and commands do not."""
    read = rtf.read(compressed(source))
    assert (read.text, read.html, read.defects) == (text, "", [])


def test_html_inside_comes_out_as_it_was() -> None:
    """What Exchange made of a page is undone: its tags are kept, what stood for them is not."""
    source = (
        b"{\\rtf1\\ansi\\ansicpg1250\\fromhtml1 \\deff0{\\fonttbl{\\f0 Arial;}}"
        b"{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 za\\'bf"
        b"{\\*\\htmltag84 <b>}\\htmlrtf \\b\\htmlrtf0 \\'f3\\htmlrtf }\\htmlrtf0"
        b"{\\*\\htmltag8 </b>}{\\*\\mhtmltag84 hidden}\\par}"
    )
    assert rtf.read(compressed(source)).html == "<p>zaż<b>ó</b>\n"


def test_references_reach_back_into_the_window() -> None:
    """What was said before, and the words every writer begins with, are not repeated."""
    # The first 11 octets stand in the window from the start; "abab" reaches into itself.
    tokens = b"\x11" + b"\x00\x09" + b" ab" + (219 << 4 | 2).to_bytes(2, "big") + b"}"
    assert rtf.read(packed(tokens, 19)).text == "ababab"


@pytest.mark.parametrize(
    ("octets", "text", "defects"),
    [
        (b"", "", []),
        (b"short", "", []),
        (packed(b"{\\rtf1 a}", 9, 0x414C454D), "a", []),
        (packed(b"{\\rtf1 a}", 9, 1), "", ["rich text in winmail.dat cannot be read"]),
        (
            packed(b"\x00{\\rtf1 a", 2**31),
            "a",
            ["rich text over 1 MB, the rest left in winmail.dat"],
        ),
        (packed(b"\x00{\\rtf", 3), "", []),
        (packed(b"\x01\x0c", 30), "", []),
        (packed(b"\x02{\x0d\x00{}", 30), "", []),
        (packed(b"\x08{\\r\x0d\x20{}", 30), "", []),
        (packed(b"\x01\xff\xf0a", 30), "a", []),
    ],
)
def test_damaged_rich_text_gives_what_is_there(
    octets: bytes, text: str, defects: list[str]
) -> None:
    """Cut, endless or of another kind: no error, and no more than 1 MB."""
    read = rtf.read(octets)
    assert (read.text.strip(), read.defects) == (text, defects)


def test_what_repeats_itself_is_bounded() -> None:
    """A few octets that stand for many give no more than 1 MB."""
    read = rtf.read(packed(b"\x00{\\rtf1 a" + b"\xff" + b"\x0d\x9f" * 8, 2**31))
    assert len(read.text) <= rtf.MAX_OCTETS
