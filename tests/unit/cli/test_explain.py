import json

import pytest
from click.testing import CliRunner

from mailgate.cli import cli

KEYS = (
    "file size sha256 message_id subject from to cc date nature nature_reasons authenticity "
    "authenticity_reason text full_text language attachments bounce results defects"
)
MAIL = (
    b"From: Anna <anna@example.net>\r\nTo: help@example.com\r\nSubject: Stars\r\n"
    b"Message-ID: <s@example.net>\r\nDate: Sat, 07 Nov 2026 10:00:00 +0100\r\n\r\nIt prints.\r\n"
)
BOUNCE = (
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n'
    b"From: MAILER-DAEMON@example.net\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
    b"Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; x@y.example\r\nAction: failed\r\n"
    b"Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 no\r\n\r\n--b--\r\n"
)


def objects(result):
    """Return what was printed, an object a line."""
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """Call mailgate where there is no configuration."""
    monkeypatch.delenv("MAILGATE_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("mailgate.config.place.SYSTEM", tmp_path / "none" / "mailgate.toml")
    return lambda *arguments, given=b"": CliRunner().invoke(
        cli, arguments, input=given, catch_exceptions=False
    )


@pytest.mark.parametrize(
    "octets",
    [b"", b"\0", b"\xff\xfe\n\n", MAIL, BOUNCE, b"Subject: =?x?q?=FF?=\n\n\x1b[2J", bytes(9999)],
)
def test_any_octets_give_the_object_of_the_contract(nowhere, tmp_path, octets):
    """Without configuration and database too, nothing raises; only the results are missing."""
    (tmp_path / "a.eml").write_bytes(octets)
    result = nowhere("explain", "a.eml", "--json")
    (told,) = objects(result)
    assert " ".join(told) == KEYS
    assert (told["file"], told["size"], told["results"]) == ("a.eml", len(octets), [])
    shown = nowhere("explain", "-", given=octets)
    assert (result.exit_code, shown.exit_code) == (0, 0)
    assert "no department is known" in shown.stdout
    assert "\x1b" not in shown.stdout


def test_a_bounce_names_whom_it_is_about(nowhere):
    """Address, action, status and words of the other server; no other mail has any."""
    (told,) = objects(nowhere("explain", "-", "--json", given=BOUNCE))
    assert told["nature"] == "bounce"
    fate = {"address": "x@y.example", "action": "failed", "status": "5.1.1"}
    assert told["bounce"]["recipients"][0].items() >= fate.items()
    assert told["bounce"]["of"] is None
    assert objects(nowhere("explain", "-", "--json", given=MAIL))[0]["bounce"] is None
    assert "reported    " in nowhere("explain", "-", given=BOUNCE).stdout


def test_a_delay_names_whom_it_has_not_reached_yet(nowhere):
    """The recipients of a report on a delay are told with their action, as those of a bounce."""
    delayed = BOUNCE.replace(b"failed", b"delayed").replace(b"5.1.1", b"4.4.1")
    (told,) = objects(nowhere("explain", "-", "--json", given=delayed))
    assert told["nature"] == "delay"
    fate = {"address": "x@y.example", "action": "delayed", "status": "4.4.1"}
    assert told["bounce"]["recipients"][0].items() >= fate.items()


def test_files_come_in_order_and_one_that_cannot_be_read_stops_none(nowhere, tmp_path):
    """NDJSON, a line a file; what is missing is named on stderr and makes the code 65."""
    for name in "ab":
        (tmp_path / name).write_bytes(MAIL.replace(b"Stars", name.encode()))
    result = nowhere("explain", "b", "gone", ".", "a", "--json")
    assert [each["subject"] for each in objects(result)] == ["b", "a"]
    assert result.exit_code == 65
    assert "gone: cannot be read: No such file or directory\n" in result.stderr
    assert ".: cannot be read: Is a directory\n" in result.stderr


def test_a_dry_run_tells_the_decision_and_changes_nothing(mailgate, tmp_path):
    """Department, verdict, acknowledgement and the date that counts, by the time of --at."""
    (tmp_path / "a.eml").write_bytes(MAIL)
    dry = ("explain", "a.eml", "--mail-from", "anna@example.net", "--at", "2026-11-07T10:00")
    (told,) = objects(mailgate(*dry, "--json"))
    (result,) = told["results"]
    assert (result["department"], result["verdict"], result["ticket"]) == ("help", "open", None)
    assert (result["acknowledge"], result["proven"]) == (True, False)
    assert result["effective_received_at"] == "2026-11-07T10:00:00+01:00"
    assert "header To" in result["verdict_reason"]
    (elsewhere,) = objects(mailgate(*dry, "--json", "--to", "sales@example.com"))
    assert elsewhere["results"][0]["department"] == "sales"
    assert mailgate.told("tickets", "list") == mailgate.told("spool", "list") == []
    shown = mailgate(*dry).stdout
    assert "verdict       open\n" in shown
    assert "nature        person: nothing says otherwise\n" in shown


def test_what_was_decided_is_told_by_spool_id_and_message_id(mailgate):
    """The recorded results, with the ticket they made, not those of today."""
    spool_id = mailgate.accepted(MAIL)
    (waiting,) = objects(mailgate("explain", str(spool_id), "--json"))
    assert (waiting["state"], waiting["results"]) == ("new", [])
    assert "nothing is decided: the mail is new" in mailgate("explain", str(spool_id)).stdout
    mailgate.work_off()
    (told,) = objects(mailgate("explain", str(spool_id), "--json"))
    assert told["results"] == mailgate.told("spool", "list")[0]["results"]
    assert told["results"][0]["ticket"] is not None
    assert (told["file"], told["spool_id"], told["subject"]) == (None, spool_id, "Stars")
    (by_name,) = objects(mailgate("explain", "<s@example.net>", "--json"))
    assert by_name == told


@pytest.mark.one_database
def test_what_is_not_there_is_told(mailgate, nowhere):
    """An id that nobody knows, one without a database, a time that is none, a faulty file."""
    unknown = mailgate("explain", "17", "--json")
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "no mail of that spool id or Message-ID" in unknown.stderr
    assert nowhere("-c", "gone.toml", "explain", "-").exit_code == 78
    assert mailgate("explain", "-", "--at", "noon").exit_code == 64
    mailgate.path.rename(mailgate.path.with_name("other.toml"))
    without = nowhere("explain", "17")
    assert (without.exit_code, without.stdout) == (69, "")


@pytest.mark.one_database
def test_a_database_that_was_not_made_is_not_made_now(mailgate, tmp_path):
    """The configuration alone decides, as for a mail of a sender whom nobody knows."""
    text = mailgate.path.read_text(encoding="utf-8").replace("mailgate.db", "absent.db")
    mailgate.path.write_text(text, encoding="utf-8")
    (told,) = objects(mailgate("explain", "-", "--json", given=MAIL))
    assert told["results"][0]["verdict"] == "open"
    assert not (tmp_path / "absent.db").exists()


VOUCHED = (
    b"Authentication-Results: mx.example.com; dmarc=fail (p=reject) header.from=example.net\r\n"
    b"Received: from out.example.net by mx.example.com\r\n"
    b"Authentication-Results: mx.evil.example; dmarc=pass header.from=example.net\r\n"
)


@pytest.mark.attack("A11")
def test_a_dry_run_tells_which_header_decided(mailgate, tmp_path):
    """What counted, and what was ignored and why; for people as for scripts."""
    with mailgate.path.open("a") as configuration:
        configuration.write('[authenticity]\ntrusted_ids = ["mx.example.com"]\n')
    (tmp_path / "a.eml").write_bytes(VOUCHED + MAIL)
    told = mailgate.told("explain", str(tmp_path / "a.eml"))
    assert told["authenticity"] == "fail"
    assert told["authenticity_reason"] == (
        "Authentication-Results of mx.example.com: dmarc=fail, and example.net asks for reject; "
        "Authentication-Results of mx.evil.example ignored: not a trusted id"
    )
    shown = mailgate("explain", str(tmp_path / "a.eml")).stdout
    assert "fail: Authentication-Results of mx.example.com" in shown


def test_without_trusted_servers_nobody_vouches(mailgate, tmp_path):
    """And the mail's own headers are told as ignored."""
    (tmp_path / "a.eml").write_bytes(VOUCHED + MAIL)
    told = mailgate.told("explain", str(tmp_path / "a.eml"))
    assert told["authenticity"] == "none"
    assert told["authenticity_reason"].startswith("no server is trusted to vouch for senders; ")
