"""swaks, an SMTP client that knows nothing of us, delivers as to any other server."""

import shutil
import subprocess

import pytest

from tests.servers import missing

HELP = "PomocDYNAMICS@example.com"


@pytest.fixture
def swaks(world):
    """Give a function that runs swaks against the daemon and returns its exit code and words."""
    if shutil.which("swaks") is None:
        missing("swaks is not installed (package swaks)")
    world.starts_daemon()

    def run(protocol, *arguments):
        port = world.daemon.ports["lmtp" if protocol == "LMTP" else "smtp"]
        command = ["swaks", "--server", f"127.0.0.1:{port}", "--protocol", protocol]
        common = ["--helo", "client.example.net", "--from", "anna@klient.example"]
        done = subprocess.run(
            [*command, *common, *arguments],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=30,
            check=False,
        )
        world.settles()
        return done.returncode, done.stdout + done.stderr

    return run


@pytest.mark.parametrize("protocol", ["ESMTP", "SMTP", "LMTP"])
@pytest.mark.one_database
def test_a_mail_with_an_attachment_and_a_polish_subject_becomes_a_ticket(
    world, swaks, tmp_path, protocol
):
    """What swaks builds and sends is read as it was meant, whichever protocol it speaks."""
    plan = tmp_path / "plan.txt"
    plan.write_text("Serwerownia, piętro 2\n", encoding="utf-8")

    code, said = swaks(
        protocol,
        *("--to", HELP, "--header", "Subject: Zażółć gęślą jaźń"),
        *("--body", "Drukarka nie działa.", "--attach-type", "text/plain"),
        *("--attach", f"@{plan}", "--attach-name", "plan.txt"),
    )

    assert code == 0, said
    ticket = world.the_ticket("Zażółć gęślą jaźń")
    (entry,) = ticket.messages
    assert entry.attachments == ("plan.txt",)
    assert "Drukarka nie działa." in entry.text
    (letter,) = world.smarthost.letters_to("anna@klient.example")
    assert ticket.tag in letter.subject


@pytest.mark.parametrize(
    ("protocol", "arguments", "code", "reply"),
    [
        ("ESMTP", ["--to", "nobody@example.com"], 24, "550 5.1.1 No such recipient here"),
        ("LMTP", ["--to", "nobody@example.com"], 24, "550 5.1.1 No such recipient here"),
        ("ESMTP", ["--to", f"{HELP},nobody@example.com"], 0, "550 5.1.1 No such recipient here"),
        ("LMTP", ["--to", f"{HELP},billing@example.com"], 0, "250 2.0.0"),
        ("ESMTP", ["--to", HELP, "--pipeline"], 0, "250 2.0.0"),
        ("ESMTP", ["--to", HELP, "--quit-after", "RCPT"], 0, "250 2.1.5 Recipient OK"),
    ],
    ids=["unknown", "unknown by LMTP", "one unknown", "two by LMTP", "pipelined", "no data"],
)
@pytest.mark.one_database
def test_each_recipient_has_his_answer(world, swaks, protocol, arguments, code, reply):
    """Whom we know is accepted, whom we do not is refused, and swaks understands which."""
    ended, said = swaks(protocol, *arguments)
    assert ended == code, said
    assert reply in said


@pytest.mark.one_database
def test_every_lmtp_recipient_gets_his_own_reply(world, swaks):
    """Two recipients, two replies after the data, and one message in the spool."""
    code, said = swaks("LMTP", "--to", f"{HELP},billing@example.com")
    assert code == 0, said
    assert said.count(" accepted") == 2, said
    assert {case.department for case in world.the_tickets()} == {"dynamics", "billing"}
    assert len(world.the_tickets()) == 2
