import pytest

from mailgate.message import parameters


def test_a_parameter_needs_no_value_before_it() -> None:
    """Some write Content-Disposition without attachment or inline."""
    assert parameters.parse("filename=x.pdf; size=3") == ("", {"filename": "x.pdf", "size": "3"})


def test_a_windows_path_holds_no_escapes() -> None:
    """Old programs write a whole path as the name, its backslashes bare or doubled."""
    bare = parameters.parse('attachment; filename="C:\\new\\a.txt"')[1]["filename"]
    doubled = parameters.parse('attachment; filename="C:\\\\new\\\\a.txt"')[1]["filename"]
    assert bare == doubled == "C:\\new\\a.txt"


@pytest.mark.parametrize(
    ("value", "main", "given"),
    [
        ("text/plain", "text/plain", {}),
        ("Text/HTML; Charset=UTF-8", "text/html", {"charset": "UTF-8"}),
        ('a/b; boundary="x;y"; z=1', "a/b", {"boundary": "x;y", "z": "1"}),
        (r'a/b; name="q\"q"', "a/b", {"name": 'q"q'}),
        ("a/b; name=with space.pdf; x=1", "a/b", {"name": "with space.pdf", "x": "1"}),
        ("a/b; name=", "a/b", {"name": ""}),
        ('a/b; name="unclosed', "a/b", {"name": "unclosed"}),
        ("a/b; junk; name=x", "a/b", {"name": "x"}),
        ("a/b name=x; y=1", "a/b", {"y": "1"}),
        ("", "", {}),
        ("; name=x", "", {"name": "x"}),
        ("attachment; filename*=utf-8''za%C5%BC.pdf", "attachment", {"filename": "zaż.pdf"}),
        ("a; filename*=windows-1250'pl'%B9.txt", "a", {"filename": "ą.txt"}),
        ("a; filename*=%C5%BC", "a", {"filename": "ż"}),
        ('a; n*1="b"; n*0="a"', "a", {"n": "ab"}),
        ("a; n*0*=utf-8''%C5; n*1*=%BC; n*2=x", "a", {"n": "żx"}),
        ("a; n=plain; n*0=x", "a", {"n": "x"}),
        ("a; n=first; n=second", "a", {"n": "first"}),
        ('a; n="=?utf-8?q?=C5=BC?="', "a", {"n": "ż"}),
        ('a; n*0="=?utf-8?q?=C5"; n*1="=BC?="', "a", {"n": "ż"}),
        ("a; n=plain; n*=utf-8''%C5%BC; n*0=x", "a", {"n": "ż"}),
        ("a; n*2*=%BC; n*0*=utf-8''a; n*1*=%C5", "a", {"n": "aż"}),
        ("a; n*0*=utf-8''a; n*2*=b", "a", {"n": "ab"}),
        ("a; n*=utf-8''%3D%3Futf-8%3FQ%3F%C5%BC%3F%3D", "a", {"n": "ż"}),
        ("a; n*=x-odd''%B9%EA%E6", "a", {"n": "ąęć"}),
        ("a; n*=''%2F%00%E2%80%AE", "a", {"n": "/\ufffd\u202e"}),
        ("a; n***=x; m=1", "a", {"m": "1"}),
        ("a; \udcb9=1; m=\udcb9\udcea", "a", {"\udcb9": "1", "m": "ąę"}),
    ],
)  # fmt: skip
def test_parameters_are_read(value: str, main: str, given: dict[str, str]) -> None:
    """Quoted, bare, continued and encoded parameters come out decoded (RFC 2045, RFC 2231)."""
    assert parameters.parse(value) == (main, given)


def test_fifty_parameters_are_enough() -> None:
    """The rest of an endless list is not read."""
    value = "a/b" + "".join(f"; p{n}=x" for n in range(500))
    assert len(parameters.parse(value)[1]) == parameters.MAX_PARAMETERS
