from datetime import date

import pytest

from mailgate.public_holidays import public_holidays


@pytest.mark.parametrize(("year", "count"), [(2024, 13), (2025, 14), (2026, 14), (2027, 14)])
def test_poland_keeps_christmas_eve_from_2025_on(year, count):
    """Poland has 14 public holidays since 24 December is one of them."""
    found = public_holidays("PL", year, "pl")
    assert len(found) == count
    assert (date(year, 12, 24) in found) is (year >= 2025)
    assert all(day.year == year for day in found)


@pytest.mark.parametrize(
    ("country", "language", "day", "name"),
    [
        ("PL", "pl", date(2026, 11, 11), "Narodowe Święto Niepodległości"),
        ("PL", "en", date(2026, 11, 11), "National Independence Day"),
        ("GB", "en", date(2026, 12, 25), "Christmas Day"),
        ("DE", "pl", date(2026, 12, 25), "Christmas Day"),  # no Polish names: English ones
        ("DE-BY", "en", date(2026, 1, 6), "Epiphany"),  # a holiday of Bavaria alone
    ],
)
def test_holidays_have_names_customers_can_read(country, language, day, name):
    """Names come in the language of the letter, or else in English."""
    assert public_holidays(country, day.year, language)[day] == name


def test_names_come_as_the_country_has_them_where_there_is_no_choice():
    """New Zealand is known with one set of names only."""
    assert public_holidays("NZ", 2026, "pl")[date(2026, 12, 25)] == "Christmas Day"


@pytest.mark.parametrize("country", ["XX", "pl", "Poland", "PL-XX", "", "ÄÖ"])
def test_an_unknown_country_is_told_with_the_way_to_write_one(country):
    """The fault shows the country as it was written, and one that exists."""
    with pytest.raises(ValueError) as raised:
        public_holidays(country, 2026, "pl")
    assert f'holidays "{country}": no such country' in str(raised.value)
    assert '"PL"' in str(raised.value)


def test_the_answer_is_kept():
    """The calendar is asked for every mail; the library once a year."""
    assert public_holidays("PL", 2026, "pl") is public_holidays("PL", 2026, "pl")
