"""How a scene of the demo is played: mail is sent, letters arrive, what is found is compared."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from mailgate.demo.correspondent import Correspondent
from mailgate.demo.smarthost import Letter
from mailgate.demo.stage import Stage
from mailgate.demo.telling import Telling

Told = dict[str, Any]


class UnmetError(Exception):
    """Something came out otherwise than it must."""

    def __init__(self, what: str, expected: object, found: object) -> None:
        super().__init__(what)
        self.expected = expected
        self.found = found


class Scenes:
    """Plays on a stage whose daemon runs. checked: what was found as it must be."""

    def __init__(self, stage: Stage, telling: Telling, port: int, at: datetime) -> None:
        self.checked: list[str] = []
        self._stage = stage
        self._telling = telling
        self._port = port
        self._sent: dict[int, tuple[str, str]] = {}
        self._read: dict[str, int] = {}
        self._number = ""
        self._now = at

    def _scene(self, at: datetime, headline: str) -> None:
        self._stage.set_clock(at)
        self._now = at
        self._telling.scene(at, headline)

    def _write(
        self,
        who: Correspondent,
        to: str,
        subject: str,
        text: str,
        headers: Mapping[str, str] | None = None,
        mail_from: str | None = None,
    ) -> Told:
        """Send a mail by SMTP, and return what the daemon's log says was decided on it."""
        message = who.compose(to, subject, text, self._now, headers or {})
        self._telling.say(f"{who.name} <{who.address}> sends by SMTP:")
        shown = [f"{name}: {value}" for name, value in (headers or {}).items()]
        self._telling.show([f"To: {to}", f"Subject: {subject}", *shown, "", *text.splitlines()])
        sent = who.send(message, self._port, mail_from)
        self._sent[sent.spool_id] = ("done", hashlib.sha256(sent.octets).hexdigest())
        return self._stage.decided(sent.spool_id)

    def _receive(self, who: Correspondent, sentence: str) -> Letter:
        """Wait for the next letter to someone, and show it."""
        unread = self._stage.wait_for(lambda: self._unread(who), f"a letter to {who.address}")
        self._read[who.address] = self._read.get(who.address, 0) + 1
        self._telling.say(f"{sentence}:")
        lines = [line for line in unread[0].text.splitlines() if line.strip()]
        self._telling.show([f"Subject: {unread[0].subject}", "", *lines])
        return unread[0]

    def _letters(self, who: Correspondent, least: int) -> list[Letter]:
        """Wait until someone has got so many letters, and return them, the latest first."""

        def letters() -> list[Letter] | None:
            found = self._stage.smarthost.letters_to(who.address)
            return found[::-1] if len(found) >= least else None

        return self._stage.wait_for(letters, f"{least} letters to {who.address}")

    def _unread(self, who: Correspondent) -> list[Letter]:
        letters = self._stage.smarthost.letters_to(who.address)
        return letters[self._read.get(who.address, 0) :]

    def _last(self, who: Correspondent) -> Letter:
        return self._stage.smarthost.letters_to(who.address)[-1]

    def _answering(self, who: Correspondent) -> dict[str, str]:
        """Return what a mail program writes into a reply to someone's last letter."""
        return {"In-Reply-To": self._last(who).message_id}

    def _command(self, verb: str, text: str | None) -> str:
        """Let the agent run a command on the ticket, and return what it prints."""
        said = ("--text", text) if text else ()
        quoted = f' --text "{text}"' if text else ""
        self._telling.show([f"$ mailgate tickets {verb} {self._number}{quoted}"])
        printed = self._stage.command("tickets", verb, self._number, *said)
        self._telling.show(printed.splitlines())
        return printed

    def _ticket(self) -> Told:
        told: Told = self._stage.ask("tickets", "show", self._number)
        return told

    def _check(self, what: str, found: object, expected: object) -> None:
        if found != expected:
            raise UnmetError(what, expected, found)
        self.checked.append(what)


def among(texts: Iterable[str], letter: Letter) -> list[str]:
    """Return which of these texts the letter holds."""
    return [each for each in texts if each in letter.subject or each in letter.text]
