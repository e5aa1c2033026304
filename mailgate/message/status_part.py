"""The fields of a machine-readable part: message/delivery-status and its kin (RFC 3464 §2).

Promises groups and recipients for any text, 200 at most, in linear time. Fields that systems
leave out or write in their own way are read as they are meant.
"""

import re
from collections.abc import Iterator

from mailgate.message import charset, headers, statuses
from mailgate.message.message import ReportRecipient

MAX_RECIPIENTS = 200
_MAX_VALUE = 2000

Group = dict[str, str]

_ACTIONS = {"5": "failed", "4": "delayed", "2": "delivered"}
_MEANT = {
    "fail": "failed", "failure": "failed", "error": "failed", "bounced": "failed",
    "undeliverable": "failed", "expired": "failed", "returned": "failed",
    "delay": "delayed", "deferred": "delayed", "warning": "delayed",
    "delivery": "delivered", "success": "delivered", "relay": "relayed", "expand": "expanded",
}  # fmt: skip
# Neither surrogates nor what no character has.
_ESCAPED = re.compile(
    r"\\x\{0{0,3}(10[0-9a-f]{4}|[1-9a-f][0-9a-f]{4}|[0-9a-cef][0-9a-f]{3}"
    r"|d[0-7][0-9a-f]{2}|[0-9a-f]{2,3})\}",
    re.IGNORECASE,
)
_KNOWN = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})


def groups(text: str) -> list[Group]:
    """Return the groups of fields in a part, names in lower case, values on one line."""
    found: list[Group] = [{}]
    last = ""
    for line in text.split("\n"):
        if not line.strip():
            if found[-1]:
                found.append({})
            last = ""
        elif line[:1] in " \t" and last:
            found[-1][last] = f"{found[-1][last]} {line.strip()}"[:_MAX_VALUE]
        else:
            name, colon, value = line.partition(":")
            last = name.strip().lower() if colon else ""
            if last and last not in found[-1]:
                found[-1][last] = value.strip()[:_MAX_VALUE]
        if len(found) > MAX_RECIPIENTS + 1:
            break
    return found


def recipients(told: list[Group]) -> Iterator[ReportRecipient]:
    """Yield the fate of each recipient; Original-Recipient is the address that the mail had."""
    for group in told:
        addresses = (bare(group.get(f"{which}-recipient", "")) for which in ("original", "final"))
        recipient = next(filter(None, addresses), "")
        if not recipient and "status" not in group and "diagnostic-code" not in group:
            continue
        diagnostic = headers.decoded("diagnostic-code", group.get("diagnostic-code", ""))
        status = statuses.of_field(group.get("status", ""), diagnostic)
        given = charset.one_line(group.get("action", "").split("(")[0]).strip(" ;.").lower()[:20]
        action = _MEANT.get(given, given)
        if action not in _KNOWN:
            action = _ACTIONS.get(status[:1], "failed")
        yield ReportRecipient(
            address=recipient,
            action=action,
            status=status or statuses.CLASS_OF.get(action, "2.0.0"),
            diagnostic=charset.one_line(diagnostic.partition(";")[2] or diagnostic)[:500],
        )


def bare(value: str) -> str:
    """Return the address of `rfc822; <address>`, as written but for its brackets.

    Letters that `utf-8; …` escapes for the way through ASCII are read (RFC 6533 §3).
    """
    kind, semicolon, rest = value.partition(";")
    if kind.strip().lower() == "utf-8" and "\\x{" in rest:
        rest = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), rest)
    return charset.one_line(rest if semicolon else kind).strip("<>\"' ")[:320]
