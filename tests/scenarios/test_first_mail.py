"""A customer writes for the first time."""

HELP, BILLING = "PomocDYNAMICS@example.com", "billing@example.com"


def test_new_mail_is_acknowledged_with_number_and_dates(world):
    """A new mail gets one answer, marked as a machine's, with its number and its date."""
    anna = world.customer("anna@klient.example", "Anna Kowalska")

    mail = anna.writes(HELP, "Drukarka nie działa")

    ticket = world.the_ticket("Drukarka nie działa")
    assert (ticket.status, ticket.department) == ("open", "dynamics")
    assert anna.inbox.subjects() == [f"{ticket.tag} Potwierdzenie otrzymania zgłoszenia"]
    letter = anna.inbox.last()
    assert "uznane za otrzymane: 3 listopada 2026 r., godz. 10:00" in letter.text
    assert ticket.number in letter.html
    assert letter.mail_from == ""
    assert letter.header("Auto-Submitted") == "auto-replied"
    assert letter.header("X-Auto-Response-Suppress") == "All"
    assert letter.header("In-Reply-To") == mail.message_id
    assert "PomocDYNAMICS@example.com" in letter.header("From")


def test_an_unproven_sender_reads_no_word_of_his_own(world):
    """Whoever forges a sender cannot make the desk send his words to the forged address."""
    mallory = world.customer("victim@elsewhere.example", "Buy Pills Cheap")

    mallory.writes(
        HELP,
        "Visit http://spam.example now",
        "The best offer of the year: zaproszenie na stronę",
        html="<p>The best offer of the year</p><a href='http://spam.example'>zaproszenie</a>",
        attachments={"offer.pdf": b"pills"},
    )

    letter = mallory.inbox.last()
    everything = letter.octets.decode() + letter.text + letter.html + letter.subject
    for word in ("Pills", "spam.example", "Visit", "best offer", "offer.pdf", "zaproszenie"):
        assert word not in everything
    assert world.the_ticket("Visit http://spam.example now").messages[0].proven is False


def test_a_proven_sender_sees_his_subject(world):
    """Who is known gets his subject back, and so finds the letter among others."""
    anna = world.customer("anna@klient.example", "Anna Kowalska", proven=True)

    anna.writes(HELP, "Drukarka nie działa")

    ticket = world.the_ticket("Drukarka nie działa")
    assert anna.inbox.subjects() == [f"{ticket.tag} Drukarka nie działa"]
    assert "Temat: Drukarka nie działa" in anna.inbox.last().text


POLISH = "Dzień dobry, od rana nic nie działa i nie wiemy, co robić."
ENGLISH = "Good morning, the printer that you sent us last week is broken."
CLOSED = [
    (
        "Saturday 2026-11-07 11:00",
        "Monday 2026-11-09 09:00",
        (POLISH, "7 listopada 2026 r., godz. 11:00, poza godzinami pracy"),
        ("Uznajemy je za otrzymane: 9 listopada 2026 r., godz. 09:00"),
        (ENGLISH, "7 November 2026, 11:00, outside support hours"),
        ("Counts as received: 9 November 2026, 09:00"),
    ),
    (
        "Wednesday 2026-11-11 12:30",
        "Thursday 2026-11-12 09:00",
        (POLISH, "11 listopada 2026 r., godz. 12:30, w dniu wolnym od pracy"),
        ("Uznajemy je za otrzymane: 12 listopada 2026 r., godz. 09:00"),
        (ENGLISH, "11 November 2026, 12:30, on a public holiday"),
        ("Counts as received: 12 November 2026, 09:00"),
    ),
]


def test_mail_to_a_closed_desk_is_answered_at_once_and_counts_later(world):
    """The answer, in the customer's language, does not wait for opening time; the clock does."""
    anna = world.customer("anna@klient.example", "Anna")
    for moment, counts_from, *letters in CLOSED:
        world.it_is(moment)
        for (text, arrived), counts in zip(letters[::2], letters[1::2], strict=True):
            anna.writes(HELP, arrived, text)

            said = " ".join(anna.inbox.last().text.split())
            assert arrived in said
            assert counts in said
            assert world.the_ticket(arrived).effective_received_local == counts_from


def test_a_mail_to_two_departments_makes_two_linked_tickets(world):
    """Each department works on its own ticket, and each sees the other's."""
    anna = world.customer("anna@klient.example", "Anna")

    anna.writes([HELP, BILLING], "Faktura i drukarka")

    first, second = world.the_tickets()
    assert {first.department, second.department} == {"dynamics", "billing"}
    assert (first.linked, second.linked) == ((second.number,), (first.number,))
    assert len(anna.inbox.letters()) == 2


def test_mail_to_postmaster_is_taken_and_goes_to_its_department(world):
    """The addresses that every host must have are read by somebody (RFC 5321 §4.5.1)."""
    eve = world.customer("eve@elsewhere.example", "Eve")

    eve.writes("postmaster", "Bare")
    eve.writes("PostMaster@example.com", "Any case")
    eve.writes("abuse@example.com", "Spam from your network")

    assert [case.department for case in world.the_tickets()] == ["billing"] * 3
