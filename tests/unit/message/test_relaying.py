from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.message.relaying import Host, handed_over_by, newest_seal

SEAL, SAW = "ARC-Seal", "ARC-Authentication-Results"


@pytest.mark.parametrize(
    ("received", "host"),
    [
        ("from a.example (b.example [192.0.2.7]) by mx", Host("b.example", "192.0.2.7")),
        ("from a.example (b.example. [192.0.2.7]) by mx", Host("b.example", "192.0.2.7")),
        ("from a.example (B.example [IPv6:2001:db8::7]) by", Host("b.example", "2001:db8::7")),
        ("from a.example (unknown [192.0.2.7]) by mx", Host("", "192.0.2.7")),
        ("from a.example ([192.0.2.7] helo=b.example) by mx", Host("", "192.0.2.7")),
        ("from a.example (helo=b.example [192.0.2.7]) by mx", Host("", "192.0.2.7")),
        ("from a.example (192.0.2.7) by mx with Microsoft", Host("", "192.0.2.7")),
        ("from a.example (b.example) by mx", Host()),
        ("from a.example ([999.0.2.7]) by mx", Host()),
        ("by 2001:db8::1 with SMTP id x", Host()),
        ("from a.example by mx", Host()),
        ("", Host()),
    ],
)
def test_who_handed_it_over(received, host):
    """The name that the server looked up and the address it saw, never the greeting."""
    assert handed_over_by(received) == host


def test_a_host_is_told_by_its_name_or_its_address():
    """For the reason that people read."""
    assert (str(Host("b.example", "192.0.2.7")), str(Host("", "192.0.2.7"))) == (
        "b.example",
        "192.0.2.7",
    )


@pytest.mark.parametrize(
    ("host", "listed"),
    [
        (Host("b.example", "192.0.2.7"), True),
        (Host("a.b.example"), True),
        (Host("ab.example"), False),
        (Host("", "198.51.100.9"), True),
        (Host("", "198.51.101.9"), False),
        (Host(), False),
    ],
)
def test_a_host_of_the_list(host, listed):
    """By name, below a name, or by network."""
    assert host.is_of(("b.example",), (ip_network("198.51.100.0/24"),)) is listed


@pytest.mark.parametrize(
    ("headers", "sealer"),
    [
        ([(SEAL, "i=1; cv=none; d=A.example; b=x"), (SAW, "i=1; mx; spf=none")], "a.example"),
        (
            [
                (SEAL, "a=rsa-sha256; i=2; cv=pass; d=b.example"),
                (SAW, "i=2; mx; spf=none"),
                (SEAL, "i=1; cv=none; d=a.example"),
                (SAW, " i = 1 ; mx; spf=none"),
            ],
            "b.example",
        ),
        ([(SEAL, "i=1; cv=fail; d=a.example"), (SAW, "i=1; mx; spf=none")], ""),
        ([(SEAL, "i=1; d=a.example"), (SAW, "i=1; mx; spf=none")], ""),
        ([(SEAL, "i=2; cv=pass; d=a.example"), (SAW, "i=1; mx; spf=none")], ""),
        ([(SEAL, "i=1; cv=none; d=a.example")] * 2 + [(SAW, "i=1; mx; spf=none")], ""),
        ([(SEAL, "i=99; cv=none; d=a.example"), (SAW, "i=99; mx; spf=none")], ""),
        ([(SEAL, "i=1x; cv=none; d=a.example"), (SAW, "mx; spf=none")], ""),
        ([("X-Seal", "i=1; cv=none; d=a.example")], ""),
        ([], ""),
    ],
)
def test_the_newest_seal(headers, sealer):
    """Its domain where chain and findings are of one piece; nobody's where anything is double."""
    found, results = newest_seal(headers)
    assert found == sealer
    assert (results is not None) is bool(sealer)


@given(st.text(max_size=200), st.text(alphabet="iacvd=;0123. -fromby([])\t:", max_size=200))
def test_any_text_is_read(one, other):
    """Nothing raises."""
    for text in (one, other, f"from a ({other})"):
        assert isinstance(str(handed_over_by(text)), str)
        newest_seal([(SEAL, text), (SAW, text)])
