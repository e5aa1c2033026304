import pytest

MAIL = (
    b"From: Anna <anna@example.net>\r\nSubject: Stars\r\nMessage-ID: <s@example.net>\r\n"
    b"\r\n\x00\xff\n"
)
ENVELOPE = ("--mail-from", "anna@example.net", "--to", "help@example.com")


def test_a_mail_is_followed_through_the_spool(mailgate):
    """What was taken in, and what was decided on it, is told by spool id and by Message-ID."""
    spool_id = mailgate.accepted(MAIL, *ENVELOPE)
    (waiting,) = mailgate.told("spool", "list")
    assert (waiting["state"], waiting["results"], waiting["message_id"]) == ("new", [], None)
    mailgate.work_off()
    (done,) = mailgate.told("spool", "list", "--state", "done")
    assert " ".join(done) == (
        "id source received_at state cause attempts mail_from recipients message_id results "
        "sha256 size"
    )
    assert (done["id"], done["source"], done["size"]) == (spool_id, "accept", len(MAIL))
    assert (done["mail_from"], done["recipients"]) == ("anna@example.net", ["help@example.com"])
    (result,) = done["results"]
    assert " ".join(result) == (
        "department ticket matched_by may_speak proven verdict verdict_reason cause acknowledge "
        "acknowledge_reason effective_received_at"
    )
    assert (result["department"], result["verdict"], result["acknowledge"]) == (
        "help",
        "open",
        True,
    )
    assert result["ticket"] == mailgate.told("tickets", "list")[0]["number"]
    by_name = mailgate.told("spool", "show", "s@example.net")
    assert by_name == mailgate.told("spool", "show", str(spool_id))
    assert f"verdict       open ticket {result['ticket']}" in mailgate("spool", "show", "1").stdout


def test_octets_come_out_as_they_went_in(mailgate):
    """--raw writes the original, whatever octets it holds."""
    spool_id = mailgate.accepted(MAIL, *ENVELOPE)
    assert mailgate("spool", "show", str(spool_id), "--raw").stdout_bytes == MAIL


def test_held_mail_is_let_go_on_or_put_away(mailgate):
    """It is tried again, let in as a new ticket or into one, or deleted with a reason."""
    number = mailgate.opened("bob@example.net")
    ids = [str(mailgate.accepted(MAIL.replace(b"Stars", b"%d" % n), *ENVELOPE)) for n in range(4)]
    for each in ids:
        mailgate.hold(int(each))
    assert [str(each["id"]) for each in mailgate.told("spool", "list", "--held")] == ids[::-1]
    assert mailgate.told("spool", "retry", ids[0])["state"] == "new"
    assert mailgate("spool", "release", ids[1], "--ticket", number).stdout == (
        f"mail {ids[1]} is let in into ticket {number}\n"
    )
    assert (
        mailgate("spool", "release", ids[2]).stdout == f"mail {ids[2]} is let in as a new ticket\n"
    )
    assert mailgate.told("spool", "delete", ids[3], "--why", "spam")["state"] == "deleted"
    mailgate.work_off()
    states = {str(each["id"]): each for each in mailgate.told("spool", "list")}
    assert [states[each]["state"] for each in ids] == ["done", "done", "done", "deleted"]
    assert states[ids[1]]["results"][0]["ticket"] == number
    assert states[ids[2]]["results"][0]["verdict"] == "open"
    assert "deleted error spam" in mailgate("spool", "show", ids[3]).stdout


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("show", "77"), 1, "no mail has the id 77"),
        (("show", "99999999999999999999"), 1, "no mail has the id"),
        (("show", "<no@such.example>"), 1, "no mail has the id"),
        (("retry", "1"), 1, "only held mail is tried again"),
        (("release", "1"), 1, "only held mail is released"),
        (("release", "2", "--ticket", "999999"), 1, "there is no ticket 999999"),
        (("release", "2", "--ticket", "17"), 64, "is no ticket number"),
        (("delete", "1", "--why", "spam"), 1, "only held mail is deleted"),
        (("delete", "2", "--why", " "), 64, "give a reason"),
        (("delete", "2"), 64, "Missing option '--why'"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(mailgate, arguments, code, text):
    """The sentence says why; the mail stays as it was."""
    mailgate.accepted(MAIL, *ENVELOPE)
    mailgate.work_off()
    mailgate.hold(mailgate.accepted(MAIL.replace(b"Stars", b"Moon"), *ENVELOPE))
    before = mailgate.told("spool", "list")
    result = mailgate("spool", *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert text in " ".join(result.stderr.split())
    assert mailgate.told("spool", "list") == before


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("headers", "cause", "decided"),
    [
        (b"To: nobody@else.example", "no_department", ["To: nobody@else.example"]),
        (
            b"To: x@else.example\r\nCc: y@else.example",
            "no_department",
            ["To: x@else.example", "Cc: y@else.example"],
        ),
    ],
)
def test_held_mail_is_shown_with_the_lines_that_decided(mailgate, headers, cause, decided):
    """Whoever has to judge reads cause, sender and subject in the list, and all the rest below."""
    raw = b"From: Anna <anna@example.net>\r\nSubject: =?utf-8?q?Gwiazdy_=C5=9Bwiec=C4=85?=\r\n"
    spool_id = mailgate.accepted(
        raw + headers + b"\r\n\r\nPada \x1b[2Jdeszcz.\r\n",
        *("--mail-from", "anna@example.net"),
    )
    mailgate.work_off()

    listed = mailgate("spool", "list", "--held").stdout
    assert listed.split()[:6] == ["ID", "SINCE", "CAUSE", "FROM", "SUBJECT", "TO"]
    assert all(each in listed for each in (cause, "anna@example.net", "Gwiazdy świecą"))

    told = mailgate.told("spool", "show", str(spool_id))
    assert [each for each in told["decided_by"] if not each.startswith("envelope")] == decided
    assert ["From", "Anna <anna@example.net>"] in told["headers"]
    page = mailgate("spool", "show", str(spool_id)).stdout
    assert page.index("\ndecided by\n") < page.index("\nheaders\n") < page.index("deszcz.")
    assert "\x1b" not in page


@pytest.mark.one_database
def test_an_empty_or_cut_list_says_so(mailgate):
    """On stderr, so that stdout holds data alone."""
    assert mailgate("spool", "list").stderr == "no such mail\n"
    assert mailgate.told("spool", "list") == []
    for _ in range(2):
        mailgate.accepted(MAIL, *ENVELOPE)
    assert "only the newest 1 are listed" in mailgate("spool", "list", "--limit", "1").stderr
