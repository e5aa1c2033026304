import pytest

from mailgate.message import structure

HEAD = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"


def bodies(raw: bytes) -> list[bytes]:
    """Return the bodies of the leaves of a mail."""
    tree = structure.read(raw)
    return [tree.raw[part.start : part.end] for part in tree.parts if not part.children]


@pytest.mark.parametrize(
    ("raw", "leaves"),
    [
        (b"\r\nbody", [b"body"]),
        (HEAD + b"--b\r\n\r\n1\r\n--b\r\n\r\n2\r\n--b--\r\nepilogue", [b"1", b"2"]),
        (HEAD + b"--b\n\n1\n--b\n\n2\n--b--\n", [b"1", b"2"]),
        (HEAD + b"pre\r\n--b  \r\n\r\n1\r\n--b--", [b"1"]),
        (HEAD + b"--b\r\n\r\n--bb is no end\r\n--b--", [b"--bb is no end"]),
        (HEAD + b"--b\r\n\r\nx --b y\r\n--b--", [b"x --b y"]),
        (HEAD + b"--b\r\n\r\nunclosed", [b"unclosed"]),
        (HEAD + b"--b\r\n\r\n\r\n--b--", [b""]),
        (HEAD + b"--b\r\n\r\n--b--", [b""]),
        (HEAD + b"--b", [b""]),
        (HEAD + b"--b--\r\nnothing", [b"--b--\r\nnothing"]),
        (HEAD + b"x --b", [b"x --b"]),
        (HEAD + b"no delimiter at all", [b"no delimiter at all"]),
        (HEAD + b"--other\r\n\r\nguessed\r\n--other--", [b"guessed"]),
        (b"Content-Type: multipart/mixed\r\n\r\n--g\r\n\r\nguessed\r\n--g--", [b"guessed"]),
        (
            b"Content-Type: multipart/mixed\r\n\r\npreamble\r\n--g\r\nContent-Id: <1>\r\n\r\n"
            b"guessed\r\n--g--",
            [b"guessed"],
        ),
        (b"Content-Type: multipart/mixed\r\n\r\na\r\n--\r\nb", [b"a\r\n--\r\nb"]),
        (b"Content-Type: multipart; boundary=b\r\n\r\n--b\r\n\r\n1\r\n--b--", [b"1"]),
        (b"Content-Type: multipart/mixed; boundary=b\r\r--b\r\rold Mac\r--b--", [b"old Mac"]),
        (
            b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
            b'Content-Type: multipart/mixed; boundary="bb"\r\n\r\n--bb\r\n\r\n1\r\n--b\r\n'
            b"\r\n2\r\n--b--",
            [b"1", b"2"],
        ),
    ],
)
def test_the_parts_of_a_multipart_are_found(raw: bytes, leaves: list[bytes]) -> None:
    """Delimiters stand alone on a line; what is unclosed or unmarked is read all the same."""
    assert bodies(raw) == leaves


def test_a_long_boundary_is_a_boundary() -> None:
    """Boundaries longer than RFC 2046 allows are met, and work."""
    mark = b"x" * 3000
    raw = b'Content-Type: multipart/mixed; boundary="' + mark + b'"\r\n\r\n--' + mark + b"\r\n\r\n1"
    assert bodies(raw) == [b"1"]


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (b"", "text/plain"),
        (b"Content-Type: text", "text/plain"),
        (b"Content-Type: Text/HTML", "text/html"),
        (b"Content-Type: html", "text/html"),
        (b"Content-Type: garbage", "application/octet-stream"),
        (b"Content-Type: ;;;;", "text/plain"),
        (b"Content-Type: multipart/mixed", "text/plain"),
    ],
)
def test_a_part_has_a_type(header: bytes, kind: str) -> None:
    """No type or an unreadable one is text; one that is no MIME type is octets."""
    assert structure.read(header + b"\r\n\r\nx").root.type == kind


def test_a_digest_holds_messages() -> None:
    """The parts of a multipart/digest are messages by default (RFC 2046 §5.1.5)."""
    raw = b"Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: x\r\n\r\n--b--"
    assert structure.read(raw).parts[1].type == "message/rfc822"


def test_numbers_are_places_in_the_walk() -> None:
    """parts[n].number == n, the multiparts counted, attached messages not entered."""
    raw = (
        HEAD
        + b"--b\r\nContent-Type: message/rfc822\r\n\r\n"
        + HEAD
        + b"--c\r\n\r\n--b\r\n\r\n2\r\n"
    )
    tree = structure.read(raw)
    assert [part.number for part in tree.parts] == [0, 1, 2]
    assert [part.within for part in tree.parts] == ["", "multipart/mixed", "multipart/mixed"]


def test_depth_and_number_are_bounded() -> None:
    """20 levels and 1,000 parts; what lies beyond is a file or left out, and told."""
    deep = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(99)
    )
    tree = structure.read(deep)
    assert len(tree.parts) == structure.MAX_DEPTH
    assert "parts nested more than 20 deep, kept as a file" in tree.defects
    many = structure.read(HEAD + b"--b\r\n\r\n" * 5000)
    assert len(many.parts) == structure.MAX_PARTS
    assert "more than 1000 parts, the rest left in the original" in many.defects


@pytest.mark.parametrize(
    ("encoding", "body", "octets"),
    [
        (b"base64", b"QUJD\r\n", b"ABC"),
        (b"BASE64 (comment)", b"QUJD", b"ABC"),
        (b'"base64";', b"QUJD", b"ABC"),
        (b"base64", b"words that are no base64", b"words that are no base64"),
        (b"base64", b"d29y\r\n  \r\nZHM=\r\n", b"words"),
        (b"quoted-printable", b"a=3D=\r\nb", b"a=b"),
        (b"quoted-printable", b"a= \t\r\nb= \nc = d", b"abc = d"),
        (b"x-uuencode", b"x\nbegin 644 f\n#04)#\njunk that is none~~~~\n`\nend\n", b"ABC"),
        (b"uuencode", b"begin 644 f\n#04)#", b"ABC"),
        (b"uuencode", b"begin 644 f\n#04)#\nend\nmore", b"ABC"),
        (b"8bit", b"\xb9", b"\xb9"),
        (b"x-odd", b"a", b"a"),
    ],
)
def test_transfer_encodings_are_undone(encoding: bytes, body: bytes, octets: bytes) -> None:
    """Known encodings are decoded, unknown ones leave the octets as they are."""
    tree = structure.read(b"Content-Transfer-Encoding: " + encoding + b"\r\n\r\n" + body)
    assert tree.root.octets(tree.raw) == octets


def test_a_boundary_that_ends_in_spaces_is_closed() -> None:
    """RFC 2046 forbids them and some write them: what follows the end mark is no part."""
    raw = b'Content-Type: multipart/mixed; boundary="b  "\n\n--b  \n\nwords\n--b  --\nepilogue\n'
    tree = structure.read(raw)
    assert [raw[part.start : part.end] for part in tree.root.children] == [b"words"]
    assert tree.defects == []
