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
    endless = headers.read(b"A: " + b"x" * 400_000)
    assert endless.defects[0] == "headers over 256 KB, the rest cut"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("=?utf-8?q?za=C5=BC?=", "zaż"),
        ("=?UTF-8?B?xbw=?= x", "ż x"),
        ("=?utf-8?q?a_b?= =?utf-8?q?c?=", "a bc"),
        ("=?utf-8?q?=C5?= =?utf-8?q?=BC?=", "ż"),
        ("=?utf-8?q?a?= =?iso-8859-2?q?=B1?=", "aą"),
        ("=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
        ("x =?utf-8?q?a?=", "x a"),
        ("=?utf-8*pl?q?a?=", "a"),
        ("=?utf-8?q?what? yes?=", "what? yes"),
        ("=?utf-8?q?open", "=?utf-8?q?open"),
        ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
        ("=?x-odd?q?=B1?=", "ą"),
        ("=?utf-8?b?QQ?=", "A"),
        ("a=?utf-8?q?b?=c", "abc"),
    ],
)
def test_encoded_words_are_read_leniently(text: str, words: str) -> None:
    """RFC 2047 as mailers write it: characters cut in two, spaces, missing padding."""
    assert headers.words(text) == words


@pytest.mark.parametrize(
    ("name", "raw", "text"),
    [
        ("Subject", "=?utf-8?q?hi=0D=0ABcc:_v=40e.c?=", "hi Bcc: v@e.c"),
        ("Subject", "=?utf-8?q?a=00b?=", "a\ufffdb"),
        ("Message-ID", "<=?utf-8?q?a?=@b>", "<=?utf-8?q?a?=@b>"),
        ("Authentication-Results", "=?utf-8?q?x?=", "=?utf-8?q?x?="),
        ("Subject", "\udcb9\udcea", "ąę"),
        ("Subject", "\udcc5\udcbc", "ż"),
    ],
)
def test_a_decoded_value_is_one_safe_line(name: str, raw: str, text: str) -> None:
    """No CR, LF or NUL comes out; what machines read is left as it was written."""
    assert headers.decoded(name, raw) == text
