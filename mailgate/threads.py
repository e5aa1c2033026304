"""Which ticket a mail belongs to, and whether its sender may speak in it.

Pure: `clues` reads a mail for pointers to tickets, the gateway looks them up, `find` decides. A
ticket number is a hint and never a key; who is no participant gets a ticket of his own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mailgate.message.authenticity import Authenticity
from mailgate.message.message import Message
from mailgate.tokens import Keys, Purpose, read_address, read_message_id

_MAX_SUBJECT = 1_000
_MAX_REFERENCES = 100
_MAX_NUMBERS = 20
_NUMBER = r"([0-9]{6,9})"
_LOOSE = re.compile(
    rf"(?<![\w#])\#{_NUMBER}(?![0-9])"
    rf"|\b(?:zg[łl]oszeni\w{{0,4}}|bilet\w{{0,3}}|spraw\w{{0,3}}|tickets?|case|request)"
    rf"\s*(?:nr\.?|numer|no\.?|number|id)?\s*[:#]?\s*{_NUMBER}(?![0-9])",
    re.IGNORECASE,
)


class MatchedBy(StrEnum):
    """What led from a mail to a ticket."""

    ADDRESS = "address"
    REFERENCE = "reference"
    SUBJECT = "subject"


class Standing(StrEnum):
    """In what capacity a sender speaks, or fails to speak, in a ticket."""

    PARTICIPANT = "participant"
    THIRD_PARTY = "third-party"
    STRANGER = "stranger"
    AGENT = "agent"


@dataclass(frozen=True)
class Clue:
    """A pointer to a ticket: by number, or by a Message-ID that may be stored.

    signed: a token of ours vouches for it. full_tag: the whole tag stood in the subject.
    participant: whom the token was made for, 0 for nobody in particular.
    """

    matched_by: MatchedBy
    number: int | None = None
    message_id: str = ""
    signed: bool = False
    full_tag: bool = False
    participant: int = 0

    @property
    def binding(self) -> bool:
        """Whether it shows knowledge of our mail, not just a number that fits."""
        return self.matched_by is not MatchedBy.SUBJECT or self.full_tag


@dataclass(frozen=True)
class Signs:
    """What our own marks look like: keys, instance id, subject tag, and the day it is."""

    keys: Keys
    instance: str
    subject_tag: str
    today: date


@dataclass(frozen=True)
class Candidate:
    """A ticket that a clue led to. participants: canonical addresses; survivors of merges only."""

    ticket_id: int
    number: int
    department: str
    participants: frozenset[str]


@dataclass(frozen=True)
class Hit:
    """A clue and the ticket it led to."""

    clue: Clue
    ticket: Candidate


@dataclass(frozen=True)
class Speaker:
    """Who sends. address: canonical, None where no single From address is certain."""

    address: str | None
    authenticity: Authenticity
    is_agent: bool = False
    with_command: bool = False


@dataclass(frozen=True)
class Speak:
    """He may: the mail becomes an entry. vouched: one of our tokens came with it."""

    hit: Hit
    standing: Standing
    vouched: bool
    reason: str


@dataclass(frozen=True)
class Apart:
    """He may not: a ticket of his own, linked to the one he pointed at, if any."""

    hit: Hit | None
    standing: Standing | None
    reason: str


@dataclass(frozen=True)
class Doubtful:
    """A human has to look: held with this cause."""

    hit: Hit | None
    cause: str
    reason: str


Found = Speak | Apart | Doubtful


def clues(
    message: Message, recipients: Sequence[str], signs: Signs, *, by_machine: bool = False
) -> tuple[Clue, ...]:
    """Return every pointer to a ticket, the most trustworthy first.

    Signed reply address; our signed Message-IDs and then any Message-ID, each in In-Reply-To
    before References, these from last to first; numbers in the subject. by_machine: machines
    answer the envelope sender (RFC 3834 §4), so that ours counts as a reply address.
    """
    addresses = [*recipients, *(to.address for to in (*message.to, *message.cc))]
    references = message.in_reply_to + tuple(reversed(message.references[-_MAX_REFERENCES:]))
    return (
        *_address_clues(addresses, signs, by_machine=by_machine),
        *_signed_clues(references, signs),
        *(Clue(MatchedBy.REFERENCE, message_id=each) for each in dict.fromkeys(references)),
        *_subject_clues(message.subject[:_MAX_SUBJECT], signs.subject_tag),
    )


def _address_clues(addresses: Sequence[str], signs: Signs, *, by_machine: bool) -> list[Clue]:
    tokens = (read_address(signs.keys, address, signs.today) for address in addresses)
    return [
        Clue(MatchedBy.ADDRESS, token.number, signed=True, participant=token.participant)
        for token in tokens
        if token is not None and (by_machine or token.purpose is Purpose.REPLY)
    ]


def _signed_clues(references: Sequence[str], signs: Signs) -> list[Clue]:
    tokens = (
        (each, read_message_id(signs.keys, each, signs.instance, signs.today))
        for each in dict.fromkeys(references)
    )
    return [
        Clue(MatchedBy.REFERENCE, number=token.number, message_id=each, signed=True)
        for each, token in tokens
        if token is not None
    ]


def _subject_clues(subject: str, tag: str) -> list[Clue]:
    before, _, after = tag.partition("{number}")
    full = re.compile(rf"{re.escape(before)}{_NUMBER}(?![0-9]){re.escape(after)}", re.IGNORECASE)
    tagged = [int(match[1]) for match in full.finditer(subject)][:_MAX_NUMBERS]
    loose = [int(match[1] or match[2]) for match in _LOOSE.finditer(subject)][:_MAX_NUMBERS]
    return [
        *(Clue(MatchedBy.SUBJECT, number=each, full_tag=True) for each in dict.fromkeys(tagged)),
        *(Clue(MatchedBy.SUBJECT, number=each) for each in dict.fromkeys(loose)),
    ]


def find(hits: Sequence[Hit], speaker: Speaker) -> Found:
    """Say where a mail belongs: the first hit at which its sender may speak, else apart.

    hits: in the order of `clues`. A ticket in which he takes part comes before one whose mail he
    was shown, unless nothing but a number in the subject leads there: whoever puts the one before
    the other takes nothing from him. A sender who points at a ticket that is not his, by more
    than a number that happens to fit, gets a ticket linked to it.
    """
    if speaker.is_agent:
        return _find_for_agent(hits, speaker)
    own = [hit for hit in hits if speaker.address in hit.ticket.participants]
    shown = next((hit for hit in hits if hit.clue.signed), None)
    failed = speaker.authenticity is Authenticity.FAIL
    hit = next((hit for hit in own if hit.clue.binding), None)
    if hit is None and own and (shown is None or failed):
        hit = own[0]
    if hit is not None and failed:
        reason = f"{_by(hit)}, and the sender's address takes part, but its authentication failed"
        return Doubtful(hit, "failed_authentication", reason)
    if hit is not None:
        vouched = _vouched(hits, hit.ticket)
        return Speak(hit, Standing.PARTICIPANT, vouched, f"{_by(hit)}, from a participant")
    if shown is not None and not failed:
        reason = f"{_by(shown)}, from someone who was shown our mail"
        return Speak(shown, Standing.THIRD_PARTY, True, reason)
    pointed_at = next((hit for hit in hits if hit.clue.binding), None)
    if pointed_at is not None:
        reason = f"{_by(pointed_at)}, but the sender takes no part in that ticket"
        return Apart(pointed_at, Standing.STRANGER, reason)
    return Apart(None, None, "no pointer to a ticket of the sender's")


def _find_for_agent(hits: Sequence[Hit], speaker: Speaker) -> Found:
    """Decide for an agent: her From alone proves nothing; with no token she is a requester."""
    signed = next((hit for hit in hits if hit.clue.signed), None)
    if signed is not None and speaker.authenticity is Authenticity.PASS:
        return Speak(signed, Standing.AGENT, True, f"{_by(signed)}, from an agent who is proven")
    own = next((hit for hit in hits if speaker.address in hit.ticket.participants), None)
    if own is not None and speaker.authenticity is not Authenticity.FAIL and own is signed:
        return Speak(own, Standing.PARTICIPANT, True, f"{_by(own)}, on a ticket of her own")
    if signed is not None or speaker.with_command:
        reason = "an agent's address with a token or a command, but nothing proves it is hers"
        return Doubtful(signed, "agent_unproven", reason)
    return find(hits, Speaker(speaker.address, speaker.authenticity))


def _vouched(hits: Sequence[Hit], ticket: Candidate) -> bool:
    return any(hit.clue.signed and hit.ticket.ticket_id == ticket.ticket_id for hit in hits)


def _by(hit: Hit) -> str:
    names = {
        MatchedBy.ADDRESS: "signed reply address",
        MatchedBy.REFERENCE: "signed Message-ID" if hit.clue.signed else "stored Message-ID",
        MatchedBy.SUBJECT: "tag in the subject" if hit.clue.full_tag else "number in the subject",
    }
    return f"{names[hit.clue.matched_by]} of ticket {hit.ticket.number}"
