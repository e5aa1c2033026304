"""Names of time zones in calendars: Windows', Outlook's and others', as the IANA names them.

Promises an IANA name, or "" for what is not known. Only names are looked up; which hour it is
there is for those who have the tables (CLDR windowsZones).
"""

import re

_WINDOWS = {
    "central european standard time": "Europe/Warsaw",
    "central europe standard time": "Europe/Budapest",
    "w. europe standard time": "Europe/Berlin",
    "romance standard time": "Europe/Paris",
    "gmt standard time": "Europe/London",
    "greenwich standard time": "Atlantic/Reykjavik",
    "fle standard time": "Europe/Kyiv",
    "gtb standard time": "Europe/Bucharest",
    "e. europe standard time": "Europe/Chisinau",
    "kaliningrad standard time": "Europe/Kaliningrad",
    "belarus standard time": "Europe/Minsk",
    "russian standard time": "Europe/Moscow",
    "turkey standard time": "Europe/Istanbul",
    "israel standard time": "Asia/Jerusalem",
    "south africa standard time": "Africa/Johannesburg",
    "arabian standard time": "Asia/Dubai",
    "india standard time": "Asia/Kolkata",
    "china standard time": "Asia/Shanghai",
    "singapore standard time": "Asia/Singapore",
    "tokyo standard time": "Asia/Tokyo",
    "aus eastern standard time": "Australia/Sydney",
    "e. south america standard time": "America/Sao_Paulo",
    "atlantic standard time": "America/Halifax",
    "eastern standard time": "America/New_York",
    "us eastern standard time": "America/Indianapolis",
    "central standard time": "America/Chicago",
    "mountain standard time": "America/Denver",
    "us mountain standard time": "America/Phoenix",
    "pacific standard time": "America/Los_Angeles",
    "alaskan standard time": "America/Anchorage",
    "hawaiian standard time": "Pacific/Honolulu",
    "utc": "UTC", "gmt": "UTC", "z": "UTC", "etc/utc": "UTC", "coordinated universal time": "UTC",
}  # fmt: skip
# Words of the names that Outlook shows: "(UTC+01:00) Sarajevo, Skopje, Warsaw, Zagreb".
_SHOWN = {
    "warsaw": "Europe/Warsaw", "warszawa": "Europe/Warsaw", "belgrade": "Europe/Budapest",
    "budapest": "Europe/Budapest", "prague": "Europe/Prague", "berlin": "Europe/Berlin",
    "vienna": "Europe/Vienna", "paris": "Europe/Paris", "madrid": "Europe/Madrid",
    "brussels": "Europe/Brussels", "london": "Europe/London", "lisbon": "Europe/Lisbon",
    "dublin": "Europe/London", "helsinki": "Europe/Helsinki", "kyiv": "Europe/Kyiv",
    "kiev": "Europe/Kyiv", "vilnius": "Europe/Vilnius", "athens": "Europe/Athens",
    "bucharest": "Europe/Bucharest", "istanbul": "Europe/Istanbul", "moscow": "Europe/Moscow",
    "eastern time": "America/New_York", "central time": "America/Chicago",
    "mountain time": "America/Denver", "pacific time": "America/Los_Angeles",
}  # fmt: skip
_IANA = re.compile(r"(?:^|/)((?:Europe|America|Asia|Africa|Australia|Atlantic|Pacific|Indian|"
                   r"Antarctica)/[A-Za-z_]{2,30}(?:/[A-Za-z_]{2,30})?)$")  # fmt: skip
_SHOWN_NAME = re.compile(r"\((?:UTC|GMT)[+-]?[0-9:]{0,6}\) ", re.IGNORECASE)
_MAX_NAME = 100


def iana(name: str) -> str:
    """Return the IANA name of a time zone, "" for one that is not known."""
    name = name[:_MAX_NAME].strip().strip('"')
    # Outlook numbers the zones of one calendar: "W. Europe Standard Time 1".
    known = _WINDOWS.get(name.lower().rstrip(" 0123456789"))
    match = _IANA.search(name)
    if known or match:
        return known or (match[1] if match else "")
    if _SHOWN_NAME.match(name):
        words = name.lower()
        return next((zone for word, zone in _SHOWN.items() if word in words), "")
    return ""
