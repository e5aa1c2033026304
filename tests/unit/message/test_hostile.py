"""Any octets at all: nothing raises, nothing comes out that could hurt those who take it."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from mailgate.message import attachments, headers, mailboxes, markup, parameters, parse, quotes
from mailgate.message.address import Envelope
from mailgate.message.message import Message
from mailgate.message.nature import OwnMarks, nature_of

MAIL = Path(__file__).resolve().parents[2] / "mail"
SEEDS = sorted(path.read_bytes() for path in MAIL.glob("*.eml"))
BOUNDED = settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
LINE_END = re.compile("[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
OCTETS = st.lists(
    st.sampled_from(
        [
            b"From: ", b"To: ", b"Subject: ", b"Date: ", b"Message-ID: ", b"References: ",
            b"Content-Type: ", b"multipart/mixed; boundary=b", b"multipart/report", b"text/html",
            b"message/rfc822", b"message/delivery-status", b"Content-Transfer-Encoding: base64",
            b"Content-Disposition: attachment; filename*0*=", b"utf-8''%00%E2%80%AE", b"\r\n",
            b"\r\n\r\n", b"\n", b"\r", b"--b", b"--b--", b"=?utf-8?q?=0D=0A?=", b"=?utf-8?b?",
            b"?=", b"<", b">", b"@", b"a@b.pl", b",", b";", b":", b'"', b"(", b")", b"\\", b"\0",
            b"\xb9\xea", b"\xc5", b"\xed\xa0\x80", b" ", b"\t", b"On 2026 a@b wrote:", b"> ",
            b"-- ", b"<p>", b"<!--", b"&#0;", b"charset=utf-16", b"charset=iso-2022-jp", b"\x1b$B",
            b"Auto-Submitted: ", b"List-Id: ", b"Return-Path: <>", b"charset=unicode_escape",
        ]
    )
    | st.binary(max_size=12),
    max_size=60,
).map(b"".join)  # fmt: skip

SPECIAL = st.sampled_from(
    [
        b"\0", b"\r", b"\n", b"\r\n\r\n", b"\x1b$B", b"\xff\xfe", b"\xed\xa0\x80", b"\xe2\x80\xae",
        b"=", b"=?", b"?=", b"&#0;", b"&#xD800;", b"<!--", b"--", b"\n--b\n", b"\n\n", b";", b'"',
        b"(", b"\\", b"<", b"\x85", b"\xe2\x80\xa8", b"=00", b"=0D=0A", b"AAAA", b"\n.\n",
        b"\nFrom: x@y\n", b"\nContent-Type: multipart/mixed; boundary=b\n", b"%00", b"*0*=",
        b"\nContent-Transfer-Encoding: base64\n", b"\nContent-Type: message/rfc822\n\n",
    ]
)  # fmt: skip
MUTATIONS: dict[str, Callable[[bytes, int, int, bytes], bytes]] = {
    "flip": lambda raw, at, n, _: raw[:at] + bytes([b ^ 1 << n % 8 for b in raw[at : at + 1]])
    + raw[at + 1 :],
    "cut": lambda raw, at, n, _: raw[:at] + raw[at + n :],
    "cut off": lambda raw, at, *_: raw[:at],
    "double": lambda raw, at, n, _: raw[: at + n * 20] + raw[at:],
    "move": lambda raw, at, n, _: raw[at : at + n * 5] + raw[:at] + raw[at + n * 5 :],
    "insert": lambda raw, at, n, special: raw[:at] + special * n + raw[at:],
    "overwrite": lambda raw, at, _, special: raw[:at] + special + raw[at + len(special) :],
}  # fmt: skip


def check(raw: bytes) -> Message:
    """Read octets and look at all that comes out."""
    message = parse.parse(raw)
    assert not message.simplified, message.defects
    lines = [
        message.subject, message.message_id, *message.in_reply_to, *message.references,
        *message.defects, *(value for header in message.headers for value in header),
        *(part for box in (*message.from_, *message.reply_to, *message.to, *message.cc)
          for part in (box.address, box.name)),
        *(part for file in message.attachments for part in (file.name, file.type, file.content_id)),
    ]  # fmt: skip
    if message.report is not None:
        lines.append(message.report.of)
        for each in message.report.recipients:
            lines += [each.address, each.action, each.status, each.diagnostic]
    for envelope in (Envelope(None), Envelope(""), Envelope("anna@example.net")):
        nature, reasons = nature_of(message, envelope, OwnMarks("k3v9x2"))
        assert nature
        assert reasons
        lines += reasons
    for line in lines:
        assert FORBIDDEN.search(line) is None, repr(line)
        assert LINE_END.search(line) is None, repr(line)
    for text in (message.text, message.full_text):
        assert FORBIDDEN.search(text) is None
    json.dumps(asdict(message), ensure_ascii=False, default=str).encode("utf-8")
    for file in message.attachments:
        assert len(attachments.payload(raw, file.part)) == file.size
    return message


@BOUNDED
@given(st.binary(max_size=400))
def test_any_octets_are_a_message(raw: bytes) -> None:
    """Octets without sense give a Message without NUL, surrogates or line ends in headers."""
    check(raw)


@BOUNDED
@given(OCTETS)
def test_octets_in_the_shape_of_mail_are_a_message(raw: bytes) -> None:
    """Pieces of mail in any order give a Message as clean as any."""
    check(raw)


@BOUNDED
@given(
    st.sampled_from(SEEDS),
    st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 60), st.binary(max_size=8)),
        min_size=1,
        max_size=8,
    ),
)
def test_a_damaged_mail_is_a_message(raw: bytes, damages: list[tuple[float, int, bytes]]) -> None:
    """Octets cut out of and put into real mails never raise and never get through."""
    for place, length, put in damages:
        at = int(place * len(raw))
        raw = raw[:at] + put + raw[at + length :]
    check(raw)


@settings(BOUNDED, max_examples=200)
@given(
    st.sampled_from(SEEDS),
    st.lists(
        st.tuples(st.sampled_from(sorted(MUTATIONS)), st.floats(0, 1), st.integers(1, 80), SPECIAL),
        min_size=1,
        max_size=12,
    ),
)
def test_a_mutated_mail_is_a_message(
    raw: bytes, steps: list[tuple[str, float, int, bytes]]
) -> None:
    """Flipped, cut, doubled, moved and salted, a real mail stays a Message of the right types."""
    for what, place, length, special in steps:
        raw = MUTATIONS[what](raw, int(place * len(raw)), length, special)
    began = time.process_time()
    message = check(raw)
    assert time.process_time() - began < 2
    assert message.size == len(raw)
    assert message == TypeAdapter(Message).validate_python(asdict(message))


SPACES = st.sampled_from(
    [*" \t\u00a0\u2003\u3000\u200b\u2028\u0085\x0b\x0c\x1c\ufeff\n", "\r\n", "\u2003" * 40]
)
WORDS = st.sampled_from(
    ["wrote:", "On", "a@b.pl", "2026", "10:00", ">", "--", "From:", "Od:", "x", ":", "：", "_" * 9]
)


@BOUNDED
@given(st.lists(SPACES | WORDS | st.text(max_size=4), max_size=40).map("".join))
def test_spaces_of_any_sort_are_a_message(text: str) -> None:
    """Words and all that passes for a space, in lines of any length, are read in any place."""
    octets = text.encode("utf-8", "replace")
    for head in (b"", b"Content-Type: text/html; charset=utf-8\r\n", b"Subject: "):
        check(b"From: a@b.pl\r\n" + head + (b"\r\n" if head != b"Subject: " else b"") + octets)


@pytest.mark.parametrize("raw", SEEDS)
def test_a_mail_cut_anywhere_is_a_message(raw: bytes) -> None:
    """A mail that ends too early, at any place, is still a Message."""
    for at in range(0, len(raw), max(1, len(raw) // 40)):
        check(raw[:at])


@BOUNDED
@given(st.text(max_size=200))
def test_any_text_can_be_read_as_anything(text: str) -> None:
    """The readers of single values take any text, lone surrogates too."""
    mailboxes.parse(text)
    parameters.parse(text)
    headers.decoded("subject", text)
    markup.to_text(text)
    quotes.own_words(text, text)
    attachments.safe_name(text)
