import pytest

from mailgate.message import attribution, quotes

SURE = [
    '2026.11.20. 9:12 keltezéssel, "Éva" írta:',
    "Ewa Nowak <ewa@example.net>, 20.11.2026 9:12 pisze:",
    "On Fri, Nov 20, 2026 at 9:12 AM Ann Smith <ann@example.com> wrote:",
    "On 20 Nov 2026, at 09:12, Ann Smith <ann@example.com> wrote:",
    "On Tue, 16 Nov 2026, 12:34 pm Ann - Example <ann@example.com>\nwrote:",
    "On Friday, November 20, 2026 at 09:12:41 AM GMT+1, Ann Smith <ann@example.com> wrote:",
    "On Nov 20, 2026, at 9:12 AM, Ann Smith wrote:",
    "On Wed, 14 Nov 2026 08:14:43 +0100 Ann Smith <ann@example.com> wrote",
    "---- On Fri, 20 Nov 2026 09:12:50 +0100 ann@example.com wrote ----",
    "ann@example.com (Ann Smith) on 2026-11-20 <x@example.com> writes:",
    "Ann Smith <ann@example.com> wrote:",
    "Quoting Ann Smith <ann@example.com>:",
    '9:12 AM, November 20, 2026, "Ann - Example" <ann@mail.example.com>:',
    "On Fri, Nov 20, Mister Example\n<mister@example.com>\nwrote:",
    "On Nov 20, 2026,\nat 10:18,\nAnn Smith <ann@example.com> wrote:",
    "On Dec 15, 2026, Ann &quot;A&quot; Smith &lt;ann@example.com&gt; wrote:",
    "On 20 Nov 2026 at 9:12, Ann <ann@example.com<mailto:ann@example.com>> wrote:",
    "W dniu 20.11.2026 o 09:12, Ewa Nowak pisze:",
    "W dniu pt., 20 lis 2026 o 09:12 Ewa Nowak <ewa@example.net> napisał(a):",
    "W dniu 2026-11-20 09:12:39 użytkownik Ewa Nowak <ewa@example.net> napisał:",
    "Dnia 20 listopada 2026 09:12 Ewa Nowak <ewa@example.net> napisał(a):",
    "Dnia 20 listopada 2026 09:12 Ewa Nowak\n<ewa@example.net> napisał(a):",
    "pt., 20 lis 2026 o 09:12 Ewa Nowak <ewa@example.net>\nnapisał(a):",
    "2026-11-20 9:12 GMT+01:00 Ewa Nowak <ewa@example.net>:",
    "Wiadomość napisana przez Ewa Nowak <ewa@example.net> w dniu 20.11.2026, o godz. 09:12:",
    "Cytowanie Ewa Nowak <ewa@example.net>:",
    "ewa@example.net <ewa@example.net> napisał(a) w dniu 2026-11-20 09:12:",
    "W dniu pią, 20.11.2026 o godzinie 09∶12 +0100, użytkownik Ewa napisał:",
    "Dnia piątek, 20 listopada 2026 09:12:00 CET Ewa pisze:",
    "Friday, November 20, 2026, 9:12:00 AM, you wrote:",
    "--- On Fri, 11/20/26, Ann Smith <ann@example.com> wrote:",
    "2026년 11월 20일 (금) 오전 9:12, Eva <eva@example.kr>님이 작성:",
    "\u202bבתאריך יום ו׳, 20 בנוב׳ 2026 ב-9:12 מאת Eva <eva@example.il>:\u202c",
    "Am 20.11.2026 um 09:12 schrieb Eva Muster:",
    "Am Fr., 20. Nov. 2026 um 09:12 Uhr schrieb Eva Muster <eva@example.de>:",
    "Zitat von Eva Muster <eva@example.de>:",
    "Le ven. 20 nov. 2026 à 09:12, Ève Petit <eve@example.fr> a écrit :",
    "Le 20/11/2026 à 09:12, Ève Petit a écrit :",
    "Le lun. 15 nov. 2026 à 19:42, Ève - Exemple <eve@support.example.fr>\na écrit :",
    "Il giorno ven 20 nov 2026 alle ore 09:12 Eva Rossi <eva@example.it> ha scritto:",
    "Il 20/11/2026 09:12, Eva Rossi ha scritto:",
    "El vie, 20 nov 2026 a las 9:12, Eva Pérez (<eva@example.es>) escribió:",
    "El 20/11/2026 a las 9:12, Eva Pérez escribió:",
    "Op vr 20 nov 2026 om 09:12 schreef Eva Bakker <eva@example.nl>:",
    "Op 20-11-2026 om 09:12 schreef Eva Bakker:",
    "Dne 20. 11. 2026 v 9:12 Eva Nová napsal(a):",
    "pá 20. 11. 2026 v 9:12 odesílatel Eva Nová <eva@example.cz> napsal:",
    "Dňa 20. 11. 2026 o 9:12 Eva Nová napísal(a):",
    "пт, 20 лист. 2026 р. о 09:12 Єва <eva@example.ua> пише:",
    "20.11.2026 09:12, Єва пише:",
    '20 листопада 2026, 09:12:02, від "Єва" <eva@example.ua>:',
    "Em sex., 20 de nov. de 2026 às 09:12, Eva Silva <eva@example.pt> escreveu:",
    "Em 20/11/2026 09:12, Eva Silva escreveu:",
    "пт, 20 нояб. 2026 г. в 09:12, Ева <eva@example.ru>:",
    "20.11.2026 09:12, Ева пишет:",
    '20.11.2026, 09:12, "Ева" <eva@example.ru>:',
    "Fri, 20 Nov 2026 09:12:51 +0300 от Ева <eva@example.ru>:",
    "Den fre 20 nov. 2026 kl 09:12 skrev Eva <eva@example.se>:",
    "fre. 20. nov. 2026 kl. 09:12 skrev Eva <eva@example.no\n>:",
    "pe 20. marraskuuta 2026 klo 9.12 Eva\n<eva@example.fi> kirjoitti:",
    "Eva <eva@example.hu> ezt írta (időpont: 2026. nov. 20., P, 9:12):",
    "În vin., 20 nov. 2026 la 09:12, Eva <eva@example.ro> a scris:",
    "Eva <eva@example.tr>, 20 Kas 2026 Cum, 09:12 tarihinde şunu yazdı:",
    "2026年11月20日(金) 9:12 Eva <eva@example.jp>:",
    "On Fri, Nov 20, 2026 at 9:12 AM Ann Smith\n\n<\nmailto:Ann <ann@example.com>\n> wrote:",
    "2026-11-20 9:12 GMT+01:00 Ewa <\newa@example.net>:",
    "On Fri, Nov 20, 2026 at 9:12 AM\n\nAnn Smith <ann@example.com>\n\nwrote:",
    "W dniu 20.11.2026 o 09:12 Ewa Nowak\n\n<ewa@example.net> pisze:",
    "On 20 Nov 2026, at 9:12 AM, Ann Smith <ann@example.com> sent:",
    "Dnia 20.11.2026 9:12 Ewa <ewa@example.net> wysłała:",
    "في الجمعة، 20 نوفمبر 2026 9:12 ص Eva <eva@example.eg> كتب:",
    "ในวันที่ ศ. 20 พ.ย. 2026 เวลา 09:12 Eva <eva@example.th> เขียนว่า:",
    "Missatge de Eva <eva@example.cat> del dia dv., 20 de nov. 2026 a les 9:12:",
    "Eva <eva@example.cn> 于2026年11月20日周五 09:12写道：",
]
LIKELY = [
    "2026/11/20 Ann Smith <ann@example.com>",
    "Ewa <ewa@example.net>:",
    "Nov 20, 2026, 09:12 by ann@example.com:",
    "On 04/02/2026 Bob wrote:",
    "On Friday, 20 November 2026, 9:12, Ann",
    "Dnia 20 listopada 2026 Ewa napisała:",
]
NEITHER = [
    "On Monday we wrote to you:",
    "On 20.11.2026 at 9:12 I wrote to your colleague:",
    "Lista rzeczy do zrobienia:",
    "The manual says:",
    "wrote:",
    "",
    "   ",
    "On 20.11.2026 at 9:12 the printer sent:",
    "2026-11-20 09:12:41 mx postfix: reject to=<ann@example.com>:",
    "Sam wysłał 20.11.2026:",
    "On " + "very " * 200 + "long 2026 09:12 ago Bob <bob@example.com> wrote:",
]


@pytest.mark.parametrize("text", SURE)
def test_what_stands_above_a_quote_is_known_without_quote_marks(text: str) -> None:
    """In each language and folding, all its lines go, and all below it, and nothing above."""
    assert quotes.own_words(f"Moje słowa.\n\n{text}\n\nold words") == "Moje słowa."
    assert quotes.own_words(f"Moje słowa.\n{text}\n> old\n\nPod spodem.") == (
        "Moje słowa.\n\nPod spodem."
    )


@pytest.mark.parametrize("text", LIKELY)
def test_a_doubtful_one_counts_above_a_quote_only(text: str) -> None:
    """With quote marks below it goes; without them it is a sentence of the writer's."""
    assert quotes.own_words(f"Moje słowa.\n\n{text}\n> old") == "Moje słowa."
    assert quotes.own_words(f"Moje słowa.\n\n{text}\nmore") == f"Moje słowa.\n\n{text}\nmore"


@pytest.mark.parametrize("text", NEITHER)
def test_sentences_are_kept_even_above_a_quote(text: str) -> None:
    """What has no date, no address and no writer stays, whatever stands below it."""
    assert not attribution.is_sure(text)
    assert not attribution.is_likely(text)
    assert quotes.own_words(f"Moje słowa.\n{text}\n> old") == f"Moje słowa.\n{text}".rstrip()


def test_an_introduction_of_pasted_lines_is_kept() -> None:
    """Time and date do not make "the log says:" a mail that is quoted."""
    text = "W dniu 20.11.2026 o 9:12 pojawił się błąd:"
    assert quotes.own_words(f"{text}\n> error 5") == text


def test_a_verb_far_from_the_end_is_no_attribution() -> None:
    """A sentence that goes on long after "wrote" is prose."""
    text = "Bob <bob@example.com> wrote " + "that the printer is on fire " * 8 + "today:"
    assert not attribution.is_likely(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Dzięki On Fri, Nov 20, 2026 at 9:12 AM, bob@example.com wrote:\n> old", "Dzięki"),
        ("Tak. W dniu 20.11.2026 o 9:12, Ewa pisze:\n> old", "Tak."),
        ("Tak On 20 Nov 2026 Bob wrote:\n> old", "Tak"),
        ("Ja--- Am 20.11.2026 um 09:12 schrieb Eva Muster:\nold", "Ja"),
        ("Raz.\nOd razu. On 20 Nov 2026, at 9:12, Ann Smith\n<ann@example.com> wrote:\nold",
         "Raz.\nOd razu."),
        ("Góra.\n-- \nAnna On 20 Nov 2026, at 9:12, <ann@example.com> wrote:\nold", "Góra."),
        ("Tak.\nann@example.com (Ann) On 20 Nov 2026 wrote:\n> old", "Tak."),
    ],
)  # fmt: skip
def test_words_in_the_line_of_an_attribution_are_kept(text: str, words: str) -> None:
    """Where a program lost the line end between answer and attribution, the answer stays."""
    assert quotes.own_words(text) == words


def test_a_closing_bracket_opens_a_quote_where_none_was_open() -> None:
    """A line like "> wrote:" ends an attribution only if an address was begun above it."""
    assert quotes.own_words("Moje słowa.\n> wrote:\n> old") == "Moje słowa."
    assert quotes.own_words("a < b\n> wrote:\nMoje.") == "a < b\n> wrote:\nMoje."


def test_a_sentence_above_an_empty_line_is_no_part_of_an_attribution() -> None:
    """An attribution in several paragraphs ends at what the writer said."""
    quote = "Ann <ann@example.com>\nwrote:\n> old"
    assert quotes.own_words(f"On Friday I come.\n\n{quote}") == "On Friday I come."
    assert quotes.own_words(f"Ann:\n\n\n\n\n{quote[-5:]}") == "Ann:"
    assert attribution.length_at_end([" " * 500 + "wrote:"], sure=False) == 0
