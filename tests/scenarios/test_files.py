"""What comes inside a mail besides its words: invitations, and files in what wraps them."""

import base64

import pytest

from tests.tnef_writer import file, winmail

HELP = "PomocDYNAMICS@example.com"
HEAD = (
    b"From: Anna Kowalska <anna@klient.example>\r\nTo: PomocDYNAMICS@example.com\r\n"
    b"Subject: Spotkanie\r\nMessage-ID: <meet@klient.example>\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nZapraszam.\r\n--b\r\n"
)  # fmt: skip
MEETING = (
    b"Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"
    b"SUMMARY:Umowa\r\nDTSTART:20261124T090000Z\r\nDTEND:20261124T103000Z\r\nLOCATION:Sala 2\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n--b--\r\n"
)


@pytest.fixture
def anna(world):
    """Give a known customer."""
    return world.customer("anna@klient.example", "Anna Kowalska", proven=True)


def test_an_invitation_is_read_by_the_agent_without_a_calendar(world, anna):
    """When and where stand in the ticket, by the desk's clock and in its language; the file too."""
    anna.sends(HEAD + MEETING, HELP)

    (message,) = world.the_ticket("Spotkanie").messages
    assert message.text == (
        "Zapraszam.\n\nZaproszenie na spotkanie: Umowa\n"
        "Kiedy: 24 listopada 2026 r., godz. 10:00–11:30\nGdzie: Sala 2"
    )
    assert message.attachments == ("attachment-2.ics",)


def test_the_files_of_an_outlook_user_are_files(world, anna):
    """What is in a winmail.dat stands beside it."""
    octets = base64.encodebytes(winmail(file("Umowa – łódź.pdf", b"%PDF-1.7")))
    part = b"Content-Type: application/ms-tnef; name=winmail.dat\r\n"
    part += b"Content-Transfer-Encoding: base64\r\n\r\n" + octets + b"--b--\r\n"
    anna.sends(HEAD + part, HELP)

    (message,) = world.the_ticket("Spotkanie").messages
    assert message.attachments == ("winmail.dat", "Umowa – łódź.pdf")
    assert message.text == "Zapraszam."
