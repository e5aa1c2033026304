"""What kind of mail it is: a person's, a list's, a machine's, a report, or our own come back.

Promises one Nature and the reasons for it for any mail. The signals are tried from the surest to
the weakest (RFC 3834 §2, RFC 3464, RFC 8098, RFC 2369, RFC 2919, MS-OXCMAIL): whoever says that
he is a machine is believed, and a subject alone proves nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailgate.message import abuse, receipts, vacation
from mailgate.message.address import Envelope, canonical, split_subaddress
from mailgate.message.message import Message, Nature

LOOP_HEADER = "X-Mailgate-Loop"

_OUR_ID = re.compile(r"\.([a-z0-9]{1,32})@[^<>@\s]+>$", re.IGNORECASE)
_COMMENT = re.compile(r"\([^()]*\)")
_SUPPRESSED = frozenset({"all", "autoreply", "oof"})
_BULK = frozenset({"bulk", "junk"})
# What a rule of a mailbox leaves behind; not proof enough without a subject that says so.
_RULE_MARKS = (
    "x-ms-exchange-inbox-rules-loop",
    "x-ms-exchange-generated-message-source",
    "x-loop",
)

Reasoned = tuple[Nature, tuple[str, ...]]


@dataclass(frozen=True)
class OwnMarks:
    """What tells our own mail. instance: the installation's id; addresses: ours, canonical."""

    instance: str
    addresses: frozenset[str] = frozenset()


class _Signals:
    """The headers that say something about who is speaking, each looked up once."""

    def __init__(self, message: Message, envelope: Envelope, own: OwnMarks) -> None:
        values: dict[str, list[str]] = {}
        for name, value in message.headers:
            values.setdefault(name.lower(), []).append(value)
        self.message = message
        self.own = own
        self.values = values
        self.auto_submitted = _keyword(self.first("auto-submitted"))
        self.precedence = _keyword(self.first("precedence"))
        self.suppress = self.first("x-auto-response-suppress")
        self.no_return_path = (
            envelope.mail_from in ("", "<>")
            if envelope.mail_from is not None
            else self.first("return-path").replace(" ", "") == "<>"
        )
        referred = (*message.in_reply_to, *message.references)
        self.answers_us = any(_is_ours(message_id, own) for message_id in referred)

    def first(self, name: str) -> str:
        return self.values.get(name, ("",))[0]


def nature_of(message: Message, envelope: Envelope, own: OwnMarks) -> Reasoned:
    """Return what kind of mail it is, with the reasons, the deciding one first."""
    if _is_ours(message.message_id, own):
        return Nature.LOOP, ("Message-ID is of this installation",)
    signals = _Signals(message, envelope, own)
    reported = _reported(message)
    if reported is not None:
        return reported
    automatic = _automatic(signals)
    if automatic is not None:
        if _in_loop(signals):
            return Nature.LOOP, (f"header {LOOP_HEADER} is of this installation", *automatic[1])
        return automatic
    if signals.suppress and _suppresses(signals.suppress):
        return Nature.NO_ANSWER, (_said(signals, "X-Auto-Response-Suppress"),)
    return Nature.PERSON, ("nothing says otherwise",)


def _reported(message: Message) -> Reasoned | None:
    report = message.report
    if report is None:
        return None
    actions = [recipient.action for recipient in report.recipients]
    if report.kind == receipts.KIND:
        return Nature.RECEIPT, ("disposition notification",)
    if report.kind == abuse.KIND:
        return Nature.MACHINE, (f"feedback report: {''.join(actions[:1]) or 'abuse'}",)
    if not actions or "failed" in actions:
        return Nature.BOUNCE, ("delivery report: failed",)
    return Nature.DELAY, (f"delivery report: {actions[0]}",)


def _automatic(signals: _Signals) -> Reasoned | None:
    """Return auto-reply, machine or group, or None for a mail that a person may have sent."""
    reply = next(_auto_reply(signals), None)
    if reply is not None:
        return Nature.AUTO_REPLY, (reply,)
    if signals.auto_submitted not in ("", "no"):
        return Nature.MACHINE, (_said(signals, "Auto-Submitted"),)
    if signals.no_return_path:
        return Nature.MACHINE, ("null return path without a report",)
    listed = next((name for name in signals.values if name.startswith("list-")), None)
    if listed is not None and _is_group(signals):
        named = "List-Id" if "list-id" in signals.values else "List-Post"
        return Nature.GROUP, (_said(signals, named),)
    if signals.precedence in _BULK:
        return Nature.MACHINE, (_said(signals, "Precedence"),)
    if listed is not None:
        return Nature.MACHINE, (_said(signals, listed.title()),)
    return None


def _auto_reply(signals: _Signals) -> Iterator[str]:
    if signals.auto_submitted == "auto-replied":
        yield _said(signals, "Auto-Submitted")
    if signals.auto_submitted == "auto-generated" and (signals.answers_us or signals.suppress):
        second = "in reply to us" if signals.answers_us else "with X-Auto-Response-Suppress"
        yield f"{_said(signals, 'Auto-Submitted')}, {second}"
    header = vacation.header_in(signals.values)
    if header is not None:
        yield f"header {header[0]}: {header[1]}"[:120]
    if signals.precedence in vacation.PRECEDENCES:
        yield _said(signals, "Precedence")
    if vacation.is_subject(signals.message.subject):
        hint = _hint_of_machine(signals) or _hint_of_rule(signals)
        if hint:
            yield f"subject of an automatic reply, {hint}"
    elif vacation.may_be_subject(signals.message.subject):
        hint = _hint_of_machine(signals)
        if hint:
            yield f"subject as of an automatic reply, {hint}"


def _hint_of_machine(signals: _Signals) -> str:
    """Return what else says that a machine answered, "" for nothing.

    What comes through a list is no answer, whatever its subject.
    """
    if any(name.startswith("list-") for name in signals.values):
        return ""
    if signals.no_return_path:
        return "null return path"
    if signals.auto_submitted not in ("", "no"):
        return "header Auto-Submitted"
    return "header Precedence" if signals.precedence in _BULK else ""


def _hint_of_rule(signals: _Signals) -> str:
    """Return what else goes with the subject of an automatic reply, "" for nothing."""
    if signals.suppress:
        return "header X-Auto-Response-Suppress"
    mark = next((name for name in _RULE_MARKS if name in signals.values), None)
    if mark is not None:
        return f"header {mark.title()}"
    if vacation.says_so(signals.message.text):
        return "words of an automatic reply"
    return "in reply to us" if signals.answers_us else ""


def _is_group(signals: _Signals) -> bool:
    """Say whether a list carries a person's mail to us (by reply or by address)."""
    if "list-id" not in signals.values and "list-post" not in signals.values:
        return False
    if signals.answers_us:
        return True
    return any(
        canonical(split_subaddress(address.address)[0]) in signals.own.addresses
        or address.canonical in signals.own.addresses
        for address in (*signals.message.to, *signals.message.cc)
    )


def _in_loop(signals: _Signals) -> bool:
    marks = signals.values.get(LOOP_HEADER.lower(), ())
    instance = signals.own.instance.lower()
    return bool(instance) and any(instance in re.split(r"[^a-z0-9]+", m.lower()) for m in marks)


def _is_ours(message_id: str, own: OwnMarks) -> bool:
    match = _OUR_ID.search(message_id)
    return match is not None and match[1].lower() == own.instance.lower()


def _suppresses(value: str) -> bool:
    return any(word.strip().lower() in _SUPPRESSED for word in value.split(","))


def _keyword(value: str) -> str:
    """Return the word of `(comment) word; parameters`, in lower case (RFC 3834 §5)."""
    return _COMMENT.sub(" ", value).partition(";")[0].strip().lower()


def _said(signals: _Signals, name: str) -> str:
    return f"header {name}: {signals.first(name.lower())}"[:120]
