"""The macros of SPF (RFC 7208 §7): `%{ir}.%{v}._spf.%{d2}`.

Promises a name or None for any text; longer than 253 characters, it loses labels from the left.
"""

import ipaddress
import re

_MACRO = re.compile(r"%(?:\{([a-z])([0-9]{0,3})(r?)([.+,/_=-]{0,7})\}|([%_-]))", re.IGNORECASE)
_PLAIN = {"%": "%", "_": " ", "-": "%20"}
_MAX_NAME = 253


def expanded(text: str, client: str, sender: str, helo: str, domain: str) -> str | None:
    """Return a text with its macros filled in, None where one is wrong or not for names."""
    local, _, sender_domain = sender.rpartition("@")
    values = {
        "s": sender,
        "l": local,
        "o": sender_domain,
        "d": domain,
        "i": _dotted(client),
        "p": "unknown",
        "v": "ip6" if ":" in client else "in-addr",
        "h": helo,
    }
    out: list[str] = []
    at = 0
    for match in _MACRO.finditer(text):
        out.append(text[at : match.start()])
        at = match.end()
        if match[5]:
            out.append(_PLAIN[match[5]])
            continue
        value = values.get(match[1].lower())
        if value is None or match[2] == "0":
            return None
        parts = re.split(f"[{re.escape(match[4] or '.')}]", value)
        if match[3]:
            parts.reverse()
        out.append(".".join(parts[-int(match[2]) :] if match[2] else parts))
    out.append(text[at:])
    if any("%" in between for between in out[::2]):
        return None
    return _shortened("".join(out))


def _shortened(name: str) -> str:
    while len(name) > _MAX_NAME and "." in name:
        name = name.partition(".")[2]
    return name


def _dotted(client: str) -> str:
    address = ipaddress.ip_address(client)
    if address.version == 4:
        return client
    return ".".join(address.exploded.replace(":", ""))
