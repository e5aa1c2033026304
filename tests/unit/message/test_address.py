import pytest

from mailgate.message.address import (
    Address,
    canonical,
    domain_of,
    is_plain_address,
    split_subaddress,
)


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("Anna@Example.NET", "anna@example.net"),
        (" a@b.pl. ", "a@b.pl"),
        ("żółw@ŁÓDŹ.pl", "żółw@xn--d-uga0v4h.pl"),
        ("a@" + "ż" * 100 + ".pl", "a@" + "ż" * 100 + ".pl"),
        ("POSTMASTER", "postmaster"),
        ("a@b@c.PL", "a@b@c.pl"),
        ("", ""),
    ],
)
def test_two_spellings_are_one_form(address: str, form: str) -> None:
    """Case, a final dot and U-labels do not tell mailboxes apart; nothing raises."""
    assert canonical(address) == form
    assert Address(address, "x").canonical == form


@pytest.mark.parametrize(
    ("address", "domain"), [("a@B.pl", "b.pl"), ("postmaster", ""), ("", ""), ("@x.pl", "x.pl")]
)
def test_the_domain_is_what_follows_the_last_at(address: str, domain: str) -> None:
    """The domain in canonical form, or nothing."""
    assert domain_of(address) == domain


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("local+tag@x.pl", ("local@x.pl", "tag")),
        ("Local+a+b@X.pl", ("Local@X.pl", "a+b")),
        ("local@x.pl", ("local@x.pl", "")),
        ("+tag@x.pl", ("+tag@x.pl", "")),
        ("local+@x.pl", ("local@x.pl", "")),
        ("no+domain", ("no+domain", "")),
    ],
)
def test_a_subaddress_is_split_off(address: str, parts: tuple[str, str]) -> None:
    """What follows the first plus in the local part, if something stands before it."""
    assert split_subaddress(address) == parts


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("a@b.pl", True),
        ("a.b+c@x-y.pl", True),
        ("żółw@łódź.pl", True),
        ("a" * 64 + "@b.pl", True),
        ("a" * 65 + "@b.pl", False),
        ("a@" + "b." * 126 + "pl", True),
        ("a@" + "b." * 127 + "pl", False),
        ("a@b\r\nRCPT TO:<v@z>", False),
        ('"a b"@c.pl', False),
        ("@a,@b:u@d.pl", False),
        ("a@[192.0.2.1]", False),
        ("a..b@c.pl", False),
        ("a@-b.pl", False),
        ("a b@c.pl", False),
        ("postmaster", False),
        ("", False),
    ],
)
def test_only_plain_addresses_go_into_a_command(address: str, plain: bool) -> None:
    """A dot-atom at a domain, within the lengths of RFC 5321, and nothing else."""
    assert is_plain_address(address) is plain
