"""What a token endpoint is asked with, what it gives, and how it refuses.

Values alone. Secrets are never part of what a value says of itself.
"""

from dataclasses import dataclass, field
from datetime import timedelta

_FINAL = frozenset(
    (
        "access_denied",
        "admin_policy_enforced",
        "consent_required",
        "deleted_client",
        "disabled_client",
        "expired_token",
        "interaction_required",
        "invalid_client",
        "invalid_grant",
        "invalid_request",
        "invalid_scope",
        "org_internal",
        "unauthorized_client",
        "unsupported_grant_type",
    )
)
_LONGEST_TEXT = 500


class TokenError(Exception):
    """There is no token to be had; the text says why, in the endpoint's words.

    final: asking again changes nothing until somebody mends something.
    """

    def __init__(self, text: str, *, final: bool = False) -> None:
        super().__init__(text)
        self.final = final


@dataclass(frozen=True)
class Granted:
    """An access token, how long it lives, and a refresh token where a new one came with it."""

    access_token: str = field(repr=False)
    life: timedelta
    refresh_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class MicrosoftApplication:
    """An application of Microsoft 365 that signs in as itself.

    secret: or certificate, the text of a PEM file that holds a key and its certificate.
    """

    tenant: str
    client_id: str
    authority: str
    scopes: tuple[str, ...]
    secret: str = field(default="", repr=False)
    certificate: str = field(default="", repr=False)


@dataclass(frozen=True)
class MicrosoftUser:
    """Somebody of Microsoft 365 who signed in once, with a code on another device."""

    tenant: str
    client_id: str
    authority: str
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class GoogleServiceAccount:
    """A service account of Google that acts for a user. key: the text of its JSON file."""

    subject: str
    scopes: tuple[str, ...]
    key: str = field(repr=False)
    token_url: str | None = None


@dataclass(frozen=True)
class RefreshToken:
    """Somebody who signed in once and left a refresh token (RFC 6749 §6)."""

    token_url: str
    client_id: str
    scopes: tuple[str, ...]
    refresh_token: str = field(repr=False)
    client_secret: str = field(default="", repr=False)
    google: bool = False


@dataclass(frozen=True)
class ClientCredentials:
    """An application that signs in as itself at any other provider (RFC 6749 §4.4)."""

    token_url: str
    client_id: str
    scopes: tuple[str, ...]
    client_secret: str = field(repr=False)


Account = (
    MicrosoftApplication | MicrosoftUser | GoogleServiceAccount | RefreshToken | ClientCredentials
)


def refusal(error: object, description: object, secrets: tuple[str, ...] = ()) -> TokenError:
    """Return what an endpoint's error says (RFC 6749 §5.2), fit for a log: one line, no secret."""
    named = error if isinstance(error, str) else "no token and no reason"
    said = description if isinstance(description, str) else ""
    # Microsoft appends ids and the time, which make each line another.
    text = f"{named}: {said}".partition(" Trace ID:")[0]
    return TokenError(cleaned(text, secrets), final=named in _FINAL)


def cleaned(text: str, secrets: tuple[str, ...] = ()) -> str:
    """Return foreign words on one line, printable, cut to length, and without our secrets."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "…")
    printable = "".join(sign if sign.isprintable() else " " for sign in text[:4000])
    return " ".join(printable.split()).rstrip(": ")[:_LONGEST_TEXT]
