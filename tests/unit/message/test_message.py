from dataclasses import replace

import pytest

from mailgate.message import parse
from mailgate.message.address import Address

MAIL = parse.parse(b"From: a@b.pl\r\nX-One: 1\r\nx-one: 2\r\n\r\n")


@pytest.mark.parametrize(
    ("change", "author"),
    [
        ({}, Address("a@b.pl")),
        ({"from_": ()}, None),
        ({"from_": (Address("a@b.pl"), Address("c@d.pl"))}, None),
        ({"from_headers": 2}, None),
        ({"from_doubtful": True}, None),
    ],
)
def test_one_mailbox_in_one_clear_from_is_the_author(
    change: dict[str, object], author: Address | None
) -> None:
    """More than one, or one that another reader may not find, proves nobody."""
    assert replace(MAIL, **change).author == author  # type: ignore[arg-type]


def test_headers_are_found_in_any_case() -> None:
    """The first value or all of them in order, None or nothing where there is none."""
    assert MAIL.header("X-ONE") == "1"
    assert MAIL.header_values("X-One") == ("1", "2")
    assert MAIL.header("X-Two") is None
    assert MAIL.header_values("X-Two") == ()
