"""[listener.smtp] and [listener.lmtp]: where mail comes in."""

import ssl
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Literal

from mailgate.config import values
from mailgate.config.flooding import read_rates
from mailgate.config.loginfile import read_logins
from mailgate.config.reader import Table
from mailgate.intake.limits import (
    ListenerLimits,
    ListenerSettings,
    RateLimits,
    refuse_lmtp_on_port_25,
)

_OTHERS = 0o007


def read_listeners(top: Table) -> tuple[ListenerSettings | None, ListenerSettings | None]:
    """Return the listeners for SMTP and for LMTP, None for one without a table."""
    section = top.table("listener")
    smtp, lmtp = _listener(section, "smtp"), _listener(section, "lmtp")
    section.close()
    if smtp and lmtp and smtp.port and (smtp.host, smtp.port) == (lmtp.host, lmtp.port):
        section.table("lmtp").fault(
            "address", "is that of listener.smtp as well", "choose another port"
        )
    return smtp, lmtp


def _listener(section: Table, kind: Literal["smtp", "lmtp"]) -> ListenerSettings | None:
    table = section.table(kind)
    if not section.has(kind):
        return None
    port = 2525 if kind == "smtp" else 2424
    example = f'write address = "127.0.0.1:{port}"'
    host, port = table.need("address", values.host_and_port, ("127.0.0.1", port), example)
    try:
        refuse_lmtp_on_port_25(kind, port)
    except ValueError:
        table.fault("address", "LMTP must not be on port 25 (RFC 2033)", example)
        port = 2424
    limits = _limits(table)
    certificate, key = _tls(table)
    rates = read_rates(table) if kind == "smtp" else RateLimits()
    logins = read_logins(table, tls=certificate is not None) if kind == "smtp" else None
    table.close()
    return ListenerSettings(kind, host, port, limits, certificate, key, rates, logins)


def _limits(table: Table) -> ListenerLimits:
    default = ListenerLimits()
    patience = values.duration(timedelta(seconds=1), timedelta(hours=1))
    timeout = table.take("timeout", patience, default.command_timeout)
    return replace(
        default,
        max_message_size=table.take("max_message_size", values.size, default.max_message_size),
        max_recipients=table.take("max_recipients", values.number(1, 1000), default.max_recipients),
        max_connections=table.take(
            "max_connections", values.number(1, 10_000), default.max_connections
        ),
        max_per_address=table.take(
            "max_connections_per_address", values.number(1, 10_000), default.max_per_address
        ),
        command_timeout=timeout,
        block_timeout=timeout,
    )


def _tls(table: Table) -> tuple[Path | None, Path | None]:
    """Return certificate and key, both or none, after trying them."""
    path = values.path_from(table.sheet.folder.absolute())
    certificate = table.take("tls_certificate", path, None)
    key = table.take("tls_key", path, None)
    if certificate is None and key is None:
        return None, None
    if certificate is None or key is None:
        missing, there = (
            ("tls_key", "tls_certificate")
            if certificate
            else (
                "tls_certificate",
                "tls_key",
            )
        )
        if not table.has(missing):
            table.fault(there, f"stands without {missing}", f"write both, or remove {there}")
        return None, None
    if not (_is_there(table, "tls_certificate", certificate) and _is_there(table, "tls_key", key)):
        return None, None
    if key.stat().st_mode & _OTHERS:
        printed = table.sheet.printed(key)
        table.fault("tls_key", f"{printed} is open to everybody", f"chmod 600 {printed}")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except OSError as error:
        is_other_key = isinstance(error, ssl.SSLError) and error.reason == "KEY_VALUES_MISMATCH"
        wrong = "is for another key than tls_key" if is_other_key else "cannot be read, or tls_key"
        table.fault("tls_certificate", wrong, "give a certificate and its key, both PEM")
        return None, None
    return certificate, key


def _is_there(table: Table, name: str, path: Path) -> bool:
    if path.is_file():
        return True
    table.fault(name, f"{table.sheet.printed(path)} is no file", "name a file that exists")
    return False
