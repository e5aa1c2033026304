"""Tokens of Google, through google-auth: a service account that acts for a user, a refresh token.

google-auth is an extra (`mailgate[google]`) and is imported when the first token is asked for.
"""

import json
from datetime import UTC, datetime
from typing import Any

from mailgate.oauth.granting import (
    GoogleServiceAccount,
    Granted,
    RefreshToken,
    TokenError,
    cleaned,
    refusal,
)
from mailgate.oauth.web import google_request

_KEY_FILE = "the service account's file is not the JSON key that Google gave"


def of_service_account(account: GoogleServiceAccount) -> Granted:
    """Return a token to act for the account's subject; TokenError where it is refused."""
    from google.oauth2 import service_account  # noqa: PLC0415 - an extra

    try:
        info = json.loads(account.key)
        if account.token_url is not None:
            info["token_uri"] = account.token_url
        make: Any = service_account.Credentials.from_service_account_info
        credentials = make(info, scopes=list(account.scopes), subject=account.subject)
        secrets = (str(info.get("private_key", "")),)
    except Exception:  # noqa: BLE001 - what google-auth raises may quote the key
        raise TokenError(_KEY_FILE, final=True) from None
    return _granted(credentials, secrets, None)


def of_user(account: RefreshToken, refresh_token: str) -> Granted:
    """Return a token for a user's refresh token; TokenError where it is refused."""
    from google.oauth2.credentials import Credentials  # noqa: PLC0415 - an extra

    make: Any = Credentials
    credentials = make(
        None,
        refresh_token=refresh_token,
        token_uri=account.token_url,
        client_id=account.client_id,
        client_secret=account.client_secret,
        scopes=list(account.scopes),
    )
    return _granted(credentials, (refresh_token, account.client_secret), refresh_token)


def _granted(credentials: Any, secrets: tuple[str, ...], refresh_token: str | None) -> Granted:
    from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415 - an extra

    try:
        credentials.refresh(google_request)
    except GoogleAuthError as error:
        raise _refused(error, secrets) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        # What it does with an answer that is not as it expects.
        raise TokenError(cleaned(f"{type(error).__name__}: {error}", secrets)) from None
    expiry = credentials.expiry
    now = datetime.now(UTC)
    life = (expiry.replace(tzinfo=UTC) if expiry else now) - now
    renewed = getattr(credentials, "refresh_token", None)
    return Granted(credentials.token, life, renewed if renewed != refresh_token else None)


def _refused(error: Any, secrets: tuple[str, ...]) -> TokenError:
    said = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], dict) else {}
    if "error" in said:
        return refusal(said["error"], said.get("error_description"), secrets)
    return TokenError(cleaned(str(error.args[0] if error.args else error), secrets))
