import re

import pytest

from mailgate.outbox import letter
from mailgate.outbox.letter import Letter
from mailgate.outbox.outcome import Refused

HEAD = b"Subject: x\r\n\r\n"


def written(
    content: bytes = HEAD, mail_from: str = "", recipient: str = "anna@example.net"
) -> Letter:
    """Return a letter that can be written."""
    mail = letter.write(mail_from, recipient, content)
    assert isinstance(mail, Letter)
    return mail


@pytest.mark.attack("A32")
@pytest.mark.parametrize(
    "address",
    [
        "a@b\r\nRCPT TO:<v@z>",
        "a@b\nDATA",
        "a b@example.net",
        "<a@example.net>",
        "a@example.net> SIZE=1",
        '"a b"@example.net',
        "@relay.example:a@example.net",
        "a@[127.0.0.1]",
        "a@b\x00",
        "a\u0085@example.net",
        "a\u2028@example.net",
        "a\ud800@example.net",
        "anna",
        "anna@",
        "@example.net",
        "a@" + "b" * 64 + ".example",
        "a" * 65 + "@example.net",
        "",
    ],
)
def test_only_a_plain_address_becomes_a_recipient(address: str) -> None:
    """What is not a dot-atom at a domain is refused, so that no address can carry a command."""
    refused = letter.write("", address, HEAD)
    assert isinstance(refused, Refused)
    assert "recipient" in refused.reason
    assert refused.reason.isprintable()


def test_only_a_plain_address_becomes_the_sender() -> None:
    """The envelope sender is checked alike, the null sender excepted."""
    assert isinstance(letter.write("a@b\r\nDATA", "anna@example.net", HEAD), Refused)
    assert written(mail_from="").mail_from == ""


def test_a_domain_goes_out_as_a_labels() -> None:
    """An international domain alone needs no SMTPUTF8 of the smarthost (RFC 6531 §3.2)."""
    mail = written(recipient="Anna@Żółw.example")
    assert mail.recipient == "Anna@xn--w-uga1v8h.example"
    assert not mail.utf8


@pytest.mark.parametrize(
    ("content", "recipient", "eight_bit", "utf8"),
    [
        (HEAD + b"plain\r\n", "anna@example.net", False, False),
        (HEAD + "zażółć\r\n".encode(), "anna@example.net", True, False),
        ("Subject: zażółć\r\n\r\n".encode(), "anna@example.net", True, True),
        ("Subject: zażółć\r\n".encode(), "anna@example.net", True, True),
        (HEAD, "żółw@example.net", False, True),
    ],
)
def test_what_the_smarthost_must_be_able_to_take(
    content: bytes, recipient: str, eight_bit: bool, utf8: bool
) -> None:
    """8-bit text needs 8BITMIME, raw UTF-8 in the head or a local part needs SMTPUTF8."""
    mail = written(content, recipient=recipient)
    assert (mail.eight_bit, mail.utf8) == (eight_bit, utf8)


@pytest.mark.parametrize(
    ("content", "wire"),
    [
        (b"", b".\r\n"),
        (b"a", b"a\r\n.\r\n"),
        (b"a\r\n", b"a\r\n.\r\n"),
        (b".\r\n", b"..\r\n.\r\n"),
        (b"a\r\n.\r\n..b\r\n", b"a\r\n..\r\n...b\r\n.\r\n"),
        (b"a\n.\nb", b"a\r\n..\r\nb\r\n.\r\n"),
        (b"a\r.\rb\r", b"a\r\n..\r\nb\r\n.\r\n"),
        (b"a\r\r\nb", b"a\r\n\r\nb\r\n.\r\n"),
    ],
)
def test_line_ends_are_crlf_and_dots_are_doubled(content: bytes, wire: bytes) -> None:
    """Bare CR and LF become CRLF, and a dot at the start of a line is doubled (RFC 5321 §4.5.2)."""
    assert written(content).wire == wire


SMUGGLED = b"MAIL FROM:<evil@example.org>\r\nRCPT TO:<v@example.org>\r\nDATA\r\nx"


@pytest.mark.attack("A30")
@pytest.mark.parametrize(
    "end",
    [
        b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\n.\r",
        b"\r\n.\r\r\n", b"\r\n\0.\r\n", b"\r\n.\r\n", b"\r.\n", b"\n\n.\n\n",
        b"\r\r.\r\r", b"\n\r.\n\r",
    ],
)  # fmt: skip
def test_no_line_end_smuggles_a_second_mail(end: bytes) -> None:
    """Even a server that takes a dot between bare line ends for the end sees only our own end."""
    mail = written(HEAD + b"a" + end + SMUGGLED)
    lax_end = re.compile(rb"[\r\n]\.[\r\n]")
    assert [found.end() for found in lax_end.finditer(mail.wire)] == [len(mail.wire) - 1]
    assert mail.wire.endswith(b"\r\n.\r\n")


def test_the_size_is_that_before_dot_stuffing() -> None:
    """SIZE counts the octets of the mail, CRLF included (RFC 1870 §4)."""
    assert written(b"..\n").size == 4
