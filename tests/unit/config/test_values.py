from datetime import timedelta
from pathlib import Path

import pytest

from mailgate.config import values
from mailgate.config.reader import Unfit

KILO = 1024
PATIENCE = values.duration(timedelta(seconds=1), timedelta(days=1))

GOOD = [
    (values.text, "  Zażółć gęślą ", "Zażółć gęślą"),
    (values.flag, False, False),
    (values.number(0, 9), 0, 0),
    (values.number(0, 9), 9, 9),
    (values.choice("a", "b"), "b", "b"),
    (values.size, "26 MB", 26 * KILO**2),
    (values.size, "500kB", 500 * KILO),
    (values.size, "1.5 gb", 3 * KILO**3 // 2),
    (values.size, "10", 10),
    (values.size, "10 B", 10),
    (PATIENCE, "1 second", timedelta(seconds=1)),
    (PATIENCE, "90 s", timedelta(seconds=90)),
    (PATIENCE, "5 Minutes", timedelta(minutes=5)),
    (PATIENCE, "2h", timedelta(hours=2)),
    (PATIENCE, "1 day", timedelta(days=1)),
    (values.address, "Pomoc.X@Example.com", "Pomoc.X@Example.com"),
    (values.address, "a+b@example.com", "a+b@example.com"),
    (values.own_address, "a@example.com", "a@example.com"),
    (values.domain, "Support.Example.com", "support.example.com"),
    (values.host, "localhost", "localhost"),
    (values.host, "mail.example.com", "mail.example.com"),
    (values.host, "[::1]", "::1"),
    (values.host, "::1", "::1"),
    (values.host_and_port, "0.0.0.0:25", ("0.0.0.0", 25)),
    (values.host_and_port, "[2001:db8::1]:65535", ("2001:db8::1", 65535)),
    (values.host_and_port, "localhost:0", ("localhost", 0)),
    (values.path_from(Path("/a")), "b/c", Path("/a/b/c")),
    (values.path_from(Path("/a")), "/b", Path("/b")),
]

BAD = [
    (values.text, ["", "\t", "a\nb", "a\x07", 1, None, []]),
    (values.flag, ["true", 1, 0]),
    (values.number(0, 9), [-1, 10, True, 1.0, "1"]),
    (values.choice("a", "b"), ["c", "A b", "", 1]),
    (values.size, [26, "", "MB", "26 XB", "-1 kB", "0", "0.1 B", "1,5 MB", "1e3", "٣ MB", True]),
    (PATIENCE, [5, "5", "five minutes", "0 s", "2 days", "-1 s", "1.5 h", "5 m", "s", "999999 d"]),
    (values.address, ["a", "a@", "@b.pl", "a@b", "<a@b.pl>", '"a b"@b.pl', "a@[127.0.0.1]", 1]),
    (values.own_address, ["a+b@example.com", "a+@example.com", "a"]),
    (values.address, ["a@b.pl\n."]),
    (values.domain, ["localhost", "-a.pl", "a..pl", "a.1", "a_b.pl", ".pl"]),
    (values.domain, ["a" * 64 + ".pl", "x." * 130 + "pl"]),
    (values.host, ["", "a b", "a:25", "[::1", "a/b", "-a", "x" * 300]),
    (values.host_and_port, ["a:25:25", "a:２５"]),
    (values.host_and_port, ["25", "a", "a:", ":25", "a:65536", "a:-1", "::1:25", 25]),
]  # fmt: skip


@pytest.mark.parametrize(("read", "written", "meant"), GOOD)
def test_what_is_written_is_understood(read, written, meant):
    """Every spelling an operator would expect means what it says."""
    assert read(written) == meant


@pytest.mark.parametrize(("read", "written"), [(read, each) for read, row in BAD for each in row])
def test_what_cannot_be_meant_is_refused_with_a_remedy(read, written):
    """Everything else is refused, with words on what to write."""
    with pytest.raises(Unfit) as caught:
        read(written)
    assert caught.value.wrong
    assert caught.value.instead


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=1), "1 second"),
        (timedelta(seconds=90), "90 seconds"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(days=2), "2 days"),
        (timedelta(0), "0 seconds"),
    ],
)
def test_a_duration_is_said_as_it_would_be_written(length, said):
    """Bounds are told in words that could stand in the file."""
    assert values.spoken(length) == said
