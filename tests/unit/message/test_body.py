import pytest

from mailgate.message import body, charset, structure

ALT = b"Content-Type: multipart/alternative; boundary=b\r\n\r\n"
MIX = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
PLAIN = b"--b\r\nContent-Type: text/plain\r\n\r\n"
HTML = b"--b\r\nContent-Type: text/html\r\n\r\n"


def text(raw: bytes) -> str:
    """Return the text of a mail."""
    return body.text_of(structure.read(raw))


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"\r\nplain\r\n", "plain"),
        (b"Content-Type: text/html\r\n\r\n<p>a<p>b", "a\n\nb"),
        (ALT + PLAIN + b"plain\r\n" + HTML + b"<p>html\r\n--b--", "plain"),
        (ALT + HTML + b"<p>html\r\n" + PLAIN + b"plain\r\n--b--", "plain"),
        (ALT + PLAIN + b"one\r\n" + PLAIN + b"two\r\n--b--", "one\ntwo"),
        (ALT + PLAIN + b"one  two\r\n" + PLAIN + b"one\r\ntwo\r\n--b--", "one  two"),
        (ALT + PLAIN + b"one\r\n" + PLAIN + b"<div>one</div>\r\n--b--", "one"),
        (ALT + PLAIN + b"  \r\n" + HTML + b"<p>html\r\n--b--", "html"),
        (ALT + HTML + b"one\r\n" + HTML + b"two\r\n--b--", "two"),
        (b"\r\n<html><body><p>a<p>b</body></html>\r\n", "a\n\nb"),
        (b"\r\n<html> is how pages begin", "<html> is how pages begin"),
        (MIX + PLAIN + b"a\r\n" + HTML + b"<p>b\r\n--b--", "a\nb"),
        (
            MIX + PLAIN + b"a\r\n--b\r\nContent-Type: text/plain; name=x.txt\r\n\r\nfile\r\n--b--",
            "a",
        ),
        (MIX + PLAIN + b"a\r\n--b\r\nContent-Disposition: attachment\r\n\r\nfile\r\n--b--", "a"),
        (MIX + PLAIN + b"a\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n\r\ninner\r\n--b--", "a"),
        (b"Content-Type: text/plain; name=x.txt\r\n\r\nroot", "root"),
        (b"Content-Disposition: attachment; filename=x.txt\r\n\r\nonly a file", "only a file"),
        (b"Content-Type: application/pdf\r\n\r\n%PDF", ""),
        (
            b"Content-Type: text/enriched\r\n\r\n"
            b"<color><param>red</param>a</color> << b\r\nc\r\n\r\nd",
            "a < b c\nd",
        ),
        (b"Content-Type: text/richtext\r\n\r\na <lt> b<nl>c", "a < b\nc"),
        (b"Content-Type: text/x-markdown\r\n\r\n*words*", "*words*"),
        (b"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR", ""),
        (b"Content-Type: text/html\r\n\r\n<title>nothing else</title>", "nothing else"),
    ],
)
def test_the_words_of_the_mail_are_found(raw: bytes, words: str) -> None:
    """Plain before HTML, files and attached messages left out; words are shown if there are any."""
    assert text(raw) == words


@pytest.mark.parametrize(
    ("parameters", "raw", "words"),
    [
        ("format=flowed", "one \r\ntwo", "one two"),
        ("format=flowed; delsp=yes", "one \r\ntwo", "onetwo"),
        ("format=flowed", " stuffed", "stuffed"),
        ("format=flowed", "> a \r\n> b\r\nc", "> a b\nc"),
        ("format=flowed", "> a \r\nb", "> a \nb"),
        ("format=flowed", "-- \r\nsig", "-- \nsig"),
        ("format=flowed", "last ", "last "),
        ("format=fixed", "one \r\ntwo", "one \ntwo"),
    ],
)
def test_flowed_lines_are_joined(parameters: str, raw: str, words: str) -> None:
    """Soft line ends of RFC 3676 go; a quote joins its own depth only."""
    assert text(f"Content-Type: text/plain; {parameters}\r\n\r\n{raw}".encode()) == words


def test_text_is_bounded() -> None:
    """At most 1 MB of text comes out, told as a defect, and later parts are not even read."""
    tree = structure.read(MIX + (PLAIN + b"a" * 900_000 + b"\r\n") * 4)
    words = body.text_of(tree)
    assert len(words) == body.MAX_TEXT
    assert tree.defects.count("text over 1 MB, the rest left in the original") == 1
    wide = structure.read(
        b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "ż".encode() * 700_000
    )
    assert len(body.text_of(wide).encode()) <= body.MAX_TEXT
    long = structure.read(b"\r\n" + b"a" * 500_000)
    assert len(body.text_of(long)) == 500_000
    assert long.defects == []


def test_no_more_is_read_than_there_is_use_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many large text parts 2 MB are decoded at most, however many there are."""
    read: list[int] = []
    decode = charset.decode

    def counted(octets: bytes, label: str = "") -> tuple[str, str | None]:
        read.append(len(octets))
        return decode(octets, label)

    monkeypatch.setattr(charset, "decode", counted)
    body.text_of(structure.read(MIX + (HTML + b"a" * 900_000 + b"\r\n") * 9))
    assert sum(read) == 2 * body.MAX_TEXT


def test_a_charset_that_lies_is_told_once() -> None:
    """The defect of a part stands once, however many parts have it."""
    tree = structure.read(MIX + (PLAIN + b"\xb9\xea\r\n") * 3 + b"--b--")
    assert body.text_of(tree) == "ąę\nąę\nąę"
    assert tree.defects == ["no charset given, read as cp1250"]
