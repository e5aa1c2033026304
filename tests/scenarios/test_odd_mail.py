"""Mail as it should not be: each is a ticket, or a duplicate that was told of."""

import pytest

HELP = "PomocDYNAMICS@example.com"


@pytest.fixture
def anna(world):
    """Give a known customer."""
    return world.customer("anna@klient.example", "Anna Kowalska", proven=True)


def test_the_same_mail_twice_is_one_entry(world, anna):
    """A mail that two hosts deliver is shown once; other words under its id are not lost."""
    mail = anna.writes(HELP, "Drukarka", "Nie działa.")

    again = anna.sends(b"Received: by mx2.klient.example\r\n" + mail.octets, HELP)
    other = anna.sends(mail.octets.replace("działa".encode(), "świeci".encode()), HELP)

    cases = world.the_tickets()
    texts = [entry.text for case in cases for entry in case.messages]
    assert texts == ["Nie działa.", "Nie świeci."]
    assert [world.the_verdicts(each)[0].verdict for each in (again, other)] == [
        "duplicate",
        "open",
    ]
    assert len(cases[0].history("duplicate")) == 1
    assert len(anna.inbox.letters()) == 2


def test_a_form_that_sends_the_same_twice_makes_two_tickets(world, anna):
    """Without a Message-ID equal mails are two requests, not one delivered twice."""
    for _ in range(2):
        anna.writes(HELP, "Zamówienie", "Toner", headers={"Message-ID": ""})

    assert [case.subject for case in world.the_tickets()] == ["Zamówienie"] * 2
    first, second = (case.messages[0].message_id for case in world.the_tickets())
    assert first and second and first != second


ODD = {
    "no From": b"Subject: Odd\r\nMessage-ID: <1@x.example>\r\n\r\nDzien dobry\r\n",
    "three addresses in From": (
        b"From: a@x.example, b@x.example, anna@klient.example\r\nSubject: Odd\r\n\r\nHej\r\n"
    ),
    "three Froms": (
        b"From: a@x.example\r\nFrom: b@x.example\r\nFrom: anna@klient.example\r\n"
        b"Subject: Odd\r\n\r\nDzien dobry\r\n"
    ),
    "nothing but headers": b"Subject: Odd\r\n",
    "nested beyond sense": b"Subject: Odd\r\n"
    + b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (depth, depth)
        for depth in range(300)
    ),
    "noise": b"Subject: Odd\r\n\r\n"
    + bytes(range(256)).replace(b"\r", b"").replace(b"\n", b"") * 40,
}


def test_whatever_comes_is_a_ticket_and_nobody_is_answered(world, anna):
    """A mail whose sender is not certain is kept in its own octets, and not answered."""
    for what, octets in ODD.items():
        mail = anna.sends(octets, HELP)
        (result,) = world.the_verdicts(mail)
        assert (result.verdict, result.ticket is None) == ("open", False), what

    cases = world.the_tickets()
    assert [case.subject for case in cases] == ["Odd"] * len(ODD)
    assert all(case.messages[0].sha256 for case in cases)
    assert all(case.history("not-acknowledged") for case in cases)
    assert world.letters_outside == []
    assert world.held() == []


def test_octets_that_are_no_mail_are_a_ticket(world, anna):
    """Not even a header is needed."""
    anna.sends(b"\x00\xff\xfe\r\n.\r\n\x80" * 100, HELP)

    (case,) = world.the_tickets()
    assert case.messages[0].sha256
    assert world.letters_outside == []


@pytest.mark.one_database
def test_what_is_too_large_to_read_is_a_ticket_with_the_original(world, anna):
    """A mail of 26 MB of empty lines says so in its ticket, and holds up nobody."""
    head = b"From: anna@klient.example\r\nSubject: Bomba\r\nMessage-ID: <bomb@klient.example>\r\n"
    bomb = head + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    bomb += b"--b\r\n\r\n" * ((26 * 1024 * 1024 - len(bomb)) // 7)

    anna.sends(bomb, HELP)
    anna.writes(HELP, "Zaraz potem")

    ticket = world.the_ticket("Bomba")
    assert "could not be read whole" in ticket.history("unreadable")[0]
    assert ticket.messages[0].attachments == ("original.eml",)
    assert world.the_ticket("Zaraz potem").status == "open"


def test_no_word_of_a_sender_becomes_a_header(world, anna):
    """Line ends hidden in a subject or a name add nothing to our letters."""
    head = (
        b"From: =?utf-8?q?Anna=0D=0ABcc=3A_victim=40elsewhere.example?= <anna@klient.example>\r\n"
        b"To: PomocDYNAMICS@example.com\r\n"
        b"Subject: =?utf-8?q?Hej=0D=0ABcc=3A_victim=40elsewhere.example=0D=0A=0D=0ABody?=\r\n"
        b"Message-ID: <1@klient.example>\r\n"
        b"References: <a@b>\r\n"
        b"Thread-Topic: =?utf-8?q?x=0D=0AX-Evil=3A_1?=\r\n"
    )
    anna.sends(head + b"\r\nDzien dobry, drukarka nie dziala.\r\n", HELP)
    (ticket,) = world.the_tickets()
    world.agent("ewa@example.com").answers(ticket, "Proszę ją włączyć.")

    letters = anna.inbox.letters()
    assert len(letters) == 2
    assert len(world.letters_outside) == 2
    for letter in letters:
        assert letter.header("Bcc") is None
        assert letter.header("X-Evil") is None
        assert "\n" not in letter.subject and "Hej" in letter.subject
        assert not letter.text.startswith("Body")
