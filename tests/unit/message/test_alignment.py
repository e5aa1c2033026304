import pytest

from mailgate.message.alignment import is_aligned, is_shared, organisational


@pytest.mark.parametrize(
    ("domain", "registered"),
    [
        ("example.net", "example.net"),
        ("a.b.example.net", "example.net"),
        ("a.example.com.pl", "example.com.pl"),
        ("com.pl", "com.pl"),
        ("a.example.co.uk", "example.co.uk"),
        ("co.example.net", "example.net"),
        ("a.co.example", "co.example"),
        ("localhost", "localhost"),
        ("", ""),
    ],
)
def test_the_registered_part_of_a_domain(domain, registered):
    """Two labels, or three below a shared second level of a country."""
    assert organisational(domain) == registered


@pytest.mark.parametrize(
    ("domain", "shared"),
    [
        ("pl", True),
        ("com.pl", True),
        ("co.uk", True),
        ("onmicrosoft.com", True),
        ("uk.com", True),
        ("example.com", False),
        ("example.pl", False),
        ("example.com.pl", False),
        ("co.example", False),
    ],
)
def test_a_name_below_which_strangers_live(domain, shared):
    """Suffixes, and services that give each customer a part of their name."""
    assert is_shared(domain) is shared


@pytest.mark.parametrize(
    ("one", "other", "aligned"),
    [
        ("example.com", "example.com", True),
        ("mail.example.com", "example.com", True),
        ("example.com", "a.b.example.com", True),
        ("badexample.com", "example.com", False),
        ("example.com.evil.example", "example.com", False),
        ("a.example.com", "b.example.com", False),
        ("evil.onmicrosoft.com", "victim.onmicrosoft.com", False),
        ("evil.onmicrosoft.com", "onmicrosoft.com", False),
        ("evil.com.pl", "com.pl", False),
        ("com", "example.com", False),
        ("", "example.com", False),
        ("example.com", "", False),
    ],
)
def test_domains_of_one_owner(one, other, aligned):
    """The same, or one within the other; neighbours may be strangers."""
    assert is_aligned(one, other) is aligned
    assert is_aligned(other, one) is aligned
