"""`python -m tests.bench.reading`: what reading a mail costs, beside mail-parser and the stdlib.

CPU time of one process; all take turns over the same mails in each round, so that whatever else
the machine does hits all. mailgate parses and classifies (nature, words, attachments, bounces),
mail-parser and the standard library only parse. The ratios are the figure.
"""

import base64
import email
import email.policy
import gc
import logging
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence

import mailparser

from mailgate.message import parse
from mailgate.message.address import Envelope
from mailgate.message.nature import OwnMarks, nature_of
from tests.integration import corpus

ROUNDS = 5
SHORT, MIXED = 400, 200
AIM = 1.5
_OWN = OwnMarks("bench0")
_SENTENCES = (
    "Dzień dobry, od rana nie działa drukarka w księgowości.",
    "Proszę o pomoc, bo do jutra musimy wydrukować umowy.",
    "Za każdym razem pojawia się komunikat o błędzie 13.20.",
    "Thank you, restarting did not help; the light keeps blinking.",
    "W załączeniu przesyłam zrzut ekranu oraz dokument.",
)


def by_mailgate(raw: bytes) -> object:
    """Parse and classify."""
    return nature_of(parse.parse(raw), Envelope("anna@example.net"), _OWN)


def by_mail_parser(raw: bytes) -> object:
    """Parse alone; what it cannot read costs what it costs."""
    try:
        return mailparser.parse_from_bytes(raw)
    except Exception as error:  # noqa: BLE001 - it raises whatever it meets
        return error


def by_standard_library(raw: bytes) -> object:
    """Parse with email.policy.default, look at the usual headers, decode every part."""
    try:
        message = email.message_from_bytes(raw, policy=email.policy.default)
        seen = [message[name] for name in ("from", "to", "subject", "date", "message-id")]
        return seen, [part.get_payload(decode=True) for part in message.walk()]
    except Exception as error:  # noqa: BLE001 - it raises whatever it meets
        return error


READERS: dict[str, Callable[[bytes], object]] = {
    "mailgate": by_mailgate,
    "mail-parser": by_mail_parser,
    "stdlib": by_standard_library,
}


def mail(size: int, seed: int, attachments: int = 0) -> bytes:
    """Return a mail of about that size: words, their HTML, a quote, and files in base64."""
    dice = random.Random(seed)
    text = "\r\n".join(dice.choices(_SENTENCES, k=12))
    quote = "\r\n".join(f"> {line}" for line in dice.choices(_SENTENCES, k=6))
    words = f"{text}\r\n\r\nW dniu 19.11.2026 o 09:00 Pomoc <pomoc@example.com> pisze:\r\n{quote}"
    html = f"<html><body><p>{text}</p><blockquote>{quote}</blockquote></body></html>"
    parts = [("text/plain; charset=utf-8", words), ("text/html; charset=utf-8", html)]
    head = (
        f"Received: from a by b; Fri, 20 Nov 2026 10:00:0{seed % 10} +0100\r\n" * 4
        + f"From: =?utf-8?q?Anna_=C5=BB?= <anna{seed}@example.net>\r\nTo: pomoc@example.com\r\n"
        + f"Subject: =?utf-8?b?RHJ1a2Fya2EgxYI=?= {seed}\r\nMessage-ID: <{seed}@example.net>\r\n"
        + "Date: Fri, 20 Nov 2026 10:00:00 +0100\r\nIn-Reply-To: <1@example.com>\r\n"
        + "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=mixed\r\n\r\n"
        + "--mixed\r\nContent-Type: multipart/alternative; boundary=other\r\n\r\n"
    )
    body = "".join(
        f"--other\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{said}\r\n"
        for kind, said in parts
    )
    raw = f"{head}{body}--other--\r\n".encode()
    each = max(0, size - len(raw)) * 3 // 4 // max(1, attachments)
    for number in range(attachments):
        encoded = base64.encodebytes(dice.randbytes(each)).replace(b"\n", b"\r\n")
        raw += (
            f"--mixed\r\nContent-Type: application/pdf; name=umowa{number}.pdf\r\n"
            "Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        ).encode() + encoded
    return raw + b"--mixed--\r\n"


def short(number: int) -> bytes:
    """Return a mail of some 2 KB, as a person writes it."""
    text = "\r\n".join(_SENTENCES * 5)
    return (
        f"From: Anna Nowak <anna{number}@example.net>\r\nTo: pomoc@example.com\r\n"
        f"Subject: =?utf-8?q?Drukarka_nie_dzia=C5=82a?= {number}\r\n"
        f"Message-ID: <{number}@example.net>\r\nDate: Fri, 20 Nov 2026 10:00:00 +0100\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n"
    ).encode()


def mix() -> list[bytes]:
    """Return mails of 3.6 to 198 KB, the median near 19 KB, most with files."""
    dice = random.Random(7)
    sizes = [min(198_000, max(3_600, int(dice.lognormvariate(9.85, 1.1)))) for _ in range(MIXED)]
    return [mail(size, seed, 1 + seed % 3) for seed, size in enumerate(sizes)]


SHAPES: dict[str, Callable[[int], bytes]] = {
    "text": lambda n: short(0) + "\r\n".join(_SENTENCES).encode() * n * 30,
    "html": lambda n: (
        short(0).replace(b"plain", b"html")
        + "<p>Dzień <b>dobry</b>, <a href='x'>tu</a>&nbsp;</p>\r\n".encode() * n * 150
    ),
    "quotes": lambda n: short(0) + "> > drukarka nie działa\r\nOn 2026 a@b\r\n".encode() * n * 200,
    "file": lambda n: mail(9_000 * n, 1, 1),
    "parts": lambda n: (
        short(0).replace(b"text/plain", b"multipart/mixed; boundary=b")
        + b"--b\r\nContent-Type: text/plain\r\n\r\nword\r\n" * n * 50
    ),
    "headers": lambda n: b"X-Spam-Report: =?utf-8?q?a?= b\r\n" * n * 50 + short(0),
    "recipients": lambda n: (
        b"Cc: " + b'"Jan" <jan@example.net>,\r\n ' * n * 12 + b"\r\n" + short(0)
    ),
    "bounce": lambda n: (
        b"Return-Path: <>\r\nFrom: MAILER-DAEMON@x.pl\r\n"
        + short(0)
        + b"<jan@example.net>: 550 5.1.1 user unknown\r\n" * n * 100
    ),
}


def cpu_ms(reader: Callable[[bytes], object], mails: Sequence[bytes]) -> float:
    """Return CPU ms a mail; the collector runs before, not within."""
    gc.collect()
    began = time.process_time()
    for raw in mails:
        reader(raw)
    return (time.process_time() - began) / len(mails) * 1000


def compare(name: str, mails: Sequence[bytes], rounds: int = ROUNDS) -> float:
    """Measure all readers in turns, print, and return mailgate's ratio to mail-parser."""
    spent: dict[str, list[float]] = {reader: [] for reader in READERS}
    for turn in range(rounds + 1):
        for reader, read in READERS.items():
            measured = cpu_ms(read, mails)
            if turn:  # the first round warms up
                spent[reader].append(measured)
    base = statistics.median(spent["mail-parser"])
    size = sum(map(len, mails)) / len(mails) / 1000
    out = sys.stdout.write
    out(f"{name}: {len(mails)} mails of {size:.1f} KB on average, {rounds} rounds\n")
    for reader, values in spent.items():
        ratio = statistics.median(
            mine / other for mine, other in zip(values, spent["mail-parser"], strict=True)
        )
        out(f"  {reader:<12}{statistics.median(values):>8.3f} ms CPU a mail{ratio:>8.2f}\n")
    return statistics.median(spent["mailgate"]) / base


def linearity() -> None:
    """Print what a KB costs at 1, 4 and 16 times the size of several shapes."""
    out = sys.stdout.write
    out(f"CPU microseconds a KB\n  {'':<12}{'1x':>14}{'4x':>14}{'16x':>14}\n")
    for name, shape in SHAPES.items():
        row = f"  {name:<12}"
        for factor in (1, 4, 16):
            raw = shape(factor)
            cost = min(cpu_ms(by_mailgate, [raw] * 3) for _ in range(5))
            row += f"{cost * 1000 / (len(raw) / 1000):>6.1f} at{len(raw) / 1000:>4.0f} K"
        out(f"{row}\n")


def main() -> None:
    """Measure and print."""
    logging.disable(logging.CRITICAL)
    ratios = [compare("short mails", [short(n) for n in range(SHORT)]), compare("mix", mix())]
    if not corpus.absence():
        mails = [entry.raw for entry in corpus.entries() if entry.format == "rfc822"]
        compare("corpus", mails, 3)
    linearity()
    worst = max(ratios)
    sys.stdout.write(f"mailgate costs at most {worst:.2f} of mail-parser, {AIM} is the aim\n")


if __name__ == "__main__":
    main()
