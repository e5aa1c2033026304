import io
import sys

import pytest

from mailgate.cli import words
from mailgate.cli.failures import Failure


@pytest.fixture
def typed(monkeypatch):
    """Put octets on standard input, and say whether a person sits there."""

    def put(octets: bytes, *, person: bool = False) -> None:
        stdin = io.TextIOWrapper(io.BytesIO(octets))
        monkeypatch.setattr(stdin, "isatty", lambda: person)
        monkeypatch.setattr(sys, "stdin", stdin)

    return put


@pytest.mark.parametrize(
    ("given", "octets", "text"),
    [
        ("Hallo", b"not read", "Hallo"),
        (None, "Zażółć\r\n\r\ngęślą\r\n".encode(), "Zażółć\n\ngęślą"),
        ("-", b"\xef\xbb\xbfx\0\n", "x"),
        (None, b"\n  indented  \n\n", "  indented"),
    ],
)
def test_words_are_what_was_given_or_typed(typed, given, octets, text):
    """With one kind of line end, and without the empty lines around them."""
    typed(octets)
    assert words.text_of(given) == text


@pytest.mark.parametrize(
    ("given", "octets", "said"),
    [
        (None, b"", "there is no text; give it with --text"),
        (" \n", b"", "there is no text"),
        (None, b"\xff", "standard input is no UTF-8 text"),
        ("\udcff", b"", "--text is no UTF-8 text"),
        (None, b"x" * (1024 * 1024 + 1), "the text is longer than 1 MB"),
        ("ż" * (600 * 1024), b"", "the text is longer than 1 MB"),
    ],
)
def test_what_is_no_text_is_refused(typed, given, octets, said):
    """Before anything is done with it; the sentence says what to do instead."""
    typed(octets)
    with pytest.raises(Failure, match=said) as failure:
        words.text_of(given)
    assert failure.value.exit_code == 65


def test_a_person_at_a_terminal_is_told_how_to_end(typed, capsys):
    """On stderr; a pipe is told nothing."""
    typed(b"x", person=True)
    words.text_of(None)
    assert "Ctrl-D" in capsys.readouterr().err
    typed(b"x")
    words.text_of(None)
    assert capsys.readouterr().err == ""


def test_files_are_read_with_their_names_and_types(tmp_path):
    """Only the name goes along, not the folder; what cannot be told is octets."""
    (tmp_path / "plan.pdf").write_bytes(b"%PDF")
    (tmp_path / "odd.zzz").write_bytes(b"")
    files = words.files_of([tmp_path / "plan.pdf", tmp_path / "odd.zzz"])
    assert [(file.name, file.type, file.content) for file in files] == [
        ("plan.pdf", "application/pdf", b"%PDF"),
        ("odd.zzz", "application/octet-stream", b""),
    ]
    for wrong, said in ((tmp_path / "gone", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(Failure, match=said):
            words.files_of([wrong])
    (tmp_path / "big").write_bytes(bytes(10 * 1024 * 1024))
    with pytest.raises(Failure, match="larger than 18 MB together"):
        words.files_of([tmp_path / "big"] * 2)
