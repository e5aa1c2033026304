"""What `mailgate explain` tells of a message: a JSON object for scripts, a page for people."""

from collections.abc import Sequence

from mailgate.cli import results
from mailgate.cli.output import Told, block, octets, pairs, plain
from mailgate.gateway.rehearse import Rehearsal
from mailgate.intake.spool import SpoolResult
from mailgate.message.address import Address
from mailgate.message.message import Message, Nature
from mailgate.tickets.office import Office

_SHOWN_LINES = 12
# A delay names those whom the mail has not reached yet, as a bounce those whom it never will.
_FATES = (Nature.BOUNCE, Nature.DELAY)


def told_of(
    message: Message, rehearsal: Rehearsal, rows: Sequence[SpoolResult], office: Office | None
) -> Told:
    """Return a message and what is decided on it, as --json prints it.

    rows: the results, recorded or rehearsed; without an office there are none.
    """
    author = message.author or next(iter(message.from_), None)
    return {
        "message_id": message.message_id or None,
        "subject": message.subject,
        "from": _address(author),
        "to": [each.address for each in message.to],
        "cc": [each.address for each in message.cc],
        "date": message.date.isoformat() if message.date else None,
        "nature": rehearsal.nature.value,
        "nature_reasons": list(rehearsal.nature_reasons),
        "authenticity": rehearsal.authenticity.value,
        "authenticity_reason": rehearsal.authenticity_reason,
        "text": message.text,
        "full_text": message.full_text,
        "language": message.language,
        "attachments": [
            {"name": each.name, "type": each.type, "size": each.size, "inline": each.inline}
            | ({"detected": each.detected} if each.detected else {})
            for each in message.attachments
        ],
        "bounce": _bounce(message) if rehearsal.nature in _FATES else None,
        "results": [results.told_of(row, office.directory) for row in rows] if office else [],
        "defects": list(message.defects),
    }


def page_of(told: Told) -> str:
    """Return the same for people."""
    parts = [pairs(_facts(told)), block(_shortened(told["text"])) if told["text"] else ""]
    parts += [pairs(results.lines_of(each)) for each in told["results"]]
    if not told["results"]:
        recorded = told.get("state")
        parts.append(f"nothing is decided: the mail is {recorded}" if recorded else _UNDECIDED)
    return "\n\n".join(part for part in parts if part)


_UNDECIDED = "no department is known: name a configuration with -c to see what would be decided"


def _facts(told: Told) -> list[tuple[str, object]]:
    sender = told["from"]
    state = " ".join(filter(None, (told.get("state"), told.get("cause"), told.get("last_error"))))
    return [
        ("file", told["file"]),
        ("spool id", told.get("spool_id")),
        ("state", state),
        ("size", octets(told["size"])),
        ("SHA-256", told["sha256"]),
        ("Message-ID", told["message_id"]),
        ("from", f"{sender['name']} <{sender['address']}>".strip() if sender else "(nobody)"),
        ("to", ", ".join((*told["to"], *told["cc"]))),
        ("date", told["date"]),
        ("subject", told["subject"]),
        ("nature", f"{told['nature']}: {'; '.join(told['nature_reasons'])}"),
        ("authenticity", f"{told['authenticity']}: {told['authenticity_reason']}"),
        ("language", told["language"]),
        ("attachments", ", ".join(_file(each) for each in told["attachments"])),
        (
            "reported",
            "; ".join(_fate(each) for each in (told["bounce"] or {}).get("recipients", ())),
        ),
        ("mail of ours", (told["bounce"] or {}).get("of")),
        ("defects", "; ".join(told["defects"])),
    ]


def _address(address: Address | None) -> Told | None:
    return None if address is None else {"address": address.address, "name": address.name}


def _bounce(message: Message) -> Told | None:
    report = message.report
    if report is None:
        return None
    return {
        "recipients": [
            {
                "address": each.address,
                "action": each.action,
                "status": each.status,
                "diagnostic": each.diagnostic,
            }
            for each in report.recipients
        ],
        "of": report.of or None,
    }


def _file(told: Told) -> str:
    kind = ", holds ".join(filter(None, (told["type"], told.get("detected"))))
    return f"{plain(told['name'])} ({kind}, {octets(told['size'])})"


def _fate(told: Told) -> str:
    said = " ".join(filter(None, (told["action"], told["status"], told["diagnostic"])))
    return f"{told['address']}: {said}"


def _shortened(text: str) -> str:
    lines = text.strip().splitlines()
    more = len(lines) - _SHOWN_LINES
    return "\n".join(lines[:_SHOWN_LINES] + ([f"… and {more} more lines"] if more > 0 else []))
