import pytest

from mailgate.message import clients, markup, quotes
from mailgate.message.clients import Role

ROLES = [
    ('<div class="gmail_attr">', Role.TOLD),
    ("<div class='ydp12ab34cdyahoo_quoted'>", Role.QUOTE),
    ("<div class=yahoo_quoted id=x>", Role.QUOTE),
    ('<div dir="ltr" class="gmail_signature" data-x="y">', Role.SIGNATURE),
    ('<div id="ydp1a2b3c4dsignature">', Role.SIGNATURE),
    ('<div id="sig12345678">', Role.SIGNATURE),
    ('<div id="bloop_sign_1234567890">', Role.SIGNATURE),
    ('<div id="Signature">', Role.SIGNATURE),
    ('<div data-signatureblock="true">', Role.SIGNATURE),
    ("<signature id=x>", Role.SIGNATURE),
    ('<div name="messageSignatureSection">', Role.SIGNATURE),
    ('<p id="v1reply-intro">', Role.TOLD),
    ('<div id="divRplyFwdMsg" dir="ltr">', Role.REST),
    ('<hr id="stopSpelling">', Role.REST),
    ('<hr id="zwchr" data-marker="__DIVIDER__">', Role.REST),
    ('<div data-o-mail-quote="1">', Role.QUOTE),
    ('<div name="quote" style="border-left:2px solid #C3D9E5">', Role.QUOTE),
    ('<div style="display:none">', Role.HIDDEN),
    ('<span style="mso-hide: all">', Role.HIDDEN),
    ('<div style="visibility : hidden">', Role.HIDDEN),
    ('<div style="border:none">', None),
    ('<div style="overflow:hidden">', None),
    ('<blockquote class="gmail_quote">', None),
    ('<blockquote style="margin:0 0 0 40px;border:none;padding:0px">', Role.INDENT),
    ('<blockquote type="cite" style="border:none;padding:0px">', None),
    ('<div class="quoted">', None),
    ('<div class="body side value">', None),
    ('<div id="side">', None),
    ('<div class="">', None),
    ('<a id="signature" href="x">', None),
    ("<div>", None),
]


@pytest.mark.parametrize(("tag", "role"), ROLES)
def test_a_tag_is_known_by_what_its_program_calls_it(tag: str, role: Role | None) -> None:
    """By id, class, name, data-marker or style, with any quotation marks or none."""
    name = tag[1:].split(maxsplit=1)[0].strip(">").lower()
    assert clients.role_of(name, tag, tag, len(tag)) is role


def test_a_line_above_is_a_quote_only_if_headers_stand_below_it() -> None:
    """The grey line of Outlook begins a quote; a grey line in somebody's letter does not."""
    line = '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0 0 0">'
    header = "<p><b>Lähde:</b> Eva<br></p></div><p>old</p>"
    assert quotes.own_words(markup.marked(f"<p>Words.</p>{line}{header}")) == "Words."
    letter = f"<p>Words.</p>{line}<p>More.</p></div>"
    assert quotes.own_words(markup.marked(letter)) == "Words.\n\nMore."


def test_no_more_than_the_beginning_of_a_tag_is_read() -> None:
    """A label behind 1,000 characters of others is not found, and costs nothing."""
    tag = f'<div title="{"x" * 1000}" class="gmail_attr">'
    assert clients.role_of("div", tag, tag, len(tag)) is None


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("a<div class=yahoo_quoted><div>b</div><div>c</div></div>d", "a\nd"),
        ("a<div class=yahoo_quoted><p>b</p>", "a"),
        ("a<div class=gmail_signature>Anna</div>b", "a\nb"),
        ("<div class=gmail_signature>Anna</div>", "Anna"),
        ("a<p id=reply-intro>W dniu X<p>b</p>", "a\n\nb"),
        ("a<div id=appendonsend></div><div>b</div>", "a"),
        ("a<div class=moz-cite-prefix>Ktoś:</div><blockquote>b</blockquote>c", "a\n\nc"),
        ("a<blockquote style='border:none;padding:0'>b</blockquote>c", "a\n\nb\n\nc"),
        ("a<blockquote>b<blockquote style='border:none;padding:0'>c</blockquote>d</blockquote>e",
         "a\n\ne"),
        ("Odpowiedzi niżej, w tekście.<div id=divRplyFwdMsg></div><div>b</div>",
         "Odpowiedzi niżej, w tekście.\n\nb"),
        ("a<div class=gmail_attr>---------- Forwarded message ---------<br>Od: b</div><div>c</div>",
         "a\n\n---------- Forwarded message ---------\nOd: b\nc"),
        ("a<div class=yahoo_quoted><div>----- Forwarded message -----</div><div>b</div></div>",
         "a\n\n----- Forwarded message -----\nb"),
    ],
)  # fmt: skip
def test_what_programs_label_is_cut_out_of_the_words(html: str, words: str) -> None:
    """Quotes, signatures and attributions go, answers below them stay, forwarded mail stays."""
    assert quotes.own_words(markup.marked(html)) == words


def test_a_forwarded_page_is_kept_whole() -> None:
    """By its subject a mail forwards what its program labels as quoted."""
    html = "a<div class=gmail_attr>Kto:</div><div class=yahoo_quoted>b</div>"
    assert quotes.own_words(markup.marked(html), "Fwd: x") == "a\n\nKto:\nb"
    html = "a<div id=divRplyFwdMsg></div><div>b</div>"
    assert quotes.own_words(markup.marked(html), "PD: x") == "a\n\nb"
