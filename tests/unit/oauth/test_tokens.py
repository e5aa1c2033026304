import fcntl
import json
import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest

from mailgate.oauth.granting import ClientCredentials, Granted, RefreshToken, TokenError
from mailgate.oauth.tokens import Tokens, file_of, fingerprint, grant

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ACCOUNT = ClientCredentials("https://login.example/token", "client", ("mail",), "canary-secret")
EVERY = ("secret", "certificate", "service", "google", "plain", "client")


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at


class Endpoint:
    """An endpoint that counts, and answers with numbered tokens or with its error."""

    def __init__(self, life: timedelta = timedelta(hours=1)) -> None:
        self.asked: list[str | None] = []
        self.life = life
        self.error: TokenError | None = None
        self.rotates = False

    def __call__(self, account, refresh_token):
        self.asked.append(refresh_token)
        if self.error is not None:
            raise self.error
        number = len(self.asked)
        return Granted(f"token-{number}", self.life, f"r{number}" if self.rotates else None)


@pytest.fixture
def clock():
    """Give a clock."""
    return Clock()


@pytest.fixture
def endpoint():
    """Give an endpoint."""
    return Endpoint()


@pytest.fixture
def tokens(tmp_path, clock, endpoint):
    """Give the tokens of an account that has none yet."""
    return Tokens(ACCOUNT, file_of(tmp_path, "Help desk"), clock, endpoint)


@pytest.mark.parametrize(
    ("minutes", "refresh", "token"),
    [
        (0, False, "token-1"),
        (47, False, "token-1"),
        (48, False, "token-2"),
        (90, False, "token-2"),
        (0, True, "token-1"),
        (1, True, "token-2"),
        (-5, False, "token-2"),
    ],
)
def test_a_token_is_kept_for_four_fifths_of_its_life(minutes, refresh, token, tokens, clock):
    """At 80 % of its life there is a new one, at once where it was refused and is not brand-new."""
    assert tokens.access_token() == "token-1"
    clock.at += timedelta(minutes=minutes)
    assert tokens.access_token(refresh=refresh) == token


def test_the_next_process_finds_the_token(tmp_path, tokens, clock, endpoint):
    """The file serves whoever comes later with the same account, and nobody with another."""
    tokens.access_token()
    again = Tokens(ACCOUNT, file_of(tmp_path, "Help desk"), clock, endpoint)
    assert again.access_token() == "token-1"
    other = ClientCredentials(ACCOUNT.token_url, "client", ("mail",), "another-secret")
    assert (
        Tokens(other, file_of(tmp_path, "Help desk"), clock, endpoint).access_token() == "token-2"
    )


def test_nobody_else_can_read_the_file(tmp_path, tokens):
    """File and directory are their owner's alone."""
    tokens.access_token()
    file = file_of(tmp_path, "Help desk")
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert [each.suffix for each in sorted(file.parent.iterdir())] == [".json", ".lock"]


def _open_to_all(file):
    file.chmod(0o644)


def _link(file):
    file.rename(file.with_name("other"))
    file.symlink_to(file.with_name("other"))


def _change(**fields):
    def change(file):
        content = {**json.loads(file.read_text()), **fields}
        file.write_text(json.dumps(content))

    return change


@pytest.mark.parametrize(
    "spoil",
    [
        _open_to_all,
        _link,
        lambda file: file.write_text("{"),
        lambda file: file.write_text("[" * 50_000),
        lambda file: file.write_text("[]"),
        _change(given_at="2026-11-20T09:00:00"),
        _change(ends_at="soon"),
        _change(access_token=""),
    ],
)
def test_a_file_that_is_not_as_we_left_it_is_not_believed(spoil, tmp_path, tokens):
    """Open to others, a link, or no sense in it: a new token takes its place, closed to others."""
    tokens.access_token()
    file = file_of(tmp_path, "Help desk")
    spoil(file)
    assert tokens.access_token() == "token-2"
    assert (file.is_symlink(), file.stat().st_mode & 0o777) == (False, 0o600)
    assert tokens.access_token() == "token-2"


@pytest.mark.parametrize(("final", "questions"), [(True, 4), (False, 120)])
def test_a_refusal_is_not_asked_for_again_and_again(final, questions, tokens, clock, endpoint):
    """In two hours of trying every second minute or oftener, the endpoint is spared; words stay."""
    endpoint.error = TokenError("invalid_grant: revoked", final=final)
    for _ in range(7200 // 5):
        with pytest.raises(TokenError, match="invalid_grant: revoked") as caught:
            tokens.access_token(refresh=True)
        assert caught.value.final is final
        clock.at += timedelta(seconds=5)
    assert len(endpoint.asked) == questions
    endpoint.error = None
    clock.at += timedelta(minutes=30)
    assert tokens.access_token().startswith("token-")


def test_the_newest_refresh_token_is_used(tokens, clock, endpoint):
    """What comes with a token takes the place of the last refresh token, and stays if none does."""
    endpoint.rotates = True
    tokens.access_token()
    endpoint.rotates = False
    for _ in range(2):
        clock.at += timedelta(hours=1)
        tokens.access_token()
    assert endpoint.asked == [None, "r1", "r1"]


def test_what_somebody_signed_in_with_is_kept(tmp_path, tokens, clock):
    """A token got by hand is the next one that is used."""
    tokens.keep(Granted("by-hand", timedelta(hours=1), "left"))
    assert tokens.access_token() == "by-hand"


def test_many_threads_ask_once(tokens, endpoint):
    """Whoever comes while a token is being asked for gets that one."""
    got: list[str] = []
    threads = [threading.Thread(target=lambda: got.append(tokens.access_token())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (got, len(endpoint.asked)) == (["token-1"] * 8, 1)


def test_a_directory_that_cannot_be_made_is_said(tmp_path, clock, endpoint):
    """Where nothing can be kept, the error names the place."""
    (tmp_path / "oauth").write_text("")
    with pytest.raises(TokenError, match="oauth cannot be written"):
        Tokens(ACCOUNT, file_of(tmp_path, "x"), clock, endpoint).access_token()


def test_names_make_files_that_do_not_meet(tmp_path):
    """Any name makes a file name of its own within the directory."""
    names = ["a b", "a-b", "../../etc/passwd", "Ż", "", "x" * 300]
    files = {file_of(tmp_path, name) for name in names}
    assert len(files) == len(names)
    assert {file.parent for file in files} == {tmp_path / "oauth"}


@pytest.mark.parametrize("which", EVERY)
def test_each_kind_of_account_gets_a_token(which, accounts, sign_in_service):
    """Against a real endpoint, each account is granted a token with its life."""
    granted = grant(accounts[which], None)
    assert granted.access_token in sign_in_service.active
    assert timedelta(minutes=59) < granted.life <= timedelta(minutes=60)


@pytest.mark.parametrize("which", EVERY)
@pytest.mark.parametrize(
    ("status", "error", "final"),
    [
        (400, "invalid_grant", True),
        (401, "invalid_client", True),
        (400, "temporarily_unavailable_now", False),
    ],
)
def test_each_kind_says_why_it_was_refused(which, status, error, final, accounts, sign_in_service):
    """The endpoint's words come through, without our secrets though it repeats them."""
    said = "AADSTS7000215: Bad. canary-secret canary-first Trace ID: 1\r\nTimestamp: 2"
    sign_in_service.refuse = (status, {"error": error, "error_description": said})
    with pytest.raises(TokenError) as caught:
        grant(accounts[which], None)
    text = str(caught.value)
    assert text.startswith(f"{error}: AADSTS7000215: Bad.")
    assert "Trace ID" not in text
    assert caught.value.final is final
    assert not any(secret in text for secret in secrets_of(accounts[which]))


def secrets_of(account) -> list[str]:
    """Return what an account would not have told."""
    return [each for each in ("canary-secret", "canary-first") if each in str(vars(account))]


@pytest.mark.parametrize("which", EVERY)
def test_no_log_and_no_value_tells_a_secret(which, accounts, sign_in_service, tmp_path, caplog):
    """Granted, refused or shown: no logger at any level, no repr, no error tells a canary."""
    caplog.set_level(logging.DEBUG)
    tokens = Tokens(accounts[which], file_of(tmp_path, which), lambda: datetime.now(UTC))
    token = tokens.access_token()
    sign_in_service.refuse = (400, {"error": "invalid_grant", "error_description": "no"})
    with pytest.raises(TokenError) as caught:
        grant(accounts[which], None)
    shown = "".join((caplog.text, repr(accounts[which]), repr(tokens), repr(caught.value)))
    assert "canary" in token
    assert "canary" not in shown
    assert "PRIVATE KEY" not in shown
    assert "canary" not in fingerprint(accounts[which])


def test_a_refresh_token_in_the_file_goes_before_that_of_the_account(accounts, sign_in_service):
    """What the endpoint gave last is what it is asked with."""
    grant(accounts["plain"], "newest")
    grant(accounts["plain"], None)
    assert [each["refresh_token"] for each in sign_in_service.asked] == ["newest", "canary-first"]


def test_accounts_do_not_show_their_secrets():
    """A value in a traceback holds no secret."""
    shown = repr(RefreshToken("https://x.example/", "c", (), "canary-1", "canary-2"))
    assert "canary" not in shown + repr(ACCOUNT) + repr(Granted("canary", timedelta(0), "canary"))


def test_a_process_that_hangs_with_the_lock_holds_nobody_up(tmp_path, tokens, monkeypatch):
    """Where another one keeps the lock for good, there is an error and no waiting for ever."""
    monkeypatch.setattr("mailgate.oauth.tokens._LOCK_PATIENCE", timedelta(0))
    tokens.access_token()
    with (
        file_of(tmp_path, "Help desk").with_suffix(".lock").open() as other,
        pytest.raises(TokenError, match="another process"),
    ):
        fcntl.flock(other, fcntl.LOCK_EX)
        tokens.access_token()
