"""Agents work on tickets, and the clock works with them."""

HELP = "PomocDYNAMICS@example.com"


def test_an_answer_threads_on_both_sides(world):
    """An answer is a person's mail in the customer's thread, and his reply comes back to it."""
    anna = world.customer("anna@klient.example", "Anna Kowalska", proven=True)
    question = anna.writes(HELP, "Drukarka")

    world.agent("ewa@example.com").answers(world.the_ticket("Drukarka"), "Proszę ją włączyć.")

    ticket = world.the_ticket("Drukarka")
    assert (ticket.status, ticket.assignee) == ("answered", "ewa@example.com")
    answer = anna.inbox.last()
    assert answer.subject == f"{ticket.tag} Drukarka"
    assert "Proszę ją włączyć." in answer.text
    assert answer.header("In-Reply-To") == question.message_id
    assert question.message_id in answer.header("References").split()
    assert answer.header("Auto-Submitted") is None
    assert answer.header("X-Auto-Response-Suppress") is None
    assert answer.mail_from.lower() == HELP.lower()

    anna.replies(answer, "Dziękuję, ale jest włączona.")

    ticket = world.the_ticket("Drukarka")
    assert ticket.status == "customer-replied"
    assert ticket.messages[-1].text == "Dziękuję, ale jest włączona."


def test_an_internal_note_is_sent_to_nobody(world):
    """What agents write for each other stays inside."""
    anna = world.customer("anna@klient.example", "Anna")
    anna.writes(HELP, "Drukarka")

    world.agent("ewa@example.com").notes(world.the_ticket("Drukarka"), "Klientka jest miła.")

    assert [letter.recipient for letter in world.letters_outside] == ["anna@klient.example"]
    assert world.the_ticket("Drukarka").status == "open"


def test_a_hold_ends_by_the_calendar_or_by_the_customer(world):
    """A ticket put off comes back on the day agreed, or when the customer does not agree."""
    anna = world.customer("anna@klient.example", "Anna", proven=True)
    ewa = world.agent("ewa@example.com")
    for subject in ("Szkolenie", "Przegląd"):
        anna.writes(HELP, subject)
        ewa.holds(world.the_ticket(subject), "2026-11-16")
        assert world.the_ticket(subject).status == "on-hold"
    assert "do 16 listopada 2026 r." in anna.inbox.last().text

    anna.replies(anna.inbox.last(), "Wolałabym wcześniej.")

    assert world.the_ticket("Przegląd").status == "customer-replied"
    world.it_is("Sunday 2026-11-15 23:59")
    world.jobs_have_run()
    assert world.the_ticket("Szkolenie").status == "on-hold"
    world.it_is("Monday 2026-11-16 00:01")
    world.jobs_have_run()
    ticket = world.the_ticket("Szkolenie")
    assert (ticket.status, ticket.hold_until) == ("open", None)
    assert len(ticket.history("hold-ended")) == 1
    assert world.the_ticket("Przegląd").history("hold-ended") == []


def test_a_resolved_ticket_closes_after_business_days_unless_answered(world):
    """Silence closes after the department's days, holidays not counted; a word reopens."""
    world.the_desk_has("dynamics", close_resolved_after=3)
    anna = world.customer("anna@klient.example", "Anna", proven=True)
    ewa = world.agent("ewa@example.com")
    world.it_is("Tuesday 2026-11-10 12:00")
    for subject in ("Skaner", "Drukarka"):
        anna.writes(HELP, subject)
        ewa.resolves(world.the_ticket(subject))
    assert world.the_ticket("Skaner").status == "resolved"

    anna.replies(anna.inbox.last(), "Nie jest rozwiązane.")

    ticket = world.the_ticket("Drukarka")
    assert (ticket.status, ticket.reopened) == ("open", 1)
    # 11 November is a holiday: the three days are Thursday, Friday and Monday.
    world.it_is("Friday 2026-11-13 18:00")
    world.jobs_have_run()
    assert world.the_ticket("Skaner").status == "resolved"
    world.it_is("Tuesday 2026-11-17 09:01")
    world.jobs_have_run()
    assert world.the_ticket("Skaner").status == "closed"
    assert "zamknięte" in anna.inbox.last().text
    assert world.the_ticket("Drukarka").status == "open"


def test_the_desk_works_by_mail(world):
    """Told by mail, an agent answers, notes and closes by mail; the other is kept informed."""
    world.is_configured_with('[authenticity]\ntrusted_ids = ["mx.example.com"]\n')
    world.the_desk_has("dynamics", reply_address="subaddress")
    proof = {"Authentication-Results": "mx.example.com; dmarc=pass"}
    ewa, jan = world.customer("ewa@example.com", "Ewa"), world.customer("jan@example.com")
    anna = world.customer("anna@klient.example", "Anna", proven=True)
    anna.writes(HELP, "Drukarka")
    notice = ewa.inbox.last()
    assert (notice.mail_from, notice.header("Auto-Submitted")) == ("", "auto-generated")
    assert notice.header("Reply-To") != jan.inbox.last().header("Reply-To")

    ewa.replies(notice, "#note\n\nTo znowu ona.", headers=proof)
    assert "To znowu ona." in jan.inbox.last().text
    ewa.replies(notice, "Proszę ją włączyć.", headers=proof)

    answer = anna.inbox.last()
    assert "Proszę ją włączyć." in answer.text
    assert not any("To znowu ona" in each.text for each in anna.inbox.letters())
    assert answer.header("Auto-Submitted") is None

    heard = len(jan.inbox.letters())
    anna.replies(answer, "Działa, dziękuję.")
    assert "Działa, dziękuję." in ewa.inbox.last().text
    assert len(jan.inbox.letters()) == heard

    ewa.replies(ewa.inbox.last(), "#close", headers=proof)
    ticket = world.the_ticket("Drukarka")
    assert (ticket.status, ticket.assignee) == ("closed", "ewa@example.com")
    assert [each.text for each in ticket.entries if each.kind == "reply"] == ["Proszę ją włączyć."]


def test_a_letter_to_an_agent_that_is_refused_tells_nobody(world):
    """It is a line in the ticket, and no new letter that would be refused as well."""
    world.smarthost.refusals["jan@example.com"] = "550 5.1.1 no such mailbox"
    world.smarthost.refusals["anna@klient.example"] = "550 5.1.1 no such mailbox"
    world.customer("anna@klient.example").writes(HELP, "Drukarka")

    world.eventually(
        lambda: len(world.the_ticket("Drukarka").history("undelivered")) == 3, "the refusals"
    )
    world.settles()

    ticket = world.the_ticket("Drukarka")
    # The acknowledgement, and both letters to Jan: of the new ticket, and of that refusal.
    assert len(ticket.history("undelivered")) == 3
    told = [each.text for each in world.agent("ewa@example.com").inbox.letters()]
    assert [("anna@klient.example" in each, "no such mailbox" in each) for each in told] == [
        (True, False),
        (True, True),
    ]
