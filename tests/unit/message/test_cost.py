"""What reading costs grows with the mail and with nothing else, whatever is repeated in it."""

import time

import pytest

from mailgate.message import parse
from mailgate.message.address import Envelope
from mailgate.message.nature import OwnMarks, nature_of

SIZE = 120_000
MOST_CPU_SECONDS = 2
HEAD = "From: MAILER-DAEMON@x.pl\r\nTo: a@b.pl\r\nSubject: Undelivered\r\nReturn-Path: <>\r\n"
PLACES = {
    "text": HEAD + "Content-Type: text/plain; charset=utf-8\r\n\r\n%s",
    "html": HEAD + "Content-Type: text/html; charset=utf-8\r\n\r\n<p>%s</p>",
    "flowed": HEAD + "Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\n%s",
    "subject": "Subject: %s\r\n" + HEAD + "\r\nx",
    "from": "From: %s\r\n\r\nx",
    "type": HEAD + "Content-Type: %s\r\n\r\nx",
    "status": HEAD + "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
    "Content-Type: message/delivery-status\r\n\r\n%s\r\n--b--\r\n",
    "calendar": HEAD + "Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n%s\r\n",
    "parts": HEAD + "Content-Type: multipart/mixed; boundary=b\r\n\r\n%s",
}
PIECES = [
    "a", " ", "\t", "\r\n", ">", "> ", "> > x\r\n", "-", "_", "*", ".", ":", ": ", "@", "a@", "<",
    "<a@b.pl> ",
    "=?utf-8?q?", "=?utf-8?b?YQ==?=", "(", "\\(", '"', ";", "; a=", "&", "&#", "; a*0*=",
    "<!--", "<div>", "<blockquote>", "<a b='", "On 2026 a@b 10:00 ", "W dniu 2026 ", "wrote:",
    "</", "On Tue, 3 Nov 2026 Jan wrote:\r\n", "From: x\r\nSent: y\r\n", "From: x\r\n", "-- \r\n",
    "From:\r\n", "Sent from my \r\n", "550 5.1.1 ", "5.", "user unknown ", "a@b.pl: 550 x\r\n",
    "Final-Recipient: a\r\n", "Status: 5\r\n\r\n", "--b\r\n", "--b\r\n\r\nx\r\n", "[", "x\r\n ",
    "BEGIN:VEVENT\r\n", "SUMMARY:x\r\n y\r\n", "pozdrawiam\r\n", "________\r\n", "10:00 ", "2026 ",
    "Message-ID: <", "od: x\r\ndo: y\r\n", "a: b\r\n", "=\r\n", "=3D", "ą", "\u00a0", "+AD4-",
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_no_piece_costs_more_the_more_there_are(place: str) -> None:
    """120 KB of any piece anywhere are read and classified within the bound."""
    for piece in PIECES:
        raw = (PLACES[place] % (piece * (SIZE // len(piece)))).encode()
        began = time.process_time()
        message = parse.parse(raw)
        nature_of(message, Envelope(""), OwnMarks("k3v9x2"))
        assert time.process_time() - began < MOST_CPU_SECONDS, piece
        assert not message.simplified, piece
