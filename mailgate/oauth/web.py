"""The few requests that tokens need: https alone, verified, bounded, no redirection.

Serves our own grants, and msal and google-auth in place of the transports they bring. Raises
TokenError where there is no answer at all.
"""

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO, Any
from urllib.parse import urlencode, urlsplit

from mailgate.oauth.granting import TokenError, cleaned

_PATIENCE_SECONDS = 15.0
_MAX_ANSWER_BYTES = 1_000_000


@dataclass(frozen=True)
class Answer:
    """An answer under the names that msal and google-auth read."""

    status: int
    headers: Mapping[str, str]
    data: bytes

    @property
    def status_code(self) -> int:
        """The status, as msal calls it."""
        return self.status

    @property
    def text(self) -> str:
        """The body as text."""
        return self.data.decode("utf-8", "replace")

    def raise_for_status(self) -> None:
        """Raise TokenError for what is no success."""
        if self.status >= 400:
            raise TokenError(f"the sign-in service answers HTTP {self.status}")

    def fields(self) -> dict[str, Any]:
        """Return the JSON object of the body; TokenError where it is none."""
        try:
            found = json.loads(self.data)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise TokenError(f"the sign-in service answers HTTP {self.status}, and no JSON")
        return found


def ask(url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    """Send one request, POST where there is a body, and return the answer, whatever its status.

    Takes 15 seconds at most, name service and all: whoever needs a token has a watchdog.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise TokenError("the sign-in service has no https address", final=True)
    request = urllib.request.Request(  # noqa: S310 - https only, looked at above
        url, data=body, headers={"Accept": "application/json", **(headers or {})}
    )
    said: SimpleQueue[Answer | Exception] = SimpleQueue()

    def send() -> None:
        try:
            said.put(_send(request))
        except (OSError, HTTPException, ValueError, TokenError) as error:
            said.put(error)

    # A time-out of urllib is one of each address and each block, and none of the name service.
    Thread(target=send, name="sign-in-service", daemon=True).start()
    try:
        found = said.get(timeout=_PATIENCE_SECONDS)
    except Empty:
        raise TokenError(f"{parts.hostname} does not answer: timed out") from None
    if isinstance(found, Answer):
        return found
    if isinstance(found, TokenError):
        raise found
    why = cleaned(str(getattr(found, "reason", None) or found)) or type(found).__name__
    raise TokenError(f"{parts.hostname} does not answer: {why}")


def _send(request: urllib.request.Request) -> Answer:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # No redirections: what is sent holds secrets, for the address that was configured.
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPSHandler(context=context),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    try:
        with opener.open(request, timeout=_PATIENCE_SECONDS) as response:
            return _answer(response.status, response.headers, response)
    except urllib.error.HTTPError as refused:
        with refused:
            return _answer(refused.code, refused.headers, refused)


def _answer(status: int, headers: Message, body: IO[bytes]) -> Answer:
    data = body.read(_MAX_ANSWER_BYTES + 1)
    if len(data) > _MAX_ANSWER_BYTES:
        raise TokenError("the sign-in service answers more than 1 MB")
    return Answer(status, dict(headers.items()), data)


def post(url: str, fields: Mapping[str, str]) -> Answer:
    """Send a form (RFC 6749 §4.4.2, §6)."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return ask(url, urlencode(fields).encode(), kind)


class MsalClient:
    """What msal takes as `http_client`."""

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | str | None = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> Answer:
        """Send a form."""
        body = data if isinstance(data, str) else urlencode(data or {})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return ask(_with(url, params), body.encode(), {**(headers or {}), **kind})

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> Answer:
        """Ask for a document."""
        return ask(_with(url, params), None, headers)

    def close(self) -> None:
        """Keep nothing open."""


def google_request(
    url: str,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float | None = None,
    **_: Any,
) -> Answer:
    """Do what google-auth calls a request; method and patience are our own."""
    del method, timeout
    return ask(url, body, headers)


def _with(url: str, params: Mapping[str, str] | None) -> str:
    return f"{url}?{urlencode(params)}" if params else url
