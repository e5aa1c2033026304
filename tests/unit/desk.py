"""A desk of two departments, as values, for the tests of the core."""

from zoneinfo import ZoneInfo

from mailgate.departments import Agent, Department, Directory
from mailgate.hours import AfterHours, Calendar, parse_week
from mailgate.message.address import Address
from mailgate.message.message import Message

WARSAW = ZoneInfo("Europe/Warsaw")
STANDARD = Calendar(
    "standard",
    WARSAW,
    parse_week({"mon-fri": "09:00-17:00"}),
    country="PL",
    after_hours=AfterHours.NEXT_BUSINESS_DAY,
)
DYNAMICS = Department(
    "dynamics",
    "DYNAMICS",
    ("PomocDYNAMICS@example.com",),
    "pl",
    STANDARD,
    agents=("ewa@example.com",),
)
BILLING = Department("billing", "Billing", ("billing@example.com",), "en", STANDARD)
DIRECTORY = Directory.of(
    (DYNAMICS, BILLING), (Agent("ewa@example.com", "Ewa Nowak"),), postmaster="dynamics"
)


def message(
    subject: str = "Drukarka nie działa",
    *,
    sender: str = "anna@example.net",
    to: tuple[str, ...] = (),
    cc: tuple[str, ...] = (),
    headers: tuple[tuple[str, str], ...] = (),
    in_reply_to: tuple[str, ...] = (),
    references: tuple[str, ...] = (),
    message_id: str = "<1@example.net>",
) -> Message:
    """Return a mail as read, a person's unless headers say otherwise."""
    return Message(
        size=100,
        headers=headers,
        from_=(Address(sender),),
        from_headers=1,
        reply_to=(),
        to=tuple(Address(each) for each in to),
        cc=tuple(Address(each) for each in cc),
        subject=subject,
        message_id=message_id,
        in_reply_to=in_reply_to,
        references=references,
        date=None,
        text="text",
        full_text="text",
        language="pl",
        attachments=(),
        report=None,
        fingerprint="f" * 64,
        defects=(),
    )
