import pytest

from mailgate.replies.proofread import faults
from mailgate.replies.templates import Letters


def test_the_shipped_templates_have_no_fault():
    """What we ship renders with every variation of facts in both languages."""
    assert Letters().check() == []
    assert Letters().check("pl") == []


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("pl/hold.txt", "{{ number }}\n{{ numer }}", "hold.txt:2: no such name 'numer'; did you "),
        ("pl/hold.txt", "{{ xyzzy_foo }}", "hold.txt:1: no such name 'xyzzy_foo'; known are addr"),
        ("pl/hold.txt", "{{ number }}\n\n{% if %}", "hold.txt:3: Expected an expression"),
        ("pl/hold.txt", "{{ number | no_filter }}", "hold.txt:1: No filter named 'no_filter'"),
        ("pl/hold.txt", "{{ number\n", "hold.txt:1: unexpected end of template"),
        ("en/hold.html", "{{ hold_until | day }}", "hold.html: hold never says '123456'"),
        (
            "pl/received.txt",
            "{{ number }} {{ department }}",
            "received-outside never says '2026'; name it",
        ),
        (
            "pl/hold.txt",
            "{{ number }} {{ subject }}",
            'hold.txt:1: prints a value that can be missing; write "{% if name %}',
        ),
        ("pl/hold.txt", '{% extends "_base.txt" %}', "there is no template '_base.txt' to ext"),
        ("pl/hold.txt", "{{ number }} {{ 1 // 0 }}", "hold.txt:1: integer division or modulo"),
        ("pl/hold.txt", "{{ number }} {{ number | day }}", "hold.txt:1: "),
        ("pl/hold.txt", "{{ ''.__class__.__mro__ }}", "hold.txt:1: access to attribute '__cla"),
        ("pl/hold.txt", "Zg\u0142oszenie {{ number }}".encode("iso-8859-2"), "not UTF-8 (octet 2)"),
        ("pl/holt.txt", "{{ number }}", "pl/holt.txt: no letter is called that; did you mean"),
        ("pl/zzz", "", "pl/zzz: no letter is called that; known are _frame.html, "),
        ("de/hold.txt", "{{ number }}", "/de: not used; templates lie in the directories pl and"),
        ("hold.txt", "{{ number }}", "/hold.txt: not used; templates lie in the directories pl"),
    ],
)
def test_a_fault_names_file_line_and_remedy(tmp_path, file, content, message):
    """Each way a template can be wrong is found before a customer sees it, and said once."""
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = faults(tmp_path)
    assert len([fault for fault in found if message in fault]) == 1, found
    assert all(str(tmp_path) in fault for fault in found)


def test_all_faults_come_at_once(tmp_path):
    """One wrong template does not hide another."""
    (tmp_path / "pl").mkdir()
    (tmp_path / "pl" / "hold.txt").write_text("{{ a }}")
    (tmp_path / "pl" / "closed.html").write_text("{{ b }}")
    (tmp_path / "pl" / "typo.html").write_text("")
    assert len(faults(tmp_path)) == 3


def test_hidden_files_are_let_be(tmp_path):
    """What editors and version control leave behind is nobody's fault."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "pl").mkdir()
    (tmp_path / "pl" / ".hold.txt.swp").write_text("")
    assert faults(tmp_path) == []


def test_a_directory_that_is_not_there_is_a_fault(tmp_path):
    """A wrong path is told as such."""
    assert faults(tmp_path / "x") == [
        f"{tmp_path / 'x'}: no such directory; make it, or leave the setting out"
    ]
