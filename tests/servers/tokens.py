"""A sign-in service of the tests' own on loopback: grants, refusals, and introspection.

It speaks HTTPS with a certificate made for it, as Entra, as Google and as RFC 6749 and 7662 do,
and issues opaque tokens that only its own `introspect` knows. It asks and reaches nobody.
"""

import itertools
import json
import os
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass
class SignInService:
    """What it was asked, and what it is to answer.

    refuse: an error and its description for every grant. life: of the tokens, in seconds.
    rotate: whether a refresh token is given anew each time. user: whose the tokens are.
    """

    user: str = "help@example.com"
    life: int = 3600
    refuse: tuple[int, dict[str, Any]] | None = None
    rotate: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)
    active: set[str] = field(default_factory=set)
    port: int = 0
    plain_port: int = 0
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def authority(self) -> str:
        """What stands in for login.microsoftonline.com."""
        return f"https://localhost:{self.port}"

    @property
    def token_url(self) -> str:
        """The token endpoint."""
        return f"{self.authority}/tenant/oauth2/v2.0/token"

    @property
    def introspection_url(self) -> str:
        """Where a mail server asks what a token is good for, without TLS."""
        return f"http://127.0.0.1:{self.plain_port}/introspect"

    def expire(self) -> None:
        """End every token there is."""
        self.active.clear()

    def grant(self, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Answer a grant."""
        self.asked.append(asked)
        if self.refuse is not None:
            return self.refuse
        token = f"canary-token-{next(self._numbers)}"
        self.active.add(token)
        given = {"access_token": token, "token_type": "Bearer", "expires_in": self.life}
        if self.rotate:
            given["refresh_token"] = f"canary-refresh-{next(self._numbers)}"
        return 200, given

    def answer(self, method: str, path: str, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Answer one request."""
        if path.endswith("/.well-known/openid-configuration"):
            base = f"{self.authority}/tenant/oauth2/v2.0"
            return 200, {
                "issuer": f"{self.authority}/tenant/v2.0",
                "authorization_endpoint": f"{base}/authorize",
                "token_endpoint": self.token_url,
                "device_authorization_endpoint": f"{base}/devicecode",
            }
        if path.endswith("/token") and method == "POST":
            return self.grant(asked)
        if path.endswith("/devicecode"):
            return 200, {
                "user_code": "ABCD-EFGH",
                "device_code": "canary-device",
                "verification_uri": "https://login.example/device",
                "message": "Open https://login.example/device and type ABCD-EFGH",
                "expires_in": 60,
                "interval": 0,
            }
        if path.endswith("/introspect"):
            if asked.get("token") in self.active:
                return 200, {"active": True, "username": self.user, "expires_in": self.life}
            return 200, {"active": False}
        return 404, {"error": "not_found"}


def _handler(service: SignInService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply("GET", "")

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self._reply("POST", self.rfile.read(length).decode())

        def _reply(self, method: str, body: str) -> None:
            parts = urlsplit(self.path)
            fields = {**parse_qs(parts.query), **parse_qs(body)}
            asked = {name: values[0] for name, values in fields.items()}
            code, content = service.answer(method, parts.path, asked)
            octets = json.dumps(content).encode()
            self.send_response(code)
            if 300 <= code < 400:
                self.send_header("Location", f"{service.authority}/elsewhere/token")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


@pytest.fixture(scope="session")
def loopback_certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Give certificate and key for localhost; the certificate is its own authority."""
    folder = tmp_path_factory.mktemp("certificate")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = (
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout {key} "
        f"-out {certificate} -addext subjectAltName=DNS:localhost,IP:127.0.0.1"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    return certificate, key


@pytest.fixture
def sign_in_service(
    loopback_certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> Iterator[SignInService]:
    """Give a running service that this process trusts."""
    service = SignInService()
    certificate, key = loopback_certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    plain = ThreadingHTTPServer(("127.0.0.1", 0), _handler(service))
    private = ThreadingHTTPServer(("127.0.0.1", 0), _handler(service))
    private.socket = context.wrap_socket(private.socket, server_side=True)
    service.port, service.plain_port = private.server_port, plain.server_port
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    for name in [each for each in os.environ if each.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    servers = (plain, private)
    for server in servers:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield service
    for server in servers:
        server.shutdown()
        server.server_close()
