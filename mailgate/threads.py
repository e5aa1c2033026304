"""Which ticket a mail belongs to, and whether its sender may speak in it.

Pure: `clues` reads a mail for pointers to tickets, the gateway looks them up, `find` decides. A
ticket number is a hint and never a key; who is no participant gets a ticket of his own.
"""

import re
from collections.abc import Mapping, Sequence
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
    participant: whom the token was made for, 0 for nobody in particular. header: where a
    Message-ID stood.
    """

    matched_by: MatchedBy
    number: int | None = None
    message_id: str = ""
    signed: bool = False
    full_tag: bool = False
    participant: int = 0
    header: str = ""

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
    """A ticket that a clue led to; survivors of merges only.

    participants, requester: canonical addresses.
    """

    ticket_id: int
    number: int
    department: str
    participants: frozenset[str]
    requester: str = ""


@dataclass(frozen=True)
class Hit:
    """A clue and the ticket it led to."""

    clue: Clue
    ticket: Candidate


@dataclass(frozen=True)
class Speaker:
    """Who sends. address: canonical, None where no single From address is certain.

    person: by which id our tokens name him, 0 for none.
    """

    address: str | None
    authenticity: Authenticity
    is_agent: bool = False
    with_command: bool = False
    person: int = 0


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
    references = dict.fromkeys(reversed(message.references[-_MAX_REFERENCES:]), "References")
    answered = dict.fromkeys(message.in_reply_to[:_MAX_REFERENCES], "In-Reply-To")
    references = answered | {each: answered.get(each, name) for each, name in references.items()}
    return (
        *_address_clues(addresses, signs, by_machine=by_machine),
        *_signed_clues(references, signs),
        *(
            Clue(MatchedBy.REFERENCE, message_id=each, header=references[each])
            for each in references
        ),
        *_subject_clues(message.subject[:_MAX_SUBJECT], signs.subject_tag),
    )


def _address_clues(addresses: Sequence[str], signs: Signs, *, by_machine: bool) -> list[Clue]:
    tokens = (read_address(signs.keys, address, signs.today) for address in addresses)
    return [
        Clue(MatchedBy.ADDRESS, token.number, signed=True, participant=token.participant)
        for token in tokens
        if token is not None and (by_machine or token.purpose is Purpose.REPLY)
    ]


def _signed_clues(references: Mapping[str, str], signs: Signs) -> list[Clue]:
    tokens = (
        (each, read_message_id(signs.keys, each, signs.instance, signs.today))
        for each in references
    )
    return [
        Clue(
            MatchedBy.REFERENCE,
            number=token.number,
            message_id=each,
            signed=True,
            participant=token.participant,
            header=references[each],
        )
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
    """Decide for an agent: her From alone proves nothing; with no token she is a requester.

    A token is good for acting only if it was made for her, and together with an authenticated
    sender. On a ticket of her own she is a requester like any other.
    """
    signed = next((hit for hit in hits if hit.clue.signed), None)
    as_anyone = Speaker(speaker.address, speaker.authenticity)
    if signed is not None and signed.ticket.requester == speaker.address:
        return find(hits, as_anyone)
    passed = speaker.authenticity is Authenticity.PASS
    made_for_her = (hit for hit in hits if hit.clue.signed and hit.clue.participant)
    hers = next((hit for hit in made_for_her if hit.clue.participant == speaker.person), None)
    if hers is not None and passed:
        return Speak(hers, Standing.AGENT, True, f"{_by(hers)}, from an agent who is proven")
    own = next((hit for hit in hits if speaker.address in hit.ticket.participants), None)
    if own is not None and speaker.authenticity is not Authenticity.FAIL and own is signed:
        return Speak(own, Standing.PARTICIPANT, True, f"{_by(own)}, on a ticket of her own")
    unproven = _unproven_agent(hits, speaker, signed)
    if unproven:
        return Doubtful(signed, "agent_unproven", unproven)
    if speaker.with_command:
        return Apart(None, Standing.AGENT, "a command in a fresh mail of an agent who is proven")
    return find(hits, as_anyone)


def _unproven_agent(hits: Sequence[Hit], speaker: Speaker, signed: Hit | None) -> str:
    """Return why an agent's mail has to wait, "" where it asks for nothing that needs proof."""
    passed = speaker.authenticity is Authenticity.PASS
    if signed is not None:
        lacks = "it was made for another" if passed else "nothing proves that the mail is hers"
        return f"{_by(signed)}, from an agent's address, but {lacks}"
    if speaker.with_command and not passed:
        return "an agent's address with a command, but nothing proves that the mail is hers"
    if speaker.with_command and any(hit.clue.binding for hit in hits):
        return "a command on a ticket that no token of the agent's leads to"
    return ""


def _vouched(hits: Sequence[Hit], ticket: Candidate) -> bool:
    return any(hit.clue.signed and hit.ticket.ticket_id == ticket.ticket_id for hit in hits)


def _by(hit: Hit) -> str:
    names = {
        MatchedBy.ADDRESS: "recipient: signed reply address",
        MatchedBy.REFERENCE: f"header {hit.clue.header or 'References'}: "
        + ("signed Message-ID" if hit.clue.signed else "stored Message-ID"),
        MatchedBy.SUBJECT: "header Subject: " + ("tag" if hit.clue.full_tag else "number"),
    }
    return f"{names[hit.clue.matched_by]} of ticket {hit.ticket.number}"
