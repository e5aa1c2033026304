"""Who holds a mail of ours can show it; who only knows a number cannot."""

from tests.world.reports import report_on

HELP = "PomocDYNAMICS@example.com"


def test_an_answer_to_a_signed_address_finds_its_ticket(world):
    """Where subaddresses arrive, neither subject nor references are needed; a guess is none."""
    world.the_desk_has("dynamics", reply_address="subaddress")
    anna = world.customer("anna@klient.example", "Anna", proven=True)
    anna.writes(HELP, "Drukarka")
    signed = anna.inbox.last().header("Reply-To")
    assert "+t" in signed

    anna.writes(signed, "Jeszcze jedno", "Pierwsza")
    anna.writes(signed.upper(), "I jeszcze", "Druga")
    forged = signed.replace(world.the_ticket("Drukarka").number, "100000")
    anna.writes(forged, "Zgadywane", "Trzecia")

    texts = [entry.text for entry in world.the_ticket("Drukarka").messages]
    assert texts[1:] == ["Pierwsza", "Druga"]
    assert world.the_ticket("Zgadywane").linked == ()


def test_a_colleague_who_was_forwarded_our_mail_is_heard_and_told_nothing(world):
    """His words are in the ticket as a third party's; he reopens nothing and gets no mail."""
    anna = world.customer("anna@klient.example", "Anna", proven=True)
    anna.writes(HELP, "Drukarka")
    ewa = world.agent("ewa@example.com")
    ewa.closes(world.the_ticket("Drukarka"))
    piotr = world.customer("piotr@klient.example", "Piotr")

    piotr.replies(anna.inbox.last(), "Widziałem, kto ją zepsuł.")

    ticket = world.the_ticket("Drukarka")
    assert (ticket.status, ticket.reopened) == ("closed", 0)
    assert ticket.messages[-1].third_party
    assert ticket.messages[-1].text == "Widziałem, kto ją zepsuł."
    letters = len(world.letters_outside)
    anna.replies(anna.inbox.last(), "Otwieram.")
    ewa.answers(world.the_ticket("Drukarka"), "Dziękujemy.")
    assert [letter.recipient for letter in world.letters_outside[letters:]] == [anna.address]
    assert piotr.inbox.letters() == []


def test_who_answers_our_mail_has_proven_his_address(world):
    """A customer reads his own words from the second ticket on, once he has answered us."""
    anna = world.customer("anna@klient.example", "Anna")
    anna.writes(HELP, "Drukarka")
    assert "Drukarka" not in anna.inbox.last().subject

    anna.replies(anna.inbox.last(), "Dziękuję.")
    anna.writes(HELP, "Skaner")

    assert anna.inbox.last().subject == f"{world.the_ticket('Skaner').tag} Skaner"


def test_a_bounce_to_the_signed_return_path_finds_its_ticket(world):
    """A host that returns nothing of our mail but the address is understood, too."""
    world.the_desk_has("dynamics", reply_address="subaddress")
    anna = world.customer("anna@klient.example", "Anna", proven=True)
    anna.writes(HELP, "Drukarka")
    world.agent("ewa@example.com").answers(world.the_ticket("Drukarka"), "Proszę włączyć.")
    answer = anna.inbox.last()
    head, _, _ = report_on(answer, world.now).partition(b"Content-Type: message/rfc822")

    world.customer("").sends(head + b"\r\n--=-report--\r\n", answer.mail_from)

    ticket = world.the_ticket("Drukarka")
    assert world.held() == []
    assert ticket.status == "open"
    assert len(ticket.history("undelivered")) == 1


def test_what_was_held_is_let_in_by_an_operator(world):
    """Held mail is not lost: an operator lists it and lets it in where it belongs."""
    anna = world.customer("anna@klient.example", "Anna", proven=True)
    anna.writes(HELP, "Drukarka")
    ticket = world.the_ticket("Drukarka")
    ewa = world.customer("ewa@example.com", "Ewa Nowak")
    mail = ewa.replies(anna.inbox.last(), "To naprawdę ja.")
    assert world.held() == ["agent_unproven"]
    assert len(anna.inbox.letters()) == 1

    world.commands("spool", "release", str(mail.spool_id), "--ticket", ticket.number)
    world.settles()

    assert world.held() == []
    assert world.the_ticket("Drukarka").messages[-1].text == "To naprawdę ja."
