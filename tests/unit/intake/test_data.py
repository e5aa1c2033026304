"""What comes after DATA, as it streams in."""

import errno
import random
from pathlib import Path

import pytest

from mailgate.intake import answers
from mailgate.intake.content import Content
from mailgate.intake.data import HopCounter, Sink, Unstuffer
from mailgate.intake.limits import ListenerLimits

STREAMS = [
    # what is sent, the content in it, what follows the end of data
    (b".\r\n", b"", b""),
    (b".\r\nQUIT\r\n", b"", b"QUIT\r\n"),
    (b"a\r\n.\r\n", b"a\r\n", b""),
    (b"a\r\n.\r\n.\r\n", b"a\r\n", b".\r\n"),
    (b"..\r\n.\r\n", b".\r\n", b""),
    (b".a\r\n..b\r\n...\r\n.\r\n", b"a\r\n.b\r\n..\r\n", b""),
    (b"\r\n.\r\n", b"\r\n", b""),
    (b"\r\n\r\n\r\n.\r\n", b"\r\n\r\n\r\n", b""),
    (b"a\n.\n\r\n.\r\n", b"a\n.\n\r\n", b""),
    (b"a\n.\r\n\r\n.\r\n", b"a\n.\r\n\r\n", b""),
    (b"a\r\n.\nb\r\n.\r\n", b"a\r\n\nb\r\n", b""),
    (b"a\r\n.\rb\r\n.\r\n", b"a\r\n\rb\r\n", b""),
    (b"a\r.\r\n\r\n.\r\n", b"a\r.\r\n\r\n", b""),
    (b"a\r\n.\r\r\n.\r\n", b"a\r\n\r\r\n", b""),
    (b"a\r\r\n.\r\n", b"a\r\r\n", b""),
    (b"a\r\n\0.\r\n\r\n.\r\n", b"a\r\n\0.\r\n\r\n", b""),
]


def _run(blocks: list[bytes]) -> tuple[bytes, bytes]:
    unstuffer, content = Unstuffer(), b""
    for number, block in enumerate(blocks):
        octets, rest = unstuffer.feed(block)
        content += octets
        if rest is not None:
            return content, rest + b"".join(blocks[number + 1 :])
    raise AssertionError("the end of data was not found")


@pytest.mark.parametrize(("sent", "content", "rest"), STREAMS)
def test_only_crlf_dot_crlf_ends_a_message(sent: bytes, content: bytes, rest: bytes) -> None:
    """However the stream is cut into blocks, content and rest are the same."""
    assert _run([sent]) == (content, rest)
    assert _run([sent[i : i + 1] for i in range(len(sent))]) == (content, rest)
    for cut in range(len(sent)):
        assert _run([sent[:cut], sent[cut:]]) == (content, rest)


def test_dot_stuffing_is_undone_for_any_octets() -> None:
    """What a correct client stuffs comes out as it was, whatever the cuts."""
    source = random.Random(2026)
    for _ in range(300):
        raw = bytes(source.choices(b"\r\n.a\0", k=source.randrange(60))) + b"\r\n"
        lines = raw.split(b"\r\n")[:-1]
        stuffed = b"".join((b"." if x[:1] == b"." else b"") + x + b"\r\n" for x in lines)
        sent, blocks = stuffed + b".\r\nQUIT", []
        while sent:
            size = source.randrange(1, 9)
            blocks.append(sent[:size])
            sent = sent[size:]
        assert _run(blocks) == (raw, b"QUIT")


@pytest.mark.parametrize("size", [1, 3, 64, 5000])
def test_received_fields_are_counted_in_the_header_only(size: int) -> None:
    """Folded, oddly spelt and pipelined fields count once; lines of the body never."""
    field = b"Received: from a.example\r\n\tby b.example; " + b"x" * 70 + b"\r\n"
    header = field * 3 + b"RECEIVED : odd\r\nX-Received: no\r\nSubject: Received:\r\n"
    message = header + b"received:last\r\n\r\nReceived: in the body\r\n"
    counter = HopCounter()
    for start in range(0, len(message), size):
        counter.feed(message[start : start + size])
    assert counter.hops == 5


LIMITS = ListenerLimits(max_message_size=1000, max_hops=2)


def _sink_of(tmp_path: Path, sent: bytes, block: int = 64) -> Sink:
    sink = Sink(Content(tmp_path), LIMITS)
    for start in range(0, len(sent), block):
        sink.write(sent[start : start + block])
    return sink


@pytest.mark.parametrize(
    ("size", "refusal", "hopeless"),
    [
        (1000, None, False),
        (1001, answers.TOO_LARGE, False),
        (2000, answers.TOO_LARGE, False),
        (2001, answers.TOO_LARGE, True),
    ],
)
def test_a_message_over_the_limit_is_heard_out_to_twice_its_size(
    tmp_path: Path, size: int, refusal: bytes | None, hopeless: bool
) -> None:
    """A client a little over learns why at its final dot; one without end is cut off."""
    sink = _sink_of(tmp_path, b"x\r\n" * (size // 3) + b"x" * (size % 3))
    assert (sink.refusal, sink.hopeless) == (refusal, hopeless)


def test_a_line_without_end_is_cut_off_once_it_is_over_the_limit(tmp_path: Path) -> None:
    """More than 1 MB of one line is not heard out, however much is allowed."""
    sink = Sink(Content(tmp_path), ListenerLimits(max_message_size=1_200_000))
    sink.write(b"x" * 1_200_000)
    assert not sink.hopeless
    sink.write(b"x")
    assert (sink.refusal, sink.hopeless) == (answers.TOO_LARGE, True)


@pytest.mark.parametrize(("hops", "refusal"), [(2, None), (3, answers.TOO_MANY_HOPS)])
def test_a_loop_is_known_by_its_hops(tmp_path: Path, hops: int, refusal: bytes | None) -> None:
    """One field more than the limit is refused (RFC 5321 §6.3)."""
    assert _sink_of(tmp_path, b"Received: x\r\n" * hops + b"\r\n").refusal == refusal


@pytest.mark.parametrize(
    ("code", "reply"), [(errno.ENOSPC, answers.NO_ROOM), (errno.EIO, answers.TRY_AGAIN)]
)
def test_a_fault_of_the_disk_is_a_temporary_refusal(
    tmp_path: Path, code: int, reply: bytes
) -> None:
    """The sink does not raise; it keeps the fault for the log."""

    class Broken(Content):
        def write(self, block: bytes) -> None:
            raise OSError(code, "no")

    sink = Sink(Broken(tmp_path), LIMITS)
    sink.write(b"a")
    sink.write(b"b")
    assert sink.refusal == reply
    assert sink.fault is not None


def test_a_content_handed_over_stays_open(tmp_path: Path) -> None:
    """Closing the sink drops only what nobody has taken."""
    kept, dropped = _sink_of(tmp_path, b"abc"), _sink_of(tmp_path, b"abc")
    content = kept.hand_over()
    kept.close()
    dropped.close()
    assert content.head(3) == b"abc"
    with pytest.raises(ValueError, match="closed"):
        dropped.content.head(3)
