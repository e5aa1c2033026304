import pytest

from mailgate.message.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Dzień dobry, drukarka nie działa od rana.", "pl"),
        ("Dzien dobry, prosze o pomoc, nie moge sie zalogowac do programu.", "pl"),
        ("The printer does not work since this morning, please help.", "en"),
        ("Thank you, it works now.", "en"),
        ("Dziękuję, wszystko jest w porządku.", "pl"),
        ("Guten Tag, der Drucker funktioniert leider nicht mehr.", None),
        ("Bonjour, l'imprimante ne fonctionne plus depuis ce matin.", None),
        ("Ich habe, na ja, gestern lange gewartet und dann angerufen, leider umsonst.", None),
        ("12345 !!! 67890", None),
        ("", None),
        ("ok", None),
    ],
)
def test_polish_and_english_are_told_apart(text: str, language: str | None) -> None:
    """Polish with and without its letters, English; anything else is unknown."""
    assert language_of(text) == language
