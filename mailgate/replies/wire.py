"""Text as it may stand in a header or a body on the wire (RFC 5322, 2045, 2047, 2231).

Pure. Whatever comes in, what comes out is ASCII with CRLF as its only line end, but for the
local part of an address, which has no other form (RFC 6532 §3.2); no value can end its header.
Written by hand: the standard library takes ten times as long, and the version in use here does
not refuse line breaks in every header (CVE-2024-6923).
"""

import base64
import binascii
import re
from collections.abc import Iterator

from mailgate.message.address import Address, domain_of, is_plain_address

COLUMNS = 76  # RFC 2047 §2 for lines with encoded words; RFC 5322 §2.1.1 would let us have 78
# Shorter than the 75 of RFC 2047 §2, so that the first word fits beside the header's name.
_WORD_CHARS = 60
_NAME_CHARS = 200

# C0, DEL, C1 with NEL, the Unicode separators, surrogates; and what turns the direction of text
# around, which in a name or a subject only deceives.
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_BREAK = re.compile(r"\r\n?|[\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_UNFIT_IN_BODY = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")
_ID_CHARS = 250

# RFC 2047 §5 (3), the strictest place an encoded word can stand in: a display name.
_Q = {
    octet: "_" if octet == 0x20 else chr(octet) if chr(octet).isalnum() else f"={octet:02X}"
    for octet in range(128)
} | {octet: f"={octet:02X}" for octet in range(128, 256)}


def clean(text: str, max_chars: int = 998) -> str:
    """Return text on one line: no controls, each run of white space a single space."""
    if _UNFIT.search(text):
        text = _UNFIT.sub(" ", text)
    return " ".join(text.split())[:max_chars].rstrip()


def clean_lines(text: str) -> str:
    """Return text with CRLF after each line and at the end, and no other control but tab."""
    text = _BREAK.sub("\n", text)
    if _UNFIT_IN_BODY.search(text):
        text = _UNFIT_IN_BODY.sub("", text)
    return text.rstrip("\n").replace("\n", "\r\n") + "\r\n"


def is_message_id(text: str) -> bool:
    """Say whether text is one Message-ID in brackets, in ASCII, of bearable length."""
    return len(text) <= _ID_CHARS and text.isascii() and _ID.fullmatch(text) is not None


def is_writable(address: str) -> bool:
    """Say whether an address can stand in a header and be written to."""
    return is_plain_address(address) and address.isprintable()


def needs_utf8(address: str) -> bool:
    """Say whether an address is for those alone who take SMTPUTF8 (RFC 6531 §3.2)."""
    return not address.rpartition("@")[0].isascii()


def unstructured(name: str, text: str) -> str:
    """Return a header of free text, such as Subject, folded and with CRLF.

    The words before the first that needs encoding stay readable, so that a tag like [#123456]
    is one to every filter.
    """
    words = clean(text).split(" ")
    plain = 0
    while plain < len(words) and _is_plain_word(words[plain]):
        plain += 1
    rest = " ".join(words[plain:])
    pieces = words[:plain]
    if rest:
        pieces.extend(encoded_words(rest))
    return folded(name, pieces)


def mailboxes(name: str, addresses: tuple[Address, ...]) -> str:
    """Return a header of addresses, folded and with CRLF.

    Raises ValueError where there is none, or one is not fit for a header (see is_writable).
    """
    if not addresses:
        raise ValueError(f"nobody to put in {name}")
    pieces: list[str] = []
    for position, mailbox in enumerate(addresses):
        local = mailbox.address.rpartition("@")[0]
        if not is_writable(mailbox.address):
            raise ValueError(f"{mailbox.address!r} cannot stand in {name}")
        comma = "," if position < len(addresses) - 1 else ""
        spec = f"{local}@{domain_of(mailbox.address)}"
        display = clean(mailbox.name, _NAME_CHARS)
        pieces.extend(_phrase(display))
        pieces.append(f"<{spec}>{comma}" if display else f"{spec}{comma}")
    return folded(name, pieces)


def folded(name: str, pieces: list[str]) -> str:
    """Return a header line made of pieces, broken between them where it gets too long."""
    lines: list[str] = []
    line = f"{name}:"
    for piece in pieces:
        # Nothing but the name on a line is legal but breaks readers that skip empty values.
        if len(line) + 1 + len(piece) > COLUMNS and line != f"{name}:":
            lines.append(line)
            line = ""
        line = f"{line} {piece}"
    lines.append(line)
    return "\r\n".join(lines) + "\r\n"


def encoded_words(text: str) -> Iterator[str]:
    """Yield text as encoded words of bearable length, cut between characters only."""
    costs = [sum(len(_Q[octet]) for octet in char.encode()) for char in text]
    quoted = sum(costs) <= len(text.encode()) * 4 / 3
    room = _WORD_CHARS - len("=?utf-8?q??=")
    # Three octets become four characters; whole groups only.
    limit = room if quoted else room // 4 * 3
    start, used = 0, 0
    for position, char in enumerate(text):
        cost = costs[position] if quoted else len(char.encode())
        if used + cost > limit:
            yield _encoded_word(text[start:position], quoted)
            start, used = position, 0
        used += cost
    yield _encoded_word(text[start:], quoted)


def parameter(name: str, value: str) -> str:
    """Return `; name=value` for a file name, in RFC 2231's form where it needs it."""
    if value.isascii() and len(value) <= 60 and not re.search(r'["\\%]', value):
        return f';\r\n {name}="{value}"'
    octets = [
        chr(octet) if octet < 128 and chr(octet).isalnum() else f"%{octet:02X}"
        for octet in value.encode()
    ]
    sections = ["utf-8''"]
    for octet in octets:
        if len(sections[-1]) + len(octet) > 60:
            sections.append("")
        sections[-1] += octet
    if len(sections) == 1:
        return f";\r\n {name}*={sections[0]}"
    return "".join(f";\r\n {name}*{number}*={section}" for number, section in enumerate(sections))


def transfer(content: bytes) -> tuple[str, bytes]:
    """Return the shorter of quoted-printable and base64 for text, and its name.

    content: lines that end in CRLF, the last one too.
    """
    quoted = binascii.b2a_qp(content, istext=True)
    if len(quoted) <= len(content) * 4 // 3:
        return "quoted-printable", quoted
    return "base64", base64_lines(content)


def base64_lines(content: bytes) -> bytes:
    """Return base64 in lines of 76 characters with CRLF (RFC 2045 §6.8)."""
    return base64.encodebytes(content).replace(b"\n", b"\r\n")


def _is_plain_word(word: str) -> bool:
    return word.isascii() and "=?" not in word and len(word) <= _WORD_CHARS


def _phrase(display: str) -> list[str]:
    """Return a display name as the pieces of a phrase: atoms, a quoted string, encoded words."""
    if not display:
        return []
    if "=?" in display or not display.isascii() or len(display) > _WORD_CHARS:
        return list(encoded_words(display))
    if _ATOMS.fullmatch(display):
        return [display]
    escaped = display.replace("\\", "\\\\").replace('"', '\\"')
    return [f'"{escaped}"']


def _encoded_word(text: str, quoted: bool) -> str:
    octets = text.encode()
    if quoted:
        return f"=?utf-8?q?{''.join(_Q[octet] for octet in octets)}?="
    return f"=?utf-8?b?{base64.b64encode(octets).decode()}?="
