import pytest
from jinja2 import TemplateNotFound
from jinja2.exceptions import SecurityError

from mailgate.replies.sandbox import Shelf, bracketed, make_environment, one_line, paragraphs


def shelf(tmp_path, files):
    """Lay out files below a directory and return the Polish shelf of it."""
    for name, text in files.items():
        (tmp_path / "a" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "a" / name).write_text(text)
    return Shelf((tmp_path / "a", tmp_path / "b"), "pl")


@pytest.mark.parametrize(
    "name", ["../secret.txt", "/etc/passwd", "../en/x.txt", "x.py", "..", "", "x.txt/../x.txt"]
)
def test_no_template_reaches_out_of_its_language(tmp_path, name):
    """Templates are named, never found by path, even where the file is there."""
    found = shelf(tmp_path, {"secret.txt": "s", "pl/x.txt": "x", "pl/x.py": "y", "en/x.txt": "z"})
    assert found.path("x.txt") is not None
    with pytest.raises(TemplateNotFound):
        make_environment("pl", found).get_template(name)


@pytest.mark.parametrize(
    "template",
    [
        "{{ x.__class__ }}",
        "{{ ''.format.__globals__ }}",
        "{{ '{0.__class__}'.format(x) }}",
        "{{ items.append(1) }}",
    ],
)
def test_a_template_gets_at_no_insides(tmp_path, template):
    """Neither attributes of Python's own nor anything that changes a value can be reached."""
    environment = make_environment("pl", shelf(tmp_path, {"pl/x.txt": template}))
    with pytest.raises(SecurityError):
        environment.get_template("x.txt").render(x="x", items=[])


def test_only_html_is_escaped(tmp_path):
    """The same value is escaped in HTML and left as it is in text."""
    environment = make_environment(
        "pl", shelf(tmp_path, {"pl/x.txt": "{{ x }}", "pl/x.html": "{{ x }}{{ x | bracketed }}"})
    )
    assert environment.get_template("x.txt").render(x="<&") == "<&"
    assert environment.get_template("x.html").render(x="<&") == "&lt;&amp; (&lt;&amp;)"


@pytest.mark.parametrize(("value", "text"), [("x", " (x)"), ("", ""), (None, "")])
def test_bracketed(value, text):
    """A value that is not there leaves no brackets behind."""
    assert bracketed(value) == text


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a\nb", "<p>a<br>\nb</p>"),
        ("a\n \n\n\nb", "<p>a</p>\n<p>b</p>"),
        ("\n\n<b>\n", "<p>&lt;b&gt;</p>"),
        ("a   b\n\tc", "<p>a\u00a0  b<br>\n\u00a0 \u00a0 c</p>"),
        ("", "<p></p>"),
    ],
)
def test_paragraphs(text, html):
    """Blank lines part paragraphs, breaks and runs of spaces stay, markup is text."""
    assert paragraphs(text) == html


def test_paragraphs_takes_time_in_proportion():
    """A text made to be slow to part is parted all the same."""
    assert paragraphs("\n \t" * 100_000 + "x").endswith("x</p>")


def test_one_line():
    """Controls, breaks and what turns text around are gone; letters of any script stay."""
    assert one_line(" ł\r\n\tą\x00\u2028\u202e日 ") == "ł ą 日"
