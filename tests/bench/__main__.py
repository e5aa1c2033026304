"""`make bench`: what a short mail costs from SMTP to its acknowledgement, beside the floor.

CPU time of the process under measurement, user and system, per mail; both take turns in one run,
so that whatever else the machine does hits both. The ratio is the figure; absolute times on a
shared machine mean little.
"""

import smtplib
import statistics
import sys
import tempfile
from pathlib import Path

from tests.bench import stages, subjects

ROUNDS, WARM_UP, MAILS = 4, 100, 400
_TEXT = "Dzień dobry, od rana nie działa drukarka w księgowości. Proszę o pomoc.\r\n" * 25


def main() -> None:
    """Measure and print."""
    figures: dict[str, list[float]] = {"floor": [], "mailgate": []}
    peaks: dict[str, int] = {}
    sink = subjects.Sink()
    with tempfile.TemporaryDirectory() as name, sink.listening() as sink_port:
        folder = Path(name)
        with subjects.floor(folder) as bare, subjects.mailgate(folder, sink_port) as whole:
            subjects.drain(whole)
            _send(bare, "w", WARM_UP)
            _measure_whole(whole, sink, "w", WARM_UP)
            for turn in range(ROUNDS):
                before = bare.cpu_seconds()
                _send(bare, str(turn), MAILS)
                figures["floor"].append((bare.cpu_seconds() - before) / MAILS * 1000)
                figures["mailgate"].append(_measure_whole(whole, sink, str(turn), MAILS))
            peaks = {"floor": bare.peak_bytes(), "mailgate": whole.peak_bytes()}
    _report(figures, peaks)
    stages.report(_mail)


def _measure_whole(whole: subjects.Running, sink: subjects.Sink, turn: str, mails: int) -> float:
    """Return CPU ms per mail, from the first connection to the last acknowledgement's 250."""
    before, had = whole.cpu_seconds(), sink.count
    _send(whole, turn, mails)
    sink.wait_for(had + mails, 120)
    return (whole.cpu_seconds() - before) / mails * 1000


def _send(to: subjects.Running, turn: str, mails: int) -> None:
    """Send mails of different senders, 20 to a connection."""
    for first in range(0, mails, 20):
        with smtplib.SMTP("127.0.0.1", to.port) as client:
            for number in range(first, min(first + 20, mails)):
                sender = f"anna{number}@{turn}.example.net"
                client.sendmail(sender, ["pomoc@example.com"], _mail(sender, f"{turn}.{number}"))


def _mail(sender: str, unique: str) -> bytes:
    """Return a mail of some 2 KB, as a person writes it."""
    return (
        f"From: Anna Nowak <{sender}>\r\nTo: pomoc@example.com\r\n"
        f"Subject: =?utf-8?q?Drukarka_nie_dzia=C5=82a?= {unique}\r\n"
        f"Message-ID: <{unique}@example.net>\r\nDate: Fri, 20 Nov 2026 10:00:00 +0100\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: 8bit\r\n\r\n{_TEXT}\r\n"
    ).encode()


def _report(figures: dict[str, list[float]], peaks: dict[str, int]) -> None:
    out = sys.stdout.write
    size = len(_mail("anna1@0.example.net", "0.1"))
    out(f"{MAILS} mails of {size} octets a round, {ROUNDS} rounds, taking turns\n\n")
    out(f"{'':<10}{'CPU ms a mail, each round':<40}{'median':>8}{'peak MB':>10}\n")
    for name, values in figures.items():
        each = "  ".join(f"{value:.2f}" for value in values)
        peak = peaks[name] / 1e6
        out(f"{name:<10}{each:<40}{statistics.median(values):>8.2f}{peak:>10.0f}\n")
    ratio = statistics.median(
        whole / bare for whole, bare in zip(figures["mailgate"], figures["floor"], strict=True)
    )
    out(f"\nmailgate / floor: {ratio:.2f} (median of the rounds; aimed at: 6)\n\n")


if __name__ == "__main__":
    main()
