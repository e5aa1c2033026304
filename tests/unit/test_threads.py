from dataclasses import replace
from datetime import date

import pytest

from mailgate import tokens
from mailgate.message.authenticity import Authenticity
from mailgate.message.message import Message
from mailgate.threads import (
    Apart,
    Candidate,
    Clue,
    Doubtful,
    Hit,
    MatchedBy,
    Signs,
    Speak,
    Speaker,
    Standing,
    clues,
    find,
)
from mailgate.tokens import Keys, Purpose
from tests.unit.desk import message

KEYS = Keys((("k1", b"0123456789abcdef"),))
TODAY = date(2026, 11, 20)
SIGNS = Signs(KEYS, "inst", "[#{number}]", TODAY)
OURS = tokens.signed_message_id(KEYS, 123456, "aa", "inst", "support.example.com", TODAY)
REPLY_TO = tokens.signed_address(KEYS, Purpose.REPLY, "pomocdynamics@example.com", 123456, 5, TODAY)

ANNA, MALLORY, EWA = "anna@example.net", "mallory@evil.example", "ewa@example.com"
TICKET = Candidate(1, 123456, "dynamics", frozenset({ANNA}))
OTHER = Candidate(2, 222222, "dynamics", frozenset({MALLORY}))

BY_ADDRESS = Clue(MatchedBy.ADDRESS, number=123456, signed=True)
BY_OUR_ID = Clue(MatchedBy.REFERENCE, number=123456, message_id=OURS, signed=True)
BY_ID = Clue(MatchedBy.REFERENCE, message_id="<1@example.net>")
BY_TAG = Clue(MatchedBy.SUBJECT, number=123456, full_tag=True)
BY_NUMBER = Clue(MatchedBy.SUBJECT, number=123456)

PASS, FAIL, NONE = Authenticity.PASS, Authenticity.FAIL, Authenticity.NONE


@pytest.mark.parametrize(
    ("subject", "tagged", "loose"),
    [
        ("Re: [#123456] Drukarka", [123456], [123456]),
        ("AW: WG: [#1234567] x", [1234567], [1234567]),
        ("zgłoszenie nr 123456", [], [123456]),
        ("Zgłoszenie 123456 - dalej", [], [123456]),
        ("ticket #123456", [], [123456]),
        ("Ticket no. 123456", [], [123456]),
        ("Pytanie #123456 i #234567", [], [123456, 234567]),
        ("[#123456] i [#234567]", [123456, 234567], [123456, 234567]),
        ("PO #471123", [], [471123]),
        ("faktura 123456", [], []),
        ("#12345", [], []),
        ("#1234567890", [], []),
        ("[#12345x]", [], []),
        ("abc#123456", [], []),
        ("", [], []),
    ],
)
def test_a_subject_points_by_tag_or_by_number(
    subject: str, tagged: list[int], loose: list[int]
) -> None:
    """The whole tag counts more than a number that may be anything."""
    found = clues(message(subject), (), SIGNS)
    assert [clue.number for clue in found if clue.full_tag] == tagged
    assert [clue.number for clue in found if not clue.full_tag] == loose
    assert all(clue.matched_by is MatchedBy.SUBJECT for clue in found)


def test_another_subject_tag_is_matched_as_configured() -> None:
    """What surrounds the number in the configuration is text, not a pattern."""
    signs = Signs(KEYS, "inst", "(HD+{number})", TODAY)
    found = clues(message("Re: (hd+123456) x"), (), signs)
    assert [clue.number for clue in found if clue.full_tag] == [123456]


def test_clues_come_in_order_of_trust() -> None:
    """Signed address, our Message-IDs, any Message-ID from the last on, then the subject."""
    mail = message(
        "Re: [#123456] x", in_reply_to=("<b@example.net>",), references=("<a@example.net>", OURS)
    )
    found = clues(mail, (REPLY_TO.lower(),), SIGNS)
    assert [(clue.matched_by, clue.message_id, clue.signed) for clue in found] == [
        (MatchedBy.ADDRESS, "", True),
        (MatchedBy.REFERENCE, OURS, True),
        (MatchedBy.REFERENCE, "<b@example.net>", False),
        (MatchedBy.REFERENCE, OURS, False),
        (MatchedBy.REFERENCE, "<a@example.net>", False),
        (MatchedBy.SUBJECT, "", False),
        (MatchedBy.SUBJECT, "", False),
    ]


def test_a_reply_address_counts_in_to_as_well() -> None:
    """A mailbox that lost the envelope still has the address in To."""
    assert clues(message(to=(REPLY_TO,)), (), SIGNS)[0].signed


def test_an_envelope_senders_token_opens_no_ticket() -> None:
    """A token made for bounces is none for replies, but where machines answer it."""
    address = tokens.signed_address(KEYS, Purpose.RETURN, "p@example.com", 123456, 5, TODAY)
    assert clues(message(), (address,), SIGNS)[:1] == ()
    (clue,) = clues(message(), (address,), SIGNS, by_machine=True)
    assert (clue.number, clue.participant, clue.signed) == (123456, 5, True)


@pytest.mark.parametrize(
    ("who", "authenticity", "clue", "expected"),
    [
        (ANNA, PASS, BY_ADDRESS, (Speak, Standing.PARTICIPANT, True)),
        (ANNA, NONE, BY_OUR_ID, (Speak, Standing.PARTICIPANT, True)),
        (ANNA, NONE, BY_ID, (Speak, Standing.PARTICIPANT, False)),
        (ANNA, NONE, BY_TAG, (Speak, Standing.PARTICIPANT, False)),
        (ANNA, NONE, BY_NUMBER, (Speak, Standing.PARTICIPANT, False)),
        (ANNA, FAIL, BY_ADDRESS, (Doubtful, "failed_authentication")),
        (ANNA, FAIL, BY_NUMBER, (Doubtful, "failed_authentication")),
        (MALLORY, PASS, BY_ADDRESS, (Speak, Standing.THIRD_PARTY, True)),
        (MALLORY, NONE, BY_OUR_ID, (Speak, Standing.THIRD_PARTY, True)),
        (MALLORY, FAIL, BY_ADDRESS, (Apart, Standing.STRANGER, 123456)),
        (MALLORY, NONE, BY_ID, (Apart, Standing.STRANGER, 123456)),
        (MALLORY, PASS, BY_TAG, (Apart, Standing.STRANGER, 123456)),
        (MALLORY, PASS, BY_NUMBER, (Apart, None, None)),
        (None, NONE, BY_TAG, (Apart, Standing.STRANGER, 123456)),
        (None, NONE, BY_ADDRESS, (Speak, Standing.THIRD_PARTY, True)),
    ],
)
def test_who_may_speak_in_a_ticket(
    who: str | None, authenticity: Authenticity, clue: Clue, expected: tuple[object, ...]
) -> None:
    """A number is a hint; only a participant, or whom our mail was shown to, gets in."""
    found = find([Hit(clue, TICKET)], Speaker(who, authenticity))
    match found:
        case Speak(standing=standing, vouched=vouched):
            assert expected == (Speak, standing, vouched)
        case Doubtful(cause=cause):
            assert expected == (Doubtful, cause)
        case Apart(hit=hit, standing=standing):
            assert expected == (Apart, standing, hit.ticket.number if hit else None)


@pytest.mark.parametrize(
    ("authenticity", "clue", "command", "expected"),
    [
        (PASS, replace(BY_ADDRESS, participant=7), False, Standing.AGENT),
        (PASS, replace(BY_OUR_ID, participant=7), True, Standing.AGENT),
        (PASS, replace(BY_ADDRESS, participant=8), False, "agent_unproven"),
        (PASS, BY_OUR_ID, True, "agent_unproven"),
        (NONE, replace(BY_ADDRESS, participant=7), False, "agent_unproven"),
        (FAIL, replace(BY_OUR_ID, participant=7), False, "agent_unproven"),
        (NONE, BY_NUMBER, True, "agent_unproven"),
        (PASS, BY_TAG, True, "agent_unproven"),
        (PASS, BY_TAG, False, None),
        (NONE, BY_NUMBER, False, None),
    ],
)
def test_an_agent_needs_a_token_and_proof(
    authenticity: Authenticity, clue: Clue, command: bool, expected: object
) -> None:
    """With one of the two alone her mail is held; with neither she is anybody."""
    speaker = Speaker(EWA, authenticity, is_agent=True, with_command=command, person=7)
    match find([Hit(clue, TICKET)], speaker):
        case Speak(standing=standing):
            assert standing is expected
        case Doubtful(cause=cause):
            assert cause == expected
        case Apart():
            assert expected is None


def test_an_agent_is_a_requester_on_a_ticket_of_her_own() -> None:
    """Her own ticket takes her mail as anyone's, with or without our token."""
    own = Candidate(3, 123456, "billing", frozenset({EWA}))
    for clue in (BY_ADDRESS, BY_TAG):
        found = find([Hit(clue, own)], Speaker(EWA, NONE, is_agent=True))
        assert isinstance(found, Speak) and found.standing is Standing.PARTICIPANT
    asked = replace(own, requester=EWA)
    hers = Hit(replace(BY_ADDRESS, participant=7), asked)
    found = find([hers], Speaker(EWA, PASS, is_agent=True, person=7))
    assert isinstance(found, Speak) and found.standing is Standing.PARTICIPANT


def test_a_command_in_a_fresh_mail_needs_proof_alone() -> None:
    """There is no ticket to hold a token of; a number in the subject leads nowhere."""
    speaker = Speaker(EWA, PASS, is_agent=True, with_command=True, person=7)
    for hits in ([], [Hit(BY_NUMBER, TICKET)]):
        found = find(hits, speaker)
        assert isinstance(found, Apart) and (found.hit, found.standing) == (None, Standing.AGENT)


CLUES = (BY_ADDRESS, BY_OUR_ID, BY_ID, BY_TAG, BY_NUMBER)


@pytest.mark.parametrize("clue", CLUES)
@pytest.mark.parametrize("authenticity", [PASS, FAIL, NONE])
def test_every_cell_of_the_table_of_senders(clue: Clue, authenticity: Authenticity) -> None:
    """A participant speaks unless refuted; others only with a token, and a number is nothing."""
    his = find([Hit(clue, TICKET)], Speaker(ANNA, authenticity))
    if authenticity is FAIL:
        assert isinstance(his, Doubtful) and his.cause == "failed_authentication"
    else:
        assert isinstance(his, Speak)
        assert (his.standing, his.vouched) == (Standing.PARTICIPANT, clue.signed)
    others = find([Hit(clue, TICKET)], Speaker(MALLORY, authenticity))
    if clue.signed and authenticity is not FAIL:
        assert isinstance(others, Speak) and others.standing is Standing.THIRD_PARTY
    else:
        assert isinstance(others, Apart)
        assert (others.hit is not None) == (clue is not BY_NUMBER)
        assert others.standing is (Standing.STRANGER if others.hit else None)


@pytest.mark.parametrize("first", CLUES)
@pytest.mark.parametrize("then", CLUES)
def test_the_order_of_pointers_takes_nothing_from_a_participant(first: Clue, then: Clue) -> None:
    """Another's ticket before his own or behind it: he speaks in his.

    But where only a number leads to his and a token to the other, the token tells what he means.
    """
    for hits in (
        [Hit(first, OTHER), Hit(then, TICKET)],
        [Hit(then, TICKET), Hit(first, OTHER)],
    ):
        found = find(hits, Speaker(ANNA, NONE))
        assert isinstance(found, Speak)
        shown = then is BY_NUMBER and first.signed
        assert found.hit.ticket is (OTHER if shown else TICKET)
        assert found.standing is (Standing.THIRD_PARTY if shown else Standing.PARTICIPANT)
        refuted = find(hits, Speaker(ANNA, FAIL))
        assert isinstance(refuted, Doubtful) and refuted.hit is not None
        assert refuted.hit.ticket is TICKET


def test_the_ticket_in_which_he_takes_part_wins_over_a_number() -> None:
    """Of several numbers in a subject, the sender's own is meant."""
    other = Clue(MatchedBy.SUBJECT, number=222222)
    found = find([Hit(other, OTHER), Hit(BY_NUMBER, TICKET)], Speaker(ANNA, NONE))
    assert isinstance(found, Speak) and found.hit.ticket is TICKET


def test_without_any_pointer_it_is_a_new_matter() -> None:
    """No hit, no link."""
    assert find([], Speaker(ANNA, NONE)) == Apart(
        None, None, "no pointer to a ticket of the sender's"
    )
    agent = find([], Speaker(EWA, NONE, is_agent=True))
    assert isinstance(agent, Apart)


@pytest.mark.parametrize(
    ("mail", "said"),
    [
        (message(in_reply_to=(OURS,)), "header In-Reply-To: signed Message-ID"),
        (message(references=(OURS,)), "header References: signed Message-ID"),
        (message(references=(OURS,), in_reply_to=(OURS,)), "header In-Reply-To: signed"),
        (message(references=("<1@example.net>",)), "header References: stored Message-ID"),
        (message(to=(REPLY_TO,)), "recipient: signed reply address"),
        (message("[#123456]"), "header Subject: tag"),
        (message("#123456"), "header Subject: number"),
    ],
)
def test_a_reason_names_the_header_that_decided(mail: Message, said: str) -> None:
    """Whoever asks why reads where to look."""
    hits = [Hit(clue, TICKET) for clue in clues(mail, (), SIGNS)]
    found = find(hits, Speaker(ANNA, NONE))
    assert found.reason.startswith(f"{said}") and "of ticket 123456" in found.reason
