import pytest

from mailgate.message import statuses


@pytest.mark.parametrize(
    ("field", "diagnostic", "status"),
    [
        ("5.1.1", "", "5.1.1"),
        ("5.1.1 (bad mailbox)", "550 no such user", "5.1.1"),
        ("5.0.0", "smtp; 550 5.7.1 refused", "5.7.1"),
        ("4.4.7", "smtp; 450 4.7.1 no name for your address", "4.7.1"),
        ("5.1.1", "smtp; 552-5.2.2 full", "5.2.2"),
        ("5.0.0", "smtp; 550-'5.2.2 <a@b>... Full'", "5.2.2"),
        ("5.2.0", "550 5.0.0 no", "5.2.0"),
        ("5.0.0", "554 4.0.0 no", "4.0.0"),
        ("5.0.0", "x (#5.1.1)", "5.1.1"),
        ("", "550 no such user", "5.0.0"),
        ("", "421 try later", "4.0.0"),
        ("4.0.0", "550 no", "4.0.0"),
        ("none", "no code at all", ""),
        ("5.9.1", "192.0.2.5 and 5.1.1.4 and 4.94.2 are no codes", ""),
        ("5.1.351", "", "5.1.351"),
    ],
)
def test_the_most_telling_code_counts(field: str, diagnostic: str, status: str) -> None:
    """What the refusing server said is surer than the translation, and a subject than none."""
    assert statuses.of_field(field, diagnostic) == status


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("Remote host said: 550 5.1.1 <a@b>... no", "5.1.1"),
        ("550 5.0.0 no, (#5.2.2)", "5.2.2"),
        ("ERROR_CODE :550, ERROR_CODE :5.2.1 <a@b>", "5.2.1"),
        ("sent 250 2.1.5 Ok, then 451 4.3.0 Error: queue", "4.3.0"),
        ("250 2.1.5 Ok, then: no room (#5.2.2)", "5.2.2"),
        ("[SMTP Error Code 550]", "5.0.0"),
        ("432000 seconds, giving up", ""),
        ("sendmail 8.5.2.1 at 10.5.1.1", ""),
        ("", ""),
    ],
)
def test_words_hold_a_code_or_its_class(words: str, status: str) -> None:
    """Versions and addresses are no codes, nor is a success; a reply code gives the class."""
    assert statuses.of_words(words) == status


@pytest.mark.parametrize(
    ("words", "status"), [("250 2.6.0 accepted", "2.6.0"), ("250 ok", "2.0.0"), ("", "2.0.0")]
)
def test_a_success_has_a_code(words: str, status: str) -> None:
    """What took the mail may say more than that it did."""
    assert statuses.of_success(words) == status
