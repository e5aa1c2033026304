import pytest

from mailgate.message import mailboxes


@pytest.mark.parametrize(
    ("value", "address", "name"),
    [
        ("a@b.pl", "a@b.pl", ""),
        ("  <a@b.pl> ", "a@b.pl", ""),
        ("Jan Kowalski <jan@x.pl>", "jan@x.pl", "Jan Kowalski"),
        ("Jan K. Nowak <jan@x.pl>", "jan@x.pl", "Jan K. Nowak"),
        ('"Nowak, Jan (IT)" <jan@x.pl>', "jan@x.pl", "Nowak, Jan (IT)"),
        ('"agent@corp.example" <m@evil.example>', "m@evil.example", "agent@corp.example"),
        (r'"a \"b\" c" <jan@x.pl>', "jan@x.pl", 'a "b" c'),
        ("=?utf-8?q?J=C3=B3zef?= <jozef@x.pl>", "jozef@x.pl", "Józef"),
        ("=?utf-8?q?=3Cagent=40corp=2Eexample=3E?= <m@evil.example>", "m@evil.example",
         "<agent@corp.example>"),
        ("żółw@łódź.pl", "żółw@łódź.pl", ""),
        ("a+tag@b.pl", "a+tag@b.pl", ""),
        ("jan@x.pl (Jan Kowalski)", "jan@x.pl", "Jan Kowalski"),
        ("jan@x.pl (=?utf-8?q?J=C3=B3zef?=)", "jan@x.pl", "Józef"),
        ("Jan Kowalski (IT, Warszawa) <jan@x.pl>", "jan@x.pl", "Jan Kowalski (IT, Warszawa)"),
        ("Jan <jan@x.pl> (IT)", "jan@x.pl", "Jan"),
    ],
)  # fmt: skip
def test_a_plain_mailbox_is_read(value: str, address: str, name: str) -> None:
    """`address` and `name <address>` give one sure mailbox; the name proves nothing."""
    found = mailboxes.parse(value)
    assert [(each.address, each.name) for each in found.addresses] == [(address, name)]
    assert not found.doubtful


@pytest.mark.parametrize(
    "value",
    [
        "agent@corp.example(<m@evil.example>",
        "agent@corp.example(<m@evil.example>)",
        "agent@corp.example <m@evil.example>",
        "<agent@corp.example> <m@evil.example>",
        "<agent@corp.example>, <m@evil.example>",
        "agent@corp.example, m@evil.example",
        "agent@corp.example\x00@evil.example",
        "agent@corp.example@evil.example",
        "<agent@corp.example@evil.example>",
        "m@evil.example (agent@corp.example)",
        "(agent@corp.example) m@evil.example",
        "Team: agent@corp.example;",
        "agent@corp.example;",
        "agent@corp.example, ",
        "agent@corp.example:<m@evil.example>",
        "<@a.example,@b.example:agent@corp.example>",
        '"agent@corp.example"@evil.example',
        '"agent"@corp.example',
        '"m@evil.example" agent@corp.example',
        "agent @corp.example",
        "agent@ corp.example",
        "agent@corp.example>",
        "<agent@corp.example",
        "<<agent@corp.example>>",
        "<agent@corp.example",
        "agent@corp.example x",
        "x agent@corp.example",
        "agent@[192.0.2.1]",
        "=?utf-8?q?agent=40corp=2Eexample?=",
        "<=?utf-8?q?agent?=@corp.example>",
        "agent\\@evil.example@corp.example",
        "Nowak, Jan <agent@corp.example>",
        "agent@corp.example <m@evil.example> <agent@corp.example>",
        '"unclosed <agent@corp.example>',
        "agent",
        "@",
        "a@",
        "@corp.example",
        "<>",
        ",,,",
        ";:;",
        "((((",
        "))))",
        '"' * 7,
        "",
    ],
)
def test_what_another_reader_might_read_otherwise_proves_nobody(value: str) -> None:
    """Comments, groups, routes, two of anything: shown perhaps, but never one sure sender."""
    found = mailboxes.parse(value)
    assert found.doubtful or len(found.addresses) != 1


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        ("a@b.pl, Jan <c@d.pl>,e@f.pl", ["a@b.pl", "c@d.pl", "e@f.pl"]),
        ('"x, y" <a@b.pl>, c@d.pl', ["a@b.pl", "c@d.pl"]),
        ("undisclosed-recipients:;", []),
        ("Team: a@b.pl, c@d.pl;, e@f.pl", ["a@b.pl", "c@d.pl", "e@f.pl"]),
        ("a@b.pl (comment, with comma), c@d.pl", ["a@b.pl", "c@d.pl"]),
        ("MAILER-DAEMON", ["MAILER-DAEMON"]),
        ("Mail System <MAILER-DAEMON>", ["MAILER-DAEMON"]),
        ("<a@b.pl> <c@d.pl>", ["a@b.pl", "c@d.pl"]),
        ("Jan <mailto:a@b.pl>", ["a@b.pl"]),
        ("'a@b.pl', 'o'x@d.pl", ["a@b.pl", "'o'x@d.pl"]),
        ("agent@corp . example", ["agent@corp.example"]),
        ("agent@corp.example x", ["agent@corp.example"]),
        ("no address here", []),
    ],
)
def test_lists_are_split_where_commas_separate(value: str, addresses: list[str]) -> None:
    """Commas in quotes, comments and groups do not confuse the list; what can be shown is."""
    assert [each.address for each in mailboxes.parse(value).addresses] == addresses


def test_two_hundred_mailboxes_are_enough() -> None:
    """A longer list is cut, and says so."""
    found = mailboxes.parse(", ".join(["a@b.pl"] * 300))
    assert found.cut
    assert len(found.addresses) == mailboxes.MAX_MAILBOXES


def test_raw_octets_in_a_name_are_read() -> None:
    """A name in raw windows-1250 is read by evidence, and the address stays sure."""
    value = "Zgłaszający ".encode("cp1250").decode("ascii", "surrogateescape") + "<a@b.pl>"
    found = mailboxes.parse(value)
    assert found.addresses[0].name == "Zgłaszający"
    assert not found.doubtful
