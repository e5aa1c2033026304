"""[smarthost]: where mail goes out."""

from pathlib import Path
from typing import Literal

from mailgate.config import values
from mailgate.config.oauth import Whose, read_oauth2
from mailgate.config.passwords import read_password
from mailgate.config.presets import PRESETS, Preset
from mailgate.config.reader import Table
from mailgate.intake.limits import ListenerSettings
from mailgate.oauth.tokens import Tokens
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
    state: Path,
    *,
    lent: bool,
) -> SmarthostSettings | None:
    """Return the smarthost, None where the file has none; domain: our name unless it says so.

    state: where tokens are kept.
    """
    table = top.table("smarthost")
    if not top.has("smarthost"):
        return None
    preset = PRESETS.get(table.take("provider", values.choice(*PRESETS), ""))
    host, port, tls = _place(table, preset)
    user, password = _login(table, host, tls, lent=lent)
    tokens = _tokens(table, Whose("smarthost", state, user), preset, lent=lent)
    null_sender_ok, instead = _null_sender(table)
    settings = SmarthostSettings(
        host=host,
        port=port,
        tls=tls,
        user=user,
        password=password,
        tokens=tokens,
        helo=table.take("helo", values.domain, domain),
        ca_file=read_ca_file(table),
        null_sender_ok=null_sender_ok,
        null_sender_instead=instead,
    )
    table.close()
    _refuse_ourselves(table, settings, listeners)
    return settings


def _place(table: Table, preset: Preset | None) -> tuple[str, int, Tls]:
    """Return host, port and TLS; what is written goes before what a provider says."""
    usual = preset.smtp if preset else ("", 0, "none")
    tls, usual_port = _WAYS[table.take("tls", values.choice(*_WAYS), usual[2])]
    if preset is None:
        host = table.need("host", values.host, "localhost", 'write host = "127.0.0.1"')
    else:
        host = table.take("host", values.host, usual[0])
    return host, table.take("port", values.number(1, 65535), usual_port), tls


def _tokens(table: Table, whose: Whose, preset: Preset | None, *, lent: bool) -> Tokens | None:
    table.table("oauth2")
    if not table.has("oauth2"):
        return None
    return read_oauth2(table, whose, preset, ("xoauth2",), lent=lent)


def _null_sender(table: Table) -> tuple[bool, str]:
    """Return whether the null sender may be used, and what else is."""
    null_sender_ok = table.take("null_sender", values.flag, True)
    instead = table.take("null_sender_instead", values.address, "")
    if not null_sender_ok and not table.has("null_sender_instead"):
        table.fault(
            "null_sender_instead",
            "is missing, though null_sender is false",
            'write null_sender_instead = "bounces@example.com"',
        )
    return null_sender_ok, instead


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine, as far as its name tells."""
    return host in _LOOPBACK or host.startswith("127.")


def _login(table: Table, host: str, tls: Tls, *, lent: bool) -> tuple[str, str]:
    """Return user and password, both or none; the password may be a token's place."""
    user = table.take("user", values.text, "")
    password = read_password(table, lent=lent)
    by_token = table.has("oauth2")
    if by_token and table.has("password"):
        table.fault("password", "stands beside oauth2", "remove one of them")
    if user and not by_token and not table.has("password"):
        instead = 'write password = { file = "/path" } or oauth2, or remove user'
        table.fault("user", "stands without a password", instead)
    if (by_token or table.has("password")) and not table.has("user"):
        which = "oauth2" if by_token else "password"
        table.fault(which, "stands without a user", f'write user = "…", or remove {which}')
    if user and tls == "none" and not is_loopback(host):
        table.sheet.warn(
            (*table.key, "user"), 'the password travels unencrypted; write tls = "starttls"'
        )
    return user, password or ""


def read_ca_file(table: Table) -> str | None:
    """Return the file of further authorities, None where there is none."""
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
