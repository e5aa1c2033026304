"""Whether a mail is answered by machine, and with or without the sender's own words.

Pure. Promises one acknowledgement for each new ticket and names the only exceptions; each
decision carries a sentence for the ticket's history. The doubts come first, the limits last,
so that what would not have been answered anyway uses nothing up.
"""

import re
from dataclasses import dataclass
from typing import Literal

from mailgate.message.address import (
    Address,
    canonical,
    domain_of,
    split_subaddress,
)
from mailgate.message.alignment import organisational
from mailgate.message.authenticity import Authenticity
from mailgate.message.message import Nature
from mailgate.replies import wire

_RATE = re.compile(r"([0-9]{1,6}) ?/ ?(hour|day)")

# Mailboxes nobody reads, or that are read by programs (RFC 2142, RFC 3834 §2), dots, hyphens
# and underscores left out.
_NOBODY_NAMES = (
    "mailerdaemon postmaster abuse noreply donotreply noreplies nieodpowiadaj nobody"
    " bounce bounces listserv majordomo"
)
_NOBODY = frozenset(_NOBODY_NAMES.split())
_PROGRAM = re.compile(
    r"owner-.*|.*-owner|.*-request|bounces?[-=].*|.*-bounces?"
    r"|(?:.*[._-])?(?:no[._-]?reply|do[._-]?not[._-]?reply|nie[._-]?odpowiadaj)(?:[._-].*|[0-9]*)"
)


@dataclass(frozen=True)
class Rate:
    """How many in an hour and in a day; None for no limit."""

    hour: int | None = None
    day: int | None = None


@dataclass(frozen=True)
class Limits:
    """How much automatic mail goes out; None for no limit.

    An hour limits acknowledgements, a day all automatic mail, to one address. domain_hour:
    acknowledgements to all addresses of one organisational domain. installation_hour: to anyone.
    """

    unproven_hour: int | None = 3
    unproven_day: int | None = 5
    proven_hour: int | None = None
    proven_day: int | None = 10
    domain_hour: int | None = 60
    installation_hour: int | None = 200


@dataclass(frozen=True)
class Spent:
    """What has gone out already, counted over the last hour and the last 24 hours.

    address_hour: acknowledgements to the address; address_day: all automatic mail to it.
    domain_hour, installation_hour: acknowledgements to its organisational domain, to anyone.
    """

    address_hour: int = 0
    address_day: int = 0
    domain_hour: int = 0
    installation_hour: int = 0


@dataclass(frozen=True)
class Incoming:
    """What is known of the mail that may be answered.

    author: the one mailbox in From, None where there is not exactly one. proven: the address
    passed earlier, used a token of ours or was entered by an agent. mail_from: the return path,
    "" for the null sender, None where the mail came without one. own: the author's address is
    one of ours. group_named: the department names the list through which it came. rests: a loop
    with the address was suspected of late.
    """

    nature: Nature
    is_new_ticket: bool
    author: Address | None
    authenticity: Authenticity
    proven: bool
    mail_from: str | None
    own: bool = False
    group_named: bool = False
    rests: bool = False


@dataclass(frozen=True)
class Acknowledge:
    """Answer to the address in From; with_words: the letter may repeat the sender's words."""

    with_words: bool
    reason: str


@dataclass(frozen=True)
class Silent:
    """Do not answer; alarm: whose limit that only a flood reaches was hit, "" for none."""

    reason: str
    alarm: Literal["", "domain", "installation"] = ""


def parse_rate(text: str) -> Rate:
    """Return the rate that "3/hour, 5/day" names, either half of it left out if not wanted.

    Raises ValueError saying what to write instead.
    """
    found: dict[str, int] = {}
    for piece in text.split(","):
        match = _RATE.fullmatch(piece.strip())
        if match is None:
            raise ValueError(f'{piece.strip()!r} is no rate; write for example "3/hour, 5/day"')
        if match[2] in found:
            raise ValueError(f'{text!r} limits the {match[2]} twice; write "/{match[2]}" once')
        found[match[2]] = int(match[1])
    return Rate(found.get("hour"), found.get("day"))


def decide(incoming: Incoming, limits: Limits, spent: Spent) -> Acknowledge | Silent:
    """Return whether a mail is acknowledged, and why or why not (RFC 3834 §2, §4)."""
    doubt = _unfit_mail(incoming) or _unfit_address(incoming)
    if doubt:
        return Silent(f"no acknowledgement: {doubt}")
    proven = is_proven(incoming)
    over = _over_limit(proven, limits, spent)
    if over:
        return over
    if incoming.rests:
        return Silent("no acknowledgement: a loop is suspected, automatic mail to him rests")
    if proven:
        return Acknowledge(True, "acknowledged: a new ticket of a proven sender")
    return Acknowledge(
        False, "acknowledged without the sender's own words: the sender is not proven"
    )


def is_proven(incoming: Incoming) -> bool:
    """Say whether the sender is proven, by this mail or by what was known before."""
    return incoming.proven or incoming.authenticity is Authenticity.PASS


def reads_no_mail(address: str) -> bool:
    """Say whether an address is one that a program answers for, or nobody."""
    local = canonical(split_subaddress(address)[0]).rpartition("@")[0]
    plain = re.sub(r"[._-]", "", local)
    return plain in _NOBODY or _PROGRAM.fullmatch(local) is not None


def _unfit_mail(incoming: Incoming) -> str:
    """Return why the mail itself asks for no answer, "" where nothing speaks against one."""
    if not incoming.is_new_ticket:
        return "the mail belongs to a ticket that was there before"
    if incoming.nature is Nature.GROUP and not incoming.group_named:
        return "it came through a list that the department does not name"
    if incoming.nature is Nature.NO_ANSWER:
        return "the mail asks for no automatic answer"
    if incoming.nature not in (Nature.PERSON, Nature.GROUP):
        return f"the mail is not from a person ({incoming.nature})"
    if incoming.mail_from is not None and incoming.mail_from.strip("<> ") == "":
        return "the mail has the null return path"
    if incoming.authenticity is Authenticity.FAIL:
        return "the sender's authentication failed"
    return ""


def _unfit_address(incoming: Incoming) -> str:
    """Return why nothing may be sent to the address in From, "" where something may."""
    if incoming.author is None:
        return "there is not exactly one address in From"
    address = incoming.author.address
    if not wire.is_writable(address):
        return "the address in From is not one that can be written to"
    if incoming.own:
        return "the address in From is one of ours"
    if reads_no_mail(address):
        return "the address in From is one that takes no answers"
    if not (is_proven(incoming) or _same_sender(address, incoming.mail_from)):
        return "the return path is of another domain than From, and the sender is not proven"
    return ""


def _same_sender(address: str, mail_from: str | None) -> bool:
    if mail_from is None:
        return True
    domain = domain_of(mail_from)
    return bool(domain) and organisational(domain) == organisational(domain_of(address))


def _over_limit(proven: bool, limits: Limits, spent: Spent) -> Silent | None:
    """Return the first limit that is reached, or None."""
    who = "a proven address" if proven else "an unproven address"
    hour = limits.proven_hour if proven else limits.unproven_hour
    day = limits.proven_day if proven else limits.unproven_day
    domain = "acknowledgements an hour to one domain"
    installation = "acknowledgements an hour by this installation"
    checks: tuple[tuple[int | None, int, str, Literal["", "domain", "installation"]], ...] = (
        (hour, spent.address_hour, f"acknowledgements an hour to {who}", ""),
        (day, spent.address_day, f"automatic mails a day to {who}", ""),
        (limits.domain_hour, spent.domain_hour, domain, "domain"),
        (limits.installation_hour, spent.installation_hour, installation, "installation"),
    )
    for limit, count, what, alarm in checks:
        if limit is not None and count >= limit:
            return Silent(f"no acknowledgement: limit of {limit} {what} reached", alarm)
    return None
