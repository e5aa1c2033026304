import pytest
from click.testing import CliRunner

from mailgate.cli import cli
from mailgate.intake.logins import Logins, read_hash


def line(given: str, *arguments: str):
    """Return how `mailgate password` ends."""
    return CliRunner().invoke(cli, ["password", *arguments], input=given)


@pytest.mark.parametrize("given", ["zażółć\n", "zażółć", "zażółć\r\nmore\n"])
def test_the_line_lets_its_address_in(given):
    """The first line of standard input is the password; what is printed is fit for the file."""
    done = line(given, "Ewa@example.com")
    assert done.exit_code == 0
    address, text = done.stdout.split()
    found = read_hash(text)
    assert found is not None
    assert address == "Ewa@example.com"
    logins = Logins({"ewa@example.com": found})
    assert logins.address_of("ewa@example.com", "zażółć".encode()) == "ewa@example.com"
    assert "zażółć" not in done.output


@pytest.mark.parametrize(
    ("given", "arguments", "said"),
    [
        ("\n", ["ewa@example.com"], "1 to 256 octets"),
        ("", ["ewa@example.com"], "1 to 256 octets"),
        ("x" * 257, ["ewa@example.com"], "1 to 256 octets"),
        ("x\n", ["Ewa <ewa@example.com>"], "no plain address"),
        ("x\n", [], "Missing argument"),
        ("x\n", ["ewa@example.com", "hunter2"], "unexpected extra argument"),
    ],
)
def test_what_is_no_login_prints_nothing(given, arguments, said):
    """No address, no password or too long a one; and none is ever taken from the command line."""
    done = line(given, *arguments)
    assert done.exit_code != 0
    assert done.stdout == ""
    assert said in done.stderr
