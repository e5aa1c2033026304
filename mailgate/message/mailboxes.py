"""Address lists as they stand in From, To and Cc (RFC 5322 §3.4), read strictly.

Promises never to resolve to somebody else: what is not plainly `address`, `address (name)` or
`name <address>` (odd comments, routes, groups, quoted or folded addr-specs) is still shown,
but marked doubtful, since two readers may find two senders in it (CVE-2019-16056,
CVE-2023-27043). Linear in the value; at most 200 mailboxes.
"""

import re
from dataclasses import dataclass

from mailgate.message import charset, headers
from mailgate.message.address import Address

MAX_MAILBOXES = 200

_SPEC = r"[^\s<>@\"(),:;\\\[\]\x00-\x1f\x7f]{1,256}@[^\s<>@\"'(),:;\\\[\]\x00-\x1f\x7f]{1,255}"
# A comment in which nobody can find an address, as "(Mail Delivery System)" or "(IT, Warszawa)".
_COMMENT = r"\([^()<>@\"\\:;\x00-\x1f\x7f]{0,200}+\)"
_BARE = re.compile(rf"\s*+({_SPEC})\s*+({_COMMENT})?\s*+", re.ASCII)
_NAMED = re.compile(
    rf"\s*+(?:\"((?:[^\"\\]|\\.)*+)\"|((?:[^<>@\"(),:;\\\[\]]++|{_COMMENT})*+))\s*+<({_SPEC})>\s*+"
    rf"(?:{_COMMENT}\s*+)?",
    re.ASCII,
)
# An unclosed quote is one token to the end, or each quote in it would be tried anew.
_TOKEN = re.compile(
    r"\"(?:[^\"\\]|\\.)*+(?:\"|\\?\Z)|<[^<>\"]{0,600}+>|[^\s<>,;:\"()]++|\s++|.", re.DOTALL
)
_ANGLE = re.compile(r"<[ \t]*([^<>\s]{1,600})[ \t]*>")
_LOOSE = re.compile(r"[^\s<>\"(),;:]{1,256}@[^\s<>\"(),;:@]{1,255}")
_SPACED_DOT = re.compile(r"(?<=[\w-])[ \t]{1,20}\.[ \t]{0,20}(?=[\w-])")  # RFC 5322 §4.4
_LOCAL_ONLY = re.compile(r"[A-Za-z0-9._+-]{1,64}")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_MAX_COMMENT_DEPTH = 20


@dataclass(frozen=True)
class Mailboxes:
    """The mailboxes of one field. doubtful: another reader may see others; cut: there are more."""

    addresses: tuple[Address, ...] = ()
    doubtful: bool = False
    cut: bool = False


def parse(raw_value: str, label: str = "") -> Mailboxes:
    """Return the mailboxes in a raw field value; label: charset for raw octets in names."""
    one = _clean(raw_value, label)
    if one is not None:
        return Mailboxes((one,))
    found: list[Address] = []
    doubtful = False
    pieces, odd = _pieces(raw_value)
    for piece in pieces[:MAX_MAILBOXES]:
        mailbox = _clean(piece, label)
        doubtful = doubtful or mailbox is None
        found += (mailbox,) if mailbox is not None else _shown(piece, label)
    return Mailboxes(tuple(found), doubtful or odd, len(pieces) > MAX_MAILBOXES)


def _clean(piece: str, label: str) -> Address | None:
    """Return the mailbox of `address`, `address (name)` or `name <address>`, None for any other."""
    match = _BARE.fullmatch(piece)
    if match is not None:
        return _address(match[1], (match[2] or "")[1:-1], label)
    match = _NAMED.fullmatch(piece)
    if match is None:
        return None
    name = _ESCAPED.sub(r"\1", match[1]) if match[1] is not None else match[2]
    return _address(match[3], name, label)


def _address(spec: str, name: str, label: str) -> Address | None:
    if "=?" in spec:
        return None  # an encoded-word is no addr-spec (RFC 2047 §5), though some decode it
    spec = charset.one_line(charset.repaired(spec, label)[0])
    return Address(spec, headers.decoded("name", name, label))


def _shown(piece: str, label: str) -> list[Address]:
    """Return what to show of a mailbox that is not written cleanly, or of several in a row."""
    angles = _ANGLE.findall(piece)
    name = _ANGLE.sub(" ", piece) if angles else ""
    name = headers.decoded("name", name.replace('"', " ").strip(), label)
    candidates = angles or _LOOSE.findall(_SPACED_DOT.sub(".", piece))
    if not candidates and _LOCAL_ONLY.fullmatch(piece.strip()):
        candidates = [piece.strip()]  # MAILER-DAEMON, and local mail
    specs = candidates if angles else candidates[-1:]
    read = (charset.one_line(charset.repaired(spec, label)[0]) for spec in specs)
    return [Address(_bare(spec), " ".join(name.split())) for spec in read if spec]


def _bare(spec: str) -> str:
    """Return an address without what people copy with it."""
    if spec[:7].lower() == "mailto:":
        spec = spec[7:]
    return spec[1:-1] if len(spec) > 2 and spec[0] == spec[-1] == "'" else spec


def _pieces(value: str) -> tuple[list[str], bool]:
    """Split at the commas that separate mailboxes, and say whether comments or groups were met."""
    pieces: list[str] = []
    current: list[str] = []
    depth, odd = 0, False
    for match in _TOKEN.finditer(value):
        piece = match[0]
        if piece == "(":
            depth = min(depth + 1, _MAX_COMMENT_DEPTH)
            odd = True
        elif piece == ")" and depth:
            depth -= 1
        elif depth:
            pass
        elif piece == ",":
            pieces.append("".join(current))
            current = []
            if len(pieces) > MAX_MAILBOXES:
                break
        elif piece == ":":
            current, odd = [], True  # the name of a group, or a route
        elif piece == ";":
            pieces.append("".join(current))
            current, odd = [], True
        else:
            current.append(piece)
    pieces.append("".join(current))
    written = [piece for piece in pieces if piece.strip()]
    return written, odd or len(written) < len(pieces)
