"""Single values in header fields: dates and message identifiers (RFC 5322 §3.3, §3.6.4).

Promises a value or nothing for any text; never raises, linear in the text.
"""

import re
from datetime import UTC, datetime, timedelta

MAX_ID = 500
MAX_IDS = 200

_ID = re.compile(r"<\s{0,5}([^<>\s]{1,498})\s{0,5}>")
_BARE_ID = re.compile(r"[^<>\s]{1,498}")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_DATE = re.compile(
    r"(?:[^\W\d]{2,15}\.?,?\s{0,5})?(\d{1,2})[ -]([A-Za-z]{3})[a-z]{0,6}[ -](\d{2,4})\s{1,5}"
    r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:[.,]\d{1,9})?\s{0,5}(?:([+-])(\d{2}):?(\d{2})|([A-Za-z]{1,5}))?"
)
# As logs and C's asctime write it, which some programs put into a mail.
_ISO = re.compile(
    r"\s{0,20}(\d{4})-(\d{2})-(\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d{1,9})? ?"
    r"([+-]\d{2}:?\d{2}|Z)?"
)
_ASCTIME = re.compile(
    r"\s{0,20}(?:[A-Z][a-z]{2} {1,2})?([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}:\d{2}:\d{2}) "
    r"(?:([A-Z]{1,5}|[+-]\d{4}) )?(\d{4})"
)
_ZONES = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5,
    "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "cet": 1, "cest": 2, "met": 1, "mest": 2,
}  # fmt: skip


def message_ids(value: str) -> tuple[str, ...]:
    """Return the identifiers in a References or In-Reply-To value, each once, in order."""
    found = [f"<{each}>" for each in _ID.findall(value)]
    if len(found) > MAX_IDS:
        # The first is the thread's, the last ones are nearest.
        found = found[:1] + found[1 - MAX_IDS :]
    return tuple(dict.fromkeys(found))


def message_id(value: str) -> str:
    """Return the identifier of a Message-ID value with its brackets, "" for none or no such."""
    match = _ID.search(value)
    if match is not None:
        return f"<{match[1]}>"
    bare = value.strip()
    return f"<{bare}>" if _BARE_ID.fullmatch(bare) else ""


def date(value: str) -> datetime | None:
    """Return the moment a Date value names, aware in UTC, or None (RFC 5322 §3.3, obsolete too).

    An unknown or missing zone is UTC.
    """
    match = _DATE.search(_usual(value[:200]))
    month = _MONTHS.get(match[2].lower()) if match else None
    if match is None or month is None:
        return None
    year = int(match[3])
    if year < 1000:
        year += 1900 if year >= 50 else 2000
    if match[7]:
        minutes = int(match[8]) % 24 * 60 + int(match[9]) % 60
        ahead = timedelta(minutes=-minutes if match[7] == "-" else minutes)
    else:
        ahead = timedelta(hours=_ZONES.get((match[10] or "").lower(), 0))
    try:
        local = datetime(
            year, month, int(match[1]), int(match[4]), int(match[5]),
            min(int(match[6] or 0), 59), tzinfo=UTC,
        )  # fmt: skip
        return local - ahead
    except (ValueError, OverflowError):
        return None


def _usual(value: str) -> str:
    """Return a date written as in logs in the order of RFC 5322, any other as it is."""
    iso = _ISO.match(value)
    if iso is not None:
        month = next((name for name, number in _MONTHS.items() if number == int(iso[2])), "?")
        return f"{iso[3]} {month} {iso[1]} {iso[4]} {iso[5] or ''}"
    asctime = _ASCTIME.match(value)
    if asctime is not None:
        return f"{asctime[2]} {asctime[1]} {asctime[5]} {asctime[3]} {asctime[4] or ''}"
    return value
