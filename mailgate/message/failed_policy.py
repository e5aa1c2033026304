"""What the owner of a domain asks for when DMARC fails, by what a server wrote of it.

Promises a policy or "" for any text. Each kind of server says it elsewhere: in a property, in a
comment, or, Microsoft 365, by what it does.
"""

import re

from mailgate.message.alignment import organisational
from mailgate.message.authentication_results import Result

_POLICY = re.compile(r"(?<![\w.-])(p|sp|policy)[=:]([a-z]{1,12})", re.IGNORECASE)
_POLICY_NAMES = ("policy.dmarc", "policy.published-domain-policy")
_ACTION = re.compile(r"(?<![\w.-])action=([a-z.]{1,20})")
_DMARC_FAIL = re.compile(r"(?<![\w.-])dmarc=fail(?![\w-])")
_ENFORCED = ("quarantine", "reject")
_STRENGTH = ("none", *_ENFORCED)
# Microsoft 365: what the policy asks for and is done; oreject is "asked for, and not done". The
# pct.* values say that the owner does not ask for it with this mail.
_ACTIONS = {
    "quarantine": "quarantine",
    "o.quarantine": "quarantine",
    "oquarantine": "quarantine",
    "reject": "reject",
    "o.reject": "reject",
    "oreject": "reject",
}


def asked_policy(result: Result, domain: str) -> str:
    """Return what the owner of a domain asks for, "" where it is not said.

    Of p and sp, which do not say whose record it is, the milder counts for a subdomain.
    """
    action = result.value("action").lower()
    if action:
        return _ACTIONS.get(action, "none")
    for name in _POLICY_NAMES:
        value = result.value(name).lower()
        if value in _STRENGTH:
            return value
    said = {match[1].lower(): match[2].lower() for match in _POLICY.finditer(result.comment)}
    own = said.get("p", said.get("policy", ""))
    if own not in _STRENGTH:
        return ""
    below = said.get("sp", own)
    if domain == organisational(domain) or below not in _STRENGTH:
        return own
    return min(own, below, key=_STRENGTH.index)


def says_fail(value: str) -> bool:
    """Say whether a field that cannot be read says all the same that a policy was failed.

    Who spoils it by what he writes into his return path must not get off by that.
    """
    asked = (match[2].lower() for match in _POLICY.finditer(value) if match[1].lower() != "sp")
    action = _ACTION.search(value.lower())
    enforced = bool(action and action[1] in _ACTIONS) or any(each in _ENFORCED for each in asked)
    return enforced and _DMARC_FAIL.search(value.lower()) is not None
