import pytest

from mailgate.message import markup


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<a href="https://example.com/x">here</a>!', "here <https://example.com/x>!"),
        ("<a href=https://example.com/x>here</a>", "here <https://example.com/x>"),
        ('<a href="https://www.example.com/">example.com</a>', "example.com"),
        ('<a href="mailto:anna@example.net?subject=x">Anna</a>', "Anna <anna@example.net>"),
        ('<a href="MAILTO:anna@example.net">anna@example.net</a>', "anna@example.net"),
        ('<a href="javascript:x">here</a>', "here"),
        ('<a href="cid:x">here</a>', "here"),
        ('<a href="https://example.com/x"><img src="y"></a>', ""),
        ('<a href="https://example.com/x">un<b>closed</b><a href="https://a.b/">two</a>',
         "unclosed <https://example.com/x>two <https://a.b/>"),
        (f'<a href="https://example.com/{"x" * 400}">long</a>', "long"),
        ("<a name=x>anchor</a>", "anchor"),
        ("</a>x", "x"),
        ("Anna <anna@example.net> wrote", "Anna <anna@example.net> wrote"),
        ('<div style="display:none">preheader</div><p>words</p>', "words"),
        ('<div style="display:none"><a href="https://a.b/">x</a><br><p>y</p></div>words', "words"),
        ('<div style="display:none">never closed<p>words</p>', "never closed\n\nwords"),
        ('<div style="display:none">nothing else</div>', "nothing else"),
        ("<p class=MsoNormal>a</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>b</p>", "a\n\nb"),
        ("<p class=MsoNormal>a</p><p class=MsoNormal>b</p><p>c</p>", "a\nb\n\nc"),
        ('<p style="margin:0">a</p><p style="margin: 0px">b</p>', "a\nb"),
        ("<table><tr><th>a<th>b<tr><td>c<td>d</table>", "a b\nc d"),
        ("<ol><li>a<li>b<ul><li>c</ul></ol>", "- a\n- b\n- c"),
        ("<blockquote>" * 10 + "a" + "</blockquote>" * 10 + "b", "> " * 8 + "a\n" + "> " * 7 + "b"),
        ("<<<a", "<<<a"),
        ("a < b <3", "a < b <3"),
        ("<!x", "<!x"),
    ],
)  # fmt: skip
def test_a_page_reads_as_it_looks(html: str, text: str) -> None:
    """Links lead somewhere, hidden text is not seen, the paragraphs of Outlook are lines."""
    found = markup.to_text(html)
    if html.startswith("<blockquote>"):
        assert found.startswith("> " * 8 + "a")
        assert found.endswith("\nb")
    else:
        assert found == text


def test_labels_in_labels_are_counted_to_a_bound() -> None:
    """Endless labelled elements give text; of a page of links 200 show where they lead."""
    assert markup.to_text("<div class=gmail_attr>" * 5000 + "a" + "</div>" * 5000 + "b") == "a\nb"
    links = markup.to_text('<a href="https://example.com/x">y</a> ' * 300)
    assert links.count("<https://example.com/x>") == 200
