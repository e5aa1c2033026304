import quopri
from base64 import b64decode
from email.header import decode_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.replies.wire import (
    clean,
    clean_lines,
    encoded_words,
    is_message_id,
    is_writable,
    transfer,
    unstructured,
)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\r\n\tb", "a b"),
        ("  a \u00a0 b  ", "a b"),
        ("a\x00\x1f\x7f\x85\u2028\u2029b", "a b"),
        ("\u202eabc\u2066", "abc"),
        ("\ud800", ""),
        ("łąka", "łąka"),
    ],
)
def test_clean(text, line):
    """A value for a header is one line without controls."""
    assert clean(text) == line


def test_clean_is_bounded():
    """A value ends where it is too long, and not in a space."""
    assert clean("ab " * 10, 6) == "ab ab"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\nb\r\nc\rd\u2028e\x85f\x0bg", "a\r\nb\r\nc\r\nd\r\ne\r\nf\r\ng\r\n"),
        ("a\n\n\n", "a\r\n"),
        ("\x00\x1b[31mred\ttab\ud800", "[31mred\ttab\r\n"),
        ("", "\r\n"),
    ],
)
def test_clean_lines(text, lines):
    """A body has CRLF after each line and no control but tab."""
    assert clean_lines(text) == lines


@pytest.mark.parametrize(
    ("text", "fit"),
    [
        ("<a@b>", True),
        ("<a.b-c+d/e=f@[127.0.0.1]>", True),
        ("a@b", False),
        ("<a>", False),
        ("<a@b> <c@d>", False),
        ("<a@b@c>", False),
        ("<ą@b>", False),
        ("<a@b>\n", False),
        ("<" + "a" * 250 + "@b>", False),
    ],
)
def test_message_ids(text, fit):
    """Only what is one id in brackets may go into References."""
    assert is_message_id(text) is fit


@pytest.mark.parametrize(
    ("address", "fit"),
    [
        ("anna@example.net", True),
        ("anna@żółw.example", True),
        ("żaneta@example.net", True),
        ("ża\x85neta@example.net", False),
        ("an\u202ena@example.net", False),
        ("ż\ud800@example.net", False),
        ('"a b"@example.net', False),
        ("anna", False),
    ],
)
def test_writable_addresses(address, fit):
    """Only plain addresses without anything unseen in them can be written to."""
    assert is_writable(address) is fit


def test_a_tag_stays_readable():
    """What filters look for is not hidden in an encoded word."""
    line = unstructured("Subject", "[#123456] Drukarka ąę")
    assert line == "Subject: [#123456] Drukarka =?utf-8?b?xIXEmQ==?=\r\n"


def test_an_empty_value_is_an_empty_header():
    """Nothing gives nothing, and no error."""
    assert unstructured("Subject", "\r\n") == "Subject: \r\n"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200))
def test_encoded_words_decode_to_what_they_were(text):
    """Each word is whole characters, at most 75 long, and joined they are the text."""
    words = list(encoded_words(text))
    assert all(len(word) <= 75 for word in words)
    decoded = []
    for word in words:
        ((octets, charset),) = decode_header(word)
        decoded.append(octets.decode(charset))
    assert "".join(decoded) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Zażółć gęślą jaźń\r\n" * 3, "base64"),
        ("a = b and a long tail ą \r\n" * 5, "quoted-printable"),
    ],
)
def test_the_shorter_encoding_is_taken(text, encoding):
    """Both encodings give the text back; the shorter one is used."""
    name, coded = transfer(text.encode())
    assert name == encoding
    decode = b64decode if name == "base64" else quopri.decodestring
    assert decode(coded).decode() == text
    assert all(len(line) <= 76 for line in coded.split(b"\r\n"))
