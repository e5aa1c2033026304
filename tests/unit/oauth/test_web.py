import socket

import pytest

from mailgate.oauth import plain, web
from mailgate.oauth.granting import TokenError


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("http://localhost/token", "no https address"),
        ("file:///etc/passwd", "no https address"),
        ("https:///token", "no https address"),
        ("https://localhost:1/token", "localhost does not answer: "),
    ],
)
def test_secrets_go_nowhere_but_over_https(url, wrong):
    """Whatever is not https, or does not answer, is an error in words."""
    with pytest.raises(TokenError, match=wrong):
        web.post(url, {"client_secret": "canary"})


def test_a_certificate_nobody_knows_is_refused(sign_in_service, monkeypatch):
    """Without the authority's certificate nothing is sent."""
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(TokenError, match="CERTIFICATE_VERIFY_FAILED"):
        web.post(sign_in_service.token_url, {"client_secret": "canary"})
    assert sign_in_service.asked == []


def test_a_redirection_is_not_followed(sign_in_service, monkeypatch):
    """What was asked of one address is not told to another."""
    sign_in_service.refuse = (302, {"error": "moved"})
    assert web.post(sign_in_service.token_url, {"a": "b"}).status == 302
    assert len(sign_in_service.asked) == 1


def test_an_endless_answer_ends(sign_in_service):
    """A service that answers megabytes gives no token."""
    sign_in_service.refuse = (200, {"access_token": "x" * 2_000_000})
    with pytest.raises(TokenError, match="more than 1 MB"):
        web.post(sign_in_service.token_url, {"a": "b"})


@pytest.mark.parametrize(
    ("status", "said", "wrong"),
    [
        (500, {}, "answers HTTP 500"),
        (429, {}, "answers HTTP 429"),
        (200, [], "and no JSON"),
        (200, {}, "no token and no reason"),
        (200, {"access_token": 7, "error": 9}, "no token and no reason"),
        (403, {"access_token": "x"}, "no token and no reason"),
    ],
)
def test_an_answer_without_a_token_is_said(status, said, wrong, accounts, sign_in_service):
    """Whatever comes back in place of a token is an error in words."""
    sign_in_service.refuse = (status, said)
    with pytest.raises(TokenError, match=wrong):
        plain.of_application(accounts["client"])


@pytest.mark.parametrize(
    ("said", "seconds"), [({"expires_in": "120"}, 120), ({}, 3600), ({"expires_in": "x"}, 3600)]
)
def test_a_token_without_a_life_lives_an_hour(said, seconds, accounts, sign_in_service):
    """expires_in is only recommended by RFC 6749 §5.1, and some write it as text."""
    sign_in_service.refuse = (200, {"access_token": "x", **said})
    assert plain.of_application(accounts["client"]).life.total_seconds() == seconds


def test_a_service_that_says_nothing_is_left(monkeypatch):
    """Whoever takes the connection and falls silent is given up in time."""
    monkeypatch.setattr(web, "_PATIENCE_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/token"
        with pytest.raises(TokenError, match=r"127\.0\.0\.1 does not answer: "):
            web.post(url, {"client_secret": "canary"})
