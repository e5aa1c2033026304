"""The mails that nobody here wrote, read the way their format asks.

The collection lies beside the project or where MAILGATE_CORPUS points; it is read, never copied.
"""

import base64
import json
import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mailgate.message import parse
from mailgate.message.address import Envelope
from mailgate.message.message import Message, Nature
from mailgate.message.nature import OwnMarks, nature_of

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("MAILGATE_CORPUS") or ROOT.parent / "shared" / "corpus")
MANIFEST = CORPUS / "manifest.jsonl"

_WRAPPING = {
    "body_text": "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64",
    "body_html": "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64",
    "tnef_raw": "Content-Type: application/ms-tnef; name=winmail.dat\r\n"
    "Content-Transfer-Encoding: base64",
    "outlook_msg": "Content-Type: application/vnd.ms-outlook; name=mail.msg\r\n"
    "Content-Transfer-Encoding: base64",
}
_FROM_LINE = re.compile(rb"(?:\A(?:\xef\xbb\xbf)?|(?<=\n\n)|(?<=\n\r\n))From [^\n]{1,200}\n")


@dataclass(frozen=True)
class Entry:
    """A line of the manifest with its octets. expected: its source's own view, {} for none."""

    path: str
    source: str
    kind: str
    format: str
    expected: dict[str, Any]
    expected_file: str
    raw: bytes

    @property
    def octets(self) -> list[bytes]:
        """The whole mails in it: one, or those of a mailbox; a bare text is put into a mail."""
        if self.format == "mbox":
            return _FROM_LINE.split(self.raw)[1:]
        if self.format in _WRAPPING:
            answering = "In-Reply-To: <1@example.com>\r\n" if self.kind == "reply" else ""
            head = f"MIME-Version: 1.0\r\n{answering}{_WRAPPING[self.format]}\r\n\r\n".encode()
            return [head + base64.encodebytes(self.raw)]
        return [self.raw]

    @cached_property
    def tree(self) -> dict[str, Any]:
        """The whole parse tree its source publishes, {} for none or another notation."""
        if not self.expected_file.endswith(".json"):
            return {}
        told: dict[str, Any] = json.loads((CORPUS / self.expected_file).read_text("utf-8"))
        return told


@dataclass(frozen=True)
class Reading:
    """An entry as mailgate reads it. natures: one for each of its messages."""

    entry: Entry
    messages: tuple[Message, ...]
    natures: tuple[Nature, ...]

    @property
    def message(self) -> Message:
        """The first of its messages, for entries that are one mail."""
        return self.messages[0]


def absence() -> str:
    """Return why there is nothing to read, "" if there is."""
    return "" if MANIFEST.is_file() else f"no mails at {CORPUS}: set MAILGATE_CORPUS to them"


def is_demanded() -> bool:
    """Say whether the mails must be there: in CI, where the shared folder is."""
    return bool(os.environ.get("CI")) and CORPUS.parent.is_dir()


def entries() -> list[Entry]:
    """Return all 1,475 of them."""
    told = map(json.loads, MANIFEST.read_text("utf-8").splitlines())
    return [
        Entry(
            path=each["path"],
            source=each["source"],
            kind=each["kind"],
            format=each["format"],
            expected=each["expected"] or {},
            expected_file=each.get("expected_file") or "",
            raw=(CORPUS / each["path"]).read_bytes(),
        )
        for each in told
    ]


def read(entry: Entry) -> Reading:
    """Return an entry as mailgate reads it."""
    messages = tuple(map(parse.parse, entry.octets))
    own = OwnMarks("none")
    natures = tuple(nature_of(message, Envelope(None), own)[0] for message in messages)
    return Reading(entry, messages, natures)
