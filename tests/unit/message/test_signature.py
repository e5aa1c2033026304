import pytest

from mailgate.message import quotes, signature

SIGNATURES = [
    "-- \nAnna Nowak\nPrzykład",
    "--\nAnna",
    "—\nAnna Nowak\nanna@example.net",
    "----------------\n\nLOGO\n\nAnna Nowak\n\nt. 555-931-0702\n\nskype: anna\n\nhttp://example.com/",
    "___________________\nAnna Nowak\nDirect: (+00)00-000-0000",
    "Pozdrawiam\nAnna Nowak",
    "Pozdr\nAnna Nowak",
    "LG\nEva Muster",
    "Pozdrawiam serdecznie,\n\nAnna Nowak\nKsięgowość",
    "Serdecznie pozdrawiam, \nAnna Nowak\nul. Prosta 1, 00-001 Warszawa",
    "Z poważaniem\nAnna Nowak\nPrzykład sp. z o.o.\ntel. 22 555 01 23\nwww.example.net",
    "Dziękuję i pozdrawiam\nAnna Nowak",
    "Regards,\n\nAnn Smith\nCEO @ Example !",
    "Best regards\nAnn Smith",
    "Kind regards,\nAnn Smith | Example Ltd\nM: +44 20 7946 0000",
    "Thanks,\n___________________\nANN SMITH\nExample Ltd",
    "Many thanks,\nAnn Smith",
    "Thanks and regards,\nAnn Smith",
    "Mit freundlichen Grüßen\n\nEva Muster\nMusterfirma GmbH",
    "Cordialement,\nÈve Petit",
    "Un saludo,\nEva Pérez",
    "Cordiali saluti\nEva Rossi",
    "Met vriendelijke groet,\nEva Bakker",
    "S pozdravem\nEva Nová",
    "З повагою,\nЄва Нова",
    "Com os melhores cumprimentos,\nEva Silva",
    "С уважением,\nЕва Новая",
    "Med venlig hilsen\nEva Hansen",
    "Mvh,\nEva Berg\n070-0000000",
    "Anna Nowak\nanna@example.net\n(555) 346-9947\nwww.example.com",
    "-Anna Nowak",
    "--Anna",
]
WORDS = [
    "Dostęp dla nowych osób\n\nJan Nowak\njan@example.net\nEwa Nowak\newa@example.net",
    "Mamy monitory firm:\n\nLG\nSamsung Polska",
    "Mamy monitory\nLG\nSamsung Polska",
    "Proszę dzwonić do kolegi.\n\nJan Kowalski\n600 000 000",
    "Pozdrawiam\nAnna",
    "Thanks,\nAnn",
    "Best regards,",
    "Dziękuję!",
    "-- first point\n-- second point",
    "—\nAnna Nowak\nCEO at Example\n\n@anna",
    "----\n\nTo jest kreska.",
    "Pozdrawiam\nAnna Nowak\n\nPS. Proszę też o toner.",
    "Regards,\nAnn Smith\nPlease call me back as soon as you can.",
    "Regards,\nAnn Smith\ncan you do it today?",
    "Pozdrawiam wszystkich pracowników Państwa firmy",
    "Mój numer to:\n\nAnna Nowak\n600 000 000",
    "Mój numer to\n600 000 000",
    "600 000 000\nanna@example.net",
    "Potrzebuję:\n\n-Toner",
    "- Papier\n\n-Toner",
    "-toner",
    "Thank you for the help.\nAnn Smith",
    "Regards,\n- one item",
    "Regards,\nto do list:",
    "Regards,\n" + "\n".join(["Ann Smith"] * 20),
]


@pytest.mark.parametrize("block", SIGNATURES)
def test_blocks_of_names_and_numbers_are_cut(block: str) -> None:
    """Signatures of programs and the blocks of offices go, in each language."""
    assert quotes.own_words(f"Moje słowa.\n\n{block}\n") == "Moje słowa."


@pytest.mark.parametrize("block", WORDS)
def test_what_a_person_typed_is_kept(block: str) -> None:
    """A formula with a first name, lists, rules, postscripts and asked-for numbers stay."""
    assert quotes.own_words(f"Moje słowa.\n\n{block}\n") == f"Moje słowa.\n\n{block}"


def test_a_long_text_below_two_dashes_is_no_signature() -> None:
    """Two dashes may part chapters; with the space of RFC 3676 they never do."""
    text = "Wstęp.\n--\n" + "Długi rozdział.\n" * 30 + "Koniec."
    assert quotes.own_words(text) == text
    assert quotes.own_words(text.replace("--", "-- ")) == "Wstęp."
    assert quotes.own_words("Wstęp.\n" + "--\nRozdział.\n" * 40).count("Rozdział.") > 20


def test_a_signature_above_a_quote_hides_no_answer_below_it() -> None:
    """Who signs above the quote and answers below is read in both places."""
    assert quotes.own_words("Góra.\n--\nAnna\n\n> old\n\nDół.") == "Góra.\n\nDół."
    text = "Góra.\n-- \nAnna\n\nOn 20 Nov 2026, at 9:12, Bob <b@example.com> wrote:\n> old\n\nDół."
    assert quotes.own_words(text) == "Góra.\n\nDół."
    assert quotes.own_words("Góra.\n-- \nAnna\n\n-----Original Message-----\nold") == "Góra."


def test_nothing_has_no_signature() -> None:
    """An empty text, and one line, are asked without an error."""
    assert signature.begins_at([]) == 0
    assert signature.begins_at(["Anna"]) == 1
    assert signature.begins_at(["", "-Anna"]) == 2
