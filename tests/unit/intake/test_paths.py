"""The arguments of MAIL and RCPT."""

import pytest

from mailgate.intake import paths
from mailgate.intake.paths import Path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM:<a@b.example>", ("<a@b.example>", "")),
        ("from: <a@b.example>  SIZE=5 BODY=7BIT", ("<a@b.example>", "SIZE=5 BODY=7BIT")),
        ("FROM:<>", ("<>", "")),
        ('FROM:<"a> b"@c.example> SIZE=1', ('<"a> b"@c.example>', "SIZE=1")),
        ("FROM:a@b.example", None),
        ("FROM:<a@b.example", None),
        ("FROM:<a@b.example>SIZE=1", None),
        ("FROM <a@b.example>", None),
        ("", None),
    ],
)
def test_path_and_parameters_are_told_apart(text: str, expected: tuple[str, str] | None) -> None:
    """Brackets are asked for, space around the colon is passed over."""
    assert paths.argument(text, "FROM:") == expected


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("<>", ""),
        ("<a@b.example>", "a@b.example"),
        ("<Postmaster>", "Postmaster"),
        ("<a+b.c@[192.0.2.1]>", "a+b.c@[192.0.2.1]"),
        ("<a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]"),
        ('<"a"@b.example>', "a@b.example"),
        (r'<"a\b"@c.example>', "ab@c.example"),
        ('<"a b"@c.example>', '"a b"@c.example'),
        ("<..a..b.@c.example>", "..a..b.@c.example"),
        ("<zażółć@gęślą.example>", "zażółć@gęślą.example"),
        (f"<{'a' * 64}@{'b' * 251}.com>", f"{'a' * 64}@{'b' * 251}.com"),
        (f"<{'a' * 257}@b.example>", None),
        (f"<a@{'b' * 252}.com>", None),
        ("<a b@c.example>", None),
        ("<a@b@c.example>", None),
        ("<@c.example>", None),
        ("<a@>", None),
        ("<a@b..example>", None),
        ("<a(x)@b.example>", None),
        ("<a@b.example, c@d.example>", None),
        ("<<a@b.example>>", None),
        ("<a@b.example\x01>", None),
        ("<\udcff@b.example>", None),
        ("<a@\ud800.example>", None),
    ],
)
def test_a_path_is_one_strict_address_or_nothing(text: str, address: str | None) -> None:
    """No comment, list or half address gets through; unneeded quotes are taken off."""
    found = paths.path(text)
    assert (found.address if found else None) == address


def test_a_source_route_is_told() -> None:
    """The address behind it is read, and that it was routed."""
    assert paths.path("<@a.example,@b.example:u@c.example>") == Path("u@c.example", routed=True)


@pytest.mark.parametrize(
    ("address", "hides"),
    [
        ("u%d@ours.example", True),
        ('"u@d"@ours.example', True),
        ("d!u@ours.example", True),
        ("u%d", True),
        ("u@ours.example", False),
        ("postmaster", False),
    ],
)
def test_an_address_within_an_address_is_seen(address: str, hides: bool) -> None:
    """Old ways of asking for a relay are told from names that nobody has."""
    assert Path(address).hides_another is hides


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("size=5 SMTPUTF8 BODY=8bitmime", {"SIZE": "5", "SMTPUTF8": None, "BODY": "8bitmime"}),
        ("SIZE=1 size=2", None),
        ("SIZE=", None),
        ("=1", None),
        ("A=b=c", None),
    ],
)
def test_parameters_are_keywords_with_values(text: str, expected: dict[str, str] | None) -> None:
    """A malformed or repeated parameter spoils all of them."""
    assert paths.parameters(text) == expected
