import pytest

from mailgate.message import naming

OURS = frozenset({"pomoc@example.com"})


def addresses(told: str) -> list[str]:
    """Return the addresses that a report names, ours being known."""
    return [each.address for each in naming.named(told, OURS, "mx.example.net")]


@pytest.mark.parametrize(
    "line",
    [
        "a@b.pl",
        "    a@b.pl",
        "<a@b.pl>",
        "<a@b.pl>: no",
        '"a@b.pl":',
        "   * a@b.pl",
        "-- a@b.pl",
        "> a@b.pl",
        "a@b.pl on Fri, 20 Nov",
        "a@b.pl (unknown)",
        "a@b.pl [User unknown]",
        "<a@b.pl>... no",
        "a@b.pl    no",
        "a@b.pl Invalid Address",
        "Unknown user: a@b.pl",
        "Invalid final delivery userid: a@b.pl",
        "user mailbox exceeds allowed size: a@b.pl",
        "Recipient: <a@b.pl>",
        "Recipient: [SMTP:a@b.pl]",
        "Final-Recipient: rfc822;a@b.pl",
        "Intended recipient:  a@b.pl",
        "Undeliverable Address: a@b.pl",
        "Error-for: a@b.pl",
        "Addressed To: a@b.pl",
        "(Was addressed to a@b.pl)",
        "     Could not be delivered to: <a@b.pl>",
        "There was an error delivering your mail to <a@b.pl>.",
        "User's mailbox is full: <a@b.pl>",
        "c=PL;a= ;p=x;dda:SMTP=a@b.pl; on Fri, 20 Nov",
        "SMTP Server <mx.b.pl> rejected recipient <a@b.pl>",
        "delivery failed 20 attempts: a@b.pl",
        ">>> RCPT To:<a@b.pl>",
        " In:  RCPT TO:<a@b.pl> ORCPT=rfc822;a@b.pl",
        "550 5.1.1 <a@b.pl>... User unknown",
        "<<< 550 a@b.pl... No such user",
        "  To: a@b.pl",
        "we are sorry that a@b.pl is not here",
    ],
)
def test_a_line_names_a_recipient(line: str) -> None:
    """However a system writes it down, one address is named; ours in passing is not."""
    assert addresses(f"An error of pomoc@example.com:\n\n{line}\n\nsorry") == ["a@b.pl"]


def test_the_surest_way_counts_and_each_address_once() -> None:
    """What the mail was sent to is not named beside what begins a line of its own."""
    told = "  To: list@b.pl\n550 <x@b.pl>\n\n<a@b.pl>: no\n<A@B.pl>: no\n<c@d.pl>: no"
    assert addresses(told) == ["a@b.pl", "c@d.pl"]


def test_an_alias_is_named_by_what_was_written_to() -> None:
    """An address that stands for another is the one we know."""
    assert addresses("<x@inner.b.pl> (expanded from <a@b.pl>): no") == ["a@b.pl"]
    assert addresses("x@inner.b.pl\n    (expanded from: <a@b.pl>)") == ["a@b.pl"]
    assert addresses("<x@inner.b.pl> (expanded from <a>): no") == ["x@inner.b.pl"]


def test_our_own_address_is_named_only_if_no_other_is() -> None:
    """A report of a mail to ourselves still names somebody."""
    assert addresses("no way to\npomoc@example.com\nor x@y.pl") == ["x@y.pl"]
    assert addresses("no way to\npomoc@example.com, pomoc@example.com") == ["pomoc@example.com"]
    assert addresses("no way at all") == []


def test_a_local_name_belongs_to_the_system_that_reports() -> None:
    """A bare name below a line about recipients is one of the reporting domain."""
    told = "These recipients could not be reached, as pomoc@example.com is blocked:\n\tanna\n"
    assert addresses(told) == ["anna@mx.example.net"]
    assert naming.named("They could not be reached:\n\tanna\n", OURS, "") == ()
    assert addresses("They could not be reached:\n\n\tanna\n") == []
    assert addresses("Our office:\n\tanna\n") == []


def test_words_belong_to_the_address_above_them() -> None:
    """What is said ends where the next address begins."""
    found = naming.named("<a@b.pl>:\n one\n<c@d.pl>:\n two\n", OURS, "")
    assert [each.words for each in found] == ["<a@b.pl>:\n one", "<c@d.pl>:\n two\n"]


def test_endless_lists_are_cut() -> None:
    """At most 200 recipients are named, whatever the size."""
    told = "\n".join(f"<a{number}@b.pl>: no" for number in range(1000))
    assert len(addresses(told)) == naming.MAX_RECIPIENTS


@pytest.mark.parametrize(
    "copy",
    [
        "--- Below this line is a copy of the message.",
        "------ This is a copy of the message, including all the headers. ------",
        "   ----- Original message follows -----",
        "------- Returned Message --------",
        "-- The header of the original message is following. --",
        "Message headers follow.",
        "Included is a copy of the message header:",
        "The first 50 lines of your original message follow:",
        "Return-Path: <a@b.pl>",
        "Received: from x by y",
        "MIME-Version: 1.0",
    ],
)
def test_what_came_back_is_not_what_the_report_says(copy: str) -> None:
    """The report ends where its copy begins."""
    assert naming.above_copy(f"no\n{copy}\n<a@b.pl>\n", 1000) == ("no", True)


def test_a_report_is_read_at_its_beginning() -> None:
    """Characters and lines are bounded."""
    assert naming.above_copy("a" * 50, 20) == ("a" * 20, False)
    told, has_copy = naming.above_copy("a\n" * 5000, 100_000)
    assert (told.count("\n") < 400, has_copy) == (True, False)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("<a@b.pl>:\n no such user\n\nmore", "no such user"),
        ("550 <a@b.pl>... no", "550 <a@b.pl>... no"),
        ("  * a@b.pl\n", ""),
        ("no address", "no address"),
        ("x" * 999, "x" * 300),
    ],
)
def test_a_diagnostic_is_a_line_without_the_address(words: str, line: str) -> None:
    """The first paragraph is told on one line, and the address not twice."""
    assert naming.diagnostic(words, "a@b.pl") == line
