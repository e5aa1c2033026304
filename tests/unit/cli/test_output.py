import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from mailgate.cli import output

AT = datetime(2026, 11, 3, 9, 0, 0, 123, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Zażółć  gęślą\tjaźń", "Zażółć gęślą jaźń"),
        ("a\r\nb\rc\u2028d\x0be", "a b c d e"),
        ("\x1b]0;title\x07\x1b[2Jx\x9b\x7f\0", "]0;title[2Jx"),
        ("invoice\u202efdp.exe\u2066\u200f", "invoicefdp.exe"),
        ("\ud800x", "x"),
        ("👩‍🔧", "👩‍🔧"),
    ],
)
def test_a_line_holds_nothing_that_commands_a_terminal(text, line):
    """Words of every language stay; controls, marks of direction and halves of letters go."""
    assert output.plain(text) == line


def test_columns_are_aligned_by_what_is_seen():
    """Wide and combining letters count for what they take; what is missing is a dash."""
    rows = [("日本", 1, None), ("e\u0301", "", "x" * 150)]
    lines = output.columns(("A", "BB", "C"), rows).splitlines()
    assert lines[0] == "A     BB  C"
    assert lines[1] == "日本  1   -"
    assert lines[2] == f"e\u0301     -   {'x' * 99}…"


def test_blocks_and_pairs_are_for_reading():
    """Indented text keeps its lines; a name without a value is left out."""
    assert output.block("a\r\n\r\nb \n") == "    a\n\n    b"
    assert (
        output.pairs([("a", 1), ("long", "x\ny"), ("b", None), ("c", "")]) == "a     1\nlong  x y"
    )
    assert [output.octets(n) for n in (0, 1023, 1024, 1572864)] == [
        "0 B",
        "1023 B",
        "1.0 KB",
        "1.5 MB",
    ]


def test_moments_have_the_zones_offset():
    """In ISO 8601 for scripts, local to the minute for people."""
    told = output.iso(AT, ZoneInfo("Europe/Warsaw"))
    assert told == "2026-11-03T10:00:00+01:00"
    assert output.clock(told) == "2026-11-03 10:00"
    assert output.iso(None, UTC) is output.clock(None) is None


def test_json_is_utf_8_and_whole(capsysbinary):
    """Whatever the terminal speaks; a file name that is no text is escaped."""
    output.print_json({"a": "ż\x1b\udcff"}, on_one_line=True)
    printed = capsysbinary.readouterr().out
    assert printed == b'{"a": "\xc5\xbc\\u001b\\udcff"}\n'
    assert json.loads(printed) == {"a": "ż\x1b\udcff"}
