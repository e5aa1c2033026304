from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.message.address import Address
from mailgate.message.authenticity import Authenticity
from mailgate.message.message import Nature
from mailgate.replies.acknowledge import (
    Acknowledge,
    Incoming,
    Limits,
    Rate,
    Silent,
    Spent,
    decide,
    parse_rate,
    reads_no_mail,
)

ANNA = Incoming(
    nature=Nature.PERSON,
    is_new_ticket=True,
    author=Address("anna@example.net", "Anna"),
    authenticity=Authenticity.NONE,
    proven=False,
    mail_from="anna@example.net",
)


def outcome(incoming: Incoming, spent: Spent | None = None) -> Acknowledge | Silent:
    """Decide under the limits that are the default."""
    return decide(incoming, Limits(), spent or Spent())


def test_a_person_nobody_knows_is_answered_without_her_words():
    """A new ticket is acknowledged at once; unproven, with no word of hers."""
    answer = outcome(ANNA)
    assert isinstance(answer, Acknowledge)
    assert not answer.with_words
    assert "not proven" in answer.reason


@pytest.mark.parametrize(
    "proof", [{"proven": True}, {"authenticity": Authenticity.PASS}], ids=["earlier", "now"]
)
def test_a_proven_sender_is_answered_with_her_words(proof):
    """Proof is either this mail's authentication or what was known before."""
    answer = outcome(replace(ANNA, **proof))
    assert isinstance(answer, Acknowledge)
    assert answer.with_words


@pytest.mark.parametrize(
    ("nature", "named", "answered"),
    [
        (Nature.PERSON, False, True),
        (Nature.GROUP, False, False),
        (Nature.GROUP, True, True),
        (Nature.NO_ANSWER, False, False),
        (Nature.AUTO_REPLY, False, False),
        (Nature.MACHINE, True, False),
        (Nature.BOUNCE, False, False),
        (Nature.DELAY, False, False),
        (Nature.RECEIPT, False, False),
        (Nature.LOOP, False, False),
    ],
)
def test_only_people_are_answered(nature, named, answered):
    """Of all natures only people, and people behind a list that is named, get an answer."""
    answer = outcome(replace(ANNA, nature=nature, group_named=named, proven=True))
    assert isinstance(answer, Acknowledge) is answered


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"is_new_ticket": False}, "was there before"),
        ({"author": None}, "not exactly one address in From"),
        ({"author": Address("a b@example.net")}, "not one that can be written to"),
        ({"author": Address('"anna"@example.net')}, "not one that can be written to"),
        ({"author": Address("an\u202ena@example.net")}, "not one that can be written to"),
        ({"own": True}, "one of ours"),
        ({"mail_from": ""}, "null return path"),
        ({"mail_from": "<>"}, "null return path"),
        ({"authenticity": Authenticity.FAIL}, "authentication failed"),
        ({"author": Address("noreply@example.net")}, "takes no answers"),
    ],
)
def test_no_proof_helps_against_these(change, why):
    """These are silent even for a proven address, and the reason says which it was."""
    answer = outcome(replace(ANNA, proven=True, **change))
    assert isinstance(answer, Silent)
    assert why in answer.reason
    assert not answer.alarm


@pytest.mark.parametrize(
    ("mail_from", "author", "answered"),
    [
        ("anna@example.net", "anna@example.net", True),
        ("Anna@EXAMPLE.net", "anna@example.net", True),
        ("bounce-1@mail.example.net", "anna@example.net", True),
        ("anna@example.net", "anna@poczta.example.net", True),
        ("x@a.example.com.pl", "anna@b.example.com.pl", True),
        (None, "anna@example.net", True),
        ("anna@example.org", "anna@example.net", False),
        ("anna@notexample.net", "anna@example.net", False),
        ("anna@other.com.pl", "anna@example.com.pl", False),
        ("anna@other.co.uk", "anna@example.co.uk", False),
        ("anna", "anna@example.net", False),
        ("anna@", "anna@example.net", False),
    ],
)
def test_an_unproven_sender_is_answered_only_where_the_return_path_agrees(
    mail_from, author, answered
):
    """A return path elsewhere may be a forged From; proof makes up for it."""
    incoming = replace(ANNA, mail_from=mail_from, author=Address(author))
    assert isinstance(outcome(incoming), Acknowledge) is answered
    assert isinstance(outcome(replace(incoming, proven=True)), Acknowledge)


@pytest.mark.parametrize(
    ("local", "silent"),
    [
        *((name, True) for name in ("MAILER-DAEMON", "postmaster", "Abuse", "no-reply", "noreply")),
        *((name, True) for name in ("No.Reply", "do-not-reply", "donotreply", "do_not_reply")),
        *((name, True) for name in ("noreply-comments", "docs-noreply", "noreply2", "noreply+x")),
        *((name, True) for name in ("owner-list", "list-owner", "list-request", "list-bounces")),
        *((name, True) for name in ("bounce", "bounces+anna=example.net", "bounce-42", "nobody")),
        *((name, True) for name in ("nie-odpowiadaj", "nieodpowiadaj", "listserv", "majordomo")),
        *((name, False) for name in ("anna", "owner", "request", "abusebrowska", "reply")),
        *((name, False) for name in ("anna+noreply", "bouncer", "wnoreplya", "info", "dorequest")),
    ],
)
def test_mailboxes_of_programs_get_no_answer(local, silent):
    """An answer to a program is lost at best and a loop at worst."""
    assert reads_no_mail(f"{local}@example.net") is silent


@pytest.mark.parametrize(
    ("spent", "proven", "words", "alarm"),
    [
        (Spent(address_hour=2, address_day=4), False, None, ""),
        (Spent(address_hour=3), False, "limit of 3 acknowledgements an hour to an unpr", ""),
        (Spent(address_day=5), False, "limit of 5 automatic mails a day to an unproven", ""),
        (Spent(address_hour=9, address_day=9), True, None, ""),
        (Spent(address_day=10), True, "limit of 10 automatic mails a day to a proven", ""),
        (Spent(domain_hour=59, installation_hour=199), False, None, ""),
        (Spent(domain_hour=60), True, "limit of 60 acknowledgements an hour to one", "domain"),
        (Spent(installation_hour=200), True, "limit of 200 acknowledgements", "installation"),
    ],
)
def test_limits(spent, proven, words, alarm):
    """At a limit the answer stays out, the reason names it, and floods raise an alarm."""
    answer = outcome(replace(ANNA, proven=proven), spent)
    if words is None:
        assert isinstance(answer, Acknowledge)
        return
    assert isinstance(answer, Silent)
    assert answer.reason.startswith(f"no acknowledgement: {words}")
    assert answer.alarm == alarm


def test_who_is_suspected_of_a_loop_is_not_answered():
    """However much the limits would let him have, and also where he is proven."""
    for proven in (False, True):
        answer = outcome(replace(ANNA, proven=proven, rests=True), Spent())
        assert isinstance(answer, Silent) and "loop" in answer.reason and not answer.alarm


def test_a_limit_of_none_limits_nothing():
    """Each limit can be switched off."""
    free = Limits(None, None, None, None, None, None)
    assert isinstance(decide(ANNA, free, Spent(999, 999, 999, 999)), Acknowledge)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("3/hour, 5/day", Rate(3, 5)),
        ("5/day,3/hour", Rate(3, 5)),
        ("10/day", Rate(None, 10)),
        ("200 / hour", Rate(200, None)),
        ("0/hour", Rate(0, None)),
    ],
)
def test_rates_are_read(text, rate):
    """A rate is a number an hour, a day, or both in any order."""
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "3", "3/week", "-1/hour", "3/hour,", "3/hour 5/day", "³/day"])
def test_what_is_no_rate_says_what_to_write(text):
    """The remedy stands in the message."""
    with pytest.raises(ValueError, match='write for example "3/hour, 5/day"'):
        parse_rate(text)


def test_a_rate_named_twice_is_a_fault():
    """Neither of two limits of the same hour is silently preferred."""
    with pytest.raises(ValueError, match='write "/hour" once'):
        parse_rate("3/hour, 4/hour")


words = st.text(max_size=20)
incomings = st.builds(
    Incoming,
    nature=st.sampled_from(Nature),
    is_new_ticket=st.booleans(),
    author=st.none() | st.builds(Address, words | st.emails(), words),
    authenticity=st.sampled_from(Authenticity),
    proven=st.booleans(),
    mail_from=st.none() | st.just("") | words | st.emails(),
    own=st.booleans(),
    group_named=st.booleans(),
)
counts = st.integers(0, 300)


@given(incomings, st.builds(Spent, counts, counts, counts, counts))
def test_the_promises_hold_for_any_mail(incoming, spent):
    """Never to a machine, never after a failure, never over the limit, never unproven words."""
    answer = decide(incoming, Limits(), spent)
    assert answer.reason
    if isinstance(answer, Acknowledge):
        assert incoming.is_new_ticket
        assert incoming.author is not None
        assert incoming.nature in (Nature.PERSON, Nature.GROUP)
        assert incoming.authenticity is not Authenticity.FAIL
        assert incoming.mail_from != ""
        assert spent.installation_hour < 200
        proven = incoming.proven or incoming.authenticity is Authenticity.PASS
        assert answer.with_words is proven
        assert spent.address_day < (10 if proven else 5)
