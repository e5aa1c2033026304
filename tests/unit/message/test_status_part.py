import pytest

from mailgate.message import status_part


def told(text: str) -> list[tuple[str, str, str, str]]:
    """Return what a status part says."""
    found = status_part.recipients(status_part.groups(text))
    return [(each.address, each.action, each.status, each.diagnostic) for each in found]


@pytest.mark.parametrize(
    ("status", "recipients"),
    [
        (
            "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b.pl\nAction: Failed\n"
            "Status: 5.1.1\nDiagnostic-Code: smtp; 550\n no such user",
            [("a@b.pl", "failed", "5.1.1", "550 no such user")],
        ),
        (
            "Original-Recipient: rfc822;A@b.pl\nFinal-Recipient: rfc822; x@y\n"
            "Action: delayed (try)\n",
            [("A@b.pl", "delayed", "4.0.0", "")],
        ),
        ("Original-Recipient: rfc822;\nFinal-Recipient: a@b.pl\nStatus: 4.2.2 (full)\n",
         [("a@b.pl", "delayed", "4.2.2", "")]),
        ("Final-Recipient: rfc822;a@b.pl\nDiagnostic-Code: 5.2.0 x\n",
         [("a@b.pl", "failed", "5.2.0", "5.2.0 x")]),
        ("Final-Recipient: rfc822;a@b.pl\nAction: error\n", [("a@b.pl", "failed", "5.0.0", "")]),
        ("Final-Recipient: rfc822;a@b.pl\nAction: odd\n", [("a@b.pl", "failed", "5.0.0", "")]),
        ("Final-Recipient: rfc822;a@b.pl\nAction: expanded\n",
         [("a@b.pl", "expanded", "2.0.0", "")]),
        ("Action: failed\nStatus: 5.4.4\n", [("", "failed", "5.4.4", "")]),
        ("Diagnostic-Code: =?utf-8?q?550_pe=C5=82na?=\n", [("", "failed", "5.0.0", "550 pełna")]),
        ("Action: failed\n", []),
        ("no fields\n folded\n\n: x\n", []),
        ("", []),
        ("Final-Recipient: rfc822; a@b\nAction: failed\n\n\n\n"
         "Final-Recipient: rfc822; c@d\nAction: relayed\n",
         [("a@b", "failed", "5.0.0", ""), ("c@d", "relayed", "2.0.0", "")]),
        ("Final-Recipient: rfc822; a@b\nAction: failed\nAction: delivered\n",
         [("a@b", "failed", "5.0.0", "")]),
    ],
)  # fmt: skip
def test_each_recipient_has_a_fate(
    status: str, recipients: list[tuple[str, str, str, str]]
) -> None:
    """Address, action, status and diagnostic of each recipient, from what stands there."""
    assert told(status) == recipients


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("rfc822; <a@b.pl>", "a@b.pl"),
        ("a@b.pl", "a@b.pl"),
        (r"utf-8; \x{17C}uk@b.pl", "żuk@b.pl"),
        (r"utf-8; \x{1F600}\x{00E9}@b.pl", "😀é@b.pl"),
        (r"utf-8; \x{D800}\x{110000}@b.pl", r"\x{D800}\x{110000}@b.pl"),
        (r"rfc822; \x{17C}@b.pl", r"\x{17C}@b.pl"),
    ],
)
def test_an_address_is_read_in_either_alphabet(value: str, address: str) -> None:
    """Escaped letters of an internationalised address are letters; what is none stays."""
    assert status_part.bare(value) == address


def test_endless_recipients_are_cut() -> None:
    """A part names some 200 recipients at most."""
    assert len(told("Final-Recipient: rfc822;a@b\n\n" * 5000)) <= 201
