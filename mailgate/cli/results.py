"""What was decided on a mail for one department, as the commands print it."""

from mailgate.cli.output import Told, clock, iso
from mailgate.departments import Directory
from mailgate.intake.spool import SpoolResult


def told_of(row: SpoolResult, directory: Directory) -> Told:
    """Return a result as --json prints it; times are those of its department."""
    department = directory.departments.get(row.department, directory.postmaster)
    return {
        "department": row.department or None,
        "ticket": str(row.ticket) if row.ticket else None,
        "matched_by": row.matched_by,
        "may_speak": row.may_speak,
        "proven": row.proven,
        "verdict": row.verdict,
        "verdict_reason": row.verdict_reason,
        "cause": row.cause,
        "acknowledge": row.acknowledge,
        "acknowledge_reason": row.acknowledge_reason,
        "effective_received_at": iso(row.effective_received_at, department.calendar.timezone),
    }


def lines_of(told: Told) -> list[tuple[str, object]]:
    """Return a result as names and values, for people."""
    ticket = f" ticket {told['ticket']}" if told["ticket"] else ""
    cause = f" ({told['cause']})" if told["cause"] else ""
    return [
        ("department", told["department"] or "(none)"),
        ("verdict", f"{told['verdict']}{ticket}{cause}"),
        ("  because", told["verdict_reason"]),
        ("  found by", told["matched_by"]),
        ("  sender is", told["may_speak"]),
        ("acknowledged", "yes" if told["acknowledge"] else "no"),
        ("  because", (told["acknowledge_reason"] or "").removeprefix("no acknowledgement: ")),
        ("counts from", clock(told["effective_received_at"])),
    ]
