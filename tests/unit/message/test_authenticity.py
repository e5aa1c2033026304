from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.message import parse
from mailgate.message.address import Address
from mailgate.message.authenticity import MAX_IGNORED, NOBODY, Authenticity, Trust, judge

PASS, FAIL, NONE = Authenticity.PASS, Authenticity.FAIL, Authenticity.NONE
ANNA = Address("anna@example.net", "Anna")
OURS = Trust(ids=frozenset({"mx.example.com"}))
MICROSOFT = Trust(microsoft365=True, own_hops=4)
AR = "Authentication-Results"
HERE = ("Received", "from out.example.net (out.example.net [192.0.2.7]) by mx.example.com")
BEFORE = ("Received", "from laptop ([198.51.100.4]) by out.example.net")
FORGED = (AR, "mx.example.com; dmarc=pass header.from=example.net")
REJECTED = "dmarc=fail (p=reject dis=none) header.from=example.net"


def by_us(said: str, author: Address | None = ANNA, trust: Trust = OURS) -> Authenticity:
    """Return the judgement on what our server, which writes above its own Received, says."""
    headers = [(AR, f"mx.example.com; {said}"), HERE, BEFORE]
    return judge(headers, trust, author).authenticity


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("dmarc=pass header.from=example.net", PASS),
        ("dmarc=pass (p=none dis=none) header.from=EXAMPLE.net", PASS),
        ("dmarc=pass", PASS),
        ("dmarc=pass header.from=anna@example.net", PASS),
        ("dmarc=pass header.from=other.example", NONE),
        ("dmarc=pass header.from=other.example; dkim=pass header.d=example.net", NONE),
        ("dmarc=pass header.from=example.net header.from=other.example", NONE),
        ("dmarc=pass header.from=mail.example.net", NONE),
        ("dmarc=pass header.from=example.net stray@word", NONE),
        ("dmarc=pass header.from=example.net; dmarc=fail header.from=example.net", NONE),
        (f"dmarc=pass header.from=example.net; {REJECTED}", FAIL),
        (f"{REJECTED}; dmarc=pass header.from=example.net", FAIL),
        ("dmarc=pass header.from=example.net; dmarc=none", NONE),
        (f"spf=pass smtp.mailfrom=any@example.net(.evil.example; {REJECTED}", FAIL),
        (f"spf=pass smtp.mailfrom=any@example.net(.evil.example; {REJECTED} (policy=reject)", FAIL),
        (
            "spf=none smtp.mailfrom=any@x(.y; dmarc=fail action=oreject header.from=example.net",
            FAIL,
        ),
        (f"{REJECTED}; spf=none smtp.mailfrom=any@x(p=none", FAIL),
        ("spf=none smtp.mailfrom=any@x(.y; dmarc=fail action=none header.from=example.net", NONE),
        ("spf=none smtp.mailfrom=any@x(.y; dmarc=fail (p=none) header.from=example.net", NONE),
        ("spf=none smtp.mailfrom=any@x(.y; dmarc=pass (p=reject) header.from=example.net", NONE),
        ("spf=none smtp.mailfrom=any@x(.y; xdmarc=fail (p=reject) header.from=example.net", NONE),
        ("dmarc=pass header.from=example.net; dmarc=pass header.from=example.net", NONE),
        ("dmarc=bestguesspass header.from=example.net", NONE),
        ("dmarc=bestguesspass header.from=example.net; spf=pass smtp.mailfrom=example.net", PASS),
        ("dmarc=none header.from=example.net; dkim=pass header.d=example.net", PASS),
        ("dmarc=temperror header.from=example.net", NONE),
        ("dmarc=permerror header.from=example.net; dkim=pass header.d=example.net", PASS),
        ("dmarc=skipped header.from=example.net", NONE),
        (REJECTED, FAIL),
        ("dmarc=fail (p=QUARANTINE sp=REJECT dis=NONE) header.from=example.net", FAIL),
        ("dmarc=fail (p=none dis=none) header.from=example.net", NONE),
        ("dmarc=fail header.from=example.net", NONE),
        ("dmarc=fail (p=whatever) header.from=example.net", NONE),
        ("dmarc=fail (policy=reject) header.from=example.net", FAIL),
        ("dmarc=fail(p=REJECT) header.from=example.net", FAIL),
        ("dmarc=fail (p=reject,has-list-id=yes,d=none) header.from=example.net", FAIL),
        ("dmarc=fail policy.dmarc=quarantine header.from=example.net", FAIL),
        ("dmarc=fail policy.published-domain-policy=reject header.from=example.net", FAIL),
        ("dmarc=fail policy.published-domain-policy=odd header.from=example.net", NONE),
        ("dmarc=fail action=oreject header.from=example.net", FAIL),
        ("dmarc=fail action=quarantine header.from=example.net", FAIL),
        ("dmarc=fail action=none header.from=example.net", NONE),
        ("dmarc=fail action=pct.reject header.from=example.net", NONE),
        (f"{REJECTED}; dkim=pass header.d=example.net", FAIL),
        ("dmarc=fail (p=none) header.from=example.net; dkim=pass header.d=example.net", NONE),
        ("dkim=pass header.d=example.net", PASS),
        ("dkim=pass header.i=@example.net", PASS),
        ("dkim=pass header.i=anna@mail.example.net header.d=example.net", PASS),
        ("dkim=pass header.i=@example.net header.d=evil.example", NONE),
        ("dkim=pass header.d=mail.example.net", PASS),
        ("dkim=pass header.d=evil.example; dkim=pass header.d=example.net", PASS),
        ("dkim=pass header.d=evil.example", NONE),
        ("dkim=pass header.d=net", NONE),
        ("dkim=pass", NONE),
        ("dkim=pass header.d=example.net odd@word", NONE),
        ("dkim=fail header.d=example.net", NONE),
        ("dkim=neutral header.d=example.net", NONE),
        ("dkim=policy header.d=example.net", NONE),
        ("dkim=temperror header.d=example.net", NONE),
        ("dkim=test header.d=example.net", NONE),
        ("domainkeys=pass header.d=example.net", NONE),
        ("sender-id=pass header.from=example.net", NONE),
        ("spf=pass smtp.mailfrom=anna@example.net", PASS),
        ("spf=pass smtp.mailfrom=bounces.example.net", PASS),
        ("spf=pass smtp.mail=example.net", PASS),
        ("spf=pass smtp.helo=example.net", NONE),
        ("spf=pass smtp.mailfrom=example.net stray@word", NONE),
        ("spf=pass smtp.mailfrom=evil.example", NONE),
        ("spf=softfail smtp.mailfrom=example.net", NONE),
        ("spf=hardfail smtp.mailfrom=example.net", NONE),
        ("spf=fail smtp.mailfrom=example.net", NONE),
        ("spf=permerror smtp.mailfrom=example.net", NONE),
        ("spf=pass smtp.mailfrom=SRS0=a=b=example.net=anna@forwarder.example", NONE),
        ("compauth=fail reason=001", FAIL),
        ("compauth=pass reason=109", NONE),
        ("compauth=softpass reason=201", NONE),
        ("dmarc=pass header.from=example.net; compauth=fail reason=000", PASS),
        ("none", NONE),
        ("auth=pass smtp.auth=anna@example.net", NONE),
    ],
)
def test_what_our_server_says_decides(said, outcome):
    """A pass for the domain of the From passes; a fail counts where its owner asks for it."""
    assert by_us(said) is outcome


@pytest.mark.parametrize(
    ("policy", "outcome"),
    [
        ("p=reject", FAIL),
        ("p=reject sp=none", NONE),
        ("p=none sp=reject", NONE),
        ("p=reject sp=quarantine", FAIL),
        ("p=reject sp=odd", FAIL),
    ],
)
def test_the_milder_policy_counts_below_a_domain(policy, outcome):
    """It is not said whose record it was, and an honest mail must not be held by a guess."""
    said = f"dmarc=fail ({policy}) header.from=news.example.net"
    assert by_us(said, Address("anna@news.example.net")) is outcome


@pytest.mark.parametrize(
    "sender",
    [
        "From: anna@example.net\nFrom: eva@evil.example\n",
        "From: anna@example.net, eva@evil.example\n",
        "From: friends: anna@example.net;\n",
        "From: anna@example.net(<eva@evil.example>\n",
        "From: <@evil.example:anna@example.net>\n",
        'From: "anna@example.net" <>\n',
        "From:\n",
        "",
    ],
)
def test_without_one_plain_sender_nobody_passes(sender):
    """A08, A09: what servers read differently proves nobody, whatever they say of it."""
    raw = f"{AR}: mx.example.com; dmarc=pass header.from=example.net\n{sender}\nText\n"
    message = parse.parse(raw.encode())
    judgement = judge(message.headers, OURS, message.author)
    assert judgement.authenticity is NONE
    assert "exactly one sender" in judgement.reason


def test_a_name_that_looks_like_an_address_is_nobody():
    """A07: the display name proves nothing; who passes is the address."""
    raw = (
        f"{AR}: mx.example.com; dmarc=pass header.from=evil.example\n"
        'From: "anna@example.net" <mallory@evil.example>\n\nText\n'
    )
    message = parse.parse(raw.encode())
    judgement = judge(message.headers, OURS, message.author)
    assert (judgement.authenticity, message.author.address) == (PASS, "mallory@evil.example")
    assert judgement.reason.endswith("dmarc=pass for evil.example")


@pytest.mark.parametrize(
    ("author", "said", "outcome"),
    [
        ("admin@\u0430pple.example", "apple.example", NONE),
        ("admin@\u0430pple.example", "xn--pple-43d.example", PASS),
        ("admin@xn--pple-43d.example", "\u0430pple.example", PASS),
        ("admin@apple.example", "xn--pple-43d.example", NONE),
    ],
)
def test_a_domain_that_looks_alike_is_another(author, said, outcome):
    """A10: domains are compared as A-labels (RFC 5890)."""
    assert by_us(f"dmarc=pass header.from={said}", Address(author)) is outcome


@pytest.mark.parametrize(
    ("headers", "trust", "outcome", "ignored"),
    [
        # The server writes above its own Received: nothing below counts that is not its own.
        ([(AR, f"mx.example.com; {REJECTED}"), HERE, FORGED], OURS, FAIL, ["below the topmost"]),
        ([(AR, f"mx.example.com; {REJECTED}"), HERE, BEFORE, FORGED], OURS, FAIL, ["below 2 R"]),
        ([HERE, BEFORE, FORGED], OURS, NONE, ["below 2 Received, not of our own hops (1)"]),
        # The server writes below its own Received, as Postfix with milters does.
        ([HERE, (AR, f"mx.example.com; {REJECTED}"), BEFORE, FORGED], OURS, FAIL, ["below 2"]),
        ([HERE, (AR, f"mx.example.com; {REJECTED}"), FORGED], OURS, FAIL, ["below the topmost 1"]),
        ([HERE, (AR, "mx.example.com; spf=none"), FORGED], OURS, NONE, ["below the topmost 1"]),
        # Odd writings of the id.
        ([(AR, "(c) MX.example.COM (d) 1 ; dmarc=pass"), HERE], OURS, PASS, []),
        ([("authentication-RESULTS", "mx.example.com;dmarc=pass"), HERE], OURS, PASS, []),
        # Foreign ids, and none.
        (
            [(AR, "mx.evil.example; dmarc=pass"), HERE],
            OURS,
            NONE,
            ["mx.evil.example ignored: not a"],
        ),
        ([(AR, "mx.example.com.evil.example; dmarc=pass"), HERE], OURS, NONE, ["not a trusted id"]),
        ([(AR, "dmarc=pass header.from=example.net"), HERE], OURS, NONE, ["without an id"]),
        ([(AR, "mx.evil.example; spf=none"), FORGED, HERE], OURS, PASS, ["not a trusted id"]),
        ([("X-Authentication-Results", FORGED[1]), HERE], OURS, NONE, []),
        ([("Authentication-Results-Original", FORGED[1]), HERE], OURS, NONE, []),
        ([("ARC-Authentication-Results", f"i=1; {FORGED[1]}"), HERE], OURS, NONE, []),
        # What cannot be read may be ours, spoilt by the sender: nothing below it counts.
        (
            [(AR, "mx.example.com; spf=pass smtp.mailfrom=a@b(.c; dmarc=fail"), FORGED],
            OURS,
            NONE,
            ["cannot be read for certain", "below one that cannot be read"],
        ),
        ([FORGED, (AR, "mx.example.com; dmarc=fail (p"), HERE], OURS, PASS, ["cannot be read"]),
        (
            [(AR, f"other.example; spf=pass smtp.mailfrom=a@b(.c; {REJECTED}"), HERE],
            OURS,
            NONE,
            ["cannot be read"],
        ),
        # Several milters, each with a field of its own.
        (
            [
                (AR, "mx.example.com; dmarc=none"),
                (AR, "mx.example.com; dkim=pass header.d=example.net"),
                HERE,
                BEFORE,
            ],
            OURS,
            PASS,
            [],
        ),
        ([(AR, "mx.example.com; dkim=none"), ("DMARC-Filter", "x"), FORGED, HERE], OURS, PASS, []),
        (
            [(AR, "mx.example.com; dkim=none"), (AR, "b.example; spf=none"), FORGED, HERE],
            OURS,
            NONE,
            ["not a trusted id", "below the topmost"],
        ),
        (
            [HERE, (AR, "mx.example.com; dkim=none"), FORGED, BEFORE],
            Trust(frozenset({"mx.example.com"}), own_results=2),
            PASS,
            [],
        ),
        (
            [(AR, "mx.example.com; dkim=none"), (AR, "mx2.example.com; dmarc=pass"), HERE],
            Trust(frozenset({"mx.example.com", "mx2.example.com"})),
            NONE,
            ["below the topmost"],
        ),
        # No Received of ours at all, though there should be one: as if it stood below it.
        ([(AR, "mx.example.com; dkim=none"), FORGED], OURS, NONE, ["below the topmost 1"]),
        # Only above everything: for a server that writes above its own Received.
        (
            [(AR, "mx.example.com; dmarc=pass"), HERE],
            Trust(frozenset({"mx.example.com"}), own_hops=0),
            PASS,
            [],
        ),
        ([HERE, FORGED], Trust(frozenset({"mx.example.com"}), own_hops=0), NONE, ["below 1 Rec"]),
        # Microsoft 365.
        (
            [
                HERE,
                (AR, "spf=none; dmarc=pass action=none header.from=example.net;compauth=pass"),
                HERE,
            ],
            MICROSOFT,
            PASS,
            [],
        ),
        (
            [
                HERE,
                (AR, "dmarc=fail action=oreject header.from=example.net;compauth=fail reason=000"),
                HERE,
                (AR, "dmarc=pass header.from=example.net"),
            ],
            MICROSOFT,
            FAIL,
            ["below the topmost"],
        ),
        ([(AR, "evil.example; dmarc=pass"), HERE], MICROSOFT, NONE, ["not a trusted id"]),
        # Nobody is trusted.
        ([FORGED, HERE], NOBODY, NONE, ["no id is trusted"]),
        ([], OURS, NONE, []),
    ],
)
def test_only_the_topmost_of_our_own_servers_counts(headers, trust, outcome, ignored):
    """A11, C45: whatever else says pass is ignored, and it is told why."""
    judgement = judge(headers, trust, ANNA)
    assert judgement.authenticity is outcome, judgement
    assert len(judgement.ignored) == len(ignored)
    for said, expected in zip(judgement.ignored, ignored, strict=True):
        assert expected in said


def test_gmail_writes_below_its_second_received():
    """Two hops are Google's own; its own seal stands above, the sender's fields below."""
    headers = [
        ("Received", "by 2001:db8:: with SMTP id a1; Fri, 20 Nov 2026 09:00:00 -0800 (PST)"),
        ("X-Received", "by 2001:db8:: with SMTP id b2"),
        ("ARC-Authentication-Results", "i=1; mx.google.com; dmarc=pass header.from=example.net"),
        ("Received", "from out.example.net (out.example.net. [192.0.2.7]) by mx.google.com"),
        ("Received-SPF", "pass (google.com: …) client-ip=192.0.2.7;"),
        (AR, "mx.google.com; dkim=pass header.i=@example.net; dmarc=pass header.from=example.net"),
        BEFORE,
        (AR, "mx.google.com; dmarc=fail (p=reject) header.from=example.net"),
    ]
    trust = Trust(frozenset({"mx.google.com"}), own_hops=2)
    judgement = judge(headers, trust, ANNA)
    assert judgement.authenticity is PASS
    assert judgement.reason == "Authentication-Results of mx.google.com: dmarc=pass for example.net"


FORWARDED = ("Received", "from relay (mail.university.example [203.0.113.9]) by mx.example.com")


@pytest.mark.parametrize(
    ("trust", "received", "softened"),
    [
        (Trust(OURS.ids, forwarders=("university.example",)), FORWARDED, True),
        (Trust(OURS.ids, forwarders=("mail.university.example",)), FORWARDED, True),
        (Trust(OURS.ids, networks=(ip_network("203.0.113.0/24"),)), FORWARDED, True),
        (Trust(OURS.ids, forwarders=("ersity.example",)), FORWARDED, False),
        (Trust(OURS.ids, networks=(ip_network("2001:db8::/32"),)), FORWARDED, False),
        (Trust(OURS.ids, forwarders=("relay",)), FORWARDED, False),
        (OURS, FORWARDED, False),
        (Trust(OURS.ids, forwarders=("university.example",)), HERE, False),
        (Trust(OURS.ids, own_hops=0, forwarders=("university.example",)), FORWARDED, False),
        (Trust(OURS.ids, own_hops=9, forwarders=("university.example",)), FORWARDED, False),
    ],
)
def test_a_listed_forwarder_breaks_spf_honestly(trust, received, softened):
    """His name as our server looked it up, or his address; else dmarc=fail stays a fail."""
    headers = [
        (AR, f"mx.example.com; {REJECTED}"),
        received,
        (
            "Received",
            "from mail.university"
            ".example (mail.university.example [203.0.113.9]) by elsewhere.example",
        ),
    ]
    judgement = judge(headers, trust, ANNA)
    assert judgement.authenticity is (NONE if softened else FAIL)
    assert ("listed forwarder" in judgement.reason) is softened


@pytest.mark.parametrize("internal", [0, 1, 3])
@pytest.mark.parametrize(("received", "softened"), [(FORWARDED, True), (HERE, False)])
def test_a_listed_forwarder_before_microsoft(internal, received, softened):
    """Its first server is the one below its field, however often it handed the mail on."""
    trust = Trust(microsoft365=True, own_hops=5, forwarders=("university.example",))
    field = (AR, "dmarc=fail action=oreject header.from=example.net;compauth=fail reason=000")
    judgement = judge([*[BEFORE] * internal, field, received, FORWARDED], trust, ANNA)
    assert judgement.authenticity is (NONE if softened else FAIL)
    assert judgement.reason.startswith("Authentication-Results of Microsoft 365: dmarc=fail")


SEALED = "mx.example.com; arc=pass (i=1); dmarc=fail (p=reject) header.from=example.net"
SEAL = ("ARC-Seal", "i=1; a=rsa-sha256; d=lists.example; s=k; t=1; cv=none; b=AAAA")
SAW = ("ARC-Authentication-Results", "i=1; lists.example; dmarc=pass header.from=example.net")
SAW_FAIL = ("ARC-Authentication-Results", "i=1; lists.example; dmarc=fail (p=reject)")
LISTS = Trust(OURS.ids, sealers=frozenset({"lists.example"}))


@pytest.mark.parametrize(
    ("ours", "below", "trust", "softened"),
    [
        (SEALED, [SEAL, SAW], LISTS, True),
        (SEALED, [SEAL, SAW], OURS, False),
        (SEALED, [SEAL, SAW_FAIL], LISTS, False),
        (SEALED, [SEAL], LISTS, False),
        (SEALED, [SAW], LISTS, False),
        (SEALED, [SEAL, SAW, SAW], LISTS, False),
        (SEALED.replace("arc=pass", "arc=fail"), [SEAL, SAW], LISTS, False),
        (SEALED.replace("arc=pass", "arc=pass @"), [SEAL, SAW], LISTS, False),
        (f"mx.example.com; {REJECTED}", [SEAL, SAW], LISTS, False),
    ],
)
def test_a_listed_sealer_vouches(ours, below, trust, softened):
    """C47: where our server verified the chain and its newest seal is of a listed sealer."""
    judgement = judge([(AR, ours), HERE, BEFORE, *below], trust, ANNA)
    assert judgement.authenticity is (NONE if softened else FAIL)
    assert ("listed sealer" in judgement.reason) is softened


def test_what_is_ignored_is_bounded():
    """A mail with a thousand such headers fills no page."""
    headers = [HERE, BEFORE, *[FORGED] * 100, (AR, f"{'x' * 500}; spf=none")]
    judgement = judge(headers, OURS, ANNA)
    assert len(judgement.ignored) == MAX_IGNORED
    judgement = judge(headers[-1:], OURS, ANNA)
    assert len(judgement.ignored[0]) < 200


VALUES = st.one_of(
    st.text(max_size=60),
    st.text(alphabet='mx.exampl;=() "dkimarcpsfno@-\\', max_size=80),
    st.builds(
        "{}; dmarc={} header.from={}; dkim={} header.d={}".format,
        st.sampled_from(["mx.evil.example", "mx.example.com.evil.example", "x", "mx.example.co"]),
        st.sampled_from(["pass", "fail", "none"]),
        st.sampled_from(["example.net", "evil.example"]),
        st.sampled_from(["pass", "fail"]),
        st.sampled_from(["example.net", "evil.example"]),
    ),
)
OUTSIDERS = st.lists(
    st.tuples(st.sampled_from([AR, "authentication-results", "ARC-Seal", "X-Any"]), VALUES),
    max_size=6,
)


@given(OUTSIDERS, st.booleans())
def test_nobody_passes_unless_a_trusted_id_says_so(headers, microsoft):
    """Any headers at all raise nothing, and without the id in one of them nobody passes."""
    trust = Trust(OURS.ids, microsoft365=False, own_hops=3)
    judgement = judge(headers, trust, ANNA)
    says_so = any("mx.example.com;" in value.replace(" ", "") for _, value in headers)
    assert judgement.authenticity is NONE or says_so
    assert judge(headers, NOBODY, ANNA).authenticity is NONE
    assert judge(headers, trust, None).authenticity is NONE


@given(
    OUTSIDERS,
    OUTSIDERS,
    st.sampled_from([REJECTED, "dmarc=pass header.from=example.net", "spf=none", "dmarc=none"]),
    st.booleans(),
)
def test_outsiders_change_nothing(above, below, said, is_below_ours):
    """Their fields, of other ids above and of any below, dropped or added, change no outcome."""
    ours = (AR, f"mx.example.com; {said}")
    pair = [HERE, ours] if is_below_ours else [ours, HERE]
    alone = judge([*pair, BEFORE], OURS, ANNA)
    readable = [
        (name, value)
        for name, value in above
        if '"' not in value
        and "(" not in value
        and ")" not in value
        and "\\" not in value
        and value.partition(";")[0].strip()
        and len(value.partition(";")[0].split()) == 1
        and "mx.example.com" not in value.split(";")[0]
    ]
    for among in ([*readable, *pair, *below], [*pair, FORGED, *below], [*pair, BEFORE, FORGED]):
        judgement = judge([*among, BEFORE], OURS, ANNA)
        assert (judgement.authenticity, judgement.reason) == (alone.authenticity, alone.reason)
