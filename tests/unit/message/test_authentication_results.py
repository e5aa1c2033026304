import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.message.authentication_results import (
    MAX_RESULTS,
    MAX_VALUE,
    MAX_WORDS,
    Field,
    domain_in,
    read,
)

# A field as a server writes it; its id, then of each result: method, result, and the domain of
# the property that counts for it.
WRITTEN = [
    # Postfix with opendkim, opendmarc, policyd-spf
    (
        "mx.example.com; dkim=pass (2048-bit key; unprotected) header.d=example.net"
        ' header.i=@example.net header.a=rsa-sha256 header.s=s1 header.b="Ab/c+dEf"',
        "mx.example.com",
        [("dkim", "pass", "header.d", "example.net")],
    ),
    (
        "mx.example.com; dmarc=fail (p=reject dis=none) header.from=example.net",
        "mx.example.com",
        [("dmarc", "fail", "header.from", "example.net")],
    ),
    (
        "mx.example.com; spf=pass (mailfrom) smtp.mailfrom=example.net (client-ip=192.0.2.7;"
        " helo=out.example.net; envelope-from=anna@example.net; receiver=<UNKNOWN>)",
        "mx.example.com",
        [("spf", "pass", "smtp.mailfrom", "example.net")],
    ),
    (
        'mx.example.com; dkim=fail reason="signature verification failed" (2048-bit key)'
        " header.d=example.net header.b=XyZ",
        "mx.example.com",
        [("dkim", "fail", "header.d", "example.net")],
    ),
    # Rspamd
    (
        "mx.example.com; dkim=pass header.d=example.net header.s=k1 header.b=Zz9x;"
        ' arc=pass ("sealer.example:s=arc1:i=1"); dmarc=pass (policy=reject)'
        " header.from=example.net; spf=pass (mx.example.com: domain of anna@example.net"
        " designates 192.0.2.7 as permitted sender) smtp.mailfrom=anna@example.net",
        "mx.example.com",
        [
            ("dkim", "pass", "header.d", "example.net"),
            ("arc", "pass", "header.d", ""),
            ("dmarc", "pass", "header.from", "example.net"),
            ("spf", "pass", "smtp.mailfrom", "example.net"),
        ],
    ),
    (
        'mx.example.com; dmarc=fail reason="SPF not aligned (relaxed), No valid DKIM"'
        " header.from=example.net (policy=quarantine); auth=pass smtp.auth=a"
        " smtp.mailfrom=a@example.org",
        "mx.example.com",
        [
            ("dmarc", "fail", "header.from", "example.net"),
            ("auth", "pass", "smtp.mailfrom", "example.org"),
        ],
    ),
    (
        'mx.example.com; spf=pass (mx.example.com: domain of "list+bounces-1-anna=example.org@lists'
        '.example.net" designates 2001:db8::1 as permitted sender) smtp.mailfrom="list+bounces-1-'
        'anna=example.org@lists.example.net"',
        "mx.example.com",
        [("spf", "pass", "smtp.mailfrom", "lists.example.net")],
    ),
    # Gmail
    (
        "mx.google.com; dkim=pass header.i=@example.net header.s=s1 header.b=q0W;"
        " spf=pass (google.com: domain of anna@example.net designates 192.0.2.7 as permitted"
        " sender) smtp.mailfrom=anna@example.net; dmarc=pass (p=REJECT sp=REJECT dis=NONE)"
        " header.from=example.net",
        "mx.google.com",
        [
            ("dkim", "pass", "header.i", "example.net"),
            ("spf", "pass", "smtp.mailfrom", "example.net"),
            ("dmarc", "pass", "header.from", "example.net"),
        ],
    ),
    (
        "mx.google.com; arc=pass (i=1 spf=pass spfdomain=example.net dkim=pass"
        " dkdomain=example.net dmarc=pass fromdomain=example.net); dmarc=fail (p=QUARANTINE"
        " sp=NONE dis=NONE arc=pass) header.from=example.net",
        "mx.google.com",
        [("arc", "pass", "header.d", ""), ("dmarc", "fail", "header.from", "example.net")],
    ),
    # Microsoft 365
    (
        "spf=pass (sender IP is 192.0.2.7) smtp.mailfrom=example.net; dkim=pass (signature was"
        " verified) header.d=example.net;dmarc=pass action=none header.from=example.net;"
        "compauth=pass reason=100",
        "",
        [
            ("spf", "pass", "smtp.mailfrom", "example.net"),
            ("dkim", "pass", "header.d", "example.net"),
            ("dmarc", "pass", "header.from", "example.net"),
            ("compauth", "pass", "reason", "100"),
        ],
    ),
    (
        "dkim=none (message not signed) header.d=none;dmarc=none action=none"
        " header.from=example.com;",
        "",
        [("dkim", "none", "header.d", "none"), ("dmarc", "none", "header.from", "example.com")],
    ),
    (
        "spf=pass (sender IP is 192.0.2.7) smtp.mailfrom=example.net; hotmail.example; dkim=test"
        " (signature was verified) header.d=example.net;hotmail.example; dmarc=bestguesspass"
        " action=none header.from=example.net;",
        "",
        [
            ("spf", "pass", "smtp.mailfrom", "example.net"),
            ("dkim", "test", "header.d", "example.net"),
            ("dmarc", "bestguesspass", "header.from", "example.net"),
        ],
    ),
    # Exim
    (
        "mail.example.com; iprev=pass (out.example.net) smtp.remote-ip=192.0.2.7; spf=pass"
        " smtp.mailfrom=example.net; dkim=pass header.d=example.net header.s=x header.a=rsa-sha256;"
        " dmarc=pass header.from=example.net; arc=none",
        "mail.example.com",
        [
            ("iprev", "pass", "header.d", ""),
            ("spf", "pass", "smtp.mailfrom", "example.net"),
            ("dkim", "pass", "header.d", "example.net"),
            ("dmarc", "pass", "header.from", "example.net"),
            ("arc", "none", "header.d", ""),
        ],
    ),
    # Fastmail
    (
        "mx5.provider.example; arc=none (no signatures found); bimi=skipped (DMARC Policy is not at"
        " enforcement); dkim=pass (2048-bit rsa key sha256) header.d=example.net"
        " header.i=@example.net header.b=u8J header.a=rsa-sha256 header.s=fm1 x-bits=2048;"
        " dmarc=pass policy.published-domain-policy=none policy.applied-disposition=none"
        " policy.evaluated-disposition=none (p=none,d=none,d.eval=none) policy.policy-from=p"
        " header.from=example.net; iprev=pass smtp.remote-ip=192.0.2.7 (out.example.net);"
        " spf=pass smtp.mailfrom=anna@example.net smtp.helo=out.example.net;"
        " x-ptr=pass smtp.helo=out.example.net policy.ptr=out.example.net",
        "mx5.provider.example",
        [
            ("arc", "none", "header.d", ""),
            ("bimi", "skipped", "header.d", ""),
            ("dkim", "pass", "header.d", "example.net"),
            ("dmarc", "pass", "header.from", "example.net"),
            ("iprev", "pass", "smtp.remote-ip", "192.0.2.7"),
            ("spf", "pass", "smtp.mailfrom", "example.net"),
            ("x-ptr", "pass", "smtp.helo", "out.example.net"),
        ],
    ),
    # Yahoo
    (
        "atlas-production.v2-mail-prod1-ir2.omega.provider.example; dkim=pass"
        " header.i=@example.net header.s=s1; spf=pass smtp.mailfrom=example.net;"
        " dmarc=pass(p=REJECT,sp=NONE) header.from=example.net;",
        "atlas-production.v2-mail-prod1-ir2.omega.provider.example",
        [
            ("dkim", "pass", "header.i", "example.net"),
            ("spf", "pass", "smtp.mailfrom", "example.net"),
            ("dmarc", "pass", "header.from", "example.net"),
        ],
    ),
    # WP and others of few words; Courier, amavisd, mail.ru, cPanel, Zoho, Proton
    (
        "mx.wp.example; spf=pass smtp.mailfrom=anna@example.net",
        "mx.wp.example",
        [("spf", "pass", "smtp.mailfrom", "example.net")],
    ),
    (
        "mx.o2.example (amavisd-new); dkim=pass (1024-bit key) header.d=example.net",
        "mx.o2.example",
        [("dkim", "pass", "header.d", "example.net")],
    ),
    (
        "mx.onet.example 1; spf=softfail smtp.mailfrom=example.net",
        "mx.onet.example",
        [("spf", "softfail", "smtp.mailfrom", "example.net")],
    ),
    (
        '"mx.example.com" 1; dkim=neutral (bad format) header.i=@example.net',
        "mx.example.com",
        [("dkim", "neutral", "header.i", "example.net")],
    ),
    (
        "MX.Example.COM; dmarc=pass header.from=Example.NET",
        "mx.example.com",
        [("dmarc", "pass", "header.from", "example.net")],
    ),
    (
        "(first) mx.example.com (second) 1 (third); (a) dmarc (b) = (c) pass (d) header.from"
        " = example.net",
        "mx.example.com",
        [("dmarc", "pass", "header.from", "example.net")],
    ),
    (
        "mx.example.com; dkim/1=pass header.d=example.net",
        "mx.example.com",
        [("dkim", "pass", "header.d", "example.net")],
    ),
    ("mx.example.com; none", "mx.example.com", []),
    ("mx.example.com;", "mx.example.com", []),
    ("mx.example.com", "mx.example.com", []),
    (
        "mx.example.com; spf=none; ; ;dkim=none",
        "mx.example.com",
        [("spf", "none", "header.d", ""), ("dkim", "none", "header.d", "")],
    ),
    (
        "mx.example.com; auth=pass (cram-md5) smtp.auth=sender@example.net",
        "mx.example.com",
        [("auth", "pass", "smtp.auth", "example.net")],
    ),
    (
        "mx.example.com; x-foo=bar odd.ptype=1; spf=pass smtp.mailfrom=example.net",
        "mx.example.com",
        [("x-foo", "bar", "header.d", ""), ("spf", "pass", "smtp.mailfrom", "example.net")],
    ),
    (
        "mx.example.com; dkim=pass header.b=AbC= header.d=example.net",
        "mx.example.com",
        [("dkim", "pass", "header.d", "example.net")],
    ),
    (
        "mx.example.com; spf=pass smtp.mailfrom=<anna@example.net>",
        "mx.example.com",
        [("spf", "pass", "smtp.mailfrom", "example.net")],
    ),
    (
        "mx.example.com; spf=pass smtp.mailfrom=prvs=1234abcd=anna@example.net",
        "mx.example.com",
        [("spf", "pass", "smtp.mailfrom", "example.net")],
    ),
    (
        "mx.example.com; spf=pass smtp.mailfrom=SRS0=ab1=cd=example.org=anna@example.net",
        "mx.example.com",
        [("spf", "pass", "smtp.mailfrom", "example.net")],
    ),
    (
        'mx.example.com; dmarc=pass header.from="example.net"',
        "mx.example.com",
        [("dmarc", "pass", "header.from", "example.net")],
    ),
    (
        "mx.example.com; dmarc=pass header.from=bücher.example",
        "mx.example.com",
        [("dmarc", "pass", "header.from", "xn--bcher-kva.example")],
    ),
    (
        "mx.example.com; dkim=temperror (no key; DNS) header.d=example.net",
        "mx.example.com",
        [("dkim", "temperror", "header.d", "example.net")],
    ),
    (
        "mx.example.com; dkim=permerror (bad (nested (deep)) \\) sig) header.d=example.net",
        "mx.example.com",
        [("dkim", "permerror", "header.d", "example.net")],
    ),
    (
        "mx.example.com;\tspf=hardfail\tsmtp.mail=example.net",
        "mx.example.com",
        [("spf", "hardfail", "smtp.mail", "example.net")],
    ),
    (
        "mx.example.com; dkim=policy (weak key) header.d=example.net",
        "mx.example.com",
        [("dkim", "policy", "header.d", "example.net")],
    ),
    (
        "mx.example.com; dkim=invalid (public key: not available) header.d=example.net",
        "mx.example.com",
        [("dkim", "invalid", "header.d", "example.net")],
    ),
    (
        "mx.example.com; dkim-atps=neutral; dkim-adsp=pass header.from=anna@example.net",
        "mx.example.com",
        [
            ("dkim-atps", "neutral", "header.d", ""),
            ("dkim-adsp", "pass", "header.from", "example.net"),
        ],
    ),
    (
        "mx.example.com; sender-id=pass header.from=anna@example.net",
        "mx.example.com",
        [("sender-id", "pass", "header.from", "example.net")],
    ),
    (
        "mx.example.com; domainkeys=pass header.from=anna@example.net",
        "mx.example.com",
        [("domainkeys", "pass", "header.from", "example.net")],
    ),
    (
        "mx.example.com; spf=pass (sender SPF authorized) smtp.helo=out.example.net",
        "mx.example.com",
        [("spf", "pass", "smtp.helo", "out.example.net")],
    ),
    (
        "mx.example.com; dmarc=fail(p=REJECT) header.from=example.net",
        "mx.example.com",
        [("dmarc", "fail", "header.from", "example.net")],
    ),
    (
        "mx.example.com; dmarc=fail policy.dmarc=reject header.from=example.net",
        "mx.example.com",
        [("dmarc", "fail", "header.from", "example.net")],
    ),
    (
        "mx.example.com; dmarc=pass (Used From Domain Record) header.from=example.net"
        " policy.dmarc=none",
        "mx.example.com",
        [("dmarc", "pass", "header.from", "example.net")],
    ),
    (
        "mx.example.com; dara=fail header.d=example.net; vbr=none",
        "mx.example.com",
        [("dara", "fail", "header.d", "example.net"), ("vbr", "none", "header.d", "")],
    ),
    (
        "mail.protonmail.example; dmarc=pass (p=none dis=none) header.from=example.net",
        "mail.protonmail.example",
        [("dmarc", "pass", "header.from", "example.net")],
    ),
    (
        "mxs.mail.example; spf=pass (mx23: domain of example.net designates 192.0.2.7 as permitted"
        " sender) smtp.mailfrom=anna@example.net smtp.helo=out.example.net; dkim=pass"
        " header.d=example.net; dmarc=pass header.from=anna@example.net",
        "mxs.mail.example",
        [
            ("spf", "pass", "smtp.mailfrom", "example.net"),
            ("dkim", "pass", "header.d", "example.net"),
            ("dmarc", "pass", "header.from", "example.net"),
        ],
    ),
    (
        "mx.zoho.example; dkim=pass; spf=pass (zoho.example: domain of example.net designates"
        " 192.0.2.7 as permitted sender) smtp.mailfrom=anna@example.net; dmarc=pass(p=none)"
        " header.from=<anna@example.net>",
        "mx.zoho.example",
        [
            ("dkim", "pass", "header.d", ""),
            ("spf", "pass", "smtp.mailfrom", "example.net"),
            ("dmarc", "pass", "header.from", "example.net"),
        ],
    ),
    # Gateways, and further providers
    (
        "ppops.net; spf=pass smtp.mailfrom=anna@example.net; dkim=pass header.d=example.net"
        " header.s=s1; dmarc=pass header.from=example.net",
        "ppops.net",
        [
            ("spf", "pass", "smtp.mailfrom", "example.net"),
            ("dkim", "pass", "header.d", "example.net"),
            ("dmarc", "pass", "header.from", "example.net"),
        ],
    ),
    (
        "relay.mimecast.example; dkim=pass header.d=example.net header.s=s1 header.b=Ab1;"
        " dmarc=pass (policy=quarantine) header.from=example.net; spf=pass"
        " (relay.mimecast.example: domain of anna@example.net designates 192.0.2.7 as permitted"
        " sender) smtp.mailfrom=anna@example.net",
        "relay.mimecast.example",
        [
            ("dkim", "pass", "header.d", "example.net"),
            ("dmarc", "pass", "header.from", "example.net"),
            ("spf", "pass", "smtp.mailfrom", "example.net"),
        ],
    ),
    (
        "esa1.example.com; dkim=none (message not signed) header.i=none; spf=Pass"
        " smtp.mailfrom=anna@example.net; spf=None smtp.helo=postmaster@out.example.net;"
        " dmarc=pass (p=none dis=none) d=example.net",
        "esa1.example.com",
        [
            ("dkim", "none", "header.i", "none"),
            ("spf", "pass", "smtp.mailfrom", "example.net"),
            ("spf", "none", "smtp.helo", "out.example.net"),
            ("dmarc", "pass", "d", "example.net"),
        ],
    ),
    (
        "bimi.icloud.example; bimi=none; dmarc.icloud.example; dmarc=pass header.from=example.net",
        "bimi.icloud.example",
        [("bimi", "none", "header.d", ""), ("dmarc", "pass", "header.from", "example.net")],
    ),
    (
        "dmarc.icloud.example; dmarc=pass header.from=example.net",
        "dmarc.icloud.example",
        [("dmarc", "pass", "header.from", "example.net")],
    ),
    (
        "spf.icloud.example; spf=pass (spf.icloud.example: domain of anna@example.net designates"
        " 192.0.2.7 as permitted sender) smtp.mailfrom=anna@example.net",
        "spf.icloud.example",
        [("spf", "pass", "smtp.mailfrom", "example.net")],
    ),
    (
        "gmx.example; dkim=pass header.i=@example.net",
        "gmx.example",
        [("dkim", "pass", "header.i", "example.net")],
    ),
    (
        "zimbra.example.com (amavisd-new); dkim=softfail (invalid, public key: not available)"
        " header.d=example.net",
        "zimbra.example.com",
        [("dkim", "softfail", "header.d", "example.net")],
    ),
    (
        "garm.ovh.example; auth=pass (GARM-100R003c5e0d9ef-1d2e, D0E8) smtp.auth=anna@example.net",
        "garm.ovh.example",
        [("auth", "pass", "smtp.auth", "example.net")],
    ),
    (
        "server1.home.example; spf=pass (sender IP is 192.0.2.7) smtp.mailfrom=anna@example.net"
        " smtp.helo=out.example.net",
        "server1.home.example",
        [("spf", "pass", "smtp.mailfrom", "example.net")],
    ),
    (
        "mail.example.com; dkim=pass (good signature) header.d=example.net; dkim-atps=neutral",
        "mail.example.com",
        [("dkim", "pass", "header.d", "example.net"), ("dkim-atps", "neutral", "header.d", "")],
    ),
    (
        "mail.example.com; dkim=fail (body has been altered) header.d=example.net"
        ' header.b="U1pZfQ=="; dkim=pass header.d=lists.example header.b=Zz/1+A==',
        "mail.example.com",
        [
            ("dkim", "fail", "header.d", "example.net"),
            ("dkim", "pass", "header.d", "lists.example"),
        ],
    ),
]


@pytest.mark.parametrize(("value", "server", "results"), WRITTEN)
def test_what_servers_write_is_read(value, server, results):
    """The id, each method with its result, and the domain that it is about."""
    field = read(value)
    assert field is not None
    assert field.server == server
    said = [
        (each.method, each.result, name, each.domain(name))
        for each, (_, _, name, _) in zip(field.results, results, strict=True)
    ]
    assert said == results


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "; dkim=pass",
        "mx.example.com; dmarc=pass (never closed",
        'mx.example.com; dmarc=pass reason="never closed',
        "mx.example.com (; dmarc=pass header.from=example.net",
        "mx.example.com dkim pass; dmarc=pass header.from=example.net",
        "mx.example.com dkim=pass",
        "mx\\.example.com; dmarc=pass",
        "mx.example.com); dmarc=pass",
        "mx.example.com; spf=pass smtp.mailfrom=any@victim.example(.evil.example; dmarc=fail",
        "mx.example.com; " + "a" * MAX_VALUE,
    ],
)
def test_what_two_may_read_differently_is_not_read(value):
    """An open comment or quote, no id, text where none belongs, or a value that was cut."""
    assert read(value) is None


@pytest.mark.parametrize(
    ("value", "domain"),
    [
        ("any@victim.example (x).evil.example", ""),
        ("any@victim.example .evil.example", ""),
        ("any@victim.example(x).evil.example", ""),
        ("any@victim.example(.evil.example)", ""),
        ("(x)any@victim.example", ""),
        ('"any@victim.example"@evil.example', "evil.example"),
        ('"any@victim.example@evil.example"', ""),
        ('"any\\"@victim.example"', ""),
        ('any@victim.example".evil.example"', ""),
        ('"victim.example"x', ""),
        ("victim.example'@evil.example", "evil.example"),
        ("any@victim.example'.evil.example", ""),
        ("any@victim.example,evil.example", ""),
        ("any@[192.0.2.7]", ""),
        ("any@", ""),
        ("victim..example", ""),
        (".victim.example", ""),
    ],
)
def test_a_smuggled_domain_is_none(value, domain):
    """Comments, quotes and signs in an envelope sender make no domain that he does not own."""
    field = read(f"mx.example.com; spf=pass smtp.mailfrom={value}")
    assert field is not None
    (result,) = field.results
    assert ("" if result.odd else result.domain("smtp.mailfrom")) == domain


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("header.d=example.net", False),
        ("reason=ok header.d=example.net", False),
        ("any@victim.example header.d=example.net", True),
        ("header.d=example.net @evil.example", True),
        ("=x", True),
        ("a=b =x", True),
        ("header.d=example.net )", True),
        ("header.d=exam\\ple.net", True),
        ("%=1", True),
        (" ".join(f"a{n}=1" for n in range(MAX_WORDS)), True),
    ],
)
def test_what_is_no_property_is_noted(text, odd):
    """A result in which something stands that does not belong there proves nothing."""
    field = read(f"mx.example.com; dkim=pass {text}")
    assert field is not None
    assert field.results[0].odd is odd


def test_a_property_said_twice_has_no_value():
    """Neither of two is right."""
    field = read("mx.example.com; dkim=pass header.d=a.example header.d=b.example")
    assert field is not None
    assert field.results[0].value("header.d") == ""


def test_results_are_bounded():
    """A field of very many results is read up to a bound."""
    field = read("mx.example.com" + "; spf=none" * (MAX_RESULTS + 1))
    assert field is not None
    assert len(field.of("spf")) == MAX_RESULTS


def test_comments_are_kept():
    """Policies stand in them."""
    field = read("mx.example.com; dmarc=fail (p=reject) header.from=a.example (dis=none)")
    assert field is not None
    assert field.results[0].comment == "p=reject dis=none"


SIGNS = st.text(alphabet='ab.=@;()"\\ \t,-é1', max_size=80)


@given(SIGNS)
def test_any_text_is_read_or_not(text):
    """Nothing raises; what is read has an id in lower case, or results alone."""
    field = read(text)
    assert field is None or (isinstance(field, Field) and field.server == field.server.lower())
    assert isinstance(domain_in(text), str)


@given(SIGNS)
def test_a_domain_is_plain(text):
    """Whatever is called a domain has no sign in it that domains have not."""
    assert not set(domain_in(text)) & set('@;()"\\ \t,')
