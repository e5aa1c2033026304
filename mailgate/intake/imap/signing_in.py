"""Signing in to an IMAP server: by password, or by a bearer token.

A password goes as AUTHENTICATE PLAIN where the server offers that, since there any sign is data;
else by LOGIN. A token that is refused is renewed once, at once. Every way to fail is a SignInError
that says what kind of fault it is; none of them, and no log, holds a password or a token.
"""

import json
import re
from collections.abc import Callable

import imapclient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from mailgate.intake.imap import faults
from mailgate.intake.imap.faults import FaultKind
from mailgate.intake.imap.settings import Auth, OAuth2, Password
from mailgate.oauth.granting import TokenError, cleaned

Exchange = Callable[[], None]

_AS_BYTES = re.compile(r"""b(['"])(.*)\1\]?$""", re.DOTALL)


class SignInError(Exception):
    """The server did not let us in. kind: what trying again is good for. text: its own words."""

    def __init__(self, kind: FaultKind, text: str) -> None:
        super().__init__(text)
        self.kind = kind
        self.text = text


def sign_in(client: imapclient.IMAPClient, user: str, auth: Auth) -> None:
    """Sign in on a connection that is private already, or raise SignInError.

    What breaks the connection itself (OSError, an abort of imaplib) goes through as it is.
    """
    offered = {_word(each) for each in client.capabilities()}
    match auth:
        case Password(secret):
            _by_password(client, offered, user, secret)
        case OAuth2():
            _by_token(client, offered, user, auth)


def _by_password(client: imapclient.IMAPClient, offered: set[str], user: str, secret: str) -> None:
    if _is_unfit(user) or _is_unfit(secret):
        raise SignInError(FaultKind.PERMANENT, "user or password holds a control character")
    if "AUTH=PLAIN" in offered:

        def exchange() -> None:
            client.sasl_login("PLAIN", lambda _: f"\0{user}\0{secret}")

    elif "LOGINDISABLED" in offered:
        raise SignInError(
            FaultKind.PERMANENT, f"the server takes no passwords; it offers {_ways(offered)}"
        )
    elif not (user + secret).isascii():
        raise SignInError(
            FaultKind.PERMANENT,
            "the server knows LOGIN alone, which takes no letters beyond ASCII (RFC 3501)",
        )
    else:

        def exchange() -> None:
            # imaplib quotes the password, and leaves the user to us.
            client.login(_quoted(user), secret)

    said = _refusal(exchange, (secret,))
    if said is not None:
        raise _error(said)


def _by_token(client: imapclient.IMAPClient, offered: set[str], user: str, auth: OAuth2) -> None:
    mechanism = auth.method.upper()
    if f"AUTH={mechanism}" not in offered:
        raise SignInError(
            FaultKind.PERMANENT,
            f"the server does not offer {mechanism}; it offers {_ways(offered)}",
        )
    if _is_unfit(user):
        raise SignInError(FaultKind.PERMANENT, "user holds a control character")
    token = _token(auth, refresh=False)
    said = _try(client, mechanism, user, token)
    if said is None:
        return
    error = _error(said)
    if error.kind in (FaultKind.THROTTLED, FaultKind.TEMPORARY) and not _is_expiry(said):
        raise error
    fresh = _token(auth, refresh=True)
    if fresh == token:
        raise error
    said = _try(client, mechanism, user, fresh)
    if said is not None:
        raise _error(said)


def _token(auth: OAuth2, *, refresh: bool) -> str:
    try:
        token = auth.source.access_token(refresh=refresh)
    except TokenError as error:
        kind = faults.kind_of(str(error))
        if error.final and kind is FaultKind.TEMPORARY:
            kind = FaultKind.PERMANENT
        raise SignInError(kind, f"no access token: {error}") from None
    if _is_unfit(token):
        raise SignInError(FaultKind.PERMANENT, "the access token holds a control character")
    return token


def _try(client: imapclient.IMAPClient, mechanism: str, user: str, token: str) -> str | None:
    """Return None, or the server's words where it refuses."""
    heard: list[bytes] = []

    def answer(challenge: bytes) -> bytes:
        if not heard and not challenge.strip():
            heard.append(b"")
            return initial_response(mechanism, user, token)
        # The reason, to which an empty answer is due, or one octet (RFC 7628 §3.2.3).
        heard.append(challenge)
        return b"\x01" if mechanism == "OAUTHBEARER" else b""

    said = _refusal(lambda: client.sasl_login(mechanism, answer), (token,))
    if said is None:
        return None
    return f"{said} {_reason(heard)}".strip()


def initial_response(mechanism: str, user: str, token: str) -> bytes:
    """Return what the client says first, not yet in base64.

    For XOAUTH2 as Google and Microsoft describe it, for OAUTHBEARER as RFC 7628 §3.1 does.
    """
    if mechanism == "OAUTHBEARER":
        name = user.replace("=", "=3D").replace(",", "=2C")
        return f"n,a={name},\x01auth=Bearer {token}\x01\x01".encode()
    return f"user={user}\x01auth=Bearer {token}\x01\x01".encode()


def _refusal(exchange: Exchange, secrets: tuple[str, ...]) -> str | None:
    try:
        exchange()
    except IMAPClientError as error:
        # imapclient calls a lost connection a wrong login; what it caught tells them apart.
        if isinstance(error.__context__, IMAPClientAbortError):
            raise error.__context__ from None
        # imaplib hands on what the server said as bytes that were made text, within its own words.
        text = str(error)
        found = _AS_BYTES.search(text)
        return cleaned(found[2] if found else text, secrets) or "the login was refused"
    return None


def _reason(heard: list[bytes]) -> str:
    """Return the status that an OAuth challenge names, such as `(status 400)`."""
    for challenge in heard:
        try:
            found = json.loads(challenge)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict) and "status" in found:
            return f"(status {cleaned(str(found['status']))[:40]})"
    return ""


def _error(said: str) -> SignInError:
    found = faults.explain(said)
    # A login that is refused in words that nobody knows is a wrong login first of all.
    return SignInError(found.kind if found else FaultKind.WRONG_PASSWORD, said)


def _is_expiry(said: str) -> bool:
    return "expired" in said.lower()


def _is_unfit(text: str) -> bool:
    return any(ord(sign) < 32 or ord(sign) == 127 for sign in text)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _ways(offered: set[str]) -> str:
    ways = sorted(each.removeprefix("AUTH=") for each in offered if each.startswith("AUTH="))
    return cleaned(", ".join(ways)) or "nothing but LOGIN"


def _word(capability: bytes | str) -> str:
    text = capability.decode("ascii", "replace") if isinstance(capability, bytes) else capability
    return text.upper()
