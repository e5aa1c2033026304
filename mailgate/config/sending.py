"""[smarthost]: where mail goes out."""

from pathlib import Path
from typing import Literal

from mailgate.config import values
from mailgate.config.passwords import read_password
from mailgate.config.reader import Table
from mailgate.intake.limits import ListenerSettings
from mailgate.outbox.smarthost import SmarthostSettings

Tls = Literal["none", "starttls", "tls"]

_WAYS: dict[str, tuple[Tls, int]] = {
    "none": ("none", 25),
    "starttls": ("starttls", 587),
    "tls": ("tls", 465),
}
_LOOPBACK = ("localhost", "::1")


def read_smarthost(
    top: Table,
    domain: str,
    listeners: tuple[ListenerSettings | None, ...],
    *,
    lent: bool,
) -> SmarthostSettings | None:
    """Return the smarthost, None where the file has none; domain: our name unless it says so."""
    table = top.table("smarthost")
    if not top.has("smarthost"):
        return None
    tls, usual_port = _WAYS[table.take("tls", values.choice(*_WAYS), "none")]
    host = table.need("host", values.host, "localhost", 'write host = "127.0.0.1"')
    port = table.take("port", values.number(1, 65535), usual_port)
    user, password = _login(table, host, tls, lent=lent)
    null_sender_ok = table.take("null_sender", values.flag, True)
    instead = table.take("null_sender_instead", values.address, "")
    if not null_sender_ok and not table.has("null_sender_instead"):
        table.fault(
            "null_sender_instead",
            "is missing, though null_sender is false",
            'write null_sender_instead = "bounces@example.com"',
        )
    settings = SmarthostSettings(
        host=host,
        port=port,
        tls=tls,
        user=user,
        password=password,
        helo=table.take("helo", values.domain, domain),
        ca_file=_ca_file(table),
        null_sender_ok=null_sender_ok,
        null_sender_instead=instead,
    )
    table.close()
    _refuse_ourselves(table, settings, listeners)
    return settings


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine, as far as its name tells."""
    return host in _LOOPBACK or host.startswith("127.")


def _login(table: Table, host: str, tls: Tls, *, lent: bool) -> tuple[str, str]:
    """Return user and password, both or none."""
    user = table.take("user", values.text, "")
    password = read_password(table, lent=lent)
    if user and not table.has("password"):
        instead = 'write password = { file = "/path" }, or remove user'
        table.fault("user", "stands without a password", instead)
    if table.has("password") and not table.has("user"):
        table.fault("password", "stands without a user", 'write user = "…", or remove password')
    if user and tls == "none" and not is_loopback(host):
        table.sheet.warn(
            (*table.key, "user"), 'the password travels unencrypted; write tls = "starttls"'
        )
    return user, password or ""


def _ca_file(table: Table) -> str | None:
    path: Path | None = table.take("ca_file", values.path_from(table.sheet.folder.absolute()), None)
    if path is not None and not path.is_file():
        wrong = f"{table.sheet.printed(path)} is no file"
        table.fault("ca_file", wrong, "name a file of certificates, PEM")
    return None if path is None else str(path)


def _refuse_ourselves(
    table: Table, settings: SmarthostSettings, listeners: tuple[ListenerSettings | None, ...]
) -> None:
    """Note a smarthost that is a listener of ours: every answer would become a ticket."""
    for listener in listeners:
        if listener is None or listener.port != settings.port:
            continue
        everywhere = listener.host in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
        here = is_loopback(settings.host) and (everywhere or is_loopback(listener.host))
        if here or settings.host == listener.host:
            table.fault(
                "port" if table.has("port") else "host",
                f"is our own listener.{listener.kind}, so that every answer would come back",
                "name the server that sends mail for you",
            )
