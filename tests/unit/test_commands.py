from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.commands import (
    Asked,
    Command,
    Fault,
    Verb,
    Wrong,
    address_of,
    day_of,
    has_command,
    misplaced,
    number_of,
    read,
)
from mailgate.replies.templates import shipped_templates

EACH = """\
#note
#hold 2026-12-01
#assign Ewa Nowak
#department billing
#priority High
#cc <jan@example.net>
#cc olga@example.net
#merge #123456

Proszę sprawdzić.
#close"""


def lines_of(faults):
    """Return faults as pairs."""
    return [(each.line, each.wrong.value) for each in faults]


def test_a_block_at_the_top_is_commands_and_the_rest_words():
    """The block ends at the first blank line; what looks like a command below it is a word."""
    asked = read(EACH)
    assert asked.faults == ()
    assert [(each.verb.value, each.value) for each in asked.commands] == [
        ("note", ""),
        ("hold", "2026-12-01"),
        ("assign", "Ewa Nowak"),
        ("department", "billing"),
        ("priority", "High"),
        ("cc", "<jan@example.net>"),
        ("cc", "olga@example.net"),
        ("merge", "#123456"),
    ]
    assert asked.text == "Proszę sprawdzić.\n#close"
    assert asked.value(Verb.HOLD) == "2026-12-01"
    assert asked.value(Verb.CLOSE) is None
    assert asked.values(Verb.CC) == ["<jan@example.net>", "olga@example.net"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Dzień dobry", "Dzień dobry"),
        ("\nJuż działa.\n\n", "Już działa."),
        ("# nagłówek", "# nagłówek"),
        ("#1 na liście", "#1 na liście"),
        ("", ""),
    ],
)
def test_a_mail_without_commands_is_all_words(text, words):
    """What does not begin with a command has none, further down neither."""
    assert read(text) == Asked(text=words)
    assert not has_command(text)


@pytest.mark.parametrize("text", ["#close", "\ufeff#Close\r\n", "\n\n  #CLOSE  \n\n"])
def test_only_commands_leave_no_words(text):
    """Case, blank lines above and the octets of some programs change nothing."""
    assert read(text) == Asked((Command(Verb.CLOSE, "", text.strip("\ufeff \r\n")),))
    assert has_command(text)


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("#clsoe\n\nGotowe", [("#clsoe", "unknown")]),
        ("#close\nGotowe", [("Gotowe", "unknown")]),
        ("#close now", [("#close now", "needless-value")]),
        ("#assign", [("#assign", "no-value")]),
        ("#hold jutro", [("#hold jutro", "no-date")]),
        ("#hold 2026-13-01", [("#hold 2026-13-01", "no-date")]),
        ("#merge tamto", [("#merge tamto", "no-ticket")]),
        ("#cc jan", [("#cc jan", "no-address")]),
        ("#new jan", [("#new jan", "no-address")]),
        ("#phone tak", [("#phone tak", "no-number")]),
        ("#priority wysoki", [("#priority wysoki", "no-priority")]),
        ("#note\n#note", [("#note", "twice")]),
        ("#close\n#hold 2026-12-01", [("#hold 2026-12-01", "contradiction")]),
        ("#a\n#b", [("#a", "unknown"), ("#b", "unknown")]),
        ("#cc a@example.net\n" * 21, [("#cc a@example.net", "unknown")]),
    ],
)
def test_each_wrong_line_is_named_with_its_fault(text, faults):
    """All that is wrong comes at once, so that one answer mends it."""
    assert lines_of(read(text).faults) == faults


def test_words_of_a_faulty_block_are_kept():
    """They go back to the agent together with what was wrong."""
    assert read("#clsoe\n\nGotowe").text == "Gotowe"


@pytest.mark.parametrize(
    ("text", "fresh", "faults"),
    [
        ("#close", False, []),
        ("#new a@example.net", False, [("#new a@example.net", "only-fresh")]),
        ("#phone +48 22 123 45 67", False, [("#phone +48 22 123 45 67", "only-fresh")]),
        ("#close", True, [("#close", "needs-ticket")]),
        ("#phone 22 123 45 67", True, [("#phone 22 123 45 67", "needs-new")]),
        ("#new a@example.net\n#phone 22 123 45 67\n#priority low", True, []),
        ("#new a@example.net\n#close", True, [("#close", "contradiction")]),
        ("Dzień dobry", True, []),
    ],
)
def test_a_command_has_its_place(text, fresh, faults):
    """Some need a ticket, some make one."""
    assert lines_of(misplaced(read(text), fresh=fresh)) == faults


def test_values_are_read():
    """Dates, numbers and addresses are taken as mail programs leave them."""
    assert day_of("2026-12-01") == date(2026, 12, 1)
    assert [day_of("2026-02-30"), day_of("20261201")] == [None, None]
    assert [number_of("#123456"), number_of("123456"), number_of("12")] == [123456, 123456, None]
    assert address_of("anna@example.net <mailto:anna@example.net>") == "anna@example.net"
    assert [address_of("anna@example.net"), address_of("Anna")] == ["anna@example.net", None]


@pytest.mark.parametrize("language", ["pl", "en"])
def test_every_fault_has_a_sentence(language):
    """The letter to the agent explains each."""
    letter = (shipped_templates() / language / "not-understood.txt").read_text(encoding="utf-8")
    assert [each for each in Wrong if f'"{each}":' not in letter] == []


@given(st.text(alphabet="#abcnote \n\t\r2026-@é", max_size=300) | st.text(max_size=300))
def test_any_text_is_read(text):
    """Nothing raises, no command is words, and what is wrong is said of lines that are there."""
    asked = read(text)
    lines = {line.strip() for line in text.replace("\ufeff", "").split("\n")}
    assert all(isinstance(each, Fault) and each.line.strip() for each in asked.faults)
    assert {each.line for each in asked.faults} <= lines | {""}
    assert not has_command(text) or asked.commands or asked.faults
    misplaced(asked, fresh=True)
