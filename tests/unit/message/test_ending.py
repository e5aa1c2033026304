import pytest

from mailgate.message import ending

PLEA = "Please consider the environment before printing this e-mail."


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        ([], []),
        (["", ""], ["", ""]),
        (["a", "", "____", ""], ["a"]),
        (["a", "-----"], ["a"]),
        (["a", "", "-----", ""], ["a", "", "-----"]),
        (["_____", "====="], ["_____", "====="]),
        (["a", "", "Sent from my iPhone"], ["a"]),
        (["Sent from my iPhone"], ["Sent from my iPhone"]),
        (["[EXTERNAL]", "", "a", "", PLEA], ["", "a"]),
        (["[EXTERNAL]", "", PLEA], ["[EXTERNAL]", "", PLEA]),
        ([PLEA], [PLEA]),
    ],
)
def test_the_ends_are_trimmed_and_nothing_else(lines: list[str], kept: list[str]) -> None:
    """Empty lines, rules, taglines and notices go from the ends; never is all taken."""
    assert ending.trimmed(lines) == kept


def test_a_mail_of_endless_notices_is_trimmed_to_a_bound() -> None:
    """A thousand notices are not all looked at, and the words above them stay."""
    kept = ending.trimmed(["a", *["", PLEA] * 1000])
    assert kept[0] == "a"
    assert kept.count(PLEA) > 900
