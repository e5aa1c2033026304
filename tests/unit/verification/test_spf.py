import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.verification.macros import expanded
from mailgate.verification.spf import Spf, check
from tests.unit.verification.answers import UNANSWERED, Table

CLIENT = "192.0.2.7"
ADDRESSES = {
    "example.net": ["192.0.2.7", "2001:db8::7"],
    "mx1.example.net": ["198.51.100.1"],
    "mx2.example.net": ["192.0.2.0"],
    "7.2.0.192.in-addr.spf.example.net": ["127.0.0.2"],
    "anna.spf.example.net": ["127.0.0.2"],
    "down.example": UNANSWERED,
}
EXCHANGERS = {
    "example.net": ["mx1.example.net", "mx2.example.net"],
    "many.example": [f"mx{n}.many.example" for n in range(11)],
}
TEXTS = {
    "pass.example": ["v=spf1 ip4:192.0.2.0/24 -all"],
    "fail.example": ["v=spf1 -all"],
    "neutral.example": ["v=spf1"],
    "two.example": ["v=spf1 +all", "v=spf1 -all"],
    "other.example": ["google-site-verification=x", "V=SPF1 +all", "v=spf10 -all"],
    "loop.example": ["v=spf1 include:loop.example -all"],
    "down.example": UNANSWERED,
}


def result(record: str, client: str = CLIENT, sender: str = "anna@example.net") -> Spf:
    """Return what a record of example.net says of a client."""
    names = Table(TEXTS | {"example.net": [record]}, ADDRESSES, EXCHANGERS)
    return check(client, sender, "out.example.net", names)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("v=spf1 +all", "pass"),
        ("v=spf1 all", "pass"),
        ("v=spf1 -all", "fail"),
        ("v=spf1 ~all", "softfail"),
        ("v=spf1 ?all", "neutral"),
        ("v=spf1", "neutral"),
        ("v=spf1 ip4:192.0.2.7 -all", "pass"),
        ("v=spf1 ip4:192.0.2.0/29 -all", "pass"),
        ("v=spf1 ip4:192.0.2.8/29 -all", "fail"),
        ("v=spf1 -ip4:192.0.2.0/24 +all", "fail"),
        ("v=spf1 ip6:2001:db8::/32 -all", "fail"),
        ("v=spf1 ip4:2001:db8::/32 -all", "permerror"),
        ("v=spf1 ip4:999.0.2.7 -all", "permerror"),
        ("v=spf1 ip4:192.0.2.7/99 -all", "permerror"),
        ("v=spf1 a -all", "pass"),
        ("v=spf1 A:example.net -ALL", "pass"),
        ("v=spf1 a:mx2.example.net/24 -all", "pass"),
        ("v=spf1 a:mx2.example.net/32//64 -all", "fail"),
        ("v=spf1 a/99 -all", "permerror"),
        ("v=spf1 mx -all", "fail"),
        ("v=spf1 mx/29 -all", "pass"),
        ("v=spf1 mx:many.example -all", "permerror"),
        ("v=spf1 include:pass.example -all", "pass"),
        ("v=spf1 include:fail.example ?all", "neutral"),
        ("v=spf1 include:none.example +all", "permerror"),
        ("v=spf1 include +all", "permerror"),
        ("v=spf1 include:loop.example +all", "permerror"),
        ("v=spf1 include:down.example +all", "temperror"),
        ("v=spf1 a:down.example +all", "temperror"),
        ("v=spf1 redirect=pass.example", "pass"),
        ("v=spf1 ~all redirect=pass.example", "softfail"),
        ("v=spf1 redirect=none.example", "permerror"),
        ("v=spf1 redirect=pass.example redirect=pass.example", "permerror"),
        ("v=spf1 exists:%{ir}.%{v}.spf.example.net -all", "pass"),
        ("v=spf1 exists:%{l}.spf.example.net -all", "pass"),
        ("v=spf1 exists:%{h}.spf.example.net -all", "fail"),
        ("v=spf1 exists:%{x}.spf.example.net -all", "permerror"),
        ("v=spf1 exists:spf+odd.example.net -all", "permerror"),
        ("v=spf1 exists:a.example/24 -all", "permerror"),
        ("v=spf1 ptr +all", "pass"),
        ("v=spf1 ptr:example.net -all", "fail"),
        ("v=spf1 exp=explain.%{d} -all", "fail"),
        ("v=spf1 unknown=x -all", "fail"),
        ("v=spf1 all:x", "permerror"),
        ("v=spf1 foo -all", "permerror"),
        ("v=spf1 !all", "permerror"),
        ("v=spf1 " + "ip4:198.51.100.1 " * 201, "permerror"),
        # Ten terms may ask, and two find nothing (§4.6.4).
        ("v=spf1 " + "a:mx1.example.net " * 10 + "-all", "fail"),
        ("v=spf1 " + "a:mx1.example.net " * 11 + "-all", "permerror"),
        ("v=spf1 a:no1.example a:no2.example -all", "fail"),
        ("v=spf1 a:no1.example a:no2.example a:no3.example -all", "permerror"),
    ],
)
def test_a_record_decides(record, expected):
    """First match wins; what is against the rules, or asks for too much, is permerror."""
    assert result(record) == expected


@pytest.mark.parametrize(
    ("client", "sender", "expected"),
    [
        ("2001:db8::7", "anna@example.net", "pass"),
        ("::ffff:192.0.2.7", "anna@example.net", "pass"),
        ("192.0.2.7%eth0", "anna@example.net", "pass"),
        ("no address", "anna@example.net", "none"),
        (CLIENT, "anna@pass.example", "pass"),
        (CLIENT, "anna@neutral.example", "neutral"),
        (CLIENT, "anna@two.example", "permerror"),
        (CLIENT, "anna@other.example", "pass"),
        (CLIENT, "anna@nothing.example", "none"),
        (CLIENT, "anna@down.example", "temperror"),
        (CLIENT, "anna@localhost", "none"),
        (CLIENT, "anna@pass.example(.evil.example", "none"),
        (CLIENT, "anna@[192.0.2.7]", "none"),
        (CLIENT, "", "none"),
    ],
)
def test_whose_record_is_asked_for(client, sender, expected):
    """That of the return path's domain; the greeting's for the null sender."""
    assert result("v=spf1 a -all", client, sender) == expected


def test_the_null_sender_is_the_one_who_greets():
    """A report of a mail system comes from the name it greets with (§2.4)."""
    names = Table({"out.example.net": ["v=spf1 ip4:192.0.2.7 -all"]})
    assert check(CLIENT, "", "out.example.net", names) is Spf.PASS


def test_a_sender_makes_no_name_of_his_own():
    """A local part that is no name asks nobody, and matches nothing."""
    names = Table({"example.net": ["v=spf1 exists:%{l}.example.net -all"]})
    assert check(CLIENT, "a b/c@example.net", "x", names) is Spf.FAIL
    assert names.asked == ["example.net"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{p}", "unknown"),
        ("%%%_%-", "% %20"),
        ("%", None),
        ("%{z}", None),
        ("%{d0}", None),
        ("a%", None),
    ],
)
def test_the_macros_of_the_standard(text, expected):
    """The examples of RFC 7208 §7.4."""
    sender = "strong-bad@email.example.com"
    assert expanded(text, "192.0.2.3", sender, "h", "email.example.com") == expected


def test_macros_of_ipv6_and_of_long_names():
    """Nibbles, and labels lost from the left."""
    nibbles = expanded("%{ir}.%{v}", "2001:db8::cb01", "a@b", "h", "d")
    assert nibbles == "1.0.b.c." + "0." * 20 + "8.b.d.0.1.0.0.2.ip6"
    long = expanded("%{l}.example.com", "192.0.2.3", f"{'ab.' * 100}@b", "h", "d")
    assert long is not None
    assert len(long) <= 253
    assert long.endswith(".example.com")


WORDS = st.lists(
    st.one_of(
        st.sampled_from(["a", "mx", "+all", "include:example.net", "redirect=example.net", "ptr"]),
        st.text(alphabet="aimx:/%{}d0123.=-~?+", max_size=20),
    ),
    max_size=12,
)


@given(WORDS, st.sampled_from([CLIENT, "2001:db8::7"]), st.text(max_size=20))
def test_any_record_has_a_result(words, client, local):
    """Nothing raises, and the questions are few whatever a record says."""
    names = Table({"example.net": ["v=spf1 " + " ".join(words)]}, ADDRESSES, EXCHANGERS)
    assert check(client, f"{local}@example.net", "x", names) in set(Spf)
    assert len(names.asked) <= 130
