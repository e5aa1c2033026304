import json
import re
from datetime import datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlmodel import select

from mailgate.tickets import orders, people
from mailgate.tickets.model import Ticket
from tests.unit.bureau import AGENT

MAIL = b"From: Anna <anna@example.net>\r\nTo: help@example.com\r\nSubject: %s\r\n\r\n%s\r\n"


def test_a_ticket_lives_from_the_command_line(mailgate):
    """Each command moves the status, tells the ticket's people, and is kept as an entry."""
    number = mailgate.opened()
    steps = [
        (("reply", number, "--text", "Try again."), "answered", "reply"),
        (("note", number, "--text", "He is on leave."), "answered", "note"),
        (("hold", number, "2099-12-01"), "on-hold", "hold"),
        (("reopen", number), "open", "reopened"),
        (("resolve", number, "--text", "The cable."), "resolved", "resolved"),
        (("close", number), "closed", "closed"),
        (("reopen", number), "open", "reopened"),
        (("assign", number, "Ewa Nowak"), "open", "assigned"),
        (("move", number, "sales"), "open", "moved"),
    ]
    for arguments, status, what in steps:
        told = mailgate.told("tickets", *arguments)
        assert told["status"] == status
        done = [each for each in told["entries"] if each["event"] not in ("not-sent",)][-1]
        assert what in (done["kind"], done["event"])
        assert (done["author"], done["source"]) == ("ewa@example.com", "cli")
    assert (told["department"], told["reopened"], told["assignee"]) == ("sales", 1, None)


def test_a_ticket_is_told_as_the_interface_says(mailgate):
    """Scripts find every key of the contract, with times in the department's zone."""
    number = mailgate.opened("anna@example.net", "--cc", "bob@example.net", "--name", "Anna")
    told = mailgate.told("tickets", "show", number)
    (listed,) = mailgate.told("tickets", "list")
    names = (
        "number department status hold_until subject language priority requester cc assignee "
        "created_at received_at effective_received_at due_at reopened linked merged_into"
    )
    assert set(names.split()) <= set(told) & set(listed)
    assert ("entries" in listed, listed["entry_count"]) == (False, len(told["entries"]))
    assert told["requester"] == {"address": "anna@example.net", "name": "Anna"}
    assert (told["subject"], told["cc"], told["linked"]) == ("Printer", ["bob@example.net"], [])
    assert datetime.fromisoformat(told["received_at"]).utcoffset() in (
        timedelta(hours=1),
        timedelta(hours=2),
    )
    names = (
        "id kind source author at effective_received_at text full_text attachments message_id "
        "sha256 authenticity third_party"
    )
    assert all(set(names.split()) <= set(entry) for entry in told["entries"])


def test_the_list_is_narrowed(mailgate):
    """Every filter leaves out what it does not name; the latest change comes first."""
    first, second = mailgate.opened("anna@example.net"), mailgate.opened("bob@example.net")
    mailgate("tickets", "close", first)
    tomorrow = (datetime.now() + timedelta(days=1)).date().isoformat()  # noqa: DTZ005 - as typed

    def numbers(*filters):
        return [each["number"] for each in mailgate.told("tickets", "list", *filters)]

    assert numbers() == [first, second]
    assert numbers("--status", "closed") == [first]
    assert numbers("--requester", "BOB@example.net") == [second]
    assert numbers("--department", "help desk", "--search", "PRINT") == [first, second]
    assert numbers("--department", "sales") == numbers("--search", "%") == []
    assert numbers("--since", tomorrow) == []
    assert numbers("--since", "2020-01-01T00:00", "--limit", "1") == [first]


def test_an_answer_waits_in_the_outbox_with_its_files(mailgate, tmp_path):
    """Words come from standard input too, and a file goes along under its own name."""
    (tmp_path / "plan.pdf").write_bytes(b"%PDF")
    number = mailgate.opened()
    result = mailgate("tickets", "reply", number, "--attach", "plan.pdf", given="Zażółć\r\n")
    assert result.stdout == (
        f"ticket {number} is answered: reply added; mail to anna@example.net is in the outbox\n"
    )
    answer = mailgate.told("tickets", "show", number)["entries"][-1]
    assert answer["text"] == "Zażółć"
    assert [(f["name"], f["type"], f["size"]) for f in answer["attachments"]] == [
        ("plan.pdf", "application/pdf", 4)
    ]
    sent = mailgate.told("outbox", "list", "--ticket", number)[-1]
    assert (sent["kind"], sent["recipient"]) == ("reply", "anna@example.net")
    assert (
        b'filename="plan.pdf"' in mailgate("outbox", "show", str(sent["id"]), "--raw").stdout_bytes
    )


@pytest.mark.one_database
def test_a_caller_is_proven_and_acknowledged_in_his_own_words(mailgate):
    """An agent vouches for the address, so that the letter may repeat what was said."""
    number = mailgate.opened("anna@example.net", "--subject", "Stars")
    with mailgate.database.reading() as session:
        assert people.is_proven(session, "anna@example.net")
    (sent,) = mailgate.told("outbox", "list", "--ticket", number)
    assert (sent["kind"], sent["event"], sent["state"]) == ("acknowledgement", "received", "due")
    raw = mailgate("outbox", "show", str(sent["id"]), "--raw").stdout_bytes
    assert f"Subject: [#{number}] Stars\r\n".encode() in raw
    entered = mailgate.told("tickets", "show", number)["entries"][1]
    assert (entered["event"], entered["author"]) == ("entered", "ewa@example.com")


@pytest.mark.one_database
def test_who_acts_is_named_or_the_first_of_the_department(mailgate):
    """--as goes before MAILGATE_AGENT, and that before the department's first agent."""
    number = mailgate.opened()
    note = ("tickets", "note", number, "--text", "x")
    mailgate(*note)
    mailgate(*note, MAILGATE_AGENT="jan")
    mailgate(*note, "--as", "EWA@example.com", MAILGATE_AGENT="jan")
    entries = mailgate.told("tickets", "show", number)["entries"]
    writers = [each["author"] for each in entries if each["kind"] == "note"]
    assert writers == ["ewa@example.com", "jan@example.com", "ewa@example.com"]


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("show", "999999"), 1, "there is no ticket 999999"),
        (("reply", "999999", "--text", "x"), 1, "there is no ticket 999999"),
        (("show", "abc"), 64, '"abc" is no ticket number'),
        (("reply", "N", "--text", " "), 65, "there is no text"),
        (("reply", "N", "--attach", "gone", "--text", "x"), 65, "gone: No such file"),
        (("note", "N", "--text", "x", "--as", "bob"), 64, "write one of ewa@example.com"),
        (("assign", "N", "bob"), 64, "write one of ewa@example.com, jan@example.com"),
        (("move", "N", "hr"), 64, "write one of help, sales"),
        (("move", "N", "help"), 1, "the ticket is with help already"),
        (("reopen", "N"), 1, "only a settled or held ticket is reopened"),
        (("hold", "N", "soon"), 64, '"soon" is no date'),
        (("hold", "N", "2020-01-01"), 64, "is not in the future"),
        (("list", "--department", "hr"), 64, "write one of help, sales"),
        (("list", "--since", "soon"), 64, '"soon" is no date'),
        (("new", "--requester", "a@b.example", "--text", "x"), 64, "name a --department"),
        (("new", "--requester", "nobody", "--text", "x", "--department", "help"), 64, "no address"),
        (
            ("new", "--requester", "Help@example.com", "--text", "x", "--department", "help"),
            64,
            "is an address of ours",
        ),
        (
            ("new", "--requester", "a@b.example", "--text", "x", "--department", "sales"),
            64,
            "department sales has no agents",
        ),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(mailgate, arguments, code, text):
    """The sentence names what is wrong and what to write instead; stdout stays empty."""
    number = mailgate.opened()
    before = mailgate.told("tickets", "show", number)
    result = mailgate("tickets", *(number if each == "N" else each for each in arguments))
    assert (result.exit_code, result.stdout) == (code, "")
    assert text in " ".join(result.stderr.split())
    assert mailgate.told("tickets", "show", number) == before
    assert len(mailgate.told("tickets", "list")) == 1


@pytest.mark.one_database
def test_a_letter_that_is_not_sent_is_warned_of(mailgate):
    """Whoever closes a ticket learns that its people do not hear of it, and why."""
    number = mailgate.opened()
    for _ in range(10):
        result = mailgate("tickets", "close", number)
        mailgate("tickets", "reopen", number)
    assert result.exit_code == 0
    assert "warning: closed not sent: limit of 10 automatic mails a day" in result.stderr
    assert "is in the outbox" not in result.stdout


@pytest.mark.one_database
def test_nothing_a_sender_wrote_commands_a_terminal(mailgate):
    """Control characters of subject, text and file names are stripped from what people read."""
    mailgate.accepted(
        MAIL % (b"=?utf-8?q?=1B]0;evil=07?=", b"a\x1b[2Jb\rc"), "--to", "help@example.com"
    )
    mailgate.work_off()
    number = mailgate.told("tickets", "list")[0]["number"]
    for arguments in (("list",), ("show", number)):
        shown = mailgate("tickets", *arguments).stdout
        assert "]0;evil" in shown
        assert not set(shown) & {"\x1b", "\x07", "\r"}


@pytest.mark.one_database
def test_a_merged_ticket_shows_its_survivor(mailgate):
    """The old number still leads somewhere, and says that it was merged."""
    old, kept = mailgate.opened(), mailgate.opened()
    with mailgate.database.writing() as session:
        survivor = session.exec(select(Ticket).where(Ticket.number == int(kept))).one()
        merged = session.exec(select(Ticket).where(Ticket.number == int(old))).one()
        merged.merged_into = survivor.id
    result = mailgate("tickets", "show", f"[#{old}]", "--json")
    assert json.loads(result.stdout)["number"] == kept
    assert result.stderr == f"ticket {old} was merged into {kept}\n"
    listed = {each["number"]: each["merged_into"] for each in mailgate.told("tickets", "list")}
    assert listed == {old: kept, kept: None}


def test_a_ticket_says_how_urgent_it_is_and_who_said_so(mailgate):
    """Whoever looks at it sees what #priority has made of it, on the page for a browser too."""
    number = mailgate.opened()
    with mailgate.database.writing() as session:
        ticket = session.exec(select(Ticket).where(Ticket.number == int(number))).one()
        orders.prioritise(session, ticket, AGENT, "high", ticket.received_at)
    shown = mailgate("tickets", "show", number).stdout
    assert re.search(r"^priority +high$", shown, re.MULTILINE)
    assert "* priority high, before normal" in shown
    assert "<dd>high" in mailgate("tickets", "show", number, "--html").stdout


def test_a_call_is_to_be_confirmed(mailgate):
    """The number stands in the history, and the requester's mail is waited for."""
    call = ("--phone", "+48 22 123 45 67", "--text", "Gwiazdy.", "--department", "help")
    words = ("--requester", "anna@example.net", *call)
    told = mailgate.told("tickets", "new", *words)
    (entered,) = [each["text"] for each in told["entries"] if each["event"] == "entered"]
    assert "called from +48 22 123 45 67; to be confirmed by mail" in entered
    (asked,) = mailgate.told("outbox", "list")
    letter = mailgate("outbox", "show", str(asked["id"]), "--raw").stdout_bytes
    parts = message_from_bytes(letter, policy=policy.default).walk()
    said = [each.get_content() for each in parts if not each.is_multipart()]
    assert len(said) == 2 and all("To confirm it, please reply" in each for each in said)
