"""What the sources of the corpus expect of a mail, and whether it came true.

Each function yields (right, what was found instead) for one figure, or nothing where the source
states nothing. Meanings are those of sources.json.
"""

import email
import html.parser
import re
from collections.abc import Iterator
from email.message import Message as StandardMessage
from typing import Any

from mailgate.message.message import Message, Nature
from tests.integration.corpus import Reading

Verdict = Iterator[tuple[bool, str]]

_AUTOMATIC = {Nature.BOUNCE, Nature.DELAY, Nature.RECEIPT, Nature.AUTO_REPLY, Nature.LOOP}
_SAMPLE = 30
# What Mail::DeliveryStatus::BounceParser calls a reason, as classes and subjects of RFC 3463.
_REASONS = {
    "user_unknown": {"5.0", "5.1", "5.2", "5.4"},
    "user_disabled": {"5.0", "5.1", "5.2", "5.7"},
    "over_quota": {"4.0", "5.0", "4.2", "5.2"},
    "domain_error": {"5.0", "5.1", "5.4", "4.0", "4.1", "4.4"},
    "spam": {"5.0", "5.7", "4.7"},
    "message_too_large": {"5.0", "5.2", "5.3"},
    "denied": {"5.0", "5.1", "5.7", "4.7"},
}


def squeezed(text: str | None) -> str:
    """Return text with white space made one, and without marks for pictures and NUL."""
    return " ".join((text or "").replace("\ufffc", " ").replace("\0", "\ufffd").split())


def said(expected: str | None, found: str) -> bool:
    """Say whether a text is as expected; a letter the collection could not read may be any."""
    pattern = re.escape(squeezed(expected)).replace("\ufffd", ".")
    return re.fullmatch(pattern, squeezed(found)) is not None


def subject(reading: Reading) -> Verdict:
    """Yield whether the decoded subject is as expected."""
    if "subject" in reading.entry.expected:
        found = reading.message.subject
        yield said(reading.entry.expected["subject"], found), found


def sender(reading: Reading) -> Verdict:
    """Yield whether the addresses of From are as expected."""
    if "from" in reading.entry.expected:
        found = [address.address.lower() for address in reading.message.from_]
        expected = [each.lower() for each in _addresses(reading.entry.expected["from"])]
        yield expected == found, f"{found}, not {expected}"


def _addresses(told: Any) -> list[str]:
    """Return the addresses of an expectation, in whichever way it is written."""
    if isinstance(told, dict):
        address = told.get("Address", {})
        groups = address.get("Group", [])
        listed = address.get("List") or [each for group in groups for each in group["addresses"]]
        return [each.get("address") or "" for each in listed]
    if isinstance(told, list):
        return [told[-1]]
    return [told.rpartition("<")[2].strip(">")] if told else []


def attachments(reading: Reading) -> Verdict:
    """Yield whether number or names of the files are as expected.

    A rendering of the body that is listed among what is in a winmail.dat is no file.
    """
    expected = reading.entry.expected
    names = [each.name for each in reading.message.attachments]
    if "n_attachments" in expected:
        yield expected["n_attachments"] == len(names), f"{names}, not {expected['n_attachments']}"
    if "attachments" in expected:
        wanted = [each for each in expected["attachments"] if not each.startswith("body.")]
        yield all(names.count(each) >= wanted.count(each) for each in wanted), f"{names}: {wanted}"


def text(reading: Reading) -> Verdict:
    """Yield whether every text that is expected is found in the whole text."""
    full_text = squeezed(reading.message.full_text)
    told = [reading.entry.expected.get("text")]
    for number in reading.entry.tree.get("text_body", ()):
        body = reading.entry.tree["parts"][number]["body"]
        told.append(body.get("Text"))
        if "Html" in body:
            missing = _words(_visible(body["Html"])) - _words(full_text)
            yield not missing, f"without {sorted(missing)[:5]}"
    for expected in filter(None, told):
        pattern = re.escape(squeezed(expected)).replace("\ufffd", ".")
        yield re.search(pattern, full_text) is not None, full_text[:100]


def standard_text(reading: Reading) -> Verdict:
    """Yield whether the words that the standard library finds in plain parts are there, too.

    Mails in which it finds something wrong are left out: there it takes headers for text.
    """
    if reading.entry.format != "rfc822":
        return
    try:
        message = email.message_from_bytes(reading.entry.raw)
        found = set() if message.defects else _plain_words(message)
    except Exception:  # noqa: BLE001 - what it cannot read is no expectation
        return
    if found:
        missing = found - _words(reading.message.full_text)
        yield not missing, f"without {sorted(missing)[:5]}"


def _plain_words(part: StandardMessage) -> set[str]:
    """Return the first words of each plain part that is no file and not in another message."""
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        children = [child for child in part.get_payload() if isinstance(child, StandardMessage)]
        return set().union(*map(_plain_words, children))
    if part.get_content_type() != "text/plain" or part.get_content_disposition() == "attachment":
        return set()
    if part.get_filename():
        return set()
    octets = part.get_payload(decode=True)
    assert isinstance(octets, bytes)
    # Only what stands alone between spaces: other letters are a matter of the charset.
    words = re.findall(rb"(?<!\S)[a-z]{4,20}(?!\S)", octets[:4000])
    return {word.decode() for word in words[:_SAMPLE]}


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]{3,}", text.lower()))


class _Visible(html.parser.HTMLParser):
    """Gathers what is to be read."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = 0
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in ("script", "style", "title")
        if tag in ("br", "p", "div", "td", "li"):
            self.found.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style", "title")

    def handle_data(self, data: str) -> None:
        if self.hidden <= 0:
            self.found.append(data)


def _visible(markup: str) -> str:
    reader = _Visible()
    reader.feed(markup)
    return "".join(reader.found)


def is_bounce(reading: Reading) -> Verdict:
    """Yield whether a delivery report is taken for one, and nothing else is."""
    if "is_bounce" in reading.entry.expected:
        found = all(map(_is_delivery_report, reading.messages))
        yield reading.entry.expected["is_bounce"] == found, str(reading.natures[0])


def _is_delivery_report(message: Message) -> bool:
    return message.report is not None and message.report.kind == "delivery-status"


def failing_address(reading: Reading) -> Verdict:
    """Yield whether exactly the recipients that failed are named."""
    expected = reading.entry.expected
    wanted = {
        address.lower()
        for key in ("permanent", "temporary", "addresses")
        for address in expected.get(key, ())
    }
    if wanted:
        report = reading.message.report
        found = {each.address.lower() for each in report.recipients} if report else set()
        yield found == wanted, f"{sorted(found)}, not {sorted(wanted)}"


def status(reading: Reading) -> Verdict:
    """Yield whether class and subject of the status are as expected (RFC 3463).

    A detail from 900 on is sisimai's own way of saying that the mail states no code: then only
    the class is compared. BounceParser names reasons instead.
    """
    report = reading.message.report
    found = [each.status for each in report.recipients] if report else []
    expected = reading.entry.expected
    for delivery in expected.get("deliveries", ()):
        code = delivery["status"]
        if code:
            invented = int(code.rpartition(".")[2]) >= 900
            wanted = code[:2] if invented else code.rpartition(".")[0] + "."
            yield any(each.startswith(wanted) for each in found), f"{found}, not {code}"
    if expected.get("std_reason") in _REASONS:
        allowed = _REASONS[expected["std_reason"]]
        right = any(each.rpartition(".")[0] in allowed for each in found)
        yield right, f"{found}, not {expected['std_reason']}"
    if "smtp_code" in expected:
        yield any(each[:1] == expected["smtp_code"][0] for each in found), str(found)


def is_ordinary(reading: Reading) -> Verdict:
    """Yield whether what its collection keeps among ordinary mail is no bounce, no auto-reply."""
    automatic = reading.entry.kind in ("bounce", "autoreply", "mdn", "arf")
    expected = reading.entry.expected
    if not automatic or expected.get("is_bounce") is False:
        if expected.get("is_bounce") or expected.get("is_autoreply"):
            return
        wrong = [nature.value for nature in reading.natures if nature in _AUTOMATIC]
        yield not wrong, str(wrong)


def automatic_reply(reading: Reading) -> Verdict:
    """Yield whether an automatic reply is taken for one."""
    if "is_autoreply" in reading.entry.expected:
        found = reading.natures[0]
        yield reading.entry.expected["is_autoreply"] == (found is Nature.AUTO_REPLY), found.value


def reply_text(reading: Reading) -> Verdict:
    """Yield whether the visible text of a reply is as expected, one verdict a file."""
    expected = reading.entry.expected
    words = squeezed(reading.message.text)
    whole = squeezed(reading.message.full_text)
    bare = words.rstrip("-_ ")
    rights = [
        bare == squeezed(told).rstrip("-_ ")
        for key in ("reply_text", "first_fragment_equals", "visible_equals", "first_body_equals")
        for told in _listed(expected.get(key))
    ]
    rights += [
        re.search(pattern, reading.message.text) is not None
        for pattern in expected.get("first_fragment_matches", ())
    ]
    rights += [squeezed(each) in words for each in expected.get("body_contains", ())]
    rights += [squeezed(each) not in words for each in expected.get("body_not_contains", ())]
    rights += [squeezed(e) in whole for e in expected.get("whole_first_fragment_contains", ())]
    if rights:
        yield all(rights), words[-160:]


def _listed(told: Any) -> list[str]:
    return [] if told is None else [told] if isinstance(told, str) else list(told)


def text_is_kept(reading: Reading) -> Verdict:
    """Yield whether there are words left where there were any."""
    for message in reading.messages:
        yield bool(message.text.strip()) or not message.full_text.strip(), "nothing left"
