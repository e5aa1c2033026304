from hypothesis import given
from hypothesis import strategies as st

from mailgate.message.address import Address
from mailgate.message.authenticity import Authenticity
from mailgate.verification.check import OwnCheck
from mailgate.verification.client import Client
from tests.unit.verification.answers import Table

TEXTS = {
    "example.net": ["v=spf1 -all"],
    "_dmarc.example.net": ["v=DMARC1; p=reject"],
    "k._domainkey.example.net": ["v=DKIM1; p=AAAA"],
}
SIGNATURE = st.builds(
    "DKIM-Signature: v=1; a={}; c={}; d={}; s={}; h={}; bh={}; b={}\r\n".format,
    st.sampled_from(["rsa-sha256", "ed25519-sha256", "rsa-sha1", ""]),
    st.sampled_from(["relaxed/relaxed", "simple", "x/y/z", ""]),
    st.sampled_from(["example.net", "x", "é", ""]),
    st.sampled_from(["k", "", "a b"]),
    st.sampled_from(["from", "from:to", ":", ""]),
    st.sampled_from(["AAAA", "=", "", "é"]),
    st.sampled_from(["AAAA", "A", ""]),
)
MAILS = st.builds(
    lambda heads, rest: "".join(heads).encode() + rest,
    st.lists(st.one_of(SIGNATURE, st.text(max_size=30)), max_size=4),
    st.sampled_from([b"From: a@example.net\r\n\r\nText\r\n", b"\r\n\r\n", b"", b"\xff\r\n\r\n"]),
)
TEXT = st.one_of(st.sampled_from(["", "x@example.net", "example.net", "127.0.0.1"]), st.text())


@given(MAILS, TEXT, TEXT, st.one_of(st.sampled_from(["192.0.2.7", "2001:db8::1"]), TEXT))
def test_any_mail_is_judged(octets, mail_from, helo, peer):
    """Nothing raises, whatever was sent and by whom; and by such mail nobody passes."""
    check = OwnCheck(names=lambda _: Table(TEXTS))
    for author in (Address("anna@example.net"), Address(f"anna@{helo}"), Address(mail_from)):
        for client in (None, Client(peer, helo, mail_from)):
            judgement = check.judge(author, client, octets)
            assert judgement.authenticity is not Authenticity.PASS
            assert judgement.reason.startswith("own check: ")
