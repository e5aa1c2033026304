import pytest
from hypothesis import given

from mailgate.message import elements
from tests.unit.message.test_hostile import BOUNDED
from tests.unit.message.test_page import MARKUP


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("<b>a<i>b</b>c</i>", "<b>a<i>b</i></b>c"),
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
        (
            "<table><tr><td>a<td>b<tr><th>c</table>d",
            "<table><tr><td>a</td><td>b</td></tr><tr><th>c</th></tr></table>d",
        ),
        (
            "<div><table><td>a</div>b</table>c",
            "<div><table><td>ab</td></table>c</div>",
        ),
        ("<table></b></table>", "<table></table>"),
        ("a<br>b<hr/>c<img alt=x>", 'a<br>b<hr>c<img alt="x">'),
        ("<A HREF='x\"y'>a</A>", '<a href="x&quot;y">a</a>'),
        ('<a title="a>b">x</a>', '<a title="a&gt;b">x</a>'),
        ("<font color=red nowrap>a</font>", '<font color="red" nowrap="">a</font>'),
        ("a < b > c", "a &lt; b &gt; c"),
        ("<!-- x -->a<!-- b", "a&lt;!-- b"),
        ("<!DOCTYPE html><?xml?>a</ >b", "ab"),
        ("<o:p>a</o:p><form>b</form>", "ab"),
        ("<script>x</script>a<STYLE>y</style >b", "ab"),
        ("<script>a<script>b", "ab"),
        ("</p>a</script>", "a"),
        ("&amp;&lt;", "&amp;&lt;"),
        ("", ""),
    ],
)
def test_markup_becomes_well_nested(given, expected):
    """What is opened is closed as a browser would close it; what no mail needs is gone."""
    assert elements.nested(given) == expected


def test_depth_attributes_and_values_are_bounded():
    """What goes beyond a bound is left out, and the words stay."""
    deep = elements.nested("<div>" * 500 + "words" + "</div>" * 500)
    assert deep.count("<div>") == deep.count("</div>") == elements.MAX_DEPTH
    assert "words" in deep
    many = elements.nested("<p " + " ".join(f"a{n}=1" for n in range(500)) + ">words")
    assert many.count("=") == elements.MAX_ATTRIBUTES
    long = "x" * (elements.MAX_VALUE + 1)
    assert elements.nested(f"<p title={long}>words") == "<p>words</p>"
    assert elements.nested(f"<img src={long}>", 5000) == f'<img src="{long}">'
    assert elements.nested("<p \u0142=1>words") == "<p>words</p>"


@BOUNDED
@given(MARKUP)
def test_any_markup_comes_out_balanced(source):
    """Every element that is opened is closed, and none is one that is dropped."""
    written = elements.nested(source)
    for name in elements.KEPT - {"br", "hr", "img", "col"}:
        opened = written.count(f"<{name}>") + written.count(f"<{name} ")
        assert opened == written.count(f"</{name}>")
    assert elements.nested(source) == written
    assert len(written) <= 6 * len(source) + 10 * source.count("<") + 100
