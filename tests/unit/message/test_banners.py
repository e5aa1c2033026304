import pytest

from mailgate.message import banners, quotes

BANNERS = [
    "[EXTERNAL]",
    "[EXT] ",
    "EXTERNAL EMAIL",
    "CAUTION: This email originated from outside of the organization.",
    "CAUTION: External sender. Do not click links.\nDo not open attachments you do not expect.",
    "*CAUTION: This email originated from outside.*\n---------------",
    "This message originated from outside your organization",
    "You don't often get email from anna@example.net. Learn why this is important<https://aka.ms/x>",
    "Uwaga: wiadomość spoza organizacji",
    "UWAGA! Ta wiadomość pochodzi od nadawcy zewnętrznego.\nNie klikaj w linki.",
    "Wiadomość została wysłana spoza firmy.",
    "Nie otrzymujesz często wiadomości e-mail z adresu anna@example.net.",
    "Achtung: Diese E-Mail stammt von einem externen Absender.",
    "Sie erhalten nicht häufig E-Mails von anna@example.net.",
    "Attention : ce message provient de l'extérieur.",
    "Let op: deze e-mail is van een externe afzender.",
]
WRAPPED = (
    "CAUTION: This email originated from outside of this company. Do not\n"
    "click links or open attachments unless you recognize the sender and know\n"
    "the content is safe."
)
WORDS = [
    "Uwaga, zewnętrzna drukarka nie działa.",
    "Warning: the external disk is full.",
    "Attention: externe Festplatte defekt.",
    "[EXTERNAL] Dzień dobry, mam pytanie.",
    "Do not click the red button, it is broken.",
    "External monitor flickers.",
    "Nie otwieraj się na siłę, szuflada pęknie.",
]


@pytest.mark.parametrize("banner", [*BANNERS, WRAPPED])
def test_the_warnings_of_a_gateway_go(banner: str) -> None:
    """What a gateway puts on top is cut, with and without an empty line below it."""
    for gap in ("\n", "\n\n"):
        assert quotes.own_words(f"{banner}{gap}Moje słowa.") == "Moje słowa."
    assert quotes.own_words(banner) == banner


@pytest.mark.parametrize("words", WORDS)
def test_warnings_of_customers_stay(words: str) -> None:
    """Who writes of an outside that is no mail, or goes on in the same line, is heard."""
    assert quotes.own_words(f"{words}\n\nDalej.") == f"{words}\n\nDalej."
    assert banners.length_of([words]) == 0


def test_a_banner_below_the_words_stays() -> None:
    """Only what stands on top is a gateway's."""
    text = "Moje słowa.\n\n[EXTERNAL]\n\nKoniec."
    assert quotes.own_words(text) == text
    assert banners.length_of([]) == 0
