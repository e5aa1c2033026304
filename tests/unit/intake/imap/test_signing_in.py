import base64
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator

import imapclient
import pytest

from mailgate.intake.imap.faults import FaultKind
from mailgate.intake.imap.settings import OAuth2, Password
from mailgate.intake.imap.signing_in import SignInError, initial_response, sign_in
from mailgate.oauth.granting import TokenError

DENIED = base64.b64encode(json.dumps({"status": "400", "schemes": "bearer"}).encode()).decode()


class Server:
    """A server on loopback that offers what it is told, and judges each login by a function.

    judge: gets mechanism and what the client said, and returns the tagged reply without
    its tag, or nothing to go away.
    """

    def __init__(self, offers: str, judge: Callable[[str, bytes], str]) -> None:
        self.offers = offers
        self.judge = judge
        self.heard: list[tuple[str, bytes]] = []
        self.answers: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection, connection.makefile("rwb", 0) as wire:
            wire.write(b"* OK ready\r\n")
            while line := wire.readline():
                tag, command, *rest = line.decode().strip().split(" ", 2)
                reply = self._reply(wire, command.upper(), rest)
                if not reply:
                    return
                wire.write(f"{tag} {reply}\r\n".encode())

    def _reply(self, wire, command: str, rest: list[str]) -> str:
        match command:
            case "CAPABILITY":
                wire.write(f"* CAPABILITY IMAP4rev1 {self.offers}\r\n".encode())
                return "OK done"
            case "LOGIN":
                self.heard.append(("LOGIN", rest[0].encode()))
                return self.judge("LOGIN", rest[0].encode())
            case "AUTHENTICATE":
                wire.write(b"+ \r\n")
                said = base64.b64decode(wire.readline())
                self.heard.append((rest[0], said))
                reply = self.judge(rest[0], said)
                if reply.startswith("NO") and rest[0] != "PLAIN":
                    wire.write(f"+ {DENIED}\r\n".encode())
                    self.answers.append(base64.b64decode(wire.readline()))
                return reply
            case _:
                return "BAD what?"

    def close(self) -> None:
        """Listen no more."""
        self._listener.close()


class Source:
    """Gives its tokens one after the other, the next where a new one is asked for."""

    def __init__(self, *tokens: str, error: TokenError | None = None) -> None:
        self.tokens = list(tokens)
        self.error = error
        self.asked: list[bool] = []

    def access_token(self, *, refresh: bool = False) -> str:
        """Return the token that is good for now."""
        self.asked.append(refresh)
        if self.error is not None:
            raise self.error
        if refresh and len(self.tokens) > 1:
            self.tokens.pop(0)
        return self.tokens[0]


@pytest.fixture
def connect() -> Iterator[Callable[..., tuple[Server, imapclient.IMAPClient]]]:
    """Start a server, and connect to it."""
    open_: list = []

    def connect(offers, judge=lambda *_: "OK in"):
        server = Server(offers, judge)
        client = imapclient.IMAPClient("127.0.0.1", server.port, ssl=False, timeout=5)
        open_.extend((server.close, client.shutdown))
        return server, client

    yield connect
    for close in reversed(open_):
        close()


@pytest.mark.parametrize(
    ("offers", "user", "secret", "heard"),
    [
        ("AUTH=PLAIN", "help@x.example", "pass", ("PLAIN", b"\0help@x.example\0pass")),
        ("AUTH=PLAIN", "ewa ż", 'ż "\\', ("PLAIN", '\0ewa ż\0ż "\\'.encode())),
        ("", "help", "pass", ("LOGIN", b'"help" "pass"')),
        ("", 'a "b\\', 'c "d\\', ("LOGIN", b'"a \\"b\\\\" "c \\"d\\\\"')),
        ("AUTH=XOAUTH2", "help", "a) x", ("LOGIN", b'"help" "a) x"')),
    ],
)
def test_a_password_is_data_and_never_a_command(offers, user, secret, heard, connect):
    """PLAIN where it is offered, else LOGIN with user and password quoted."""
    server, client = connect(offers)
    sign_in(client, user, Password(secret))
    assert server.heard == [heard]


@pytest.mark.parametrize(
    ("offers", "user", "secret", "kind"),
    [
        ("LOGINDISABLED AUTH=XOAUTH2", "help", "pass", FaultKind.PERMANENT),
        ("AUTH=PLAIN", "help\r\nA1 LOGOUT", "pass", FaultKind.PERMANENT),
        ("AUTH=PLAIN", "help", "pa\0ss", FaultKind.PERMANENT),
        ("", "ewa", "ż", FaultKind.PERMANENT),
    ],
)
def test_what_cannot_be_a_login_is_not_sent(offers, user, secret, kind, connect):
    """No password leaves where the server takes none, or where it could be more than one."""
    server, client = connect(offers)
    with pytest.raises(SignInError) as caught:
        sign_in(client, user, Password(secret))
    assert (caught.value.kind, server.heard) == (kind, [])


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", FaultKind.WRONG_PASSWORD),
        ("NO Go away", FaultKind.WRONG_PASSWORD),
        ("NO [UNAVAILABLE] Temporary authentication failure.", FaultKind.TEMPORARY),
        ("BAD User is authenticated but not connected.", FaultKind.TEMPORARY),
        ("NO [LIMIT] LOGIN Rate limit hit.", FaultKind.THROTTLED),
        ("NO [ALERT] Your account is not enabled for IMAP use.", FaultKind.PERMANENT),
    ],
)
@pytest.mark.parametrize("offers", ["AUTH=PLAIN", ""])
def test_a_refusal_says_what_kind_it_is(reply, kind, offers, connect):
    """The server's words are kept, and classified; the password is not among them."""
    _, client = connect(offers, lambda *_: f"{reply} canary-secret")
    with pytest.raises(SignInError) as caught:
        sign_in(client, "help", Password("canary-secret"))
    assert caught.value.kind is kind
    assert caught.value.text == f"{reply.partition(' ')[2]} …"


@pytest.mark.parametrize(
    ("method", "first"),
    [
        ("xoauth2", b"user=a=b,c@x.example\x01auth=Bearer t-1\x01\x01"),
        ("oauthbearer", b"n,a=a=3Db=2Cc@x.example,\x01auth=Bearer t-1\x01\x01"),
    ],
)
def test_a_token_is_said_as_its_mechanism_wants(method, first, connect):
    """XOAUTH2 as Google and Microsoft describe it, OAUTHBEARER as RFC 7628 does."""
    server, client = connect("AUTH=XOAUTH2 AUTH=OAUTHBEARER")
    sign_in(client, "a=b,c@x.example", OAuth2(Source("t-1"), method))
    assert server.heard == [(method.upper(), first)]


@pytest.mark.parametrize(("method", "answer"), [("xoauth2", b""), ("oauthbearer", b"\x01")])
def test_a_refused_token_is_renewed_once(method, answer, connect):
    """The reason is answered as it must be, and the next token gets in on the same connection."""
    judge = lambda _, said: "OK in" if b"t-2" in said else "NO AUTHENTICATE failed."  # noqa: E731
    server, client = connect("AUTH=XOAUTH2 AUTH=OAUTHBEARER", judge)
    source = Source("t-1", "t-2")
    sign_in(client, "help", OAuth2(source, method))
    assert source.asked == [False, True]
    assert (len(server.heard), server.answers) == (2, [answer])


@pytest.mark.parametrize(
    ("reply", "logins", "kind"),
    [
        ("NO AUTHENTICATE failed.", 2, FaultKind.WRONG_PASSWORD),
        ("NO [UNAVAILABLE] later", 1, FaultKind.TEMPORARY),
        ("NO [LIMIT] too many", 1, FaultKind.THROTTLED),
    ],
)
def test_a_second_refusal_is_the_end(reply, logins, kind, connect):
    """A new token is tried once, and not at all where the token was not the reason."""
    server, client = connect("AUTH=XOAUTH2", lambda *_: reply)
    with pytest.raises(SignInError, match="status 400") as caught:
        sign_in(client, "help", OAuth2(Source("t-1", "t-2", "t-3")))
    assert (caught.value.kind, len(server.heard)) == (kind, logins)


def test_the_same_token_is_not_tried_again(connect):
    """Where there is no newer token, there is no second try."""
    server, client = connect("AUTH=XOAUTH2", lambda *_: "NO AUTHENTICATE failed.")
    with pytest.raises(SignInError):
        sign_in(client, "help", OAuth2(Source("t-1")))
    assert len(server.heard) == 1


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TokenError("invalid_client: AADSTS7000222: expired", final=True), "wrong-password"),
        (TokenError("strange: no", final=True), "permanent"),
        (TokenError("login.example does not answer: timed out"), "temporary"),
        (TokenError("slow_down: please"), "throttled"),
    ],
)
def test_without_a_token_nothing_is_said_to_the_server(error, kind, connect):
    """Why there is no token is told, with the kind of fault it is."""
    server, client = connect("AUTH=XOAUTH2")
    with pytest.raises(SignInError, match="no access token: ") as caught:
        sign_in(client, "help", OAuth2(Source(error=error)))
    assert (caught.value.kind, server.heard) == (kind, [])


def test_a_mechanism_that_is_not_offered_is_not_tried(connect):
    """The error lists what the server does offer."""
    server, client = connect("AUTH=PLAIN AUTH=LOGIN")
    with pytest.raises(SignInError, match="does not offer XOAUTH2; it offers LOGIN, PLAIN"):
        sign_in(client, "help", OAuth2(Source("t-1")))
    assert server.heard == []


def test_a_broken_connection_is_no_refusal(connect):
    """What ends the connection is not taken for a wrong login."""
    _, client = connect("AUTH=XOAUTH2", lambda *_: "")
    with pytest.raises((OSError, imapclient.IMAPClient.AbortError)):
        sign_in(client, "help", OAuth2(Source("t-1")))


@pytest.mark.parametrize("auth", [Password("canary-1"), OAuth2(Source("canary-1", "canary-2"))])
@pytest.mark.parametrize("offers", ["AUTH=PLAIN AUTH=XOAUTH2", "AUTH=XOAUTH2"])
@pytest.mark.parametrize(("echoes", "level"), [(False, logging.DEBUG), (True, logging.INFO)])
def test_no_log_tells_a_password_or_a_token(auth, offers, echoes, level, connect, caplog):
    """No logger has a canary, plain or in base64, nor has the error where the server echoes it."""
    caplog.set_level(level)
    _, client = connect(
        offers, lambda _, said: f"NO no {said.decode(errors='replace')!r}" if echoes else "NO no"
    )
    with pytest.raises(SignInError) as caught:
        sign_in(client, "help", auth)
    encoded = [
        base64.b64encode(initial_response("XOAUTH2", "help", f"canary-{n}")).decode()
        for n in (1, 2)
    ]
    shown = caplog.text + repr(caught.value) + repr(auth)
    assert not any(each in shown for each in ("canary", *encoded))
