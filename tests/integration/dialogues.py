"""Sessions written down in tests/dialogues, and who plays them.

A dialogue is a text file; its first line says what it shows. The marks:
  @ lmtp|tls|full|fails     an LMTP listener, one with TLS, full disks, a store that fails
  @ max_recipients=3        a limit
  @ attack A30 A38          what it keeps out, of reliability.md's table
  @ each TEXT               one case for each; `{EACH}` stands for the text further down
  C: line   C x99: line     the client sends a line (so often); `C:` alone an empty one
  R: text                   the client sends raw octets, with escapes as in Python
  C: <half-close>           it closes its half;  <reset> resets;  <tls> begins the handshake
  S: 250 2.1   S x99: 250   a reply line begins so (so often);  S: <closed> the server closed
  S* 250                    a reply of several lines ends with that code
  M: 2                      so many messages were accepted
  E: a@b > c@d e@f          the envelope of the last one;  = text  its octets, with escapes
A dialogue that was not closed ends with QUIT and 221. Every refusal must be one of our texts.
"""

import re
import socket
import ssl
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mailgate.intake import answers
from mailgate.intake.spool import Arrival
from tests.servers import wait_for

DIALOGUES = sorted((Path(__file__).parent.parent / "dialogues").glob("*.txt"))
TEXTS = {text for text in vars(answers).values() if isinstance(text, bytes)}
ACCEPTED = re.compile(rb"250 2\.0\.0 \d+ accepted\r\n")


@dataclass(frozen=True)
class Dialogue:
    """One case of a file."""

    name: str
    options: tuple[str, ...]
    lines: tuple[str, ...]
    each: str = ""
    attacks: tuple[str, ...] = ()


def cases() -> list[Dialogue]:
    """Return every case of every file."""
    found = []
    for path in DIALOGUES:
        lines = [line for line in path.read_text("utf-8").splitlines() if line]
        marks = [line[2:] for line in lines if line.startswith("@ ")]
        attacks = [word for mark in marks for word in mark.split() if mark.startswith("attack ")]
        options = tuple(mark for mark in marks if mark.split()[0] not in ("each", "attack"))
        each = [mark.removeprefix("each ") for mark in marks if mark.startswith("each ")]
        rest = tuple(line for line in lines if line[0] not in "#@")
        for text in each or [""]:
            name = f"{path.stem}[{text}]" if text else path.stem
            found.append(Dialogue(name, options, rest, text, tuple(attacks[1:])))
    return found


def _octets(text: str) -> bytes:
    return text.encode("utf-8").decode("unicode_escape").encode("latin-1")


Messages = Callable[[], list[tuple[Arrival, bytes]]]


class Player:
    """Plays one dialogue against a listener.

    messages: gives what was accepted in this dialogue. first: the id its first mail gets.
    """

    def __init__(self, port: int, messages: Messages, dialogue: Dialogue, first: int = 1) -> None:
        self._messages = messages
        self._dialogue = dialogue
        self._first = first
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._received = b""
        self._closed = False
        self._marks: dict[str, Callable[[str, int], None]] = {
            "C": self._send,
            "R": self._send_raw,
            "S": self._expect,
            "S*": self._expect_all,
            "M": self._expect_count,
            "E": self._expect_envelope,
            "=": self._expect_octets,
        }

    def play(self) -> None:
        """Go through the lines, then say goodbye."""
        for line in self._dialogue.lines:
            found = re.fullmatch(r"([CR]|S\*?|[ME=])(?: x(\d+))?:? ?(.*)", line)
            assert found, f"not a line of a dialogue: {line}"
            text = found[3].replace("{EACH}", self._dialogue.each)
            try:
                self._marks[found[1]](text, int(found[2] or 1))
            except AssertionError as error:
                raise AssertionError(f"{self._dialogue.name}: at {line!r}: {error}") from error
        if not self._closed:
            self._send("QUIT", 1)
            self._expect("221", 1)
            self._expect("<closed>", 1)
        self._socket.close()

    def _send(self, text: str, times: int) -> None:
        if text == "<half-close>":
            self._socket.shutdown(socket.SHUT_WR)
        elif text == "<reset>":
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._socket.close()
            self._closed = True
        elif text == "<tls>":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            self._socket = context.wrap_socket(self._socket)
        else:
            self._socket.sendall((text.encode("utf-8") + b"\r\n") * times)

    def _send_raw(self, text: str, times: int) -> None:
        self._socket.sendall(_octets(text) * times)

    def _line(self) -> bytes:
        while b"\n" not in self._received:
            try:
                block = self._socket.recv(65536)
            except ConnectionError:
                block = b""
            if not block:
                break
            self._received += block
        line, end, self._received = self._received.partition(b"\n")
        line += end
        if line[:1] in b"45" and line:
            assert line in TEXTS, f"not a text of ours: {line!r}"
        return line

    def _expect(self, text: str, times: int) -> None:
        for _ in range(times):
            line = self._line()
            if text == "<closed>":
                assert line == b"", f"the server goes on: {line!r}"
                self._closed = True
            else:
                text = text.replace("250 2.0.0 1", f"250 2.0.0 {self._first}")
                assert line.decode().startswith(text), f"got {line!r}"

    def _expect_all(self, text: str, times: int) -> None:
        for _ in range(times):
            while (line := self._line().decode()).startswith(text + "-"):
                pass
            assert line.startswith(text + " "), f"got {line!r}"

    def _expect_count(self, text: str, times: int) -> None:
        wait_for(lambda: len(self._messages()) >= int(text), f"{text} messages are accepted")
        assert len(self._messages()) == int(text), f"accepted {len(self._messages())}"

    def _expect_envelope(self, text: str, times: int) -> None:
        envelope = self._messages()[-1][0].envelope
        said = f"{envelope.mail_from} > {' '.join(envelope.recipients)}"
        assert said == text, f"got {said!r}"

    def _expect_octets(self, text: str, times: int) -> None:
        octets = self._messages()[-1][1]
        assert octets == _octets(text), f"got {octets!r}"
