"""A ticket as a page: harmless whatever a sender writes, wherever he writes it."""

import base64
import re
import stat
from email.header import Header

import pytest

from mailgate.cli import page
from tests.unit.message.harmless import PAYLOADS, objections_to, words_of

TAGS = frozenset(
    {"html", "head", "meta", "title", "style", "body", "article", "time", "main", "header"}
)
ATTRIBUTES = frozenset({"lang", "charset", "http-equiv", "content", "name", "class"})
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def told(text):
    """Return a ticket, as `tickets show --json` prints it, with a text in every field."""
    entry = {
        "kind": "message", "event": None, "author": text, "author_name": text, "nature": text,
        "at": "2026-11-20T10:00:00+01:00", "text": text, "sha256": text, "proven": False,
        "third_party": True, "attachments": [{"name": text, "type": text, "size": 7}],
    }  # fmt: skip
    return {
        "number": text, "subject": text, "status": text, "hold_until": text, "department": text,
        "priority": text, "assignee": text, "requester": {"name": text, "address": text},
        "cc": [text, text], "language": text, "linked": [text],
        "received_at": "2026-11-20T10:00:00+01:00", "effective_received_at": None,
        "merged_into": text,
        "entries": [entry, {**entry, "kind": "event", "event": text}, {**entry, "kind": "note"}],
    }  # fmt: skip


def objections(html):
    """Return what is wrong with a page, its own style sheet left out."""
    assert html.count("<style>") == 1
    bare = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    return objections_to(bare, TAGS, ATTRIBUTES)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_survives_in_any_field(payload):
    """Subject, names, addresses, file names, types, words: all of it is text."""
    lines = list(page.write_html(told(payload), lambda _: b""))
    assert objections("\n".join(lines)) == []
    # The header of the page is ours, line for line, whatever the language is called.
    assert re.fullmatch(r'<html lang="[^"<>]*"><head><meta charset="utf-8">', lines[1])
    assert "default-src 'none'; img-src data:" in lines[2]


def test_a_ticket_full_of_payloads_is_shown(mailgate):
    """Taken in, stored and shown again, a hostile mail does nothing; its words are there."""
    for number, payload in enumerate(PAYLOADS[::12]):
        encoded = base64.encodebytes(f"words {payload}".encode()).decode()
        name = Header(payload.replace("\0", " ").replace("\n", " "), "utf-8").encode()
        mail = (
            f"From: {name} <anna@example.net>\r\nTo: help@example.com\r\nSubject: {name}\r\n"
            f"Message-ID: <{number}@x>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
            "--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64"
            f"\r\n\r\n{encoded}\r\n--b\r\nContent-Type: application/pdf\r\n"
            f'Content-Disposition: attachment; filename="{name}"\r\n\r\nx\r\n--b--\r\n'
        )
        mailgate.accepted(mail.encode("utf-8", "replace"), "--to", "help@example.com")
    mailgate.work_off()
    tickets = mailgate.told("tickets", "list")
    assert tickets
    for ticket in tickets:
        result = mailgate("tickets", "show", ticket["number"], "--html")
        assert result.exit_code == 0
        assert objections(result.stdout) == []
        assert "words" in result.stdout


def test_a_page_is_written_into_a_file_of_ones_own(mailgate, tmp_path):
    """With -o nobody else can read it; it shows the mail with its image, and what was answered."""
    image = base64.encodebytes(PNG).decode()
    mail = (
        "From: anna@example.net\r\nTo: help@example.com\r\nSubject: Printer\r\n"
        "Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
        '<b>dead</b><img src="cid:p"><img src="http://x.example/1"><img src="http://x.example/2">'
        "\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <p>\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{image}\r\n--b--\r\n"
    )
    mailgate.accepted(mail.encode(), "--to", "help@example.com")
    mailgate.work_off()
    (ticket,) = mailgate.told("tickets", "list")
    mailgate.told("tickets", "reply", ticket["number"], "--text", "Is it <on>?")
    path = tmp_path / "ticket.html"
    result = mailgate("tickets", "show", ticket["number"], "--html", "-o", str(path))
    assert (result.exit_code, result.stdout) == (0, "")
    assert "written to" in result.stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    html = path.read_text("utf-8")
    assert objections(html) == []
    assert "<b>dead</b>" in html
    assert f"data:image/png;base64,{base64.b64encode(PNG).decode()}" in html
    assert "2 remote images not shown" in html
    assert "Is it <on>?" in words_of(html)


def test_a_mail_that_is_not_kept_any_more_is_shown_by_its_words():
    """Without its octets an entry shows the words that were read from it; without any, says so."""
    ticket = told("a < b")
    assert "a &lt; b</div>" in "\n".join(page.write_html(ticket, lambda _: b""))
    shown = "\n".join(page.write_html(ticket, lambda _: b"Content-Type: text/html\n\n<i>x</i>"))
    assert '<div class="mail"><i>x</i></div>' in shown


@pytest.mark.parametrize("options", [("--json", "--html"), ("-o", "x.html")])
def test_options_that_mean_nothing_together_are_refused(mailgate, options):
    """A page is no JSON, and only a page is written into a file."""
    result = mailgate("tickets", "show", "123456", *options)
    assert result.exit_code == 64
    assert "--html" in result.stderr
