import json
import subprocess
import sys
from pathlib import Path

import pytest

from mailgate.cli import accept as module
from mailgate.intake.handover import Answer

MAIL = b"From: anna@example.net\nTo: help@example.com\r\nSubject: Stars\r\n\r\n.\r\n\x00\xff\rend"
HEAVY = ("sqlmodel", "sqlalchemy", "pydantic", "holidays", "aiosmtpd", "jinja2", "structlog")


def test_octets_are_stored_as_they_are_without_a_daemon(mailgate, tmp_path):
    """From a file and from a pipe alike, with the envelope that was given, durable at once."""
    (tmp_path / "a.eml").write_bytes(MAIL)
    mailgate.accepted(MAIL, "--mail-from", "<>", "--to", "Help+tag@example.com")
    assert mailgate("accept", "a.eml").exit_code == 0
    piped, filed = mailgate.told("spool", "list")[::-1]
    assert (piped["mail_from"], piped["recipients"]) == ("", ["Help+tag@example.com"])
    assert (filed["mail_from"], filed["recipients"]) == (None, [])
    assert piped["sha256"] == filed["sha256"]
    assert mailgate("spool", "show", "2", "--raw").stdout_bytes == MAIL


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("arguments", "given", "code", "text"),
    [
        (("--to", "nobody@example.com"), MAIL, 67, "-: 5.1.1 No such recipient here"),
        (("--to", "no body"), MAIL, 67, "-: 5.1.3 Recipient address is malformed"),
        ((), bytes(1024 * 1024 + 1), 65, "-: 5.3.4 Message is larger than this server takes"),
        (("gone.eml",), b"", 65, "gone.eml: cannot be read: No such file or directory"),
        (("--to",), MAIL, 64, "requires an argument"),
        ((), b"Received: x\r\n" * 101 + b"\r\n", 65, "-: 5.4.6 Too many hops"),
        (("--mail-from", "a b"), MAIL, 65, "-: 5.1.7 Sender address is malformed"),
        (("--mail-from", "\udcff"), MAIL, 65, "-: 5.1.7 Sender address is malformed"),
        (("--to", "\udcff@example.com"), MAIL, 67, "-: 5.1.3 Recipient address is malformed"),
    ],
)
def test_a_refusal_has_its_code_and_takes_nothing(mailgate, arguments, given, code, text):
    """A mail server that calls us learns whether to send the mail back or to keep it."""
    result = mailgate("accept", *arguments, given=given)
    assert (result.exit_code, result.stdout) == (code, "")
    assert text in " ".join(result.stderr.split())
    assert mailgate.told("spool", "list") == []


@pytest.mark.one_database
def test_of_several_files_each_has_its_own_fate(mailgate, tmp_path):
    """What fails stops no other, and the code is the worst of them."""
    (tmp_path / "a.eml").write_bytes(MAIL)
    (tmp_path / "big.eml").write_bytes(bytes(2 * 1024 * 1024))
    result = mailgate("accept", "big.eml", "a.eml", "gone.eml", "--json")
    told = json.loads(result.stdout)
    assert [(each["file"], each["id"], each["code"]) for each in told] == [
        ("big.eml", None, 552),
        ("a.eml", 1, 250),
        ("gone.eml", None, 451),
    ]
    assert all(set(each) == {"file", "id", "code", "text"} for each in told)
    assert result.exit_code == 65
    assert result.stderr.count("\n") == 2


@pytest.mark.one_database
def test_a_fault_of_ours_leaves_the_mail_with_its_sender(mailgate, monkeypatch):
    """A faulty configuration, a store that is away, an error nobody foresaw: try again later."""
    mailgate.path.write_text("[gateway\n", encoding="utf-8")
    result = mailgate("accept", given=MAIL)
    assert result.exit_code == 75
    assert "mailgate.toml:1" in result.stderr
    monkeypatch.setattr(module, "light", lambda path: 1 / 0)
    result = mailgate("accept", given=MAIL)
    assert (result.exit_code, result.stderr) == (75, "ZeroDivisionError: division by zero\n")


@pytest.mark.one_database
def test_the_daemon_is_asked_first(mailgate, tmp_path, monkeypatch):
    """Messages go to its local socket, on one connection while it says 250."""
    asked = []

    class Daemon:
        def __init__(self, path: Path) -> None:
            asked.append(path)
            self.answers = [Answer(250, "2.0.0 7 accepted", 7), Answer(451, "4.3.0 Later", None)]

        def send(self, mail_from, recipients, size, chunks):
            asked.append((mail_from, recipients, size, b"".join(chunks)))
            return self.answers.pop(0)

        def close(self) -> None:
            asked.append("closed")

    monkeypatch.setattr(module, "Handover", Daemon)
    for name in "abc":
        (tmp_path / name).write_bytes(MAIL)
    result = mailgate("accept", "a", "b", "c", "--to", "help@example.com", "--json")
    socket = tmp_path.resolve() / "mailgate.sock"
    sent = (None, ("help@example.com",), len(MAIL), MAIL)
    assert asked == [socket, sent, sent, "closed", socket, sent, "closed"]
    assert [each["id"] for each in json.loads(result.stdout)] == [7, None, 7]
    assert result.exit_code == 75


@pytest.mark.one_database
def test_a_connection_that_breaks_is_no_end(mailgate, tmp_path, monkeypatch):
    """An unanswered message is reported as not taken, and the next one gets a new connection."""

    class Broken:
        def __init__(self, path: Path) -> None:
            pass

        def send(self, *message):
            raise ConnectionAbortedError("the daemon ended the connection")

        def close(self) -> None:
            pass

    monkeypatch.setattr(module, "Handover", Broken)
    result = mailgate("accept", "--json", given=MAIL)
    assert result.exit_code == 75
    assert json.loads(result.stdout)[0]["text"] == "the daemon ended the connection"


def test_help_and_accept_import_nothing_heavy():
    """They run once a message, and by people who wait: no store, no validation, no calendars."""
    code = (
        "import sys, mailgate.cli, mailgate.cli.accept\n"
        "sys.argv[1:] = ['--help']\n"
        "try: mailgate.cli.main()\n"
        f"finally: print([each for each in {HEAVY} if each in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
    assert "Take messages from files" in done.stdout
