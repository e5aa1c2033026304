"""How keys and values of a configuration are printed in what is said about them."""

import json
import re
from collections.abc import Iterable

from mailgate.config.lines import Path as Key


def dotted(key: Key) -> str:
    """Return a key as it is printed: `department.dynamics.addresses[2]`, counted from 1."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            name = part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else show(part)
            text += f".{name}" if text else name
    return text


def show(value: object) -> str:
    """Return a value as the operator wrote it, or nearly so, on one line and not too long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = "".join(sign if sign.isprintable() else "?" for sign in text)
    return text if len(text) <= 60 else f"{text[:57]}…"


def kind(value: object) -> str:
    """Return what sort of TOML value this is, in words."""
    match value:
        case bool():
            return "a truth value"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return "a date or time"


def either(options: Iterable[str]) -> str:
    """Return a choice in words: `"a", "b" or "c"`."""
    *most, last = (show(option) for option in options)
    return f"{', '.join(most)} or {last}" if most else last


def close_to(name: str, known: list[str]) -> str | None:
    """Return the known name that was probably meant, or None."""
    import difflib  # noqa: PLC0415 - only when something is wrong

    folded = {other.lower(): other for other in known}
    found = difflib.get_close_matches(name.lower(), list(folded), n=1, cutoff=0.6)
    return folded[found[0]] if found else None
