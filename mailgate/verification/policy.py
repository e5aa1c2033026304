"""DMARC: what the owner of a domain asks for, and which domains are his (RFC 7489).

Promises a policy or none for any records; what is wrong in a record makes it none. In place of a
list of public suffixes the tree is walked, as the successor of RFC 7489 does, and records of
domains that strangers share are not asked for.
"""

import re
from dataclasses import dataclass

from mailgate.message.alignment import is_shared
from mailgate.verification.names import Names

_MAX_QUESTIONS = 8
_TAG = re.compile(r"[ \t]{0,20}([A-Za-z]{1,10})[ \t]{0,20}=[ \t]{0,20}([^;\s]{0,200})[ \t]{0,20}")
_POLICIES = ("none", "quarantine", "reject")


@dataclass(frozen=True)
class Policy:
    """What is asked for. requests: none, quarantine or reject; strict: alignment to the letter.

    organisation: the domain below which all domains are of one owner.
    """

    requests: str
    strict_dkim: bool
    strict_spf: bool
    organisation: str


def policy_of(domain: str, names: Names) -> Policy | None:
    """Return the policy for a domain in From, None where there is none.

    domain: canonical. UnansweredError where a name server does not answer.
    """
    records = _records_above(domain, names)
    own = records.get(domain)
    organisation = _organisation(domain, records)
    found = own or records.get(organisation)
    if found is None:
        return None
    asked = found.get("p", "none") if own else found.get("sp", found.get("p", "none"))
    sampled = found.get("pct", "100") != "100" or found.get("t") == "y"
    return Policy(
        requests=asked if asked in _POLICIES and not sampled else "none",
        strict_dkim=found.get("adkim") == "s",
        strict_spf=found.get("aspf") == "s",
        organisation=organisation,
    )


def is_of(policy: Policy, domain: str, author: str, names: Names, *, strict: bool) -> bool:
    """Say whether a domain that passed is aligned with the one in From.

    UnansweredError where a name server does not answer.
    """
    if domain == author:
        return True
    if strict or not f".{domain}".endswith(f".{policy.organisation}"):
        return False
    return _organisation(domain, _records_above(domain, names)) == policy.organisation


def _records_above(domain: str, names: Names) -> dict[str, dict[str, str]]:
    """Return the records from a domain up to its last label, by domain; eight are asked for."""
    labels = domain.split(".")
    tried = [labels]
    rest = labels[1:] if len(labels) <= _MAX_QUESTIONS else labels[1 - _MAX_QUESTIONS :]
    while rest:
        tried.append(rest)
        rest = rest[1:]
    found = {}
    for each in tried:
        name = ".".join(each)
        if is_shared(name):
            continue
        record = _record(names.texts(f"_dmarc.{name}"))
        if record is not None:
            found[name] = record
    return found


def _organisation(domain: str, records: dict[str, dict[str, str]]) -> str:
    """Return the domain of the owner: that of the record with the fewest labels."""
    for name in sorted(records, key=len, reverse=True):
        if records[name].get("psd") == "n":
            return name
        if records[name].get("psd") == "y" and name != domain:
            return ".".join(domain.split(".")[-(name.count(".") + 2) :])
    return min(records, key=len, default=domain)


def _record(texts: tuple[str, ...]) -> dict[str, str] | None:
    """Return the tags of the one record that is there, None for none or several."""
    records = [
        each for each in texts if re.match(r"v[ \t]{0,5}=[ \t]{0,5}DMARC1[ \t]{0,5}(;|$)", each)
    ]
    if len(records) != 1:
        return None
    tags: dict[str, str] = {}
    for piece in records[0].split(";")[:50]:
        match = _TAG.fullmatch(piece)
        if match is not None:
            tags.setdefault(match[1].lower(), match[2].lower())
    return tags
