import base64
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from mailgate.oauth.granting import TokenError
from mailgate.outbox.outcome import Delivered, Outcome, Unreachable
from mailgate.outbox.smarthost import Smarthost, SmarthostSettings
from tests.smarthost_stub import SmarthostStub, smarthost_stub

OFFER = ("8BITMIME", "AUTH LOGIN XOAUTH2")
REASON = "334 " + base64.b64encode(b'{"status":"401"}').decode()


class Source:
    """Gives its tokens one after the other, the next where a new one is asked for."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)

    def access_token(self, *, refresh: bool = False) -> str:
        """Return the token that is good for now."""
        if not self.tokens:
            raise TokenError("invalid_grant: revoked", final=True)
        if refresh and len(self.tokens) > 1:
            self.tokens.pop(0)
        return self.tokens[0]


@pytest.fixture
def submit() -> Iterator[Callable[..., tuple[SmarthostStub, Outcome]]]:
    """Send a mail through a stub, signing in with the tokens of a source."""
    with ExitStack() as stack:

        def submit(source: Source, **answers: Any) -> tuple[SmarthostStub, Outcome]:
            stub = stack.enter_context(smarthost_stub(**{"extensions": OFFER, **answers}))
            settings = SmarthostSettings(port=stub.port, user="a@x.example", tokens=source)
            smarthost = Smarthost(settings)
            stack.callback(smarthost.close)
            return stub, smarthost.submit("", "anna@example.net", b"Subject: x\r\n\r\nhi\r\n")

        yield submit


def said(token: str) -> str:
    """Return the command that signs in with a token."""
    whole = f"user=a@x.example\x01auth=Bearer {token}\x01\x01"
    return f"AUTH XOAUTH2 {base64.b64encode(whole.encode()).decode()}"


def test_a_token_goes_in_one_line_of_auth(submit):
    """XOAUTH2 says user and token at once, however long the token, and no password."""
    token = "t" * 3000
    stub, outcome = submit(Source(token))
    assert isinstance(outcome, Delivered)
    assert [each for each in stub.commands if each.startswith("AUTH")] == [said(token)]


@pytest.mark.parametrize("refusal", [["535 5.7.3 expired"], [REASON]])
def test_a_refused_token_is_renewed_once(submit, refusal):
    """Refused at once or with a reason first, the next token gets in on the same connection."""
    stub, outcome = submit(Source("t-1", "t-2"), AUTH=refusal, **{"": ["535 5.7.3 no"]})
    assert isinstance(outcome, Delivered)
    assert [each for each in stub.commands if each.startswith("AUTH")] == [said("t-1"), said("t-2")]
    assert stub.connections == 1


def test_a_second_refusal_blames_no_mail(submit):
    """The login stays refused: the mail waits, and the reason holds no token."""
    stub, outcome = submit(Source("t-1", "t-2"), AUTH=["535 no"] * 2 + ["535 5.7.3 t-2 is bad"])
    assert outcome == Unreachable("535 no")
    assert stub.mails == []
    again = submit(Source("canary"), AUTH=["535 5.7.3 canary is bad"])[1]
    assert again == Unreachable("535 5.7.3 … is bad")


@pytest.mark.parametrize(
    ("source", "extensions", "reason"),
    [
        (Source(), OFFER, "no access token: invalid_grant: revoked"),
        (Source("t"), ("AUTH LOGIN PLAIN",), "the smarthost does not offer AUTH XOAUTH2"),
        (Source("t"), (), "the smarthost does not offer AUTH XOAUTH2"),
    ],
)
def test_without_token_or_offer_nobody_signs_in(submit, source, extensions, reason):
    """What is missing is said, and no mail is refused for it."""
    stub, outcome = submit(source, extensions=extensions)
    assert outcome == Unreachable(reason)
    assert not any(each.startswith("AUTH") for each in stub.commands)
