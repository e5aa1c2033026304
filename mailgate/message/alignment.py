"""Whether two domains belong to one owner (DMARC's relaxed alignment, RFC 7489 §3.1.1).

Pure, and without a list of public suffixes: what no server vouched for is aligned only where one
domain is the other, or lies within it. Two neighbours below one name (a.example.com and
b.example.com) are not, since strangers share names too: a.onmicrosoft.com and b.onmicrosoft.com.
"""

# Second-level domains under which strangers register, in country domains. No public suffix
# list: one more dependency, monthly news, and for what hangs on it the shorter list errs safely.
_SHARED_NAMES = (
    "ac co com edu gov gob go gouv info biz ltd me mil ne net nom or org plc sch web"
    " waw warszawa krakow lodz wroclaw poznan gdansk gdynia szczecin bydgoszcz lublin katowice"
    " slask bialystok rzeszow kielce olsztyn opole radom torun zgora sklep"
)
_SHARED_SECOND_LEVELS = frozenset(_SHARED_NAMES.split())
# Names of which anybody is given a part that sends signed mail.
_SHARED_DOMAINS = frozenset(
    [
        "onmicrosoft.com",
        "mail.onmicrosoft.com",
        "uk.com",
        "eu.com",
        "us.com",
        "de.com",
        "gb.net",
        "pl.eu.org",
        "eu.org",
        "co.com",
        "amazonses.com",
        "sendgrid.net",
        "mailgun.org",
        "gappssmtp.com",
    ]
)


def organisational(domain: str) -> str:
    """Return the part of a domain that one organisation registers.

    The last two labels, or three where the second level of a country's domain is a well-known
    shared one (com.pl, co.uk). domain: as domain_of() gives it.
    """
    labels = domain.split(".")
    shared = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SHARED_SECOND_LEVELS
    return ".".join(labels[-3:] if shared else labels[-2:])


def is_shared(domain: str) -> bool:
    """Say whether strangers hold domains directly below this one: a suffix, or such a service."""
    labels = domain.split(".")
    if len(labels) < 2 or domain in _SHARED_DOMAINS:
        return True
    return len(labels) == 2 and len(labels[-1]) == 2 and labels[0] in _SHARED_SECOND_LEVELS


def is_aligned(one: str, other: str) -> bool:
    """Say whether two canonical domains are the same, or one lies within the other."""
    if not one or not other:
        return False
    if one == other:
        return True
    outer, inner = sorted((one, other), key=len)
    return inner.endswith(f".{outer}") and not is_shared(outer)
