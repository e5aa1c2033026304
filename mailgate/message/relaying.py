"""Through whom a mail came: the host that a Received names, and the seals of ARC (RFC 8617).

Promises what is written there or nothing, for any text; believes nothing by itself. A name counts
only where the server that wrote it had looked it up, never what the client called itself.
"""

import ipaddress
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from mailgate.message import authentication_results
from mailgate.message.address import domain_of
from mailgate.message.authentication_results import Field

Network = IPv4Network | IPv6Network

_MAX_FIELD = 2_000
_FROM = re.compile(r"\s{0,20}from\s{1,20}\S{1,300}\s{1,20}\(([^()]{1,400})\)", re.IGNORECASE)
_NUMBERS = re.compile(r"[0-9a-f.:]{3,45}", re.IGNORECASE)
_TAG = re.compile(r"(?:^|;)[ \t]{0,20}([a-z]{1,10})[ \t]{0,20}=([^;]{0,300})", re.IGNORECASE)
_INSTANCE = re.compile(
    r"[ \t]{0,20}i[ \t]{0,20}=[ \t]{0,20}([0-9]{1,3})[ \t]{0,20};", re.IGNORECASE
)
_MAX_INSTANCE = 50


@dataclass(frozen=True)
class Host:
    """Who handed a mail over. name: as looked up, in lower case; address: his IP; "" unknown."""

    name: str = ""
    address: str = ""

    def __str__(self) -> str:
        return self.name or self.address

    def is_of(self, names: Sequence[str], networks: Sequence[Network]) -> bool:
        """Say whether it is one of the names, below one, or in one of the networks."""
        if any(f".{self.name}".endswith(f".{name}") for name in names):
            return True
        return is_in(self.address, networks)


def is_in(peer: str, networks: Sequence[Network]) -> bool:
    """Say whether a client's address is in one of the networks; what is no address is in none."""
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in networks)


def handed_over_by(received: str) -> Host:
    """Return whom a Received names as the client, by what its server saw of him.

    Read are `from HELO (NAME [IP])` of Postfix, Sendmail and Google, `from HELO (IP)` of
    Microsoft and `from NAME ([IP] helo=…)` of Exim.
    """
    match = _FROM.match(received[:_MAX_FIELD])
    if match is None:
        return Host()
    words = re.split(r"[\s\[\]]+", match[1])
    address = next((each for word in words if (each := _ip(word))), "")
    first = words[0].rstrip(".").lower()
    looked_up = "[" in match[1] and first not in ("", "unknown") and not _ip(first)
    return Host(first if looked_up and "=" not in first else "", address)


def newest_seal(headers: Sequence[tuple[str, str]]) -> tuple[str, Field | None]:
    """Return the domain of the newest seal, and what its server had found (RFC 8617 §4.1).

    "" and None where there is none, where it is not certain, or where it says cv=fail.
    """
    seals: dict[int, dict[str, str]] = {}
    found: dict[int, str] = {}
    times: Counter[tuple[str, int]] = Counter()
    for name, value in headers:
        kind = name.lower()
        if kind == "arc-seal":
            tags = {tag.lower(): said.strip() for tag, said in _TAG.findall(value)}
            number = _number(tags.get("i", ""))
            seals[number] = tags
        elif kind == "arc-authentication-results":
            instance = _INSTANCE.match(value)
            number = _number(instance[1]) if instance else 0
            found[number] = value[instance.end() :] if instance else ""
        else:
            continue
        times[kind, number] += 1
    newest = max(seals, default=0)
    if newest == 0 or any(count > 1 for count in times.values()):
        return "", None
    if newest not in found or seals[newest].get("cv", "").lower() not in ("none", "pass"):
        return "", None
    return domain_of(f"x@{seals[newest].get('d', '')}"), authentication_results.read(found[newest])


def _number(text: str) -> int:
    """Return an instance from 1 to 50, 0 for anything else."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else 0
    return number if number <= _MAX_INSTANCE else 0


def _ip(word: str) -> str:
    word = word.lower().removeprefix("ipv6:")
    if not _NUMBERS.fullmatch(word):
        return ""
    try:
        return str(ipaddress.ip_address(word))
    except ValueError:
        return ""
