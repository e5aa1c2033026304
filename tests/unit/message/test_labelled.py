import pytest

from mailgate.message import parse

HEAD = "Content-Type: multipart/alternative; boundary=b\r\n\r\n"
SIGNED = "Words.<div class='gmail_signature'>Anna z biura<br>na rogu</div>"


def mail(plain: str, html: str, *, within: str = "", subject: str = "Re: x") -> bytes:
    """Return a mail that says something twice. within: a multipart around the HTML."""
    page = f"Content-Type: text/html\r\n\r\n{html}\r\n"
    if within:
        page = f"Content-Type: {within}; boundary=c\r\n\r\n--c\r\n{page}--c--\r\n"
    return (
        f"Subject: {subject}\r\n{HEAD}--b\r\nContent-Type: text/plain\r\n\r\n{plain}\r\n"
        f"--b\r\n{page}--b--\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (mail("Words.\r\nAnna z biura\r\nna rogu", SIGNED), "Words."),
        (mail("Words.\r\nAnna z biura\r\nna rogu", SIGNED, within="multipart/related"), "Words."),
        (b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n"
         + mail("Words.\r\nAnna z biura\r\nna rogu", SIGNED, subject="x")[12:] + b"--m--",
         "Words."),
        (mail("Words.\r\nKas: P\r\nold", "Words.<div id=divRplyFwdMsg>Kas: P</div>old"), "Words."),
        (mail("Other.\r\nAnna z biura", SIGNED), "Other.\nAnna z biura"),
        (mail("Words.\r\nMore.", "<p>Words."), "Words.\nMore."),
        (mail("Words.\r\nMore.", "<blockquote>Words.</blockquote>Words. More. Most."),
         "Words.\nMore."),
        (mail("Words.\r\nMore.", SIGNED + "x" * 300_000), "Words.\nMore."),
        (mail("Words.\r\nMore.", "<blockquote></blockquote>"), "Words.\nMore."),
        (mail("Words.\r\nAnna z biura\r\nna rogu", SIGNED, within="multipart/mixed"),
         "Words.\nAnna z biura\nna rogu"),
        (mail("Words.\r\nAnna z biura\r\nna rogu", "<p>x", within="multipart/related").replace(
            b"text/html", b"image/png"), "Words.\nAnna z biura\nna rogu"),
        (HEAD.encode() + b"--b\r\nContent-Type: text/html\r\n\r\nWords.\r\n--b--", "Words."),
        (b"Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nWords.\r\n--b--", "Words."),
        (b"\r\nWords.", "Words."),
    ],
)  # fmt: skip
def test_the_page_says_where_the_words_end(raw: bytes, text: str) -> None:
    """Only a beginning of the plain words is ever taken in their place, and all is kept beside."""
    message = parse.parse(raw)
    assert message.text == text
    assert message.text.split("\n")[-1] in message.full_text
