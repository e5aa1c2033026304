"""The process in which a large or suspicious mail is read.

Reads the octets on standard input, writes the Message as JSON on standard output, and puts
limits on itself before it reads: memory, CPU, no files, no core. It knows nothing but this room:
no settings, no secrets, no database. When it dies, the mail is where it was.
"""

import json
import resource
import sys
from dataclasses import asdict
from datetime import datetime

from mailgate.message import parse

_BLOCK = 1024 * 1024


def confine(memory_bytes: int, cpu_seconds: int) -> None:
    """Put limits on this process that it cannot lift again."""
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_AS, memory_bytes),
    ):
        allowed = resource.getrlimit(kind)[1]
        if allowed != resource.RLIM_INFINITY:
            most = min(most, allowed)  # noqa: PLW2901 - a limit from outside may be lower
        resource.setrlimit(kind, (most, most))


def main(memory_bytes: int, cpu_seconds: int) -> None:
    """Read one mail from standard input and write it as JSON to standard output."""
    confine(memory_bytes, cpu_seconds)
    raw = bytearray()
    while block := sys.stdin.buffer.read(_BLOCK):
        raw += block
    # One copy, and the growing buffer goes before the reading begins.
    octets = bytes(raw)
    del raw
    said = json.dumps(asdict(parse.parse(octets)), ensure_ascii=False, default=_as_json)
    sys.stdout.buffer.write(said.encode("utf-8"))
    sys.stdout.buffer.flush()


def _as_json(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
