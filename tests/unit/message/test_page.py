import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.message import page
from tests.unit.message.harmless import PAYLOADS, objections_to, words_of
from tests.unit.message.test_hostile import BOUNDED, OCTETS

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
MARKUP = st.lists(
    st.sampled_from(PAYLOADS)
    | st.sampled_from(
        [
            "<", ">", " ", '"', "'", "&", "/", "=", "<a ", "<a\thref=", "<img src=", ' style="',
            "</", "-->", "<!--", "<td>", "<table>", "</table>", "<p>", "<b>", "</b>", "<svg>",
            "<math>", "<style>", "</style>", "javascript:", "data:", "cid:x", "url(", "fixed;",
            "onload=", "<blockquote>", "<font color=", "&#0;", "&lt;", "&Tab;", "\0", "\x0c",
            "\u2028", "<title>", "</title>", "\ud800",
        ]
    )
    | st.text(max_size=8),
    max_size=30,
).map("".join)  # fmt: skip
HTML = b"From: a@b.pl\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"


def related(*images: bytes, html: bytes) -> bytes:
    """Return a mail of HTML with parts as they are."""
    parts = [b"Content-Type: text/html\r\n\r\n" + html, *images]
    head = b"From: a@b.pl\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
    return head + b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"


def image(name: bytes, octets: bytes) -> bytes:
    """Return an inline part."""
    encoded = base64.encodebytes(octets)
    head = b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <"
    return head + name + b">\r\n\r\n" + encoded


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_survives(payload):
    """Alone, within elements, in attributes and in plain text, each comes out harmless."""
    for source in (
        payload,
        f"<div><table><td>{payload}</table></div>",
        f'<a href="{payload}" title="{payload}">x</a>',
        f"<img alt='{payload}' src='{payload}'>",
        f'<p style="{payload}">x</p>',
        f"<!-- {payload} -->",
    ):
        assert objections_to(page.sanitised(source, lambda _: PNG).html) == []
    assert objections_to(page.as_text(payload)) == []
    for head in (HTML, HTML.replace(b"html", b"plain")):
        assert objections_to(page.fragment_of(head + payload.encode()).html) == []


@BOUNDED
@given(MARKUP)
def test_no_markup_survives_that_does_something(source):
    """Any HTML in, such output: nothing runs, is fetched, covers or asks; the same each time."""
    shown = page.sanitised(source, lambda _: PNG)
    assert objections_to(shown.html) == []
    assert shown == page.sanitised(source, lambda _: PNG)
    # And what is clean stays as it is.
    assert page.sanitised(shown.html).html == shown.html


@BOUNDED
@given(OCTETS)
def test_any_mail_can_be_shown(raw):
    """Octets of any sort are a fragment that is harmless and can be stored."""
    shown = page.fragment_of(raw)
    assert objections_to(shown.html) == []
    assert "\0" not in shown.html
    shown.html.encode("utf-8")


@BOUNDED
@given(st.text(max_size=300))
def test_any_text_is_shown_as_it_is(text):
    """A plain text is escaped, with nothing lost but controls."""
    shown = page.as_text(text)
    assert objections_to(shown) == []
    printable = [char for char in text if char.isprintable() and char != "\ufffd"]
    assert [
        char for char in words_of(shown) if char.isprintable() and char != "\ufffd"
    ] == printable


def test_what_a_mail_looks_like_is_kept():
    """Words, tables, lists, links and harmless styles come through."""
    source = (
        '<p style="color:#333; FONT-SIZE: 11.0pt; position:fixed; margin:0 auto">Hello '
        '<b>you</b> <a href="https://example.com/?a=1&amp;b=2">there</a></p>'
        '<table border="1" width="100%"><tr><td bgcolor="#eeeeee" align=left>cell</td></tr></table>'
        '<font face="Arial, sans-serif" size="+1">big</font><ol type="a" start="3"><li>x</li></ol>'
    )
    assert page.sanitised(source).html == (
        '<p style="color:#333;font-size:11.0pt;margin:0 auto">Hello <b>you</b> '
        '<a href="https://example.com/?a=1&amp;b=2" rel="noopener noreferrer nofollow">there</a>'
        '</p><table border="1" width="100%"><tbody><tr><td bgcolor="#eeeeee" align="left">cell'
        '</td></tr></tbody></table><font face="Arial, sans-serif" size="+1">big</font>'
        '<ol type="a" start="3"><li>x</li></ol>'
    )


@pytest.mark.parametrize(
    "declaration",
    [
        "color:red", "background-color:#fff", "background:rgb(1, 2, 3)", "font-weight:bold",
        "font-family:'calibri',sans-serif", "font-size:12px", "font-size:1.2em", "font-size:small",
        "text-align:center", "padding:4px 8px", "padding-left:1ex", "margin:0 0 0 .8ex",
        "border-left:1px solid #ccc", "border:none", "border-collapse:collapse", "width:600px",
        "line-height:1.5", "white-space:pre-wrap", "text-decoration:underline",
    ],
)  # fmt: skip
def test_styles_that_only_say_how_words_look_are_kept(declaration):
    """The styles of ordinary mail programs stay."""
    shown = page.sanitised(f'<p style="{declaration} !important">x</p>')
    assert f'style="{declaration}"' in shown.html
    assert shown.remote_images == 0


@pytest.mark.parametrize(
    "declaration",
    [
        "font-size:0", "font-size:100px", "font-size:5px", "font-size:300%", "margin:-1px",
        "margin-left:-99px", "width:10000px", "height:100vh", "color:url(x)", "top:0",
        "display:none",
        "color:var(--x)", "background:#fff url(x)", "border:1px solid red;position:sticky",
        "line-height:99", "padding:1px 2px 3px 4px 5px", "--x:1", "font-family:a\\62", "color",
    ],
)  # fmt: skip
def test_styles_that_hide_cover_or_fetch_are_not(declaration):
    """No size that hides or covers, no negative margin, no place, no address."""
    shown = page.sanitised(f'<p style="{declaration}">x</p>').html
    assert shown in ("<p>x</p>", '<p style="border:1px solid red">x</p>')


def test_what_would_be_fetched_is_counted():
    """Images, backgrounds and styles from elsewhere are left out, and it is said how many."""
    source = (
        '<img src="http://a.example/1.gif"><img src="//a.example/2.gif" alt="two">'
        '<table background="http://a.example/3.gif"></table><img srcset="http://a.example/4.gif">'
        '<p style="background:url(http://a.example/5.gif)">x</p><img src="cid:gone">'
    )
    shown = page.sanitised(source)
    assert shown.remote_images == 5
    assert "example" not in shown.html
    assert 'alt="two"' in shown.html
    raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    raw += b"".join(b"--b\r\nContent-Type: text/html\r\n\r\n<img src=http://x/>\r\n" for _ in "ab")
    assert page.fragment_of(raw).remote_images == 2


def test_images_that_the_mail_carries_are_shown():
    """A Content-ID leads to the part's octets, of the type that they are, if that is an image."""
    raw = related(
        image(b"p@x", PNG),
        image(b"j@x", b"\xff\xd8\xff"),
        image(b"w@x", b"RIFF....WEBP"),
        image(b"s@x", b"<svg onload=alert(1)>"),
        image(b"", PNG),
        html=b'<img src="cid:p@x"><img src="CID:p@x"><img src=cid:j@x><img src=cid:w@x>'
        b"<img src=cid:s@x><img src=cid:><img src='data:image/gif;base64,R0lGODlh'>",
    )
    shown = page.fragment_of(raw).html
    encoded = base64.b64encode(PNG).decode()
    assert shown.count(f'<img src="data:image/png;base64,{encoded}">') == 2
    assert '<img src="data:image/jpeg;base64,/9j/">' in shown
    assert '<img src="data:image/webp;base64,UklGRi4uLi5XRUJQ">' in shown
    assert '<img src="data:image/gif;base64,R0lGODlh">' in shown
    assert shown.count("<img>") == 2
    assert objections_to(shown) == []


def test_images_are_bounded():
    """An image too large is not shown, nor a small one so often that the page grows large."""
    large = b"\x89PNG\r\n\x1a\n" + b"\0" * page.MAX_IMAGE
    assert page.sanitised("<img src=cid:x>", lambda _: large).html == "<img>"
    small = large[: page.MAX_IMAGE // 2]
    many = page.sanitised("<img src=cid:x>" * 100, lambda _: small).html
    assert many.count("data:") == page.MAX_IMAGES // len(small)
    raw = related(image(b"x", b"\0" * 4 * page.MAX_IMAGE), html=b"<img src=cid:x>")
    assert page.fragment_of(raw).html == "<img>"


def test_of_alternatives_the_html_is_shown():
    """The last alternative with HTML, else all that differ in words; other parts in order."""
    head = b"Content-Type: multipart/alternative; boundary=b\r\n\r\n"
    plain = b"--b\r\nContent-Type: text/plain\r\n\r\none\r\n"
    html = b"--b\r\nContent-Type: text/html\r\n\r\n<b>two</b>\r\n"
    calendar = b"--b\r\nContent-Type: text/calendar\r\n\r\nthree\r\n"
    assert page.fragment_of(head + plain + html + calendar).html == "<b>two</b>"
    text = '<div style="white-space:pre-wrap">one</div>'
    assert page.fragment_of(head + plain + calendar).html == text
    assert page.fragment_of(head + calendar).html == ""
    other = plain.replace(b"one", b"two")
    both = page.fragment_of(head + plain + other + plain + b"--b--").html
    assert both.count("one") == both.count("two") == 1
    unlabelled = b"\r\n<html><b onclick=x>two</b></html>"
    assert page.fragment_of(unlabelled).html == "<b>two</b>"
    inner = related(image(b"x", PNG), html=b"<img src=cid:x>").replace(b"=b", b"=c")
    inner = inner.replace(b"--b", b"--c")
    shown = page.fragment_of(head + plain + b"--b\r\n" + inner)
    assert shown.html.startswith('<img src="data:image/png;')
    mixed = head.replace(b"alternative", b"mixed")
    assert page.fragment_of(mixed + plain + html + b"--b--").html == f"{text}\n<b>two</b>"


def test_what_is_too_large_is_shown_as_text_or_cut():
    """Beyond 1 MB HTML loses its looks and not its words; beyond 2 MB it is said to be cut."""
    shown = page.sanitised("<b>words</b><script>" + "<p>x</p>" * 200_000).html
    assert shown.startswith('<div style="white-space:pre-wrap">words')
    long = page.fragment_of(HTML.replace(b"html", b"plain") + b"words " * 500_000).html
    assert "The rest is left in the original" in long
    assert len(long) < 3 * page.MAX_HTML
    parts = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 200
    many = page.fragment_of(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + parts).html
    assert many.count("<div") == 50


@pytest.mark.parametrize(
    "piece",
    ["<div>", "<p><b>", "<", "<a \"", "<a '", "<!--", "<script>", "<img src=cid:x>", "<table><td>",
     "</b>", "<font><a>", "&", "&#1", "<a x=", "<a " + "x " * 200, '<p style="color:red;">', "<td>",
     "<li>", "</a </a", "<i>x</p>", "<a\thref=\"", "<svg>", "<plaintext>", "<x:y z>", "<b/>"],
)  # fmt: skip
def test_the_cost_is_linear(piece):
    """200 KB of anything are sanitised at once, however they are nested or left open."""
    source = piece * (200_000 // len(piece))
    began = time.process_time()
    shown = page.sanitised(source, lambda _: PNG)
    assert time.process_time() - began < 2
    assert len(shown.html) < 20_000_000
