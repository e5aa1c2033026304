"""`oauth2` of a mailbox or of the smarthost: whose tokens, and how they are got.

No secret is ever quoted. Nothing is asked of anybody; the tokens are fetched when one signs in.
"""

import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path

from mailgate.clock import system_now
from mailgate.config import values
from mailgate.config.passwords import read_password
from mailgate.config.presets import Preset
from mailgate.config.reader import Table, Unfit
from mailgate.config.wording import show
from mailgate.oauth.granting import (
    Account,
    ClientCredentials,
    GoogleServiceAccount,
    MicrosoftApplication,
    MicrosoftUser,
    RefreshToken,
)
from mailgate.oauth.tokens import Tokens, file_of

METHODS = ("xoauth2", "oauthbearer")
AUTHORITY = "https://login.microsoftonline.com"
GOOGLE_TOKENS = "https://oauth2.googleapis.com/token"
EXCHANGE = ("https://outlook.office365.com/.default",)
EXCHANGE_USER = (
    "https://outlook.office.com/IMAP.AccessAsUser.All",
    "https://outlook.office.com/SMTP.Send",
)
GMAIL = ("https://mail.google.com/",)

_URL = re.compile(r"https://[^\s/?#@]+(/[^\s?#]*)?")
_TENANT = re.compile(r"[A-Za-z0-9.-]{1,253}")
_SOURCE = '{ file = "/path" }'
_MICROSOFT = ("tenant", "certificate", "device_code", "authority")


@dataclass(frozen=True)
class Whose:
    """name: under which the tokens are kept, below the state directory. user: who signs in."""

    name: str
    state: Path
    user: str


@dataclass
class _Keys:
    """What is written, secrets read; "" and () for what is not."""

    tenant: str
    client_id: str
    client_secret: str
    certificate: str
    service_account: str
    refresh_token: str
    device_code: bool
    authority: str
    token_url: str
    scopes: tuple[str, ...]


def read_oauth2(
    table: Table, whose: Whose, preset: Preset | None, methods: tuple[str, ...], *, lent: bool
) -> Tokens | None:
    """Return where the tokens of a mailbox or the smarthost come from; None with any fault.

    methods: how a token can be handed over there.
    """
    oauth = table.table("oauth2")
    before = len(oauth.sheet.faults)
    oauth.take("method", values.choice(*methods), "xoauth2")
    keys = _read(oauth, lent=lent)
    service = preset.oauth if preset else None
    if service == "microsoft" or oauth.has("tenant"):
        account = _microsoft(oauth, keys)
    elif oauth.has("service_account"):
        account = _service_account(oauth, keys, whose.user)
    else:
        account = _other(oauth, keys, google=service == "google")
    oauth.close()
    if len(oauth.sheet.faults) > before or account is None:
        return None
    return Tokens(account, file_of(whose.state, whose.name), system_now)


def _read(oauth: Table, *, lent: bool) -> _Keys:
    return _Keys(
        tenant=oauth.take("tenant", _tenant, ""),
        client_id=oauth.take("client_id", values.text, ""),
        client_secret=read_password(oauth, "client_secret", lent=lent) or "",
        certificate=read_password(oauth, "certificate", lent=lent, whole=True) or "",
        service_account=read_password(oauth, "service_account", lent=lent, whole=True) or "",
        refresh_token=read_password(oauth, "refresh_token", lent=lent) or "",
        device_code=oauth.take("device_code", values.flag, False),
        authority=oauth.take("authority", _https, AUTHORITY),
        token_url=oauth.take("token_url", _https, ""),
        scopes=tuple(oauth.take("scope", values.text, "").split()),
    )


def _microsoft(oauth: Table, keys: _Keys) -> Account | None:
    _need(oauth, "tenant", 'write the directory (tenant) id, tenant = "…"')
    _need(oauth, "client_id", 'write the application (client) id, client_id = "…"')
    _refuse(oauth, ("service_account", "refresh_token", "token_url"), "is not for Microsoft 365")
    ways = [
        name
        for name in ("client_secret", "certificate", "device_code")
        if oauth.has(name) and (name != "device_code" or keys.device_code)
    ]
    if len(ways) != 1:
        wrong = "is missing" if not ways else f"stands beside {' and '.join(ways[1:])}"
        instead = f"write one of client_secret = {_SOURCE}, certificate = {_SOURCE}"
        oauth.fault(ways[0] if ways else "client_secret", wrong, f"{instead}, device_code = true")
    _need_extra(oauth, "msal", "m365")
    place = (keys.tenant, keys.client_id, keys.authority)
    if keys.device_code:
        return MicrosoftUser(*place, keys.scopes or EXCHANGE_USER)
    if keys.certificate and "PRIVATE KEY-----" not in keys.certificate:
        instead = "write both into one file, PEM: cat key.pem certificate.pem"
        oauth.fault("certificate", "holds no private key", instead)
    elif keys.certificate and "-----BEGIN CERTIFICATE-----" not in keys.certificate:
        instead = "write both into one file, PEM: cat key.pem certificate.pem"
        oauth.fault("certificate", "holds a key and no certificate", instead)
    return MicrosoftApplication(
        *place, keys.scopes or EXCHANGE, keys.client_secret, keys.certificate
    )


def _service_account(oauth: Table, keys: _Keys, user: str) -> Account | None:
    _refuse(
        oauth,
        ("client_id", "client_secret", "refresh_token", *_MICROSOFT),
        "is not for a service account",
    )
    _need_extra(oauth, "google.auth", "google")
    if keys.service_account and '"private_key"' not in keys.service_account:
        instead = "name the JSON file that Google gave with the key"
        oauth.fault("service_account", "is no key of a service account", instead)
    url = keys.token_url or None
    return GoogleServiceAccount(user, keys.scopes or GMAIL, keys.service_account, url)


def _other(oauth: Table, keys: _Keys, *, google: bool) -> Account | None:
    _refuse(oauth, _MICROSOFT, 'is for Microsoft 365 alone; write provider = "microsoft365"')
    _need(oauth, "client_id", 'write client_id = "…"')
    url = keys.token_url
    if google:
        url = url or GOOGLE_TOKENS
        _need_extra(oauth, "google.auth", "google")
        _need(oauth, "client_secret", f"write client_secret = {_SOURCE}, or service_account")
        _need(oauth, "refresh_token", f"write refresh_token = {_SOURCE}, or service_account")
    else:
        _need(oauth, "token_url", 'write token_url = "https://…", or provider = "…"')
        if not oauth.has("refresh_token"):
            _need(oauth, "client_secret", f"write client_secret = {_SOURCE}, or refresh_token")
    if google or oauth.has("refresh_token"):
        return RefreshToken(
            url,
            keys.client_id,
            keys.scopes or (GMAIL if google else ()),
            keys.refresh_token,
            keys.client_secret,
            google,
        )
    return ClientCredentials(url, keys.client_id, keys.scopes, keys.client_secret)


def _need(oauth: Table, name: str, instead: str) -> None:
    if not oauth.has(name):
        oauth.fault(name, "is missing", instead)


def _refuse(oauth: Table, names: tuple[str, ...], wrong: str) -> None:
    for name in names:
        if oauth.has(name):
            what, _, instead = wrong.partition("; ")
            oauth.fault(name, what, instead or "remove it")


def _need_extra(oauth: Table, module: str, extra: str) -> None:
    try:
        found = importlib.util.find_spec(module)
    except ModuleNotFoundError:
        found = None
    if found is None:
        wrong = f"what fetches these tokens is not installed ({module})"
        oauth.sheet.fault(oauth.key, wrong, f"pip install 'mailgate[{extra}]'")


def _tenant(value: object) -> str:
    said = values.text(value)
    if not _TENANT.fullmatch(said):
        raise Unfit(f"{show(said)} is no tenant", "write its id, or its domain")
    return said


def _https(value: object) -> str:
    said = values.text(value)
    if not _URL.fullmatch(said):
        raise Unfit("is no https URL", 'write "https://login.example.com/token"')
    return said
