"""Encoded-words (RFC 2047) as mailers write them, not only as they should.

Promises text for any text, linear in it. Read too: words with spaces, quotes or raw octets in
them, without their end or padding, glued to each other or to plain words, with a language
(RFC 2231 §5), and words that cut a character or a base64 quantum in two. What is no word stays.
"""

import binascii
import re

from mailgate.message import charset

_WORD = re.compile(
    r"=\?[ \t]{0,3}([^?\s*=]{0,40})(?:\*[^?\s]{0,40})?[ \t]{0,3}\?[ \t]{0,3}([bBqQ])[ \t]{0,3}\?"
    r"([^?]*+(?:\?(?!=)[^?]{0,200}+){0,10}+)(?:\?=|\Z)"
)


def read(text: str) -> str:
    """Return text with its encoded-words read, and those beyond reading left as they are.

    Neighbours of one charset are joined before they are decoded, because many mailers cut a
    character in two.
    """
    out: list[str] = []
    run = _Run()
    at = 0
    for match in _WORD.finditer(text):
        between = text[at : match.start()]
        if between.strip() or not run.takes(match[1]):
            out.append(run.text())
            run = _Run()
        if between.strip() or at == 0:
            out.append(between)
        # A word without its end may have half of it; in a whole one it is a question.
        payload = match[3] if match[0].endswith("?=") else match[3].removesuffix("?")
        run.add(match[1], match[2].lower(), payload)
        at = match.end()
    out.append(run.text())
    out.append(text[at:])
    return "".join(out)


class _Run:
    """Words that stand beside each other and are of one charset."""

    def __init__(self) -> None:
        self.label: str | None = None
        self.octets: list[bytes] = []
        self.quantum = ""  # base64 that goes on in the next word

    def takes(self, label: str) -> bool:
        return self.label is None or self.label == label.lower()

    def add(self, label: str, encoding: str, payload: str) -> None:
        self.label = label.lower()
        if encoding == "b":
            payload = self.quantum + "".join(payload.split())
            # A word that ends within a quantum without padding is continued by its neighbour.
            cut = len(payload) // 4 * 4 if "=" not in payload else len(payload)
            self.octets.append(charset.base64_octets(_octets(payload[:cut])))
            self.quantum = payload[cut:]
        else:
            self._flush()
            self.octets.append(binascii.a2b_qp(_octets(payload), header=True))

    def text(self) -> str:
        if self.label is None:
            return ""
        self._flush()
        return charset.decode(b"".join(self.octets), self.label)[0]

    def _flush(self) -> None:
        if self.quantum:
            self.octets.append(charset.base64_octets(_octets(self.quantum)))
            self.quantum = ""


def _octets(payload: str) -> bytes:
    return payload.encode("utf-8", "surrogateescape")
