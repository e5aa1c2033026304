"""Mails that nobody here wrote: all are read, and how many say what their authors expect.

The collection lies beside the project or where MAILGATE_CORPUS points; it is read, never copied.
"""

import json
import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mailgate.message import parse, trail
from mailgate.message.address import Envelope
from mailgate.message.message import Message, Nature
from mailgate.message.nature import OwnMarks, nature_of

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("MAILGATE_CORPUS") or ROOT.parent / "shared" / "corpus")
MANIFEST = CORPUS / "manifest.jsonl"
FLOORS = {"subject": 0.95, "from": 0.95, "text": 0.95, "is_bounce": 0.94, "bounced address": 0.75}
MAX_CPU_SECONDS = 10


@pytest.fixture(scope="module")
def mails() -> list[tuple[dict[str, Any], bytes]]:
    """All whole mails of the collection with their entries."""
    if not MANIFEST.is_file():
        if os.environ.get("CI") and CORPUS.parent.is_dir():
            pytest.fail(f"{CORPUS.parent} is there, but without the corpus")
        pytest.skip(f"no mails at {CORPUS}: set MAILGATE_CORPUS to where they lie")
    entries = map(json.loads, MANIFEST.read_text("utf-8").splitlines())
    return [
        (entry, (CORPUS / entry["path"]).read_bytes())
        for entry in entries
        if entry["format"] == "rfc822"
    ]


def squeezed(text: str | None) -> str:
    """Return text with white space that relays may change made one."""
    return " ".join((text or "").split())


def said(expected: str | None, found: str) -> bool:
    """Say whether a text is as expected; a letter the collection could not read may be any."""
    pattern = re.escape(squeezed(expected)).replace("\ufffd", ".")
    return re.fullmatch(pattern, squeezed(found)) is not None


def senders(told: Any) -> list[str]:
    """Return the addresses of an expectation, in whichever way it is written."""
    if isinstance(told, dict):
        address = told.get("Address", {})
        groups = address.get("Group", [])
        listed = address.get("List") or [each for group in groups for each in group["addresses"]]
        return [each.get("address") or "" for each in listed]
    if isinstance(told, list):
        return [told[-1]]
    return [told.rpartition("<")[2].strip(">")] if told else []


def verdicts(entry: dict[str, Any], message: Message, nature: Nature) -> Iterator[tuple[str, bool]]:
    """Yield what is expected of a mail, and whether it came true."""
    expected = entry["expected"] or {}
    if "subject" in expected:
        yield "subject", said(expected["subject"], message.subject)
    if "from" in expected:
        found = [address.address.lower() for address in message.from_]
        yield "from", [each.lower() for each in senders(expected["from"])] == found
    if isinstance(expected.get("text"), str):
        yield "text", squeezed(expected["text"])[:200] in squeezed(message.full_text)
    if "is_bounce" in expected:
        yield "is_bounce", expected["is_bounce"] == (nature in (Nature.BOUNCE, Nature.DELAY))
    if "permanent" in expected and message.report is not None:
        found = [each.address.lower() for each in message.report.recipients]
        wanted = {*map(str.lower, expected["permanent"]), *map(str.lower, expected["temporary"])}
        yield "bounced address", wanted == set(found)
    if "is_autoreply" in expected:
        yield "is_autoreply", expected["is_autoreply"] == (nature is Nature.AUTO_REPLY)
    if "n_attachments" in expected:
        yield "n_attachments", expected["n_attachments"] == len(message.attachments)


def test_every_mail_is_read_and_most_say_what_is_expected(
    mails: list[tuple[dict[str, Any], bytes]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing raises, nothing ends simplified, and expectations are met up to a floor."""
    met: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    missed: list[str] = []
    began = time.process_time()
    for entry, raw in mails:
        message = parse.parse(raw)
        nature, _ = nature_of(message, Envelope(None), OwnMarks("none"))
        assert not message.simplified, entry["path"]
        for what, came_true in verdicts(entry, message, nature):
            asked[what] += 1
            met[what] += came_true
            if not came_true:
                missed.append(f"{what}: {entry['path']}")
    spent = time.process_time() - began
    with capsys.disabled():
        figures = ", ".join(f"{what} {met[what]}/{asked[what]}" for what in asked)
        print(f"\n{len(mails)} mails in {spent:.2f} s CPU: {figures}")  # noqa: T201 - figures
    assert spent < MAX_CPU_SECONDS
    for what, floor in FLOORS.items():
        assert met[what] >= floor * asked[what], [each for each in missed if each.startswith(what)]


def test_a_forged_sender_is_nobody(mails: list[tuple[dict[str, Any], bytes]]) -> None:
    """Of the mails made to deceive, none with several senders has one author."""
    for entry, raw in mails:
        message = parse.parse(raw)
        if entry["kind"] == "spoof" and len({each.canonical for each in message.from_}) > 1:
            assert message.author is None, entry["path"]


def test_the_way_of_every_mail_can_be_told(mails: list[tuple[dict[str, Any], bytes]]) -> None:
    """The trail of any mail is read without an error, one hop a Received field up to 30."""
    for entry, raw in mails:
        message = parse.parse(raw)
        received = len(message.header_values("received"))
        assert len(trail.hops(message.headers)) == min(received, trail.MAX_HOPS), entry["path"]
