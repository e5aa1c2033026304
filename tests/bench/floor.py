"""The floor: the least that anyone could do with a mail and still have kept it.

aiosmtpd takes it, the standard library parses it (compat32), SQLite commits it with
synchronous=FULL; no ticket, no answer, no bounds. Prints its port, then serves until it is ended.
"""

import asyncio
import email
import sqlite3
import sys
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


class Floor:
    """Parses and commits each mail before it answers 250."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute("CREATE TABLE mail (id INTEGER PRIMARY KEY, subject, raw)")

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        """Parse, commit, answer."""
        raw = envelope.content
        assert isinstance(raw, bytes)
        message = email.message_from_bytes(raw)
        text = message.get_payload(decode=True)
        assert text
        self._database.execute(
            "INSERT INTO mail (subject, raw) VALUES (?, ?)", (str(message["Subject"]), raw)
        )
        return "250 2.0.0 OK"


async def serve(path: Path) -> None:
    """Listen on a loopback port of the system's choice until the process is ended."""
    floor = Floor(path)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(floor, hostname="localhost"), "127.0.0.1", 0
    )
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
