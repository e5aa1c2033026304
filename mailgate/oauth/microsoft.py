"""Tokens of Microsoft 365, through msal: an application by secret or certificate, a user by code.

msal is an extra (`mailgate[m365]`) and is imported when the first token is asked for.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from mailgate.oauth.granting import (
    Granted,
    MicrosoftApplication,
    MicrosoftUser,
    TokenError,
    cleaned,
    refusal,
)
from mailgate.oauth.web import MsalClient

_NOT_SIGNED_IN = "nobody has signed in yet: run `mailgate authorize` and follow what it says"


def of_application(account: MicrosoftApplication) -> Granted:
    """Return a token of the client-credentials grant; TokenError where it is refused."""
    import msal  # noqa: PLC0415 - an extra, and 0.2 s of import

    credential: object = account.secret
    if account.certificate:
        credential = _certificate(account.certificate)
    secrets = (account.secret, account.certificate)

    def grant() -> dict[str, Any]:
        application = msal.ConfidentialClientApplication(
            account.client_id, client_credential=credential, **_place(account)
        )
        found: dict[str, Any] = application.acquire_token_for_client(list(account.scopes))
        return found

    return _granted(grant, secrets)


def of_user(account: MicrosoftUser, refresh_token: str | None) -> Granted:
    """Return a token for the refresh token that a user left; TokenError where it is refused."""
    import msal  # noqa: PLC0415 - an extra, and 0.2 s of import

    if refresh_token is None:
        raise TokenError(_NOT_SIGNED_IN, final=True)

    def grant() -> dict[str, Any]:
        application = msal.PublicClientApplication(account.client_id, **_place(account))
        found: dict[str, Any] = application.acquire_token_by_refresh_token(
            refresh_token, list(account.scopes)
        )
        return found

    return _granted(grant, (refresh_token,))


def by_code(account: MicrosoftUser, show: Callable[[str], None]) -> Granted:
    """Let somebody sign in with a code on another device (RFC 8628), and return the token.

    show: is told, in Microsoft's words, where to go and what to type. Waits until it is done.
    """
    import msal  # noqa: PLC0415 - an extra, and 0.2 s of import

    def grant() -> dict[str, Any]:
        application = msal.PublicClientApplication(account.client_id, **_place(account))
        flow: dict[str, Any] = application.initiate_device_flow(list(account.scopes))
        if "user_code" not in flow:
            return flow
        show(cleaned(str(flow.get("message", flow["user_code"]))))
        found: dict[str, Any] = application.acquire_token_by_device_flow(flow)
        return found

    return _granted(grant, ())


def _place(account: MicrosoftApplication | MicrosoftUser) -> dict[str, Any]:
    return {
        "authority": f"{account.authority.rstrip('/')}/{account.tenant}",
        "http_client": MsalClient(),
        # The authority is the operator's word; asking Microsoft about it would leave it.
        "instance_discovery": False,
    }


def _granted(grant: Callable[[], dict[str, Any]], secrets: tuple[str, ...]) -> Granted:
    try:
        said = grant()
    except TokenError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever msal raises is that there is no token
        raise TokenError(cleaned(str(error) or type(error).__name__, secrets)) from None
    token = said.get("access_token")
    if not isinstance(token, str):
        raise refusal(said.get("error"), said.get("error_description"), secrets)
    renewed = said.get("refresh_token")
    life = timedelta(seconds=float(said.get("expires_in", 0)))
    return Granted(token, life, renewed if isinstance(renewed, str) else None)


def _certificate(pem: str) -> dict[str, str]:
    """Return key and certificate of a PEM file as msal takes them; it names them by SHA-256."""
    start = pem.find("-----BEGIN CERTIFICATE-----")
    if start < 0 or "PRIVATE KEY-----" not in pem:
        raise TokenError("the file of the certificate does not hold it and its key", final=True)
    return {"private_key": pem, "public_certificate": pem[start:]}
