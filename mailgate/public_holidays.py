"""Public holidays of a country, by date, with the names customers read.

The holidays library is imported at the first question, since most commands ask none, and
its answer is kept for each country, year and language.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache


@lru_cache(maxsize=256)
def public_holidays(country: str, year: int, language: str) -> Mapping[date, str]:
    """Return the names of a year's public holidays by date.

    country: ISO 3166 code, with a subdivision where it matters ("PL", "DE-BY").
    language: "pl" or "en"; names come in English where the country has none in `language`,
    and in the country's own tongue where it has neither. Raises ValueError for a country
    that is not known.
    """
    import holidays  # noqa: PLC0415 - takes 0.2 s, which only those who ask should pay

    code, _, subdivision = country.partition("-")
    try:
        if not (len(code) == 2 and code.isupper()):
            # The library knows whole names too, and other things than countries.
            raise NotImplementedError
        known = holidays.country_holidays(code, subdiv=subdivision or None, years=())
    except NotImplementedError as fault:
        raise ValueError(
            f'holidays "{country}": no such country; '
            'write its code of two letters, for example "PL"'
        ) from fault
    found = holidays.country_holidays(
        code,
        subdiv=subdivision or None,
        years=year,
        expand=False,
        language=_closest(language, known.supported_languages),
    )
    return dict(found.items())


def _closest(language: str, supported: tuple[str, ...]) -> str | None:
    for wanted in (language, "en"):
        for each in supported:
            if each == wanted or each.startswith(f"{wanted}_"):
                return each
    return None
