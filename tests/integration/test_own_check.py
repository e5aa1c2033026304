import base64
import hashlib
import socket
from collections.abc import Iterator

import dkim
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from mailgate.message.address import Address
from mailgate.message.authenticity import Authenticity
from mailgate.verification.check import OwnCheck
from mailgate.verification.client import Client
from mailgate.verification.names import Budget, NameServers
from mailgate.verification.signatures import MAX_BYTES, signers_of
from tests.servers.nameserver import BROKEN, SILENT, NameServer, txt

PASS, FAIL, NONE = Authenticity.PASS, Authenticity.FAIL, Authenticity.NONE
ANNA = Address("anna@example.net")
DIRECT = Client("192.0.2.7", "out.example.net", "anna@example.net")
ELSEWHERE = Client("203.0.113.9", "relay.example.org", "list@example.org")
MAIL = (
    b"From: Anna <anna@example.net>\r\nTo: help@example.com\r\nSubject: Drukarka\r\n"
    b"Date: Fri, 20 Nov 2026 09:00:00 +0100\r\nMessage-ID: <a@example.net>\r\n\r\n"
    b"Nie drukuje.  \r\nDwa  odst\xc4\x99py.\r\n\r\n"
)


@pytest.fixture(scope="module")
def key() -> tuple[bytes, str]:
    """Return a key: what signs, and the record that verifies."""
    private = rsa.generate_private_key(65537, 2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    der = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem, f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"


@pytest.fixture
def server(key: tuple[bytes, str]) -> Iterator[NameServer]:
    """Run a name server that knows example.net, its key and what it asks for."""
    records = {
        ("example.net", "TXT"): [txt("v=spf1 ip4:192.0.2.0/24 -all")],
        ("_dmarc.example.net", "TXT"): [txt("v=DMARC1; p=reject")],
        ("s1._domainkey.example.net", "TXT"): [txt(key[1])],
        ("s1._domainkey.evil.example", "TXT"): [txt(key[1])],
        ("example.org", "TXT"): [txt("v=spf1 +all")],
    }
    with NameServer(records) as running:
        yield running


def signed(
    key: tuple[bytes, str], mail: bytes = MAIL, domain: bytes = b"example.net", **how: object
) -> bytes:
    """Return a mail with a real signature on top."""
    how.setdefault("include_headers", [b"from", b"to", b"subject", b"date"])
    return bytes(dkim.sign(mail, b"s1", domain, key[0], **how)) + mail


def judged(server: NameServer, client: Client | None, octets: bytes | None):
    """Return the judgement on a mail."""
    return OwnCheck(server.address).judge(ANNA, client, octets)


@pytest.mark.parametrize("canonical", [b"relaxed", b"simple"])
def test_a_real_signature_passes(server, key, canonical):
    """By whatever way the mail came; headers and body in either form."""
    octets = signed(key, canonicalize=(canonical, canonical))
    for client in (None, ELSEWHERE):
        judgement = judged(server, client, octets)
        assert judgement.authenticity is PASS
        assert "DKIM signature of example.net" in judgement.reason


def test_spf_passes_for_the_client_of_a_domain(server):
    """Where the client is known, and the return path is of the domain in From."""
    judgement = judged(server, DIRECT, MAIL)
    assert (judgement.authenticity, "SPF of example.net" in judgement.reason) == (PASS, True)


@pytest.mark.parametrize(
    ("client", "expected"),
    [(ELSEWHERE, FAIL), (None, NONE)],
)
def test_nothing_that_passed_fails_where_its_owner_asks(server, client, expected):
    """Only of a client that is known: through a mailbox SPF cannot be told."""
    judgement = judged(server, client, MAIL)
    assert judgement.authenticity is expected
    assert "example.net asks for reject" in judgement.reason


def changed(octets: bytes) -> dict[str, bytes]:
    """Return a signed mail in versions that must not pass."""
    return {
        "another body": octets.replace(b"Nie drukuje", b"Przelej"),
        "another subject": octets.replace(b"Subject: Drukarka", b"Subject: Faktura"),
        "more words": octets + b"Przelej.\r\n",
        "another From on top": b"From: x@evil.example\r\n" + octets,
    }


@pytest.mark.parametrize("what", changed(b""))
def test_a_changed_mail_does_not_pass(server, key, what):
    """A signature over something else is none."""
    assert judged(server, ELSEWHERE, changed(signed(key))[what]).authenticity is FAIL


@pytest.mark.parametrize(
    "how",
    [
        {"domain": b"evil.example"},
        {"length": True},
        {"signature_algorithm": b"rsa-sha1"},
        {"selector": b"none"},
    ],
    ids=lambda how: next(iter(how)),
)
def test_a_signature_that_proves_nothing(server, key, how):
    """Of another domain, over a part of the body, by a broken hash, with a key nobody has."""
    unknown = signed(key).replace(b"s=s1", b"s=s2")
    octets = unknown if "selector" in how else signed(key, **how)
    assert judged(server, ELSEWHERE, octets).authenticity is FAIL


def signed_by_hand(key: tuple[bytes, str], names: bytes) -> bytes:
    """Return a mail with a valid signature over headers that dkimpy would not leave at that."""
    body = MAIL.partition(b"\r\n\r\n")[2].rstrip(b"\r\n") + b"\r\n"
    digest = base64.b64encode(hashlib.sha256(body).digest())
    head = b"v=1; a=rsa-sha256; c=relaxed/simple; d=example.net; s=s1; h=%b; bh=%b; b=" % (
        names,
        digest,
    )
    fields = {b"subject": b"Drukarka", b"from": b"Anna <anna@example.net>"}
    what = b"".join(b"%b:%b\r\n" % (name, fields[name]) for name in names.split(b":"))
    private = serialization.load_pem_private_key(key[0], None)
    assert isinstance(private, rsa.RSAPrivateKey)
    made = private.sign(what + b"dkim-signature:" + head, padding.PKCS1v15(), hashes.SHA256())
    return b"DKIM-Signature: " + head + base64.b64encode(made) + b"\r\n" + MAIL


def test_a_signature_without_from_proves_nothing(server, key):
    """Whoever has a good signature over everything else could put any From above it."""
    names = NameServers(server.address)
    assert signers_of(signed_by_hand(key, b"from:subject"), names).signers == ("example.net",)
    assert dkim.verify(signed_by_hand(key, b"subject"), dnsfunc=lambda *_, **__: key[1].encode())
    assert signers_of(signed_by_hand(key, b"subject"), names).signers == ()


def test_no_more_than_five_signatures_are_looked_at(server, key):
    """The sixth is not, and nobody is asked for its key."""
    bad = b"".join(
        b"DKIM-Signature: v=1; a=rsa-sha256; d=evil.example; s=k%d; h=from; bh=AAAA; b=AAAA\r\n" % n
        for n in range(5)
    )
    assert judged(server, ELSEWHERE, bad + signed(key)).authenticity is FAIL
    assert ("s1._domainkey.example.net", "TXT") not in server.asked


def test_a_mail_too_large_for_dkim_is_none_not_fail(server):
    """SPF still counts; and without it nobody is held for our limit."""
    assert judged(server, DIRECT, None).authenticity is PASS
    judgement = judged(server, None, None)
    assert (judgement.authenticity, "too large" in judgement.reason) == (NONE, True)
    assert OwnCheck.max_bytes == MAX_BYTES


@pytest.mark.parametrize("trouble", [SILENT, BROKEN])
@pytest.mark.parametrize("name", ["_dmarc.example.net", "s1._domainkey.example.net", "example.net"])
def test_a_name_server_in_trouble_is_nobodys_fault(server, key, name, trouble):
    """No policy, no key, no record to be had: none, and never fail."""
    server.records = {**server.records, (name, "TXT"): [trouble]}
    octets = (
        signed(key).replace(b"Nie drukuje", b"Przelej")
        if name == "_dmarc.example.net"
        else (signed(key) if "domainkey" in name else MAIL)
    )
    check = OwnCheck(server.address, names=lambda at: NameServers(at, Budget(1.0, 0.2)))
    client = DIRECT if name == "example.net" else ELSEWHERE
    assert check.judge(ANNA, client, octets).authenticity is NONE


def test_a_name_server_that_is_away_costs_the_budget_and_no_more():
    """Each question has its bound, and all together have one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        at = silent.getsockname()
        check = OwnCheck(at, names=lambda at: NameServers(at, Budget(0.5, 0.1, 5)))
        judgement = check.judge(ANNA, DIRECT, MAIL)
        again = check.judge(ANNA, DIRECT, MAIL)
    assert judgement.authenticity is NONE
    assert "no answer" in judgement.reason or "used up" in judgement.reason
    # While nobody answers, no further mail waits for that.
    assert (again.authenticity, "a moment ago" in again.reason) == (NONE, True)


@pytest.mark.attack("A11", "A02")
@pytest.mark.parametrize("trouble", [SILENT, BROKEN])
@pytest.mark.parametrize("way", ["signature", "signatures", "return path", "both"])
def test_a_forgers_own_name_servers_get_him_nothing(server, key, trouble, way):
    """Neither his key nor his SPF, kept back, leave open what could have passed for his victim."""
    names = [f"{count}.evil.example" for count in range(1 if way == "signature" else 5)]
    records = {(f"s1._domainkey.{name}", "TXT"): [trouble] for name in names}
    server.records = {**server.records, **records, ("0.evil.example", "TXT"): [trouble]}
    octets = MAIL
    for name in names if way != "return path" else ():
        octets = signed(key, octets, name.encode())
    mail_from = "anna@example.net" if way.startswith("sig") else "x@0.evil.example"
    client = Client("203.0.113.9", "relay.evil.example", mail_from)
    check = OwnCheck(server.address, names=lambda at: NameServers(at, Budget(0.8, 0.3)))
    assert check.judge(ANNA, client, octets).authenticity is FAIL


@pytest.mark.attack("A11", "A02")
@pytest.mark.parametrize("trouble", [SILENT, BROKEN])
def test_a_senders_silent_name_servers_do_not_switch_the_check_off(server, trouble):
    """Somebody whose own domain is never answered is followed by a forger, who fails as ever."""
    names = ("silent.evil.example", "_dmarc.silent.evil.example", "_dmarc.evil.example")
    server.records = {**server.records, **{(name, "TXT"): [trouble] for name in names}}
    check = OwnCheck(server.address, names=lambda at: NameServers(at, Budget(0.8, 0.2)))
    opener = Address("x@silent.evil.example")
    client = Client("203.0.113.9", "relay.evil.example", opener.address)
    assert check.judge(opener, client, MAIL).authenticity is NONE
    assert check.judge(ANNA, ELSEWHERE, MAIL).authenticity is FAIL


def test_a_listed_forwarder_is_not_held(server):
    """His mail fails honestly."""
    from ipaddress import ip_network

    check = OwnCheck(server.address, (ip_network("203.0.113.0/24"),))
    judgement = check.judge(ANNA, ELSEWHERE, MAIL)
    assert (judgement.authenticity, "is a forwarder" in judgement.reason) == (NONE, True)


def test_without_a_policy_nothing_fails(server):
    """And what passed counts where one domain lies within the other."""
    other = Address("jan@mail.example.org")
    check = OwnCheck(server.address)
    assert check.judge(other, ELSEWHERE, MAIL).authenticity is PASS
    assert check.judge(Address("jan@example.com"), ELSEWHERE, MAIL).authenticity is NONE


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"DKIM-Signature: " + b";" * 4000 + b"\r\n\r\n",
        b"DKIM-Signature: a=rsa-sha256; h=from; d=x" + b" " * 4000 + b"\r\n\r\n",
        b"DKIM-Signature: v=1; a=rsa-sha256; d=example.net; s=s1; c=relaxed/relaxed; h=from;"
        b" bh=AAAA; b=AAAA\r\nFrom: x\r\n\r\n" + b" \t" * 500_000,
        b"DKIM-Signature: v=1; a=rsa-sha256; d=example.net; s=s1; h=from; bh=AAAA; b=AAAA\r\n"
        + b"X: 1\r\n" * 9_000
        + b"\r\n",
        b"not a header\r\nDKIM-Signature: v=1; a=rsa-sha256; d=x.y; s=s; h=from; b=A\r\n\r\n",
        b"\x00\xff" * 1000,
    ],
)
def test_hostile_mail_costs_little(server, octets):
    """Blanks without end, signatures without end, and what is no mail: nobody, and soon."""
    import time

    began = time.process_time()
    assert signers_of(octets, NameServers(server.address)).signers == ()
    assert time.process_time() - began < 5
