"""What goes out, whatever came in: one mail, to one address, with headers of ours alone."""

import re
from email import message_from_bytes

import pytest

from tests.chaos.wire import Wire, on_the_wire
from tests.smarthost_stub import smarthost_stub

HELP = "PomocDYNAMICS@example.com"
EWA = "ewa@example.com"

# In the order in which they stand; a letter has some of them.
HEADERS = [
    *("Date", "From", "To", "Cc", "Reply-To", "Subject", "Message-ID", "In-Reply-To"),
    *("References", "Thread-Topic", "Thread-Index"),
    *("Auto-Submitted", "X-Auto-Response-Suppress", "X-Mailgate-Loop"),
    *("Content-Language", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
]
ACKNOWLEDGEMENT = [
    *("Date", "From", "To", "Subject", "Message-ID", "In-Reply-To", "References", "Thread-Topic"),
    *("Auto-Submitted", "X-Auto-Response-Suppress", "X-Mailgate-Loop"),
    *("Content-Language", "MIME-Version", "Content-Type"),
]
BREAKS = ["\r\n", "\r", "\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\r\n\r\n", "\0\r\n"]
EVIL = "{}Bcc: evil@evil.example{}X-Evil: 1{}"


def encoded(text: str) -> str:
    """Return text as an encoded word, whatever is in it."""
    return "=?utf-8?q?" + "".join(f"={octet:02X}" for octet in text.encode()) + "?="


def hostile_mail(sender: str, line_end: str, *, raw: bool) -> bytes:
    """Return a mail whose every header that we repeat tries to end its line in our letters."""
    evil = EVIL.format(*[line_end] * 3)
    said = evil if raw else encoded(evil)
    # In From itself a line end of mail leaves nobody to answer.
    name = said
    if raw:
        name = "Eve" if {*line_end} & {*"\r\n"} else f'"{said}"'
    number = f"{BREAKS.index(line_end)}{'r' if raw else 'e'}"
    lines = [
        f"From: {name} <{sender}>",
        f"To: {said} <{HELP}>",
        f"Subject: Hej {number} {said}",
        f"Message-ID: <{number}@klient.example>{said if raw else ''}",
        f"References: <ok{number}@klient.example> {said} <a{evil if raw else ''}@b>",
        f"In-Reply-To: {said} <ok{number}@klient.example>",
        f"Thread-Topic: {said}",
        f"Content-Language: pl{said}",
        "MIME-Version: 1.0",
        "Content-Type: multipart/mixed; boundary=b",
        "",
        "--b",
        "Content-Type: text/plain; charset=utf-8",
        "",
        f"Dzień dobry {evil} . \r\n.\r\nBcc: evil@evil.example",
        "--b",
        f'Content-Type: text/{evil}; name="{said}"',
        f'Content-Disposition: attachment; filename="{said}.txt"',
        "",
        "x",
        "--b--",
        "",
    ]
    return "\r\n".join(lines).encode()


def check_form(octets: bytes) -> list[str]:
    """Check what every letter keeps to, and return the names of its headers."""
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", octets), "CR and LF only as a pair"
    lines = octets.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    # An id is one word, which nobody can fold.
    assert [line for line in lines if len(line) > 78 and b"@support.example.com>" not in line] == []
    head = octets.partition(b"\r\n\r\n")[0]
    assert all(len(word) <= 75 for word in re.findall(rb"=\?[^?]*\?[bq]\?[^?]*\?=", head))
    names = message_from_bytes(octets).keys()
    assert names == [name for name in HEADERS if name in names]
    return names


@pytest.mark.attack("A33")
@pytest.mark.parametrize("raw", [False, True], ids=["encoded", "as it is"])
def test_no_word_of_a_mail_becomes_a_header_of_ours(world, raw):
    """Line ends of every kind, in all that is repeated: the letters have the fixed headers."""
    customers = [
        world.customer(f"k{number}@klient.example", proven=True) for number in range(len(BREAKS))
    ]
    for customer, line_end in zip(customers, BREAKS, strict=True):
        world.takes(hostile_mail(customer.address, line_end, raw=raw), [HELP], customer.address)
    world.settles()
    tickets = world.the_tickets()
    assert len(tickets) == len(BREAKS)
    for ticket in tickets[:3]:
        world.agent(EWA).answers(ticket, EVIL.format("\n", "\r\n", "\n.\n"))
    for customer in customers:
        letters = customer.inbox.letters()
        assert letters, f"{customer.address} has got no acknowledgement"
        assert set(check_form(letters[0].octets)) <= {*ACKNOWLEDGEMENT, "Thread-Index"}
    for letter in world.smarthost.letters:
        check_form(letter.octets)
        assert letter.recipient in {EWA, "jan@example.com", *(each.address for each in customers)}
        head = letter.octets.partition(b"\r\n\r\n")[0]
        assert not re.search(rb"^(bcc|x-evil)", head, re.MULTILINE | re.IGNORECASE)


SENDERS = [
    encoded("a@b\r\nRCPT TO:<v@z.example>"),
    '"a@b\r\n RCPT TO:<v@z.example>"',
    "<a@b.example>\r\n RCPT TO:<v@z.example>",
    '"a b\\\r\nRCPT TO:<v@z.example>"@b.example',
    "a@b.example\rRCPT TO:<v@z.example>",
    "<a@b.example\x85RCPT TO:<v@z.example>>",
    '<"a>\x0bRCPT TO:<v@z.example"@b.example>',
]


@pytest.mark.attack("A32")
def test_an_address_carries_no_command(world):
    """Who writes so has a ticket like anyone, whose entry is flagged; nobody else is written to."""
    with smarthost_stub() as stub:
        world.the_smarthost_is(stub.port)
        for number, sender in enumerate(SENDERS):
            head = f"From: {sender}\r\nSubject: Hej\r\nMessage-ID: <{number}@b.example>\r\n"
            world.takes(f"{head}\r\nx\r\n".encode(), [HELP], "a@b.example")
        world.settles()
        tickets = world.the_tickets()
        for ticket in tickets[:3]:
            world.agent(EWA).answers(ticket, "Dzień dobry.")
        written_to = {command for command in stub.commands if command.startswith("RCPT")}
    assert len(tickets) == len(SENDERS)
    assert all(ticket.messages[0].defects for ticket in tickets)
    answered = [ticket for ticket in tickets if not ticket.history("not-acknowledged")]
    assert {ticket.requester for ticket in answered} <= {"a@b.example"}
    ours = {f"RCPT TO:<{each}>" for each in ("ewa@example.com", "jan@example.com")}
    assert written_to <= {*ours, "RCPT TO:<a@b.example>"}


SMUGGLED = "MAIL FROM:<evil@evil.example>{0}RCPT TO:<v@z.example>{0}DATA{0}Subject: x{0}{0}x"
ENDS = ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\r\n.\r", "\n.\r", "\r\n.\r\r\n"]


@pytest.mark.attack("A30")
def test_nothing_is_smuggled_out(world):
    """A server that ends the data at a dot between any line ends gets one mail for each of ours."""
    anna = world.customer("anna@klient.example", "Anna", proven=True)
    with smarthost_stub(end=re.compile(rb"[\r\n]\.[\r\n]+")) as stub:
        world.the_smarthost_is(stub.port)
        anna.writes(HELP, "Drukarka", "".join(end + SMUGGLED.format("\r\n") for end in ENDS[:1]))
        (ticket,) = world.the_tickets()
        text = "Hej".join(f"{end}{SMUGGLED.format(end[-1])}{end}" for end in ENDS)
        world.agent(EWA).answers(ticket, f"Hej{text}koniec")
        mails, commands = list(stub.mails), list(stub.commands)
    to_anna = [mail for mail in mails if mail.recipient == anna.address]
    assert len(to_anna) == 2
    assert {mail.recipient for mail in mails} <= {anna.address, EWA, "jan@example.com"}
    assert not [command for command in commands if "z.example" in command]


@pytest.mark.parametrize("offered", [True, False])
def test_an_address_outside_ascii_is_never_mangled(world, offered):
    """With SMTPUTF8 he is written to as he writes himself; without, his ticket says why not."""
    extensions = ("8BITMIME", "SMTPUTF8") if offered else ("8BITMIME",)
    zolw = "żółw@żółw.example"
    head = f"From: {zolw}\r\nSubject: Hej\r\nMessage-ID: <1@x.example>\r\n"
    with smarthost_stub(extensions=extensions) as stub:
        world.the_smarthost_is(stub.port)
        world.starts_daemon()
        octets = f"{head}\r\nDzień dobry.\r\n".encode()
        with Wire(world.daemon.ports["smtp"]) as wire:
            assert wire.say(f"MAIL FROM:<{zolw}> SMTPUTF8 BODY=8BITMIME").startswith("250")
            assert wire.say(f"RCPT TO:<{HELP}>").startswith("250")
            assert wire.say("DATA").startswith("354")
            wire.socket.sendall(on_the_wire(octets))
            assert wire.reply().startswith("250")
        world.settles()
        (ticket,) = world.the_tickets()
        mails, commands = list(stub.mails), list(stub.commands)
    assert ticket.requester.endswith("@żółw.example") or "xn--" in ticket.requester
    to_him = [mail for mail in mails if mail.recipient.endswith("@xn--w-uga1v8h.example")]
    if offered:
        (mail,) = to_him
        assert mail.recipient == "żółw@xn--w-uga1v8h.example"
        assert "To: żółw@xn--w-uga1v8h.example\r\n".encode() in mail.content
        assert [each for each in commands if each.endswith(" BODY=8BITMIME SMTPUTF8")]
    else:
        assert to_him == []
        assert not [command for command in commands if "xn--" in command]
        (why,) = [entry.text for entry in ticket.entries if "could not be delivered" in entry.text]
        assert "SMTPUTF8" in why
