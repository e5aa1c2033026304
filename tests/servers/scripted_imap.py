"""A small IMAP server whose every answer a test can bend: a script over a list of mails.

It knows LOGIN, LIST, SELECT, EXAMINE, UID SEARCH, FETCH, STORE and COPY, NOOP and LOGOUT, and what
is in `capabilities` beyond that: IDLE, MOVE, UIDPLUS. Every command line is kept. A test may give
an answer of its own to any command, by the command's first words.
"""

import contextlib
import re
import socketserver
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

Answer = bytes | Callable[[bytes, str], bytes]


@dataclass
class Mail:
    """A mail in a folder."""

    uid: int
    octets: bytes
    flags: set[str] = field(default_factory=set)
    at: str = "20-Nov-2026 10:00:00 +0000"


@dataclass
class Folder:
    """A folder; uidvalidity None leaves it out."""

    uidvalidity: int | None = 1
    mails: list[Mail] = field(default_factory=list)
    uidnext: int = 1

    def add(self, octets: bytes, at: str = "20-Nov-2026 10:00:00 +0000") -> None:
        """Deliver a mail."""
        self.mails.append(Mail(self.uidnext, octets, at=at))
        self.uidnext += 1


class ScriptedImap:
    """The server. answers: by the beginning of a command without its tag, what is sent instead."""

    def __init__(self, capabilities: str = "IMAP4rev1") -> None:
        self.capabilities = capabilities
        self.greeting = b"* OK hello\r\n"
        self.folders: dict[str, Folder] = {"INBOX": Folder()}
        self.answers: dict[str, Answer] = {}
        self.commands: list[str] = []
        self.open = 0
        self.news = b""
        self.stated_uidnext: Callable[[], int | None] = lambda: self.folders["INBOX"].uidnext
        self.lock = threading.RLock()
        script = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    script.open += 1
                    _Session(script, self).run()
                script.open -= 1

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def inbox(self) -> Folder:
        """The folder that is always there."""
        return self.folders["INBOX"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Session:
    def __init__(self, script: ScriptedImap, handler: socketserver.StreamRequestHandler) -> None:
        self.script = script
        self.handler = handler
        self.folder = Folder()

    def send(self, octets: bytes) -> None:
        self.handler.wfile.write(octets)
        self.handler.wfile.flush()

    def run(self) -> None:
        self.send(self.script.greeting)
        while line := self.handler.rfile.readline():
            tag, _, command = line.decode().strip().partition(" ")
            with self.script.lock:
                self.script.commands.append(command)
                answer = self._answer(tag.encode(), command)
            self.send(answer)
            if command.upper().startswith("LOGOUT") or answer.endswith(b"BYE\r\n"):
                return

    def _answer(self, tag: bytes, command: str) -> bytes:
        for beginning, answer in self.script.answers.items():
            if command.upper().startswith(beginning):
                return answer(tag, command) if callable(answer) else answer
        words = command.split()
        name = "_".join(words[:2]).lower() if words[0].upper() == "UID" else words[0].lower()
        method = getattr(self, f"do_{name}", None)
        if method is None:
            return tag + b" BAD unknown command\r\n"
        untagged = "".join(f"* {each}\r\n" for each in method(words, command) if each).encode(
            "latin-1"
        )
        return untagged + tag + b" OK done\r\n"

    def do_idle(self, words: list[str], command: str) -> list[str]:
        """Idle without news until DONE comes."""
        self.script.lock.release()
        try:
            self.send(b"+ idling\r\n" + self.script.news)
            self.handler.rfile.readline()
        finally:
            self.script.lock.acquire()
        return []

    def do_capability(self, words: list[str], command: str) -> list[str]:
        return [f"CAPABILITY {self.script.capabilities}"]

    def do_login(self, words: list[str], command: str) -> list[str]:
        return []

    do_noop = do_login

    def do_logout(self, words: list[str], command: str) -> list[str]:
        return ["BYE bye"]

    def do_list(self, words: list[str], command: str) -> list[str]:
        return [f'LIST () "." "{name}"' for name in self.script.folders]

    def do_select(self, words: list[str], command: str) -> list[str]:
        folder = self.folder = self.script.folders[words[1].strip('"')]
        validity, uidnext = folder.uidvalidity, self.script.stated_uidnext()
        return [
            f"{len(folder.mails)} EXISTS",
            "0 RECENT",
            f"OK [UIDVALIDITY {validity}] valid" if validity is not None else "",
            f"OK [UIDNEXT {uidnext}] next" if uidnext is not None else "",
        ]

    do_examine = do_select

    def do_uid_search(self, words: list[str], command: str) -> list[str]:
        return ["SEARCH " + " ".join(str(mail.uid) for mail in self._mails(words[3]))]

    def _mails(self, numbers: str) -> list[Mail]:
        last = max((mail.uid for mail in self.folder.mails), default=0)
        wanted: set[int] = set()
        for part in numbers.split(","):
            low, _, high = part.partition(":")
            end = last if high == "*" else int(high or low)
            wanted |= set(range(min(int(low), end), end + 1)) | ({last} if high == "*" else set())
        return [mail for mail in self.folder.mails if mail.uid in wanted]

    def do_uid_fetch(self, words: list[str], command: str) -> list[str]:
        found = []
        for mail in self._mails(words[2]):
            octets, items = mail.octets, f"UID {mail.uid}"
            head = octets[: octets.find(b"\r\n\r\n") + 4]
            if "RFC822.SIZE" in command:
                items += f' RFC822.SIZE {len(octets)} INTERNALDATE "{mail.at}"'
            if "BODY.PEEK[]" in command:
                items += f" BODY[] {{{len(octets)}}}\r\n{octets.decode('latin-1')}"
            if "BODY.PEEK[HEADER]" in command:
                items += f" BODY[HEADER]<0> {{{len(head)}}}\r\n{head.decode('latin-1')}"
            found.append(f"{self.folder.mails.index(mail) + 1} FETCH ({items})")
        return found

    def do_uid_store(self, words: list[str], command: str) -> list[str]:
        for mail in self._mails(words[2]):
            mail.flags |= set(re.findall(r"\\\w+", command))
        return []

    def do_uid_copy(self, words: list[str], command: str) -> list[str]:
        target = self.script.folders[words[3].strip('"')]
        for mail in self._mails(words[2]):
            target.add(mail.octets, mail.at)
        return []

    def do_uid_move(self, words: list[str], command: str) -> list[str]:
        moved = self._mails(words[2])
        self.do_uid_copy(words, command)
        self.folder.mails = [mail for mail in self.folder.mails if mail not in moved]
        return []

    def do_uid_expunge(self, words: list[str], command: str) -> list[str]:
        gone = [mail for mail in self._mails(words[2]) if "\\Deleted" in mail.flags]
        self.folder.mails = [mail for mail in self.folder.mails if mail not in gone]
        return []
