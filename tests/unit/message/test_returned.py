import pytest

from mailgate.message import headers, returned

SYSTEM = "From: MAILER-DAEMON@x\r\nSubject: "
MASTER = "From: postmaster@x\r\nSubject: "
FAILED = "failed"


def named(head: str, text: str) -> list[tuple[str, str, str]]:
    """Return address, action and status of what is read."""
    block = headers.read(f"{head}\r\n\r\n".encode())
    return [(r.address, r.action, r.status) for r in returned.recipients_of(block, text)]


@pytest.mark.parametrize(
    ("head", "text", "recipients"),
    [
        (SYSTEM + "failure notice", "<a@b.pl>:\nno such (#5.1.1)", [("a@b.pl", FAILED, "5.1.1")]),
        (SYSTEM + "x", "user unknown: 550 no\n  a@b.pl\n  c@d.pl\n\n--- Below this line\n<e@f.pl>",
         [("a@b.pl", FAILED, "5.0.0"), ("c@d.pl", FAILED, "5.0.0")]),
        (SYSTEM + "undeliverable", "sorry, mail to <a@b.pl> is lost", [("a@b.pl", FAILED, "")]),
        (SYSTEM + "undeliverable", "of a@b.pl,\nnot of c@d.pl", [("a@b.pl", FAILED, "")]),
        (SYSTEM + "undeliverable", "nobody named", [("", FAILED, "")]),
        (SYSTEM + "Warning: x", "Delivery will be retried\na@b.pl", [("a@b.pl", "delayed", "")]),
        (SYSTEM + "x\r\nX-Failed-Recipients: a@b.pl, <c@d.pl>", "x",
         [("a@b.pl", FAILED, ""), ("c@d.pl", FAILED, "")]),
        (SYSTEM + "hello", "how are you", []),
        (MASTER + "Undeliverable: x", "hello", []),
        (MASTER + "Undeliverable: x", "user unknown\na@b.pl", [("a@b.pl", FAILED, "")]),
        (MASTER + "x", "user unknown\na@b.pl", []),
        (SYSTEM + "undeliverable", "-----Original Message-----\na@b.pl", [("", FAILED, "")]),
    ],
)  # fmt: skip
def test_recipients_are_named_in_words(
    head: str, text: str, recipients: list[tuple[str, str, str]]
) -> None:
    """A mail system is believed by subject or words, a postmaster by both together."""
    assert named(head, text) == recipients


@pytest.mark.parametrize(
    ("head", "daemon"),
    [
        ("Return-Path: <>", True),
        ("Return-Path: < >", True),
        ("Return-Path: <MAILER-DAEMON@x>", True),
        ("From: Mail Delivery System <x@y>", True),
        ("From: postmaster@y", True),
        ("From: anna@example.net", False),
        ("Return-Path: <anna@example.net>", False),
        ("", False),
    ],
)
def test_a_mail_system_is_known_by_its_address(head: str, daemon: bool) -> None:
    """No return path, or the address of a mail system, is the evidence beside the words."""
    assert returned.is_from_daemon(headers.read(f"{head}\r\n\r\n".encode())) is daemon
