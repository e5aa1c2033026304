import random

import pytest

from mailgate.message import quotes


@pytest.mark.parametrize(
    "cut",
    [
        "On Thu, Nov 19, 2026 at 9:12 AM Bob <bob@x.com> wrote:\n> old",
        "On Thu, Nov 19, 2026 at 9:12 AM Bob <bob@x.com> wrote:\nold without marks",
        "On Thu, Nov 19, 2026 at 9:12 AM Support Centre\n<bob@x.com> wrote:\n\n> old",
        "W dniu 19.11.2026 o 09:12, Ewa pisze:\n> old",
        "W dniu czw., 19 lis 2026 o 09:12 Ewa <e@x.pl> napisał(a):\n\n> old",
        "czw., 19 lis 2026 o 09:12 Ewa Nowak <e@x.pl> napisał(a):\n\n> old",
        "Dnia 19 listopada 2026 09:12 Ewa <e@x.pl> napisał(a):\nold",
        "Ewa Nowak <e@x.pl> pisze:\n> old",
        "2026-11-19 9:12 GMT+01:00 Ewa <e@x.pl>\nnapisała:\n> old",
        "Am 19.11.2026 um 09:12 schrieb Bob <b@x.de>:\n> old",
        "Le jeu. 19 nov. 2026 à 09:12, Bob <b@x.fr> a écrit :\n> old",
        "El jue, 19 nov 2026 a las 9:12, Bob <b@x.es> escribió:\n> old",
        "Op do 19 nov. 2026 om 09:12 schreef Bob <b@x.nl>:\n> old",
        "On Fri, 20 Nov 2026 at 9:12 Bob <b@x.com> wrote:\n> old\n (https://x.com/a) >\n> more",
        "> see (https://x.com/path\nrest-of-the-path)\n> more",
        "-----Original Message-----\nFrom: Bob\nold",
        "----- Oryginalna wiadomość -----\nOd: Ewa\nold",
        "________________\nFrom: Bob <b@x.com>\nSent: Thursday\nTo: me\nSubject: x\n\nold",
        "Od: Ewa <e@x.pl>\nWysłano: czwartek\nDo: ja\nTemat: x\n\nold",
        "*Od:* Ewa <e@x.pl>\n*Data:* czwartek\n*Do:* ja\n\nold",
        "Von: Bob\nGesendet: heute\nAn: mich\nBetreff: x\n\nold",
        "> old\n> older",
        "tir. 18. apr. 2026 kl. 13:09 skrev Per <p@x.no\n>:\n\n> old",
        "ср, 30 апр. 2026 г. в 15:19, Иван <i@x.ru>:\n\n> old",
        "---- On Wed, 24 Feb 2026 14:02:50 +0100 b@x.com wrote ----\nold",
        "Gesendet von Outlook für Android",
        "-- \nAnna\nold signature",
        "--\nAnna",
        "Sent from my iPhone",
        "Wysłano z telefonu Samsung",
        "Pobierz aplikację Outlook dla systemu Android",
        "_________________\n",
    ],
)
def test_quotes_and_signatures_are_cut(cut: str) -> None:
    """What the shapes of many mailers quote below the words does not stand in them."""
    assert quotes.own_words(f"Moje słowa.\n\nTwo lines.\n\n{cut}") == "Moje słowa.\n\nTwo lines."


@pytest.mark.parametrize(
    "text",
    [
        "On Monday we wrote to you:\nno answer came.",
        "From: here\nto there is a long way.",
        "w załączniku 2 pliki: a i b",
        "Log:\n2026-11-20 09:12:41 server wrote: error\n2026-11-20 09:12:42 server wrote: fatal",
        "Z logów:\nNov 20 09:12:41 mx smtp[1]: A1: to=<ann@example.com>:\nunknown user",
        "Proszę o dostęp:\n\nJan Nowak <jan@example.net>:\nodczyt\nEwa <ewa@example.net>:\nzapis",
        "W dniu 20.11.2026 o 9:12 kolega napisał:\nnie działa drukarka.\nCo robić?",
        "[20.11.2026, 09:12] Ewa: hej\n[20.11.2026, 09:13] Jan: nie działa\nTo z czatu.",
        "Ustawienia:\n\nFrom: desk@example.com\nTo: archive@example.com\nHost: mail\nPort: 25",
        "Paczka:\nNadawca: Jan\nOdbiorca: Ewa\nData: 20.11.2026\nNumer: 123",
        "Wysłano: 20.11.2026 9:12\nDo: Jan Nowak\nOd: sklep",
        "Poprawka:\n--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-stare\n+nowe",
        "mysql> select 1;\n+---+\n| 1 |\n+---+\nNie działa",
        "Skrypt:\n\n#!/bin/sh\n# From: x\nset -e\n----\necho a >b",
        "Pierwsze.\n\n---\n\nDrugie.\n\n***\n\nTrzecie.",
        "👍",
        "?",
        "Ważne:\n>>> to jest ważne >>>\na to mniej",
        "Strona:\n>>> >> https://example.com <<<\nnie działa",
        "Napisał: ktoś",
        "a -- b",
        "From: a\nTo: b",
        "On 2026 nothing\n\nwrote:",
        "The manual of 2026 wrote the following:\nrestart it",
        "W mailu z 12.11.2026 Ewa pisze tak:\nproszę czekać",
    ],
)
def test_words_that_look_like_quotes_are_kept(text: str) -> None:
    """One sign alone cuts nothing."""
    assert quotes.own_words(text) == text


def test_answers_between_quotes_are_kept() -> None:
    """Answers below each quoted question are the words of the writer."""
    text = "W dniu 19.11.2026 o 09:12, Ewa pisze:\n> raz?\nDwa.\n> trzy?\nCztery."
    assert quotes.own_words(text) == "Dwa.\nCztery."


@pytest.mark.parametrize("mark", ["EN>", "|", " JK>"])
def test_answers_between_quotes_of_other_marks_are_kept(mark: str) -> None:
    """The Bat! marks what it quotes by initials, others by a line."""
    told = "Friday, November 20, 2026, 9:12:00 AM, you wrote:"
    text = f"Hej,\n\n{told}\n\n{mark} raz?\n\nDwa.\n\n{mark} trzy?\nCztery."
    assert quotes.own_words(text) == "Hej,\n\nDwa.\n\nCztery."
    assert quotes.own_words(f"Tak:\n{mark} raz?\nDwa.") == f"Tak:\n{mark} raz?\nDwa."


@pytest.mark.parametrize(
    "text",
    [
        "> only\n> quotes",
        "-- \nAnna",
        "-----Original Message-----\nx",
        "________________\nFrom: Ann\nSent: now\nTo: me\nSubject: x\n\nold",
        "\n\n---\n\n-----Original Message-----\nx".strip(),
    ],
)
def test_if_nothing_is_left_everything_is(text: str) -> None:
    """A mail without own words is shown whole."""
    assert quotes.own_words(text) == text


@pytest.mark.parametrize("subject", ["Fwd: x", "FW: x", "PD: x", "Wg: x", "fw:x"])
def test_what_is_forwarded_is_kept(subject: str) -> None:
    """A forwarded mail is about what it forwards."""
    text = "Proszę zobaczyć.\n\n-----Original Message-----\nFrom: x\n> y"
    assert quotes.own_words(text, subject) == text


@pytest.mark.parametrize(
    "line", ["> ", "On 2026 ", "From: a", "--", "a@b wrote 1:", "_" * 500, " "]
)
def test_endless_lines_are_read(line: str) -> None:
    """A hundred thousand suspicious lines, or one endless line, give a text."""
    assert isinstance(quotes.own_words(f"{line}\n" * 20_000), str)
    assert isinstance(quotes.own_words(line * 50_000), str)


FRESH = [
    "$ cat log\n> select 1\n> from dual\nnie działa",
    "Błąd:\n<a>\n> text\n</a>\n> more",
    "-- \nAnna\n> appended\n> lines",
    "Zginął:\n\nFrom: ann@example.com\nTo: bob@example.com\nSubject: x\nDate: today\n\nCo teraz?",
]


@pytest.mark.parametrize("text", FRESH)
def test_what_is_pasted_into_a_fresh_mail_is_kept(text: str) -> None:
    """Shell prompts, markup and headers of a mail that answers nobody are what it is about."""
    assert quotes.own_words(text, is_reply=False) == text
    assert quotes.own_words(text) != text


@pytest.mark.parametrize(
    "quoted",
    [
        "On Fri, Nov 20, 2026 at 9:12 AM Ann <ann@example.com> wrote:\n> old\n\nBelow.\n> old",
        "On Fri, Nov 20, 2026 at 9:12 AM Ann <ann@example.com> wrote:\n\nold",
        "-----Original Message-----\nold",
        "From: Ann\nSent: Friday\nTo: me\nSubject: x\n\nold",
        "Von: Ann <a@b.example>\nGesendet: Freitag, 20. Nov. 2026 09:12\nAn: me\nBetreff: x\n\no",
        "From: Ann <a@b.example>\nDate: Friday, 20 Nov 2026 at 9:12\nTo: me\nSubject: x\n\no",
        "\x01old",
    ],
)
def test_a_mail_that_shows_its_quote_is_a_reply_without_headers(quoted: str) -> None:
    """Some programs lose In-Reply-To and "Re:"; what they write above a quote tells."""
    words = quotes.own_words(f"Moje.\n> pasted\n\n{quoted}", is_reply=False)
    assert words.startswith("Moje.\n> pasted")
    assert "old" not in words


ENDS = [
    "Dzień dobry,", "Pozdrawiam", "Anna Nowak", "tel. 600 000 000", "anna@example.net", "-- ", "--",
    "Sent from my iPhone", "[EXTERNAL]", "", "____________", "> old", "\x01old", "\x02Anna",
    "\x03On", "On Fri, Nov 20, 2026 at 9:12 AM Ann <ann@example.com> wrote:",
    "-----Original Message-----", "From: Ann",
    "Sent: Friday", "To: me", "Subject: x", "-Anna", "www.example.com", "W", ":", "|",
    "This e-mail is confidential and intended for the recipient only.", ">>> a >>>", "> wrote:",
    "Dzięki On 20 Nov 2026, at 9:12, <ann@example.com> wrote:", "NIP 123-456-32-18", "Regards,",
]  # fmt: skip


@pytest.mark.parametrize("is_reply", [True, False])
def test_no_mail_of_signatures_and_greetings_becomes_empty(is_reply: bool) -> None:
    """Of whatever ends and beginnings a mail consists, something that can be read is left."""
    dice = random.Random(20)
    for _ in range(4000):
        lines = dice.choices(ENDS, k=dice.randint(1, 9))
        said = any(line.strip("\x01\x02\x03 _->|") for line in lines)
        words = quotes.own_words("\n".join(lines), dice.choice(["", "Fwd: x"]), is_reply=is_reply)
        assert bool(words.strip(" \n_->|")) is said, lines
