import base64
import json

import pytest

from mailgate.oauth import microsoft
from mailgate.oauth.granting import MicrosoftApplication, TokenError


def test_an_application_asks_with_its_secret(accounts, sign_in_service):
    """The client-credentials grant names application, secret and the scope of Exchange."""
    microsoft.of_application(accounts["secret"])
    (asked,) = sign_in_service.asked
    assert asked["grant_type"] == "client_credentials"
    assert (asked["client_id"], asked["client_secret"]) == ("client", "canary-secret")
    assert asked["scope"] == "https://outlook.office365.com/.default"


def test_an_application_signs_with_its_certificate(accounts, sign_in_service):
    """Instead of a secret goes a signed assertion that names the certificate by SHA-256."""
    microsoft.of_application(accounts["certificate"])
    (asked,) = sign_in_service.asked
    assert "client_secret" not in asked
    head, body, _ = asked["client_assertion"].split(".")
    assert "x5t#S256" in _decoded(head)
    assert _decoded(body)["aud"] == sign_in_service.token_url


def _decoded(part: str) -> dict:
    return json.loads(base64.urlsafe_b64decode(part + "=="))


@pytest.mark.parametrize("pem", ["", "rubbish", "-----BEGIN CERTIFICATE-----\nx"])
def test_what_is_no_certificate_is_said(pem, sign_in_service):
    """A file without certificate or key is an error that stays."""
    account = MicrosoftApplication("t", "c", sign_in_service.authority, ("s",), "", pem or "x")
    with pytest.raises(TokenError, match="does not hold it and its key") as caught:
        microsoft.of_application(account)
    assert caught.value.final


def test_a_user_signs_in_with_a_code_and_stays(accounts, sign_in_service):
    """The code is shown; the refresh token that comes with it gets the next token."""
    sign_in_service.rotate = True
    shown: list[str] = []
    granted = microsoft.by_code(accounts["user"], shown.append)
    assert shown == ["Open https://login.example/device and type ABCD-EFGH"]
    assert granted.refresh_token is not None
    again = microsoft.of_user(accounts["user"], granted.refresh_token)
    assert again.access_token != granted.access_token
    assert sign_in_service.asked[-1]["refresh_token"] == granted.refresh_token


def test_a_user_who_never_signed_in_is_told_to(accounts):
    """Without a refresh token nobody is asked, and the command to run is named."""
    with pytest.raises(TokenError, match="mailgate authorize") as caught:
        microsoft.of_user(accounts["user"], None)
    assert caught.value.final
