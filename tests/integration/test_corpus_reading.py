"""Mails that nobody here wrote: how well they are read, in figures, each with its floor.

`pytest -s tests/integration/test_corpus_reading.py` prints the figures and every miss by file.
"""

import sys
import time
from collections.abc import Callable

import pytest

from mailgate.message import parse, trail
from tests.integration import corpus, expectations
from tests.integration.corpus import Entry, Reading
from tests.integration.opinions import OPINIONS

MAX_CPU_SECONDS = 20

# What must be right of all files that state an expectation; 1.0 is every one.
FIGURES: dict[str, tuple[Callable[[Reading], expectations.Verdict], float]] = {
    "texts found": (expectations.text, 1.0),
    "texts the standard library finds": (expectations.standard_text, 1.0),
    "files with words left": (expectations.text_is_kept, 1.0),
    "bounce, yes or no": (expectations.is_bounce, 0.99),
    "failing addresses": (expectations.failing_address, 0.97),
    "status, class and subject": (expectations.status, 0.90),
    "ordinary mail": (expectations.is_ordinary, 1.0),
    "automatic replies": (expectations.automatic_reply, 1.0),
    "visible text of a reply": (expectations.reply_text, 0.95),
    "subjects": (expectations.subject, 0.98),
    "senders": (expectations.sender, 0.98),
    "attachments": (expectations.attachments, 0.97),
}


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    """All files of the collection."""
    why = corpus.absence()
    if why and corpus.is_demanded():
        pytest.fail(why)
    if why:
        pytest.skip(why)
    return corpus.entries()


@pytest.fixture(scope="module")
def readings(entries: list[Entry]) -> list[Reading]:
    """All of them as mailgate reads them."""
    return [corpus.read(entry) for entry in entries]


def test_every_file_is_read(entries: list[Entry], figure: Callable[[str], None]) -> None:
    """Neither as its format asks nor as it stands does any file raise or end simplified."""
    began = time.process_time()
    simplified = [
        entry.path
        for entry in entries
        for octets in [*entry.octets, entry.raw]
        if parse.parse(octets).simplified
    ]
    spent = time.process_time() - began
    figure(f"exceptions: 0 of {len(entries)} files, {spent:.1f} s CPU")
    assert not simplified
    assert spent < MAX_CPU_SECONDS


@pytest.mark.parametrize("what", FIGURES)
def test_what_is_expected_comes_true(
    what: str, readings: list[Reading], figure: Callable[[str], None]
) -> None:
    """Of the files with an expectation as many are right as promised; misses are told by name."""
    verdict, floor = FIGURES[what]
    others = OPINIONS.get(what, {})
    right, misses, stale = 0, [], set(others)
    for reading in readings:
        verdicts = list(verdict(reading))
        wrong = [found for is_right, found in verdicts if not is_right]
        if reading.entry.path in others:
            stale -= {reading.entry.path} if wrong else set()
        elif wrong:
            misses.append(f"{reading.entry.path}: {wrong[0][:200]}")
        else:
            right += bool(verdicts)
    asked = right + len(misses)
    told = f"{what}: {right} of {asked} = {right / asked:.1%}, floor {floor:.0%}"
    figure(f"{told}, {len(others)} opinions" if others else told)
    sys.stdout.write("".join(f"  {miss}\n" for miss in misses))
    assert right >= floor * asked, misses
    assert not stale, "right as its source says, and still in the table"


def test_a_forged_sender_is_nobody(readings: list[Reading]) -> None:
    """Of the mails made to deceive, none with several senders has one author."""
    for reading in readings:
        senders = {each.canonical for each in reading.message.from_}
        if reading.entry.kind == "spoof" and len(senders) > 1:
            assert reading.message.author is None, reading.entry.path


def test_the_way_of_every_mail_can_be_told(readings: list[Reading]) -> None:
    """The trail of any mail is read without an error, one hop a Received field up to 30."""
    for reading in readings:
        for message in reading.messages:
            received = len(message.header_values("received"))
            hops = trail.hops(message.headers)
            assert len(hops) == min(received, trail.MAX_HOPS), reading.entry.path
