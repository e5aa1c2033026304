import pytest

from mailgate.message import timezones


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Central European Standard Time", "Europe/Warsaw"),
        ("W. Europe Standard Time 1", "Europe/Berlin"),
        ('"Eastern Standard Time"', "America/New_York"),
        ("UTC", "UTC"),
        ("Europe/Warsaw", "Europe/Warsaw"),
        ("/freeassociation.sourceforge.net/Tzfile/Europe/Warsaw", "Europe/Warsaw"),
        ("America/Argentina/Salta", "America/Argentina/Salta"),
        ("(UTC+01:00) Sarajevo, Skopje, Warsaw, Zagreb", "Europe/Warsaw"),
        ("(GMT-05:00) Eastern Time (US & Canada)", "America/New_York"),
        ("(UTC+12:00) Nowhere", ""),
        ("Customized Time Zone", ""),
        ("Europe/../../etc/passwd", ""),
        ("", ""),
    ],
)
def test_a_zone_is_known_by_any_of_its_names(name: str, zone: str) -> None:
    """Windows', Outlook's and libical's names lead to the IANA's; others to none."""
    assert timezones.iana(name) == zone
