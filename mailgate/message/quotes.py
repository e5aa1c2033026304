"""What the human wrote now: quotes, signature and notices cut off (a line scanner, no grammar).

Promises a text for any text, in linear time: each line is looked at a bounded number of times,
only its first 400 characters are matched, and beyond 5,000 lines only quote marks count. If
nothing would be left, everything is: a mail without words of its own is still to be read.
"""

import re

from mailgate.message import (
    attribution,
    ending,
    header_block,
    marks,
    quoted,
    signature,
    subjects,
    taglines,
)
from mailgate.message.header_block import Divider

_MAX_MATCHED = 400
_MAX_LOOKED = 5000
_MAX_SIGNATURE = 25
_MAX_DELIMITERS = 20
_NO_WORDS = " \t\n\xa0_-=*~—–>|"
_MAX_NEAR = 4
_WHOLE_BLOCK = {"from", "to", "subject"}
_MAX_READ_OF_WORDS = 4000

_ANSWERS_BELOW = re.compile(
    r"(?<!\w)(?:(?:my |our )?(?:answers?|repl(?:y|ies)|comments?|responses?|remarks)(?: are| is|:)?"
    r"[^.\n]{0,30} (?:below|inline|in-line|in line|in red|in blue|in green|in colou?r|in the text)"
    r"|(?:see|please see) (?:\w+ ){0,2}(?:inline|in-line|in red|in blue|in the text)"
    r"|(?:odpowied(?:zi|ź)|odpowiadam|odpisuję|odpisałam?|komentarz\w*|uwagi)[^.\n]{0,40}"
    r"(?:poniżej|niżej|w treści|w tekście|na czerwono|na niebiesko|na zielono|kolorem|w kolorze)"
    r"|(?:antwort|anmerkung|kommentar)\w{0,3}[^.\n]{0,30} (?:unten|im text|in rot"
    r"|rot markiert|inline)"
    r"|(?:réponses?|commentaires?)[^.\n]{0,30} (?:ci-dessous|dans le texte|en rouge|en bleu)"
    r"|respuestas?[^.\n]{0,30} (?:abajo|en rojo|en azul)|risposte[^.\n]{0,30} (?:sotto|in rosso)"
    r"|odpověd\w{0,2}[^.\n]{0,30} (?:níže|v textu|červeně))",
    re.IGNORECASE,
)


def own_words(text: str, subject: str = "", *, is_reply: bool = True) -> str:
    """Return what stands before or between quotes and above the signature; all if that is none.

    text: may hold the marks of `markup`. A forwarded mail (by its subject or a line that says so)
    keeps what it forwards: that is what it is about. So does one whose writer says that the
    answers stand in a quote without marks. is_reply: False where neither headers nor subject make
    it one; then lines with ">" and header blocks were pasted and stay, until a line says whose
    words are quoted.
    """
    lines = text.split("\n")
    forwarded = subjects.forwards(subject)
    scan = _Scan(lines, forwarded, is_reply, header_block.may_ask(text))
    rest = scan.run()
    if forwarded and rest is None:
        return marks.unmarked(text).strip("\n")
    kept = ending.trimmed(scan.kept)
    if rest is None and scan.cut_at is not None and _points_below(kept):
        rest = scan.cut_at
    if rest is not None:
        kept = [*kept, "", *lines[rest:]]
    words = marks.unmarked("\n".join(kept)).strip("\n")
    # A rule above a quote is no word, either.
    return words if words.strip(_NO_WORDS) else marks.unmarked(text).strip("\n")


def _points_below(kept: list[str]) -> bool:
    return _ANSWERS_BELOW.search("\n".join(kept)[:_MAX_READ_OF_WORDS]) is not None


class _Scan:
    """One walk over the lines. cut_at: where a quote without marks was cut off."""

    def __init__(self, lines: list[str], forwarded: bool, is_reply: bool, asks: bool) -> None:
        self.lines = lines
        self.forwarded = forwarded
        self.is_reply = is_reply
        self.kept: list[str] = []
        self.cut_at: int | None = None
        self.has_words = False
        self.signed = False
        self.quoting = False
        self.after_quote = False
        self.delimiters = 0
        self.prefix = ""
        self.asks = asks

    def run(self) -> int | None:
        """Return from which line on all is kept, or None; what stands above that is in kept."""
        for at, raw in enumerate(self.lines):
            if not raw or raw.isspace():
                self._blank()
                continue
            if at >= _MAX_LOOKED:
                if not self.signed and not quoted.is_quoted(raw):
                    self.kept.append(raw)
                continue
            parting = self._look(at, raw)
            if parting is None:
                continue
            kind, start = parting
            if kind is Divider.FORWARD or self.forwarded:
                return start
            self.cut_at = start
            break
        return None

    def _blank(self) -> None:
        # Of the empty lines around a quote that is left out, those above it are enough.
        if not self.signed and not (self.after_quote and self.kept and not self.kept[-1]):
            self.kept.append("")

    def _look(self, at: int, raw: str) -> tuple[Divider, int] | None:
        """Take a line; if all below it is of another mail, return so and where that begins."""
        line = raw[:_MAX_MATCHED]
        if self.quoting and quoted.is_of_link(self.lines, at):
            return None
        if self.prefix and line.lstrip(" ").startswith(self.prefix):
            self.after_quote = True
            return None
        if not self._is_bare(line):
            if quoted.is_quoted(line) and not quoted.is_folded(self.lines, at):
                return self._quote(at, raw)
            self.quoting = False
            if line[0] in marks.ALL:
                return self._labelled(at, line)
            kind = header_block.divider(line)
            if kind is Divider.ORIGINAL and not self.forwarded and self._quote_follows(at + 1):
                return None
            if kind is None and self._is_header_block(at):
                kind = Divider.ORIGINAL
            if kind is not None:
                return kind, at
        self.quoting = False
        if attribution.ends_one(line):
            near = quoted.fragments(self.lines, at)
            length = attribution.length_at_end([self.lines[each] for each in near], sure=True)
            if length:
                return self._attributed(at, near[-length], length)
        if not self.signed:
            self._keep(at, raw, line)
        return None

    def _is_header_block(self, at: int) -> bool:
        """Say whether the headers of an answered mail begin at a line.

        In a mail that is no reply some are pasted; but a whole block with its date is what
        programs write above an answered mail, and their replies do not always say that they are.
        """
        kinds = header_block.kinds_at(self.lines, at)
        is_whole = kinds >= _WHOLE_BLOCK and not kinds.isdisjoint(("sent", "date"))
        return bool(kinds) and (self.is_reply or self.forwarded or is_whole)

    def _is_bare(self, line: str) -> bool:
        """Say whether a line can be no quote, header or divider; most lines of most mails."""
        return line[0].isalnum() and ":" not in line and "：" not in line and not self.asks

    def _keep(self, at: int, raw: str, line: str) -> None:
        if self.has_words and (self._is_signature(at, line) or taglines.is_tagline(line)):
            self.signed = True
            return
        self.kept.append(raw)
        self.has_words = True
        self.after_quote = False

    def _quote(self, at: int, raw: str) -> tuple[Divider, int] | None:
        """Leave a quoted line out, and at the first of several what stands above to say whose."""
        first, self.quoting = not self.quoting, True
        if not first:
            self._paste(raw)
            return None
        start = self._attribution_above()
        if self.forwarded or header_block.divider(raw) is Divider.FORWARD:
            return Divider.FORWARD, at - len(self.kept) + start
        if start < len(self.kept):
            self.is_reply = True
            self._drop(start)
        if raw[0] == marks.QUOTED and self.cut_at is None:
            self.cut_at = at
        self.signed = False
        self.after_quote = True
        self._paste(raw)
        return None

    def _paste(self, raw: str) -> None:
        """Keep a line with ">" where nobody is answered."""
        if not self.is_reply and raw[0] != marks.QUOTED:
            self.kept.append(raw)
            self.after_quote = False

    def _drop(self, start: int) -> None:
        """Leave out an attribution that begins at a line of what is kept."""
        before = attribution.words_before(self.kept[start])
        del self.kept[start:]
        if before:
            self.kept.append(before)

    def _attribution_above(self) -> int:
        """Return where in what is kept an attribution at its end begins, its length for none."""
        end = len(self.kept)
        blank = 0
        while blank < min(3, end) and not self.kept[end - 1 - blank]:
            blank += 1
        if blank == end or not self.kept[end - 1 - blank]:
            return end
        near = quoted.fragments(self.kept, end - blank - 1)
        length = attribution.length_at_end([self.kept[each] for each in near], sure=False)
        return near[-length] if length else end

    def _labelled(self, at: int, line: str) -> tuple[Divider, int] | None:
        """Leave out what its client calls a signature or "On … wrote:", unless it forwards."""
        if line[0] == marks.TOLD and header_block.divider(line) is Divider.FORWARD:
            return Divider.FORWARD, at
        if line[0] == marks.TOLD and self.forwarded:
            return Divider.FORWARD, at
        self.after_quote = True
        return None

    def _attributed(self, at: int, start: int, length: int) -> tuple[Divider, int] | None:
        """Leave out a line that says whose words follow; all below it without quote marks, too."""
        self.is_reply = True
        before = attribution.words_before(self.lines[start])
        if not self.signed:
            while length > 1:
                length -= bool(self.kept.pop())
            if before:
                self.kept.append(before)
        self.has_words = any(self.kept)
        self.after_quote = True
        if not self.forwarded and self._quote_follows(at + 1, attributed=True):
            return None
        return Divider.ORIGINAL, start

    def _quote_follows(self, at: int, *, attributed: bool = False) -> bool:
        """Say whether the next line is quoted; below an attribution by "EN>" or "|", too."""
        near = (line for line in self.lines[at : at + _MAX_NEAR] if line and not line.isspace())
        line = next(near, "")
        if attributed:
            self.prefix = quoted.other_mark(line)
        return bool(self.prefix) or quoted.is_quoted(line)

    def _is_signature(self, at: int, line: str) -> bool:
        """Say whether a signature begins; without the space of RFC 3676 only a short one does."""
        if not signature.is_delimiter(line):
            return False
        if line == "-- ":
            return True
        self.delimiters += 1
        if self.delimiters > _MAX_DELIMITERS:
            return False
        said = 0
        for below in self.lines[at + 1 : at + 2 * _MAX_SIGNATURE]:
            if quoted.is_quoted(below):
                return True
            said += bool(below) and not below.isspace()
        return said <= _MAX_SIGNATURE
