"""Tokens of any other provider, by the plain grants of RFC 6749; needs no extra."""

from datetime import timedelta

from mailgate.oauth import web
from mailgate.oauth.granting import ClientCredentials, Granted, RefreshToken, TokenError, refusal


def of_user(account: RefreshToken, refresh_token: str) -> Granted:
    """Return a token for a refresh token (§6); TokenError where it is refused."""
    fields = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return _granted(account, fields, (refresh_token, account.client_secret))


def of_application(account: ClientCredentials) -> Granted:
    """Return a token of the client-credentials grant (§4.4); TokenError where it is refused."""
    return _granted(account, {"grant_type": "client_credentials"}, (account.client_secret,))


def _granted(
    account: RefreshToken | ClientCredentials, fields: dict[str, str], secrets: tuple[str, ...]
) -> Granted:
    fields["client_id"] = account.client_id
    if account.client_secret:
        fields["client_secret"] = account.client_secret
    if account.scopes:
        fields["scope"] = " ".join(account.scopes)
    answer = web.post(account.token_url, fields)
    if answer.status >= 500 or answer.status == 429:
        raise TokenError(f"the sign-in service answers HTTP {answer.status}")
    said = answer.fields()
    token = said.get("access_token")
    if answer.status != 200 or not isinstance(token, str):
        raise refusal(said.get("error"), said.get("error_description"), secrets)
    renewed = said.get("refresh_token")
    return Granted(token, _life(said), renewed if isinstance(renewed, str) else None)


def _life(said: dict[str, object]) -> timedelta:
    """Return how long a token lives; where nothing is said (§5.1 only recommends it), an hour."""
    try:
        return timedelta(seconds=float(str(said.get("expires_in", 3600))))
    except (ValueError, OverflowError):
        return timedelta(hours=1)
