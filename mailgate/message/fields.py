"""Single values in header fields: dates and message identifiers (RFC 5322 §3.3, §3.6.4).

Promises a value or nothing for any text; never raises, linear in the text.
"""

import re
from datetime import UTC, datetime, timedelta

MAX_ID = 500
MAX_IDS = 200

_ID = re.compile(r"<[^<>\s]{1,498}>")
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
_ZONES = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5,
    "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "cet": 1, "cest": 2, "met": 1, "mest": 2,
}  # fmt: skip


def message_ids(value: str) -> tuple[str, ...]:
    """Return the identifiers in a References or In-Reply-To value, each once, in order."""
    found = _ID.findall(value)
    if len(found) > MAX_IDS:
        # The first is the thread's, the last ones are nearest.
        found = found[:1] + found[1 - MAX_IDS :]
    return tuple(dict.fromkeys(found))


def message_id(value: str) -> str:
    """Return the identifier of a Message-ID value with its brackets, "" for none or no such."""
    match = _ID.search(value)
    if match is not None:
        return match[0]
    bare = value.strip()
    return f"<{bare}>" if _BARE_ID.fullmatch(bare) else ""


def date(value: str) -> datetime | None:
    """Return the moment a Date value names, aware in UTC, or None (RFC 5322 §3.3, obsolete too).

    An unknown or missing zone is UTC.
    """
    match = _DATE.search(value[:200])
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
