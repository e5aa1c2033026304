"""Single values of a configuration: what an operator writes, and what it means.

Each reader takes any TOML value and returns what it means, or raises Unfit with what to write.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from mailgate.config.reader import Unfit
from mailgate.config.wording import close_to, either, kind, show
from mailgate.message.address import is_plain_address, split_subaddress

_UNITS = {
    "": 1,
    "b": 1,
    "kb": 1024,
    "mb": 1024**2,
    "gb": 1024**3,
}
_SIZE = re.compile(r"([0-9]{1,15})(?:\.([0-9]))? ?([a-z]*)")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_SHORT = {"s": "second", "sec": "second", "min": "minute", "h": "hour", "d": "day"}
_DURATION = re.compile(r"([0-9]{1,6}) ?([a-z]+)")
_LABEL = r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?![0-9]+$){_LABEL}")


def text(value: object) -> str:
    """Return text on one line that is not blank, without the spaces around it."""
    if not isinstance(value, str):
        is_one = isinstance(value, bool | int | float)
        instead = "put it in quotes" if is_one else "write text in quotes"
        raise Unfit(f"is {show(value)}, {kind(value)}, not text", instead)
    if not value.strip():
        raise Unfit("is empty", "write some text, or remove the key")
    if not value.isprintable():
        raise Unfit("holds a line break or a control character", "write it on one line")
    return value.strip()


def flag(value: object) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        wrong = f"is {show(value)}, {kind(value)}, neither true nor false"
        raise Unfit(wrong, "write true or false, without quotes")
    return value


def number(least: int, most: int) -> Callable[[object], int]:
    """Return a reader of whole numbers within bounds, both included."""

    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Unfit(
                f"is {show(value)}, {kind(value)}, not a whole number",
                f"write a number from {least} to {most}, without quotes",
            )
        if not least <= value <= most:
            raise Unfit(f"{value} is out of range", f"write a number from {least} to {most}")
        return value

    return read


def choice(*options: str) -> Callable[[object], str]:
    """Return a reader of one of a few words."""

    def read(value: object) -> str:
        said = text(value)
        if said in options:
            return said
        meant = close_to(said, list(options))
        instead = f"did you mean {show(meant)}?" if meant else f"write {either(options)}"
        raise Unfit(f"{show(said)} is no choice here", instead)

    return read


def size(value: object) -> int:
    """Return octets; kB, MB and GB count in steps of 1024, as mail servers count them."""
    said = show(value)
    match = _SIZE.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if match is None or match[3] not in _UNITS:
        raise Unfit(f"{said} is no size", 'write a number with its unit, such as "26 MB"')
    octets = (int(match[1]) * 10 + int(match[2] or 0)) * _UNITS[match[3]] // 10
    if octets < 1:
        raise Unfit(f"{said} is nothing at all", 'write a size such as "26 MB"')
    return octets


def duration(least: timedelta, most: timedelta) -> Callable[[object], timedelta]:
    """Return a reader of durations within bounds: "10 seconds", "5 minutes", "2 days"."""

    def read(value: object) -> timedelta:
        match = _DURATION.fullmatch(value.strip().lower()) if isinstance(value, str) else None
        unit = _SHORT.get(match[2], match[2].removesuffix("s")) if match else ""
        if match is None or unit not in _SECONDS:
            raise Unfit(
                f"{show(value)} is no duration", 'write a number with its unit, such as "5 minutes"'
            )
        found = timedelta(seconds=int(match[1]) * _SECONDS[unit])
        if not least <= found <= most:
            bounds = f'"{spoken(least)}" to "{spoken(most)}"'
            raise Unfit(f"{show(value)} is out of range", f"write {bounds}")
        return found

    return read


def spoken(length: timedelta) -> str:
    """Return a duration as one writes it, in the largest unit that fits without a rest."""
    seconds = int(length.total_seconds())
    for unit in ("day", "hour", "minute"):
        if seconds and seconds % _SECONDS[unit] == 0:
            count = seconds // _SECONDS[unit]
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


def address(value: object) -> str:
    """Return a plain mail address, without a name."""
    said = text(value)
    if not is_plain_address(said) or "." not in said.rpartition("@")[2]:
        raise Unfit(f"{show(said)} is no plain address", 'write "name@example.com", without a name')
    return said


def own_address(value: object) -> str:
    """Return a plain address without a subaddress, since that belongs to the address without."""
    said = address(value)
    plain, tag = split_subaddress(said)
    if tag or plain != said:
        raise Unfit(f"{show(said)} has a subaddress", f"write {show(plain)}, which receives it")
    return said


def domain(value: object) -> str:
    """Return a domain with at least one dot, in lower case."""
    said = text(value)
    if len(said) > 253 or not _DOMAIN.fullmatch(said):
        raise Unfit(
            f"{show(said)} is no domain", 'write a full name, such as "support.example.com"'
        )
    return said.lower()


def host(value: object) -> str:
    """Return a host name or an IP address, an IPv6 address without brackets."""
    said = text(value)
    bare = said[1:-1] if said.startswith("[") and said.endswith("]") else said
    if _is_ip(bare):
        return bare
    if len(said) > 253 or not _HOST.fullmatch(said):
        raise Unfit(
            f"{show(said)} is no host", 'write a name or an address, such as "mail.example.com"'
        )
    return said


def host_and_port(value: object) -> tuple[str, int]:
    """Return host and port of "127.0.0.1:2525" or "[::1]:2525"; port 0 is left to the system."""
    said = text(value)
    name, colon, digits = said.rpartition(":")
    if not colon or (":" in name and not name.startswith("[")):
        raise Unfit(f"{show(said)} has no port", 'write "host:port", such as "127.0.0.1:2525"')
    if not re.fullmatch("[0-9]{1,5}", digits) or int(digits) > 65535:
        raise Unfit(f"{show(digits)} is no port", "write a port from 1 to 65535")
    return host(name), int(digits)


def path_from(folder: Path) -> Callable[[object], Path]:
    """Return a reader of paths; relative ones start from the folder."""

    def read(value: object) -> Path:
        return folder / text(value)

    return read


def _is_ip(said: str) -> bool:
    import ipaddress  # noqa: PLC0415 - `mailgate accept` reads no address

    try:
        ipaddress.ip_address(said)
    except ValueError:
        return False
    return True
