import os
import re
import time
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import TemplateError

from mailgate.hours import ReceiptKind
from mailgate.replies.dates import LANGUAGES
from mailgate.replies.proofread import SAMPLE, samples
from mailgate.replies.templates import (
    FRAMES,
    TEMPLATES,
    Event,
    Facts,
    Letters,
    shipped_templates,
    subject_line,
)

LETTERS = Letters()

INSIDE = """\
Szanowni Państwo,

potwierdzamy otrzymanie zgłoszenia nr 123456.

Temat: Drukarka
Dział: DYNAMICS
Wpłynęło i zostało uznane za otrzymane: 3 listopada 2026 r., godz. 18:05

To wiadomość automatyczna. Aby uzupełnić zgłoszenie, prosimy użyć opcji
„Odpowiedz”.
W rozmowie telefonicznej (+48 22 123 45 67) prosimy podać numer 123456.

Z poważaniem,
Centrum Wsparcia Technicznego
"""

PRINTER = replace(SAMPLE, subject="Drukarka", received_at=datetime(2026, 11, 3, 17, 5, tzinfo=UTC))


def as_text(html: str) -> str:
    """Return what a reader of an HTML part sees, white space aside."""
    text = re.sub(r"<[^>]*>", " ", re.sub(r"<head>.*</head>", "", html, flags=re.S))
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&#34;", '"'), ("&#39;", "'")):
        text = text.replace(entity, char)
    return "".join(text.replace("&amp;", "&").split())


def test_the_acknowledgement_reads_as_promised():
    """Frame, lines and dates of the letter stand as the customer is used to them."""
    letter = LETTERS.render(Event.RECEIVED, "pl", PRINTER)
    assert letter.subject == "[#123456] Drukarka"
    assert letter.text == INSIDE


@pytest.mark.parametrize(
    ("language", "kind", "as_received", "lines"),
    [
        (
            "pl",
            ReceiptKind.OUTSIDE,
            False,
            [
                "Wpłynęło: 3 listopada 2026 r., godz. 18:05, poza godzinami pracy"
                " (pon.–pt. 09:00–17:00)",
                "Uznajemy je za otrzymane: 9 listopada 2026 r., godz. 09:00",
            ],
        ),
        (
            "en",
            ReceiptKind.OUTSIDE,
            False,
            [
                "Arrived: 3 November 2026, 18:05, outside support hours (pon.–pt. 09:00–17:00)",
                "Counts as received: 9 November 2026, 09:00",
            ],
        ),
        (
            "pl",
            ReceiptKind.HOLIDAY,
            False,
            [
                "Wpłynęło: 3 listopada 2026 r., godz. 18:05, w dniu wolnym od pracy"
                " (Narodowe Święto Niepodległości)",
                "Uznajemy je za otrzymane: 9 listopada 2026 r., godz. 09:00",
            ],
        ),
        (
            "en",
            ReceiptKind.HOLIDAY,
            True,
            [
                "Received, and counts as received: 3 November 2026, 18:05, on a public holiday"
                " (Narodowe Święto Niepodległości)",
                "We will deal with it from: 9 November 2026, 09:00",
            ],
        ),
        (
            "pl",
            ReceiptKind.OUTSIDE,
            True,
            [
                "Wpłynęło i zostało uznane za otrzymane: 3 listopada 2026 r., godz. 18:05,"
                " poza godzinami pracy (pon.–pt. 09:00–17:00)",
                "Zajmiemy się nim od: 9 listopada 2026 r., godz. 09:00",
            ],
        ),
    ],
)
def test_outside_hours_the_letter_says_when_it_counts(language, kind, as_received, lines):
    """Whoever writes while we are closed reads so, and from when his mail counts."""
    facts = replace(PRINTER, receipt_kind=kind, as_received=as_received)
    text = LETTERS.render(Event.RECEIVED, language, facts).text
    assert "\n" + "\n".join(lines) + "\n\n" in text


def test_a_desk_may_promise_a_day_and_no_hour():
    """With effective_day_only the effective received date is a date alone."""
    facts = replace(PRINTER, receipt_kind=ReceiptKind.OUTSIDE, effective_day_only=True)
    for language, line in (
        ("pl", "Uznajemy je za otrzymane: 9 listopada 2026 r.\n"),
        ("en", "Counts as received: 9 November 2026\n"),
    ):
        assert line in LETTERS.render(Event.RECEIVED, language, facts).text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", Event)
def test_text_and_html_say_the_same(event, language):
    """The two parts differ in form only, whatever the facts."""
    for facts in samples(event):
        letter = LETTERS.render(event, language, facts)
        assert as_text(letter.html) == "".join(letter.text.split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", Event)
def test_letters_are_tidy(event, language):
    """No two blank lines, no trailing space, no trace of a missing value, one line end."""
    for facts in samples(event):
        text = LETTERS.render(event, language, facts).text
        assert "\n\n\n" not in text
        assert not re.search(r"[ \t]\n", text)
        assert "None" not in text
        assert "()" not in text
        assert text.endswith("\n")
        assert not text.startswith("\n")


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("pl", "[#123456] Potwierdzenie otrzymania zgłoszenia"),
        ("en", "[#123456] Ticket received"),
        ("de", "[#123456] Ticket received"),
    ],
)
def test_an_unproven_sender_reads_no_word_of_his(language, subject):
    """Without proof, subject, name and text of the mail occur nowhere in the acknowledgement."""
    payload = "kup-teraz.example"
    for kind in ReceiptKind:
        facts = replace(SAMPLE, subject=None, author=payload, comment=payload, receipt_kind=kind)
        letter = LETTERS.render(Event.RECEIVED, language, facts)
        assert letter.subject == subject
        assert payload not in letter.text + letter.html
        assert "Temat" not in letter.text
        assert "Subject:" not in letter.text


def test_an_override_cannot_show_them_either(tmp_path):
    """Even a template of the operator's that names the author shows none without proof."""
    (tmp_path / "pl").mkdir()
    (tmp_path / "pl" / "received.txt").write_text("{{ number }} {{ author }}{{ comment }}")
    facts = replace(SAMPLE, subject=None, author="payload", comment="payload")
    letter = Letters(tmp_path).render(Event.RECEIVED, "pl", facts)
    assert letter.text == "123456 "


@pytest.mark.parametrize(
    ("subject", "line"),
    [
        ("Drukarka", "[#123456] Drukarka"),
        ("Re: [#123456] Drukarka", "[#123456] Re: Drukarka"),
        ("", "[#123456] Ticket received"),
        ("a\r\nBcc: x@example.net\x00\x85\u2028b", "[#123456] a Bcc: x@example.net b"),
        ("\u202egnp.exe", "[#123456] gnp.exe"),
        ("x" * 300, "[#123456] " + "x" * 199 + "…"),
    ],
)
def test_subject_lines(subject, line):
    """The tag stands once and first; the rest is one line of bearable length."""
    assert subject_line(Event.RECEIVED, "en", replace(SAMPLE, subject=subject)) == line


@pytest.mark.parametrize(
    ("language", "rule", "days", "words"),
    [
        ("pl", "always", 0, "zgłoszenie zostanie automatycznie ponownie otwarte.\n"),
        ("pl", "within", 1, "w ciągu 1 dnia od zamknięcia"),
        ("pl", "within", 30, "w ciągu 30 dni od zamknięcia"),
        ("pl", "never", 0, "otworzymy nowe zgłoszenie"),
        ("en", "always", 0, "the ticket will be reopened automatically.\n"),
        ("en", "within", 1, "within 1 day:"),
        ("en", "within", 5, "within 5 days:"),
        ("en", "never", 0, "we will open a new ticket"),
    ],
)
def test_a_closed_letter_promises_what_a_reply_will_do(language, rule, days, words):
    """The sentence on reopening follows the department's setting, plurals and all."""
    facts = replace(SAMPLE, reopens=rule, reopen_days=days)
    assert words in LETTERS.render(Event.CLOSED, language, facts).text


def test_a_comment_keeps_its_shape_in_html():
    """Paragraphs, line breaks and indentation of an agent's text survive; markup does not."""
    comment = "a < b\r\n\r\n  <script>x</script>\u2028c"
    html = LETTERS.render(Event.COMMENT, "pl", replace(SAMPLE, comment=comment)).html
    assert "<p>a &lt; b</p>\n<p>\u00a0 &lt;script&gt;x&lt;/script&gt;<br>\nc</p>" in html


def test_desks_have_words_of_their_own():
    """Words of the department stand in place of ours, per language."""
    facts = replace(SAMPLE, words={"department": {"pl": "Grupa produktowa"}})
    assert "Grupa produktowa: DYNAMICS" in LETTERS.render(Event.RECEIVED, "pl", facts).text
    assert "Department: DYNAMICS" in LETTERS.render(Event.RECEIVED, "en", facts).text


def test_nothing_is_fetched_from_anywhere():
    """A letter points to no picture, style, script or address on the net."""
    for language in LANGUAGES:
        for event in Event:
            html = LETTERS.render(event, language, SAMPLE).html
            assert not re.search(r"https?:|src=|href=|url\(|@import|<script|<link", html)


def test_every_shipped_file_is_a_letter_and_every_letter_is_shipped():
    """Both languages have text and HTML of each letter, and nothing else lies there."""
    expected = {f"{name}.{kind}" for name in (*TEMPLATES, *FRAMES) for kind in ("txt", "html")}
    for language in LANGUAGES:
        assert {file.name for file in (shipped_templates() / language).iterdir()} == expected


def test_an_own_template_wins(tmp_path):
    """A file in the operator's directory replaces the shipped one, frames too; others stay."""
    (tmp_path / "pl").mkdir()
    (tmp_path / "pl" / "hold.txt").write_text("Wstrzymane: {{ number }}\n")
    (tmp_path / "pl" / "_frame.txt").write_text("Cześć!\n{% block body %}{% endblock %}")
    letters = Letters(tmp_path)
    assert letters.render(Event.HOLD, "pl", SAMPLE).text == "Wstrzymane: 123456\n"
    assert letters.render(Event.CLOSED, "pl", SAMPLE).text.startswith("Cześć!\nzgłoszenie nr")
    assert letters.render(Event.HOLD, "en", SAMPLE).text.startswith("Dear Customer,")


@pytest.mark.parametrize(
    "template",
    ["{{ nonsense }}", "{{ 1 // 0 }}", "{% if %}", "{{ number.__class__.__mro__ }}", "\xff"],
)
def test_a_broken_own_template_stops_no_letter(tmp_path, template):
    """The shipped letter goes out instead, and says which file failed."""
    (tmp_path / "pl").mkdir()
    (tmp_path / "pl" / "hold.txt").write_bytes(template.encode("latin-1"))
    letter = Letters(tmp_path).render(Event.HOLD, "pl", SAMPLE)
    assert letter.text == LETTERS.render(Event.HOLD, "pl", SAMPLE).text
    assert "pl/hold" in letter.fault
    assert str(tmp_path) in letter.fault


def test_a_shipped_template_without_its_facts_is_our_fault():
    """Where there is nothing to fall back on, the error is not hidden."""
    with pytest.raises((TemplateError, TypeError, AttributeError)):
        LETTERS.render(Event.HOLD, "pl", replace(SAMPLE, hold_until=None))


def test_the_zone_of_the_machine_is_of_no_account(monkeypatch):
    """Letters tell the desk's time wherever the daemon runs."""
    monkeypatch.setitem(os.environ, "TZ", "America/New_York")
    time.tzset()
    try:
        assert LETTERS.render(Event.RECEIVED, "pl", PRINTER).text == INSIDE
    finally:
        monkeypatch.delitem(os.environ, "TZ")
        time.tzset()


TAG = re.compile(r"</?[a-z][^>]*>")


@cache
def tags_of(event: Event, language: str) -> set[str]:
    """Return the tags that the letters of an event are made of."""
    letters = (LETTERS.render(event, language, facts) for facts in samples(event))
    return {"<br>"}.union(*(TAG.findall(letter.html) for letter in letters))


STRINGS = [
    each.name for each in fields(Facts) if each.type is str and each.name not in ("reopens", "tag")
]


@given(
    st.sampled_from(Event),
    st.sampled_from(LANGUAGES),
    st.fixed_dictionaries({name: st.text(max_size=60) for name in STRINGS}),
    st.none() | st.text(max_size=60),
)
def test_any_words_make_a_letter(event, language, texts, subject):
    """No value can open a tag in the HTML or break out of its line in the text."""
    letter = LETTERS.render(event, language, replace(SAMPLE, **texts, subject=subject))
    assert set(TAG.findall(letter.html)) <= tags_of(event, language)
    assert "\n" not in letter.subject


def test_the_shipped_templates_of_this_checkout_are_used():
    """In a checkout they lie beside the package."""
    assert Path(str(shipped_templates())).name == "templates"
