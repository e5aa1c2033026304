import pytest

from mailgate.verification.names import UnansweredError
from mailgate.verification.policy import Policy, is_of, policy_of
from tests.unit.verification.answers import UNANSWERED, Table

TEXTS = {
    "_dmarc.example.net": ["v=DMARC1; p=reject; sp=quarantine; adkim=s; aspf=r"],
    "_dmarc.own.example.net": ["v=DMARC1; p=none; psd=n"],
    "_dmarc.two.example": ["v=DMARC1; p=reject", "v=DMARC1; p=none"],
    "_dmarc.odd.example": ["v=DMARC1;p = Reject ;; x; adkim=s; p=none", "other"],
    "_dmarc.sampled.example": ["v=DMARC1; p=reject; pct=10"],
    "_dmarc.testing.example": ["v=DMARC1; p=reject; t=y"],
    "_dmarc.wrong.example": ["v=DMARC1; p=destroy"],
    "_dmarc.other.example": ["v=DMARC2; p=reject"],
    "_dmarc.suffix.example": ["v=DMARC1; p=reject; psd=y"],
    "_dmarc.com": ["v=DMARC1; p=reject"],
    "_dmarc.onmicrosoft.com": ["v=DMARC1; p=reject"],
    "_dmarc.down.example": UNANSWERED,
}


@pytest.mark.parametrize(
    ("domain", "policy"),
    [
        ("example.net", Policy("reject", True, False, "example.net")),
        ("news.example.net", Policy("quarantine", True, False, "example.net")),
        ("own.example.net", Policy("none", False, False, "own.example.net")),
        ("a.own.example.net", Policy("none", False, False, "own.example.net")),
        ("odd.example", Policy("reject", True, False, "odd.example")),
        ("sampled.example", Policy("none", False, False, "sampled.example")),
        ("testing.example", Policy("none", False, False, "testing.example")),
        ("wrong.example", Policy("none", False, False, "wrong.example")),
        ("a.b.suffix.example", None),
        ("suffix.example", Policy("reject", False, False, "suffix.example")),
        ("two.example", None),
        ("other.example", None),
        ("nothing.example", None),
        ("nothing.com", None),
        ("tenant.onmicrosoft.com", None),
        ("localhost", None),
    ],
)
def test_the_policy_of_a_domain(domain, policy):
    """Its own record, else that of the organisation; never that of a suffix."""
    assert policy_of(domain, Table(TEXTS)) == policy


def test_a_server_that_does_not_answer_is_no_policy():
    """Nobody may be held for that."""
    with pytest.raises(UnansweredError):
        policy_of("a.down.example", Table(TEXTS))


def test_a_long_name_asks_a_few_times():
    """Eight questions at most, the name itself among them."""
    names = Table(TEXTS)
    assert policy_of("x." * 60 + "example.net", names) is not None
    assert len(names.asked) <= 8


@pytest.mark.parametrize(
    ("domain", "author", "strict", "aligned"),
    [
        ("example.net", "example.net", True, True),
        ("mail.example.net", "example.net", False, True),
        ("mail.example.net", "news.example.net", False, True),
        ("mail.example.net", "example.net", True, False),
        ("own.example.net", "example.net", False, False),
        ("badexample.net", "example.net", False, False),
        ("evil.example", "example.net", False, False),
    ],
)
def test_who_is_aligned(domain, author, strict, aligned):
    """To the letter, or of one organisation; a part that says it is its own is not."""
    names = Table(TEXTS)
    policy = policy_of(author, names)
    assert policy is not None
    assert is_of(policy, domain, author, names, strict=strict) is aligned
