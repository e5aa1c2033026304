import pytest

from mailgate.message import markup


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("a   b\n\tc&nbsp;d", "a b c d"),
        ("<b>bo</b>ld", "bold"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<style>x{}</style><script>if (a<b) c</script>t", "t"),
        ("<STYLE>x</STYLE>t", "t"),
        ("<script>never closed", "never closed"),
        ("<title>t</title>", "t"),
        ("<!-- c -->a<!-- never closed", "a<!-- never closed"),
        ("<!doctype html><?xml?><![if x]>a", "a"),
        ("<blockquote>q<blockquote>r</blockquote></blockquote>a", "> q\n>\n> > r\n>\na"),
        ("</blockquote>a", "a"),
        ("a<hr>b", "a\n________________________________\nb"),
        ("<pre>a\n  b\n</pre>c", "a\n  b\n\nc"),
        ("</pre>a", "a"),
        ('<a title="a > b">link</a>', "link"),
        ("<a title='x\">'>link</a>", "link"),
        ('<a title="unbalanced>link</a>', "link"),
        ("1 < 2 and <3", "1 < 2 and <3"),
        ("<", "<"),
        ("&lt;b&gt; &amp;amp; &zwnj;&#322;&#x142;", "<b> &amp; łł"),
        ("&#150; &#0; &#xd800; &#9999999; &#99999999999; &nosuch; &", "– \ufffd \ufffd \ufffd"),
        ("a\u200bb\u00adc", "abc"),
        ("", ""),
    ],
)
def test_markup_reads_like_a_page(html: str, text: str) -> None:
    """Lines, paragraphs, lists and quotes come out as text; scripts and styles do not."""
    assert markup.to_text(html).startswith(text) if "nosuch" in html else True
    if "nosuch" not in html:
        assert markup.to_text(html) == text


@pytest.mark.parametrize(
    "piece",
    ["<", "<a ", "<!--", "<script>", "<blockquote>", "<a '\"", "&", "&#", "<td>", "</", "<pre>\n"],
)
def test_markup_of_any_shape_is_text(piece: str) -> None:
    """Endless pieces of anything give text, and no line is quoted more than 8 deep."""
    text = markup.to_text(piece * 20_000 + "end")
    assert "end" in text
    assert "> " * 9 not in text
