import pytest


def test_a_letter_is_followed_through_the_outbox(mailgate):
    """A row per recipient, with every key of the contract; one can be cancelled and tried again."""
    number = mailgate.opened("anna@example.net", "--cc", "bob@example.net")
    mailgate("tickets", "reply", number, "--text", "Try again.")
    listed = mailgate.told("outbox", "list", "--ticket", number)
    assert [(each["kind"], each["recipient"]) for each in listed] == [
        ("acknowledgement", "anna@example.net"),
        ("reply", "anna@example.net"),
        ("reply", "bob@example.net"),
    ]
    assert " ".join(listed[0]) == (
        "id state ticket kind event recipient message_id attempts next_try_at last_error"
    )
    assert {each["ticket"] for each in listed} == {number}
    mail_id = str(listed[2]["id"])
    cancelled = mailgate.told("outbox", "cancel", mail_id, "--why", "wrong address")
    assert (cancelled["state"], cancelled["next_try_at"]) == ("cancelled", None)
    assert "cancelled wrong address" in mailgate("outbox", "show", mail_id).stdout
    assert [each["id"] for each in mailgate.told("outbox", "list", "--state", "due")] == [1, 2]
    assert (
        mailgate("outbox", "retry", mail_id).stdout
        == f"mail {mail_id} to bob@example.net is due now\n"
    )
    assert mailgate.told("outbox", "show", mail_id)["state"] == "due"


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("show", "77"), 1, "no mail has the id 77"),
        (("show", "x"), 64, '"x" is no id; write a number, as `mailgate outbox list` shows it'),
        (("show", "9" * 30), 64, "is no id"),
        (("cancel", "1", "--why", "y"), 1, "is cancelled; only what is due can be cancelled"),
        (("cancel", "1", "--why", ""), 64, "give a reason"),
        (("retry", "77"), 1, "no mail has the id 77"),
    ],
)
def test_what_cannot_be_done_is_told(mailgate, arguments, code, text):
    """The sentence says in what state the mail is."""
    mailgate.opened()
    mailgate("outbox", "cancel", "1", "--why", "x")
    result = mailgate("outbox", *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert text in " ".join(result.stderr.split())


@pytest.mark.one_database
def test_an_empty_list_says_so(mailgate):
    """On stderr, so that stdout holds data alone."""
    assert mailgate("outbox", "list").stderr == "no such mail\n"
    assert mailgate.told("outbox", "list") == []
