import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage, MIMEPart
from email.utils import getaddresses

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailgate.message.address import Address
from mailgate.replies.compose import Composed, File, Head, as_seen_by, bounded, check_names, compose
from mailgate.replies.templates import Letter
from mailgate.replies.wire import clean, clean_lines

LETTER = Letter("[#123456] Drukarka nie działa", "Dzień dobry.\n", "<p>Dzień dobry.</p>\n")
HEAD = Head(
    message_id="<t123456.abc@support.example.com>",
    from_=Address("pomoc@example.com", "Centrum Wsparcia"),
    to=(Address("anna@example.net", "Anna Żółć"),),
    date=datetime(2026, 11, 3, 17, 5, tzinfo=UTC),
    automatic="auto-replied",
    loop_mark="k3jx7",
    in_reply_to="<1@example.net>",
    references=("<0@example.net>", "<1@example.net>"),
    thread_topic="Drukarka nie działa",
    thread_index="AdxNdvAjZGVm",
)

# Every header there can be, in order (A33). A person's mail lacks the three after Thread-Index.
ALL = [
    *("Date", "From", "To", "Cc", "Reply-To", "Subject", "Message-ID", "In-Reply-To"),
    *("References", "Thread-Topic", "Thread-Index"),
    *("Auto-Submitted", "X-Auto-Response-Suppress", "X-Mailgate-Loop"),
    *("Content-Language", "MIME-Version", "Content-Type"),
]


def read(composed: Composed) -> EmailMessage:
    """Read a mail back as another program would, and check its outer form on the way."""
    raw = composed.headers + composed.body
    assert raw.isascii()
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", raw), "CR and LF only as a pair"
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert composed.headers.endswith(b"\r\n\r\n")
    assert composed.body.endswith(b"\r\n")
    message = message_from_bytes(raw, policy=policy.default)
    assert not [part.defects for part in message.walk() if part.defects]
    return message


def content(part: MIMEPart | None) -> str:
    """Return the text of a part with LF."""
    assert part is not None
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode().replace("\r\n", "\n")


def test_an_acknowledgement_reads_back_whole():
    """Who, what, in answer to what, the marks of a machine, and both parts."""
    message = read(compose(LETTER, HEAD))
    assert message.keys() == [name for name in ALL if name not in ("Cc", "Reply-To")]
    assert message["Date"] == "Tue, 03 Nov 2026 17:05:00 +0000"
    assert message["From"] == "Centrum Wsparcia <pomoc@example.com>"
    assert message["To"] == "Anna Żółć <anna@example.net>"
    assert message["Subject"] == "[#123456] Drukarka nie działa"
    assert message["Message-ID"] == HEAD.message_id
    assert message["In-Reply-To"] == "<1@example.net>"
    assert message["References"] == "<0@example.net> <1@example.net>"
    assert message["Thread-Topic"] == "Drukarka nie działa"
    assert message["Thread-Index"] == "AdxNdvAjZGVm"
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["X-Mailgate-Loop"] == "k3jx7"
    assert message["Content-Language"] == "pl"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert content(message.get_body(("plain",))) == LETTER.text
    assert content(message.get_body(("html",))) == LETTER.html


def test_a_person_leaves_no_mark_of_a_machine():
    """What an agent wrote is answered, filed and shown like any person's mail (RFC 3834 §5.2)."""
    head = replace(HEAD, automatic=None, cc=(Address("ola@example.net"),), reply_to="r@example.com")
    message = read(compose(LETTER, head))
    assert message.keys() == [
        name
        for name in ALL
        if name not in ("Auto-Submitted", "X-Auto-Response-Suppress", "X-Mailgate-Loop")
    ]
    assert message["Cc"] == "ola@example.net"
    assert message["Reply-To"] == "r@example.com"


def test_what_is_not_there_makes_no_empty_header():
    """Optional headers are left out, not left empty; without HTML the mail is plain text."""
    head = replace(
        HEAD, in_reply_to="", references=(), thread_topic=" \t", thread_index="", automatic=None
    )
    message = read(compose(replace(LETTER, html=""), head))
    assert message.keys() == [
        *("Date", "From", "To", "Subject", "Message-ID", "Content-Language", "MIME-Version"),
        *("Content-Type", "Content-Transfer-Encoding"),
    ]
    assert content(message.get_body(("plain",))) == LETTER.text


def test_the_body_is_the_same_for_every_recipient():
    """One entry has one Message-ID and so one body, whoever stands in the headers."""
    other = replace(HEAD, to=(Address("ola@example.net"),), reply_to="t@example.com")
    files = (File("a.pdf", "application/pdf", b"%PDF"),)
    assert compose(LETTER, HEAD, files).body == compose(LETTER, other, files).body
    elsewhere = replace(HEAD, message_id="<other@example.com>")
    assert compose(LETTER, HEAD).body != compose(LETTER, elsewhere).body


def test_an_unproven_acknowledgement_is_small():
    """What a forger has us send is no gain for him (RFC 3834 §2)."""
    from mailgate.hours import ReceiptKind
    from mailgate.replies.proofread import SAMPLE
    from mailgate.replies.templates import Event, Letters

    for kind in ReceiptKind:
        facts = replace(SAMPLE, subject=None, receipt_kind=kind)
        letter = Letters().render(Event.RECEIVED, "pl", facts)
        assert len(compose(letter, HEAD).body) <= 2048


@pytest.mark.parametrize(
    ("name", "type_", "read_name", "read_type"),
    [
        ("faktura.pdf", "application/pdf", "faktura.pdf", "application/pdf"),
        ("zażółć gęślą jaźń.docx", "Application/PDF", None, "application/pdf"),
        ("../../etc/passwd", "text/plain", ".._.._etc_passwd", "text/plain"),
        ("C:\\x.exe", "x", "C:_x.exe", "application/octet-stream"),
        ('a"b%41;c.txt', "a/b\r\nBcc: x@example.net", None, "application/octet-stream"),
        ("a\r\nBcc: x\x85\u2028y.txt", "message/rfc822", "a Bcc: x y.txt", None),
        ("ż" * 150, "multipart/mixed", None, "application/octet-stream"),
        ("x" * 500, "image/png", "x" * 200, "image/png"),
        ("\x00", "image/png", "file", "image/png"),
        ("\udcffa", "image/png", "a", "image/png"),
    ],
)
def test_files_keep_their_content_and_lose_what_is_no_name(name, type_, read_name, read_type):
    """Names come through in any script and length, never as a path or a header."""
    data = bytes(range(256)) * 3
    message = read(compose(LETTER, HEAD, (File(name, type_, data), File("b", "b/b", b""))))
    assert message.get_content_type() == "multipart/mixed"
    first, second = message.iter_attachments()
    assert first.get_filename() == (name if read_name is None else read_name)
    assert first.get_content_type() == (read_type or "application/octet-stream")
    assert first.get_payload(decode=True) == data
    assert second.get_payload(decode=True) == b""
    assert content(message.get_body(("plain",))) == LETTER.text
    assert content(message.get_body(("html",))) == LETTER.html


NASTY = ["a\r\nBcc: x@example.net", "a\rBcc: x", "a\nBcc: x", "\x0b\x0c\x1c\x1d\x1e\x85", "\x00"]
NASTY += ["\u2028Bcc: x\u2029", "=?utf-8?q?=0D=0ABcc:_x?=", "\ud800\udfff", "", " ", "\r\n\r\nx"]


@pytest.mark.attack("A33")
@pytest.mark.parametrize("nasty", NASTY)
def test_no_value_adds_a_header(nasty):
    """Line ends and controls in any value leave the header names as they are (A33)."""
    head = replace(
        HEAD,
        from_=Address("pomoc@example.com", nasty),
        to=(Address("anna@example.net", nasty), Address("ola@example.net", nasty)),
        cc=(Address("cc@example.net", nasty),),
        in_reply_to=f"<{nasty}@example.net>",
        references=(f"<{nasty}@example.net>", nasty, "<ok@example.net>"),
        thread_topic=f"x{nasty}",
        thread_index=f"AA=={nasty}A",
        loop_mark=f"m{nasty}",
        language=f"pl{nasty}",
    )
    message = read(compose(Letter(f"[#1] {nasty}", nasty, f"<p>{nasty}</p>"), head))
    assert [name for name in message if name in ALL] == message.keys()
    assert message["X-Auto-Response-Suppress"] == "All"
    assert "<ok@example.net>" in message["References"]


@pytest.mark.attack("A32")
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"message_id": "no id"}, "is no Message-ID"),
        ({"message_id": "<a@b>\r\nBcc: <c@d>"}, "is no Message-ID"),
        ({"to": ()}, "nobody to put in To"),
        ({"to": (Address("a@b\r\nRCPT TO:<v@z>"),)}, "cannot stand in To"),
        ({"to": (Address("ża\u2028neta@example.net"),)}, "cannot stand in To"),
        ({"to": (Address("ża\x85neta@example.net"),)}, "cannot stand in To"),
        ({"cc": (Address('"a b"@example.net'),)}, "cannot stand in Cc"),
        ({"from_": Address("")}, "cannot stand in From"),
        ({"reply_to": "x"}, "cannot stand in Reply-To"),
    ],
)
def test_what_cannot_be_a_header_is_refused_before_it_is_stored(change, why):
    """An address or an id of ours that is not fit is an error that names it (A32)."""
    with pytest.raises(ValueError, match=why):
        compose(LETTER, replace(HEAD, **change))


ZANETA = Address("żaneta@żółw.example", "Żaneta")


def test_a_local_part_outside_ascii_goes_out_as_it_is():
    """It has no other form (RFC 6532 §3.2); all else stays ASCII, its domain and its name too."""
    composed = compose(LETTER, replace(HEAD, to=(ZANETA, *HEAD.to)))
    line = next(line for line in composed.headers.split(b"\r\n") if line.startswith(b"To:"))
    assert line == "To: =?utf-8?b?xbthbmV0YQ==?= <żaneta@xn--w-uga1v8h.example>,".encode()
    assert composed.headers.replace("żaneta".encode(), b"").isascii()
    assert composed.body.isascii()


@pytest.mark.parametrize(
    ("recipient", "to", "cc"),
    [
        (ZANETA, ["żaneta@żółw.example"], ["anna@example.net", "ola@example.net"]),
        (Address("anna@example.net"), ["anna@example.net"], ["ola@example.net"]),
        (Address("ola@example.net"), ["ola@example.net"], ["anna@example.net"]),
    ],
)
def test_who_needs_no_smtputf8_gets_no_address_that_does(recipient, to, cc):
    """His server might refuse the mail for an address that is not even his (C24)."""
    copied = (Address("anna@example.net"), Address("ola@example.net"))
    seen = as_seen_by(replace(HEAD, to=(ZANETA,), cc=copied), recipient)
    assert [each.address for each in seen.to] == to
    assert [each.address for each in seen.cc] == cc
    assert compose(LETTER, seen).headers.isascii() is (recipient is not ZANETA)


def test_domains_go_out_as_a_labels():
    """A domain in another script is written as DNS knows it."""
    message = read(compose(LETTER, replace(HEAD, to=(Address("anna@żółw.example"),))))
    assert message["To"] == "anna@xn--w-uga1v8h.example"


@pytest.mark.parametrize(
    "headers",
    [
        b"A: 1\r\nB: 2\r\nBcc: x\r\n\r\n",
        b"A: 1\r\n\r\nB: 2\r\n\r\n",
        b"A: 1\r\nB 2\r\n\r\n",
        b"A: 1\rBcc: x\r\nB: 2\r\n\r\n",
        b"B: 2\r\nA: 1\r\n\r\n",
        b"A: 1\r\n\r\n",
        b"A: 1\r\nB: 2\r\n\r\nbody",
    ],
)
def test_the_last_check_sees_any_difference(headers):
    """Should a header slip in after all, the mail is not sent."""
    with pytest.raises(ValueError, match="has headers"):
        check_names(headers, ["A", "B"])
    check_names(b"A: 1\r\nB: 2\r\n 3\r\n\r\n", ["A", "B"])


def test_references_are_bounded():
    """Of many, the first two (thread and anchor) and the latest stay; none stands twice."""
    ids = tuple(f"<{n}@example.net>" for n in range(50))
    assert bounded(ids) == (*ids[:2], *ids[-18:])
    assert bounded(ids[:20]) == ids[:20]
    assert bounded((ids[1], ids[0], ids[1], "junk", "<" + "a" * 300 + "@b>")) == (ids[1], ids[0])


anything = st.text(st.characters(), max_size=300)


@given(anything, anything, anything)
@example("[#1] " + "ą" * 200, 'Dr. Łukasz, "Łuki" O\'Hara (x) <y@z>', "a" * 2000)
@example("x" * 998, "x" * 80, ".\nFrom me\n--=_a\n=20\nx \n\t\n")
@example("=?utf-8?b?YQ==?=", "=?utf-8?b?YQ==?=", "\r\n\r\n\r\n")
@example("a =?b c", 'back\\slash "quote"', "Zażółć gęślą jaźń. " * 20)
@example("𝄞" * 60, "日本語" * 40, "日本語" * 400)
def test_any_words_survive(subject, name, text):
    """What goes in is read out again, controls aside, in exactly the meant headers."""
    head = replace(HEAD, to=(Address("anna@example.net", name), Address("b@example.net", name)))
    composed = compose(Letter(f"[#1] {subject}", text, f"<p>{text}"), head)
    message = read(composed)
    assert message.keys() == [name for name in ALL if name not in ("Cc", "Reply-To")]
    assert message["Subject"] == clean(f"[#1] {subject}")
    # Not by policy.default, which puts a space between encoded words of a name.
    raw_to = message_from_bytes(composed.headers, policy=policy.compat32)["To"]
    boxes = [(str(make_header(decode_header(name))), box) for name, box in getaddresses([raw_to])]
    assert boxes == [(clean(name, 200), box) for box in ("anna@example.net", "b@example.net")]
    assert content(message.get_body(("plain",))) == clean_lines(text).replace("\r\n", "\n")
    assert content(message.get_body(("html",))) == clean_lines(f"<p>{text}").replace("\r\n", "\n")
    for line in composed.headers.split(b"\r\n"):
        assert len(line) <= 78 or not re.search(rb" .* ", line)
        assert all(len(word) <= 75 for word in re.findall(rb"=\?[^ ]*\?=", line))
        assert len(line) <= 76 or b"=?" not in line
        assert not re.search(rb'"[^"]*=\?[^"]*"', line), "no encoded word in a quoted string"
