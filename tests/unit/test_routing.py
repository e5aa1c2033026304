import pytest

from mailgate.message.address import Envelope
from mailgate.message.message import Message
from mailgate.routing import department_for, route
from tests.unit.desk import BILLING, DIRECTORY, message


@pytest.mark.parametrize(
    ("recipient", "department"),
    [
        ("PomocDYNAMICS@example.com", "dynamics"),
        ("pomocdynamics@EXAMPLE.com", "dynamics"),
        ("PomocDYNAMICS+t123456-abc@example.com", "dynamics"),
        ("billing@example.com", "billing"),
        ("postmaster", "dynamics"),
        ("POSTMASTER@example.com", "dynamics"),
        ("Abuse@example.com", "dynamics"),
        ("postmaster@elsewhere.example", None),
        ("nobody@example.com", None),
        ("billing@elsewhere.example", None),
        ("billing", None),
        ("", None),
    ],
)
def test_a_recipient_belongs_to_a_department_or_to_nobody(
    recipient: str, department: str | None
) -> None:
    """Case and subaddress do not matter; postmaster and abuse of ours are always taken."""
    found = department_for(recipient, DIRECTORY)
    assert (found.key if found else None) == department


BOTH = message(to=("PomocDYNAMICS@example.com", "friend@example.net"), cc=("billing@example.com",))
TRACED = message(headers=(("Delivered-To", "billing@example.com"),), to=("x@example.net",))
CC_ONLY = message(to=("x@example.net",), cc=("billing@example.com",))


@pytest.mark.parametrize(
    ("mail", "recipients", "keys", "reason"),
    [
        (BOTH, ("billing@example.com",), ["billing"], "envelope recipient"),
        (
            BOTH,
            ("billing@example.com", "pomocdynamics@example.com", "BILLING@example.com"),
            ["billing", "dynamics"],
            "envelope recipient",
        ),
        (BOTH, (), ["dynamics"], "header To"),
        (TRACED, (), ["billing"], "header Delivered-To"),
        (CC_ONLY, (), ["billing"], "header Cc"),
        (BOTH, ("elsewhere@example.org",), [], "no address of ours in envelope or headers"),
        (message(), (), [], "no address of ours in envelope or headers"),
    ],
)
def test_the_first_level_that_matches_decides(
    mail: Message, recipients: tuple[str, ...], keys: list[str], reason: str
) -> None:
    """Envelope before trace headers before To before Cc; all departments of that level."""
    routed = route(mail, Envelope("a@example.net", recipients), DIRECTORY)
    assert ([each.key for each in routed.departments], routed.reason) == (keys, reason)


def test_a_mailbox_gives_its_department_where_no_address_says_more() -> None:
    """The default is the last resort, not the first."""
    nobody = route(message(), Envelope(None), DIRECTORY, BILLING)
    assert nobody.departments == (BILLING,)
    assert route(BOTH, Envelope(None), DIRECTORY, BILLING).departments[0].key == "dynamics"
