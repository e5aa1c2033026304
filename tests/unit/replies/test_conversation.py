from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.replies.conversation import next_thread_index, references_of, without_words

AT = datetime(2026, 11, 3, 17, 5, tzinfo=UTC)
ANCHOR = "<anchor@support.example.com>"


@pytest.mark.parametrize(
    ("parent", "parent_id", "expected"),
    [
        ((), "", (ANCHOR,)),
        ((), "<1@b>", ("<1@b>", ANCHOR)),
        (("<0@b>",), "<1@b>", ("<0@b>", ANCHOR, "<1@b>")),
        (("<0@b>", ANCHOR, "<1@b>"), "<2@b>", ("<0@b>", ANCHOR, "<1@b>", "<2@b>")),
        (("<0@b>",), "", ("<0@b>", ANCHOR)),
        (("junk",), "<1@b>", (ANCHOR, "<1@b>")),
    ],
)
def test_references_lead_over_the_anchor(parent, parent_id, expected):
    """The customer's first mail, then the ticket's anchor, then the latest."""
    assert references_of(parent, parent_id, ANCHOR) == expected


def test_long_conversations_keep_first_anchor_and_last():
    """However long a thread gets, its References stay at twenty."""
    parent = tuple(f"<{n}@b>" for n in range(100))
    found = references_of(parent, "<last@b>", ANCHOR)
    assert len(found) == 20
    assert found[:2] == ("<0@b>", ANCHOR)
    assert found[-1] == "<last@b>"


def test_a_new_index_is_a_time_and_an_id():
    """22 octets: the time in units of 6.5 ms, and an id that follows from the seed alone."""
    index = b64decode(next_thread_index(None, AT, b"anchor"))
    assert len(index) == 22
    assert index[0] == 1
    ticks = int.from_bytes(index[:6], "big") << 16
    began = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)
    assert timedelta() <= AT - began < timedelta(milliseconds=7)
    later = b64decode(next_thread_index(None, AT + timedelta(days=1), b"anchor"))
    assert index[6:] == later[6:]


@pytest.mark.parametrize(
    ("passed", "delta"),
    [
        (timedelta(0), 0),
        (timedelta(seconds=60), 60 * 10**7 >> 18),
        (timedelta(days=600), 600 * 86400 * 10**7 >> 18),
        (timedelta(days=700), (700 * 86400 * 10**7 >> 23) | 1 << 31),
        (timedelta(days=-1), 0),
    ],
)
def test_an_answer_adds_the_time_that_passed(passed, delta):
    """Each answer appends five octets; after 1.7 years in a coarser unit."""
    began = b64decode(next_thread_index(None, AT, b"anchor"))
    index = b64decode(next_thread_index(b64encode(began).decode(), AT + passed, b"anchor"))
    assert index[:22] == began
    assert len(index) == 27
    found = int.from_bytes(index[22:26], "big")
    assert found >> 31 == delta >> 31
    assert abs((found & 0x7FFFFFFF) - (delta & 0x7FFFFFFF)) <= 1


@pytest.mark.parametrize(
    "damaged", ["", "x", "Zażółć", "AAAA", b64encode(b"x" * 23).decode(), "A" * 1004]
)
def test_a_damaged_index_begins_anew(damaged):
    """What is no index of Outlook's is not carried on."""
    assert next_thread_index(damaged, AT, b"a") == next_thread_index(None, AT, b"a")


def test_a_folded_index_is_read():
    """White space within a header's value does no harm."""
    began = next_thread_index(None, AT, b"a")
    folded = f"{began[:10]}\r\n {began[10:]}"
    assert next_thread_index(folded, AT, b"a") == next_thread_index(began, AT, b"a")


@given(st.integers(0, 200))
def test_an_index_never_grows_beyond_bounds(answers):
    """After forty answers it starts again from its head, the conversation's id kept."""
    index = next_thread_index(None, AT, b"a")
    head = b64decode(index)[:22]
    for number in range(answers):
        index = next_thread_index(index, AT + timedelta(hours=number), b"a")
    assert b64decode(index)[:22] == head
    assert len(index) <= 400


@pytest.mark.parametrize(
    ("message_id", "kept"),
    [
        ("<CAB+x=yz9$_1@mail.gmail.com>", True),
        ("<DB7PR04MB5678ABC@DB7PR04MB5678.eurprd04.prod.outlook.com>", True),
        ("<20261103.1@example.net>", True),
        ("<t123456.aa.k1abc.inst@support.example.com>", True),
        ("<TANIE-KREDYTY-bez-weryfikacji@evil.example>", False),
        ("<see.www.evil.example@x>", False),
        ("<https.evil@x>", False),
        ("<buy.at.evil.com.now@x>", False),
        ('<"quoted words"@x>', False),
        ("<a b@x>", False),
        ("<zażółć@x>", False),
        ("<" + "1" * 150 + "@x>", False),
        ("", False),
    ],
)
def test_a_message_id_goes_back_to_nobody_certain_only_if_it_says_nothing(
    message_id: str, kept: bool
) -> None:
    """What programs make is kept; prose, web addresses and whatever else is not."""
    assert without_words([message_id]) == [message_id] * kept
