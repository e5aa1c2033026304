"""Postfix on both sides of us: it delivers by LMTP, and it takes our letters as smarthost."""

import smtplib
from email.message import EmailMessage

import pytest

from tests.servers import wait_for
from tests.world.smarthost import Smarthost

HELP = "PomocDYNAMICS@example.com"
ANNA = "anna@klient.example"


@pytest.fixture
def sink():
    """Give a server to which Postfix hands what is for elsewhere."""
    made = Smarthost()
    yield made
    made.close()


def post(port, recipients, subject="Drukarka nie działa"):
    """Hand Postfix a mail as a customer's own host would."""
    message = EmailMessage()
    message["From"] = f"Anna Kowalska <{ANNA}>"
    message["To"] = ", ".join(recipients)
    message["Subject"] = subject
    message["Message-ID"] = "<1@klient.example>"
    message.set_content("Dzień dobry, od rana nic nie działa.\n.\n..\n.x\n")
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as smtp:
        smtp.send_message(message, ANNA, recipients)


@pytest.mark.one_database
def test_postfix_delivers_by_lmtp_and_bounces_only_whom_we_refuse(world, postfix, sink):
    """Of two recipients the known one gets the mail, and the sender hears of the other."""
    world.starts_daemon()
    host = postfix(lmtp_port=world.daemon.ports["lmtp"], relay_to=sink.port)

    post(host.port, [HELP, "nobody@example.com"])

    wait_for(lambda: sink.letters, f"Postfix bounces:\n{host.log()[-2000:]}")
    wait_for(lambda: not host.queue(), "Postfix has nothing left")
    world.settles()
    ticket = world.the_ticket("Drukarka nie działa")
    assert ticket.messages[0].full_text.splitlines()[1:4] == [".", "..", ".x"]
    (bounce,) = sink.letters
    assert (bounce.recipient, bounce.mail_from) == (ANNA, "")
    told = bounce.octets.decode("utf-8", "replace")
    assert "<nobody@example.com>" in told
    assert "550 5.1.1" in told
    assert f"Final-Recipient: rfc822; {HELP}" not in told
    assert host.log().count("status=sent (250 2.0.0") >= 1


@pytest.mark.one_database
def test_postfix_keeps_mail_while_we_are_away(world, postfix):
    """A daemon that is restarted costs a delay and nothing else."""
    world.starts_daemon()
    host = postfix(lmtp_port=world.daemon.ports["lmtp"])
    world.stops_daemon()

    post(host.port, [HELP])
    wait_for(lambda: "status=deferred" in host.log(), "Postfix has tried")
    world.starts_daemon()

    wait_for(lambda: not host.queue(), "Postfix has delivered")
    world.settles()
    assert world.the_ticket("Drukarka nie działa").status == "open"


@pytest.mark.one_database
def test_the_acknowledgement_goes_out_through_postfix(world, postfix, sink):
    """Postfix takes our letters, from the null sender too, and hands them on unchanged."""
    host = postfix(relay_to=sink.port)
    world.the_smarthost_is(host.port)
    anna = world.customer(ANNA, "Anna Kowalska", proven=True)

    anna.writes(HELP, "Zażółć gęślą jaźń")

    (letter,) = wait_for(lambda: sink.letters_to(ANNA), "the letter has come through")
    ticket = world.the_ticket("Zażółć gęślą jaźń")
    assert letter.mail_from == ""
    assert letter.subject == f"{ticket.tag} Zażółć gęślą jaźń"
    assert "Temat: Zażółć gęślą jaźń" in letter.text
    assert all(len(line) <= 998 for line in letter.octets.split(b"\r\n"))

    world.agent("ewa@example.com").answers(ticket, "Linia\n.\n..kropki\n" + "długo " * 500)

    answer = wait_for(lambda: sink.letters_to(ANNA)[1:], "the answer has come through")[0]
    assert answer.mail_from == HELP
    assert "\n.\n..kropki\n" in answer.text.replace("\r\n", "\n")
    # What we made as 7 bit comes out as it went in: only trace headers were put before it.
    assert (
        answer.message["Message-ID"] == world.the_ticket("Zażółć gęślą jaźń").entries[-1].message_id
    )
