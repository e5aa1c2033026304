import base64
import json

import pytest

from mailgate.oauth import google
from mailgate.oauth.granting import GoogleServiceAccount, TokenError
from tests.servers.tokens import JWT_GRANT


def test_a_service_account_acts_for_the_user(accounts, sign_in_service):
    """The signed assertion names the mailbox's user as `sub`, and the scope of mail."""
    google.of_service_account(accounts["service"])
    (asked,) = sign_in_service.asked
    body = asked["assertion"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    assert asked["grant_type"] == JWT_GRANT
    assert (claims["sub"], claims["scope"]) == ("help@example.com", "https://mail.google.com/")
    assert claims["iss"] == "gate@project.iam.example"


@pytest.mark.parametrize("key", ["", "{}", "[]", '{"private_key": "canary", "client_email": "x"}'])
def test_what_is_no_key_is_said_without_a_word_of_it(key):
    """A wrong key file is an error that stays and quotes nothing."""
    with pytest.raises(TokenError, match="is not the JSON key") as caught:
        google.of_service_account(GoogleServiceAccount("u", ("s",), key, "https://x.example/t"))
    assert caught.value.final
    assert "canary" not in str(caught.value)


def test_a_user_is_served_by_his_refresh_token(accounts, sign_in_service):
    """The grant names client, secret and refresh token."""
    google.of_user(accounts["google"], "canary-first")
    (asked,) = sign_in_service.asked
    assert asked["grant_type"] == "refresh_token"
    assert (asked["refresh_token"], asked["client_secret"]) == ("canary-first", "canary-secret")


@pytest.mark.parametrize("answer", [{}, {"access_token": 7, "expires_in": "x"}, {"id_token": "x"}])
def test_an_answer_without_sense_is_no_token(answer, accounts, sign_in_service):
    """Whatever comes back, there is a token or a TokenError."""
    sign_in_service.refuse = (200, answer)
    with pytest.raises(TokenError):
        google.of_user(accounts["google"], "canary-first")
