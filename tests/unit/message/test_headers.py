import pytest

from mailgate.message import headers


@pytest.mark.parametrize(
    ("raw", "fields", "body"),
    [
        (b"A: 1\r\nB: 2\r\n\r\nbody", [("A", "1"), ("B", "2")], b"body"),
        (b"A: 1\nB: 2\n\nbody", [("A", "1"), ("B", "2")], b"body"),
        (b"A: 1\r\n\t2\r\n   3\r\n\r\n", [("A", "1 2 3")], b""),
        (b"A : 1\r\nB:2\r\n\r\n", [("A", "1"), ("B", "2")], b""),
        (b"From x@y Mon\r\nA: 1\r\n\r\nb", [("A", "1")], b"b"),
        (b"A: 1\r\nno field\r\nB: 2\r\n\r\nb", [("A", "1")], b"no field\r\nB: 2\r\n\r\nb"),
        (
            b"A: 1\r\nnone\r\nFrom: a@b.pl\r\nnone\r\nX: y\r\n\r\nb",
            [("A", "1"), ("From", "a@b.pl")],
            b"none\r\nX: y\r\n\r\nb",
        ),
        (b"A: 1\r\r\nB: 2\r\r\n\r\r\nbody", [("A", "1"), ("B", "2")], b"body"),
        (b"no field at all", [], b"no field at all"),
        (b" B: 1\r\nA: 1\r\n\r\n", [("B", "1"), ("A", "1")], b""),
        (b" folded first\r\nA: 1\r\n\r\n", [], b" folded first\r\nA: 1\r\n\r\n"),
        (b"A: 1\r\n \r\nB: 2\r\n\r\n", [("A", "1"), ("B", "2")], b""),
        (b"\r\nbody", [], b"body"),
        (b"\nbody", [], b"body"),
        (b"", [], b""),
        (b"A:\r\n\r\n", [("A", "")], b""),
        (b": 1\r\nx", [], b": 1\r\nx"),
    ],
)
def test_fields_end_where_the_body_begins(
    raw: bytes, fields: list[tuple[str, str]], body: bytes
) -> None:
    """Any octets give fields and a body; a line that is no field is body, so nothing is lost."""
    block = headers.read(raw)
    assert list(block.fields) == fields
    assert raw[block.body_at :] == body


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (b"\xef\xbb\xbfSubject: x\r\nFrom: a@b.pl\r\n\r\nb", b"b"),
        (b"\r\n\r\nSubject: x\r\nFrom: a@b.pl\r\n\r\nb", b"b"),
        (b"\n \nFrom mbox\nSubject: x\nFrom: a@b.pl\n\nb", b"b"),
        (b"\r\nSubject: x\r\n\r\nFrom: a@b.pl\r\n", None),
        (b"\r\nDear all,\r\nFrom: a@b.pl\r\n\r\n", None),
        (b"\n" * 20 + b"From: a@b.pl\n\nb", None),
        (b"\xef\xbb\xbf", None),
    ],
)
def test_headers_begin_below_empty_lines(raw: bytes, body: bytes | None) -> None:
    """A few empty lines or a byte order mark on top hide no sender, but make him doubtful."""
    block = headers.read(raw)
    if body is None:
        assert block.fields == ()
        return
    assert block.fields == (("Subject", "x"), ("From", "a@b.pl"))
    assert raw[block.body_at :] == body
    assert block.odd == {"from"}
    assert block.defects == ("empty lines or a byte order mark before the headers",)
    assert headers.read(b"\xef\xbb\xbfFrom: a@b.pl\r\n\r\n").first("from") == "a@b.pl"
    assert headers.read(b"x" + raw, 1).fields == ()  # a part without headers begins like that


@pytest.mark.parametrize(
    ("below", "is_patch"),
    [
        (b"Content-Type: text/html\r\n", True),
        (b"X: 1\r\n folded\r\nContent-Type: text/html\r\n", True),
        (b"X: 1\r\n", False),
        (b"Content-Type: text/html\r\nand words\r\n", False),
        (b"Best regards", False),
    ],
)
def test_a_damaged_line_hides_no_kind_of_body(below: bytes, is_patch: bool) -> None:
    """Fields below a broken one say how to read the body; the sender above it is no other."""
    raw = b"From: a@b.pl\r\nX-Long: 1\r\nbroken off\r\n" + below + b"\r\nb"
    block = headers.read(raw)
    assert (block.first("content-type") == "text/html") is is_patch
    assert raw[block.body_at :].startswith(b"b" if is_patch else b"broken off")
    assert block.odd == set()
    known = headers.read(b"Content-Type: text/plain\r\n" + raw)
    assert (known.first("content-type"), len(known.fields)) == ("text/plain", 3)
    assert headers.read(b"broken off\r\n" + below + b"\r\nb").fields == ()


def test_caps_hold_before_anything_is_decoded() -> None:
    """256 KB of headers, 1,000 of them, 64 KB for one, 16 KB for a structured one; told."""
    block = headers.read(
        b"Subject: " + b"a" * 100_000 + b"\r\nTo: " + b"b" * 100_000 + b"\r\n\r\nx"
    )
    assert [len(value) for _, value in block.fields] == [65535, 16383]
    assert block.defects == ("header Subject over 64 KB, cut", "header To over 16 KB, cut")
    many = headers.read(b"A: 1\r\n" * 60_000 + b"\r\nbody")
    assert len(many.fields) == 1000
    assert many.defects == (
        "headers over 256 KB, the rest cut",
        "more than 1000 headers, the rest cut",
    )
    assert headers.read(b"A: 1\r\nnone\r\nnone\r\nFrom: a@b.pl\r\n\r\n").odd == {"from"}
    endless = headers.read(b"A: " + b"x" * 400_000)
    assert endless.defects[0] == "headers over 256 KB, the rest cut"


@pytest.mark.parametrize(
    ("name", "raw", "text"),
    [
        ("Subject", "=?utf-8?q?hi=0D=0ABcc:_v=40e.c?=", "hi Bcc: v@e.c"),
        ("Subject", "=?utf-8?q?a=00b?=", "a\ufffdb"),
        ("Subject", "=?utf-8?q?padded=00=00?=", "padded"),
        ("Message-ID", "<=?utf-8?q?a?=@b>", "<=?utf-8?q?a?=@b>"),
        ("Authentication-Results", "=?utf-8?q?x?=", "=?utf-8?q?x?="),
        ("Subject", "\udcb9\udcea", "ąę"),
        ("Subject", "\udcc5\udcbc", "ż"),
    ],
)
def test_a_decoded_value_is_one_safe_line(name: str, raw: str, text: str) -> None:
    """No CR, LF or NUL comes out; what machines read is left as it was written."""
    assert headers.decoded(name, raw) == text


@pytest.mark.parametrize("padding", [b"X: y\r\n" * 60_000, b"X: y\r\n" * 1_000])
def test_what_decides_is_found_beyond_the_bounds(padding: bytes) -> None:
    """Behind what is cut the sender, the subject and their like are still read, and it is told."""
    block = headers.read(
        b"Subject: first\r\nFrom: a@b.pl\r\n" + padding + b"Subject: second\r\nX: z\r\n"
        b"from : c@d.pl\r\nTO: e@f.pl,\r\n g@h.pl\r\nAuto-Submitted: auto-replied\r\n\r\nbody"
    )
    assert [field for field in block.fields if field[0] != "X"] == [
        ("Subject", "first"), ("From", "a@b.pl"), ("from", "c@d.pl"), ("TO", "e@f.pl, g@h.pl"),
        ("Auto-Submitted", "auto-replied"),
    ]  # fmt: skip
    assert "the rest cut" in block.defects[0]


def test_even_beyond_the_bounds_there_are_bounds() -> None:
    """A flood of fields that decide something gives 200 of them."""
    block = headers.read(b"A: 1\r\n" + b"From: a@b.pl\r\n" * 100_000)
    assert len(block.fields) == 1_200
