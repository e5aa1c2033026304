"""The tests' own sign-in service, and accounts that sign in there."""

import json
from pathlib import Path

import pytest

from mailgate.oauth.granting import (
    ClientCredentials,
    GoogleServiceAccount,
    MicrosoftApplication,
    MicrosoftUser,
    RefreshToken,
)
from tests.servers.tokens import SignInService, loopback_certificate, sign_in_service

__all__ = ["loopback_certificate", "sign_in_service"]

SCOPE = ("https://outlook.office365.com/.default",)


@pytest.fixture
def key_file(loopback_certificate: tuple[Path, Path]) -> str:
    """Give the JSON key of a service account."""
    return json.dumps(
        {
            "type": "service_account",
            "client_email": "gate@project.iam.example",
            "private_key": loopback_certificate[1].read_text(),
            "private_key_id": "1",
            "token_uri": "https://elsewhere.example/token",
        }
    )


@pytest.fixture
def accounts(sign_in_service: SignInService, key_file: str, loopback_certificate) -> dict:
    """Give an account of each kind, by name."""
    certificate, key = loopback_certificate
    entra = {
        "tenant": "tenant",
        "client_id": "client",
        "authority": sign_in_service.authority,
        "scopes": SCOPE,
    }
    url = sign_in_service.token_url
    refresh = {"token_url": url, "client_id": "client", "refresh_token": "canary-first"}
    mail = ("https://mail.google.com/",)
    return {
        "secret": MicrosoftApplication(**entra, secret="canary-secret"),
        "certificate": MicrosoftApplication(
            **entra, certificate=key.read_text() + certificate.read_text()
        ),
        "user": MicrosoftUser(**{**entra, "scopes": ("IMAP.AccessAsUser.All",)}),
        "service": GoogleServiceAccount("help@example.com", mail, key_file, url),
        "google": RefreshToken(**refresh, scopes=mail, client_secret="canary-secret", google=True),
        "plain": RefreshToken(**refresh, scopes=("mail",)),
        "client": ClientCredentials(url, "client", ("mail",), "canary-secret"),
    }
