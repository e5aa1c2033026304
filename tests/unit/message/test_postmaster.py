import pytest

from mailgate.message import headers, postmaster
from mailgate.message.postmaster import Sender


def standing(head: str) -> Sender:
    """Return how far a mail with these headers is a mail system's."""
    return postmaster.standing(headers.read(f"{head}\r\n\r\n".encode()))


@pytest.mark.parametrize(
    ("head", "sender"),
    [
        ("From: MAILER-DAEMON@x", Sender.DAEMON),
        ("From: mail-daemon@x", Sender.DAEMON),
        ("From: <Mailer-Daemon@x> (Mail Delivery System)", Sender.DAEMON),
        ("From: MAILER-DAEMON", Sender.DAEMON),
        ("From: Mail Delivery System <>", Sender.DAEMON),
        ("From: =?utf-8?q?MDaemon?= <mdaemon@x>", Sender.DAEMON),
        ("From: Mail Delivery System <billing@shop.example>", Sender.POSTMASTER),
        ("Return-Path: <>\r\nFrom: no-reply@x", Sender.RETURNED),
        ("Return-Path: < >", Sender.RETURNED),
        ("Return-Path: <MAILER-DAEMON@x>", Sender.RETURNED),
        ("Return-Path: <>\r\nFrom: postmaster@x", Sender.RETURNED),
        ("From: postmaster@y", Sender.POSTMASTER),
        ("From: System Administrator <it@y>", Sender.POSTMASTER),
        ("From: anna@example.net", Sender.ANYBODY),
        ("From: Kurier <delivery@parcels.example>", Sender.ANYBODY),
        ("Return-Path: <anna@example.net>", Sender.ANYBODY),
        ("", Sender.ANYBODY),
    ],
)
def test_a_mail_system_is_known_by_its_headers(head: str, sender: Sender) -> None:
    """The address of a mail system is sure, no return path less, a postmaster may be a person."""
    assert standing(head) is sender
