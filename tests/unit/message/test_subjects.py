import pytest

from mailgate.message import subjects


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Drukarka", "RE[2]: Drukarka", "Re (3): Drukarka", "re : Drukarka", "Odp: Drukarka",
        "Odp.: Drukarka", "AW: Drucker", "Antw: Printer", "SV: Skrivare", "VS: Tulostin",
        "[lista] Re: Drukarka", "Rif: Stampante", "回复：打印机", "Отв: Принтер", "Ynt: Yazıcı",
        "Drukarka [#123456]", "Drukarka (Sprawa 123456)", "[123456] Drukarka",
    ],
)  # fmt: skip
def test_an_answer_says_so_in_its_subject(subject: str) -> None:
    """By the word of each language, or by the number of a ticket."""
    assert subjects.answers(subject)


@pytest.mark.parametrize(
    "subject",
    ["", "Drukarka", "Reklamacja: toner", "Oferta 123456", "[pilne] Drukarka", "Fwd: Drukarka",
     "Umowa (2 strony)", "x" * 500 + " [123456]"],
)  # fmt: skip
def test_other_subjects_answer_nothing(subject: str) -> None:
    """Neither a word that begins alike nor a bare number does."""
    assert not subjects.answers(subject)


@pytest.mark.parametrize("subject", ["Fwd: x", "FW: x", "PD: x", "Wg: x", "[a] TR : x", "转发：x"])
def test_what_is_passed_on_says_so(subject: str) -> None:
    """A forwarding subject is none of an answer."""
    assert subjects.forwards(subject)
    assert not subjects.answers(subject)
    assert not subjects.forwards(f"Re: {subject}")
