import base64
from types import SimpleNamespace

import pytest

MAIL = (
    b"From: anna@example.net\r\nTo: help@example.com\r\nSubject: x\r\nMessage-ID: <1@x>\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nwords\r\n--b\r\n"
    b"Content-Type: application/pdf; name=plan.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + base64.encodebytes(b"MZ\x90\0\x1b[31m") + b"--b--\r\n"
)  # fmt: skip
OCTETS = b"MZ\x90\0\x1b[31m"


@pytest.fixture
def file(mailgate):
    """Return the attachment of a ticket that came by mail, as `tickets show` tells it."""
    mailgate.accepted(MAIL)
    mailgate.work_off()
    (ticket,) = mailgate.told("tickets", "list")
    told = mailgate.told("tickets", "show", ticket["number"])
    return told["entries"][0]["attachments"][0] | {"ticket": ticket["number"]}


def test_a_file_of_a_ticket_is_written_as_it_was_sent(mailgate, file, tmp_path):
    """To standard output, to a file, or into a folder under its own name."""
    key = str(file["id"])
    assert mailgate("tickets", "attachment", key).stdout_bytes == OCTETS
    named = tmp_path / "named.bin"
    assert mailgate("tickets", "attachment", key, "-o", str(named)).exit_code == 0
    assert named.read_bytes() == OCTETS
    done = mailgate("tickets", "attachment", key, "-o", str(tmp_path))
    assert (tmp_path / "plan.pdf").read_bytes() == OCTETS
    assert done.stderr.strip() == str(tmp_path / "plan.pdf")


def test_nothing_that_is_there_is_overwritten(mailgate, file, tmp_path):
    """A second copy is refused, and the first is as it was."""
    there = tmp_path / "plan.pdf"
    there.write_bytes(b"mine")
    for where in (tmp_path, there):
        done = mailgate("tickets", "attachment", str(file["id"]), "-o", str(where))
        assert (done.exit_code, "File exists" in done.stderr) == (65, True)
    assert there.read_bytes() == b"mine"


def test_what_is_not_there_is_not_found(mailgate, file, monkeypatch):
    """An id of nothing ends with 1, one that is none with 64, a terminal with 65."""
    assert mailgate("tickets", "attachment", "999").exit_code == 1
    assert mailgate("tickets", "attachment", "x").exit_code == 64
    terminal = SimpleNamespace(stdout=SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("mailgate.cli.attachment.sys", terminal)
    done = mailgate("tickets", "attachment", str(file["id"]))
    assert (done.exit_code, "name a file with -o" in done.stderr) == (65, True)


def test_what_a_file_is_stands_beside_what_it_says(mailgate, file):
    """The page and the JSON tell the id, the label, and what it holds."""
    page = mailgate("tickets", "show", file["ticket"]).stdout
    facts = "application/pdf, holds application/x-msdownload, 9 B"
    assert f"    + plan.pdf  ({facts})  attachment {file['id']}\n" in page
    assert "! plan.pdf is a Windows program" in page
    assert (file["detected"], file["repeated"]) == ("application/x-msdownload", False)
