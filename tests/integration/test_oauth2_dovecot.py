"""Signing in to a real Dovecot by tokens, which it takes to the tests' own service to judge."""

import json
import logging
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from sqlmodel import select

from mailgate.doctor import examine
from mailgate.intake.imap import signing_in
from mailgate.intake.imap.connection import Connection
from mailgate.intake.imap.faults import FaultKind
from mailgate.intake.imap.settings import First, MailboxSettings, OAuth2
from mailgate.intake.imap.signing_in import SignInError
from mailgate.intake.imap.tables import Condition, Mailbox, MailboxMail
from mailgate.oauth.granting import (
    ClientCredentials,
    GoogleServiceAccount,
    MicrosoftApplication,
    RefreshToken,
)
from mailgate.oauth.tokens import Tokens, file_of
from tests.integration.mailboxes import a_mail, look, now, watched
from tests.servers import wait_for
from tests.servers.dovecot import DovecotInstance, dovecots
from tests.servers.tokens import SignInService, loopback_certificate, sign_in_service

__all__ = ["dovecots", "loopback_certificate", "sign_in_service"]

pytestmark = pytest.mark.one_database  # it is about signing in, and not about storage

USER = "help@example.com"
KINDS = (
    "microsoft secret",
    "microsoft certificate",
    "google service account",
    "google refresh token",
    "any refresh token",
    "any application",
)
PASSDB = """\
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {}
}}
"""
INTROSPECTION = """\
introspection_mode = post
introspection_url = {}
username_attribute = username
active_attribute = active
active_value = true
"""


@pytest.fixture
def server(
    dovecots: Callable[..., DovecotInstance], sign_in_service: SignInService
) -> Iterator[DovecotInstance]:
    """Give a Dovecot that asks the service what a token is good for; passwords work, too."""
    folder = Path(tempfile.mkdtemp(prefix="mailgate-oauth2-"))
    folder.chmod(0o755)
    judging = folder / "oauth2.conf.ext"
    judging.write_text(INTROSPECTION.format(sign_in_service.introspection_url))
    passwords = "passdb {\n  driver = static\n  mechanisms = plain login\n"
    passwords += "  args = password=secret-of-the-tests\n}\n"
    yield dovecots(
        "auth_mechanisms = plain login xoauth2 oauthbearer",
        passdb=PASSDB.format(judging) + passwords,
    )
    shutil.rmtree(folder)


@pytest.fixture
def account(sign_in_service: SignInService, loopback_certificate) -> Callable[[str], object]:
    """Give an account by its kind."""
    certificate, key = loopback_certificate
    url = sign_in_service.token_url
    entra = ("tenant", "client", sign_in_service.authority, ("https://outlook.example/.default",))
    scope = ("https://mail.google.com/",)
    json_key = (
        f'{{"client_email": "gate@example.com", "private_key_id": "1", "token_uri": "{url}", '
        f'"private_key": "{key.read_text()}"}}'
    ).replace("\n", "\\n")
    return {
        "microsoft secret": MicrosoftApplication(*entra, secret="canary-secret"),
        "microsoft certificate": MicrosoftApplication(
            *entra, certificate=key.read_text() + certificate.read_text()
        ),
        "google service account": GoogleServiceAccount(USER, scope, json_key),
        "google refresh token": RefreshToken(url, "client", scope, "canary-1", "canary-2", True),
        "any refresh token": RefreshToken(url, "client", (), "canary-1"),
        "any application": ClientCredentials(url, "client", (), "canary-2"),
    }.__getitem__


@pytest.fixture
def mailbox(server, account, tmp_path) -> Callable[..., MailboxSettings]:
    """Give a mailbox that signs in as an account does."""

    def mailbox(kind: str = "microsoft secret", method: str = "xoauth2") -> MailboxSettings:
        tokens = Tokens(account(kind), file_of(tmp_path, kind), lambda: datetime.now(UTC))
        return server.settings(USER, auth=OAuth2(tokens, method), first=First(everything=True))

    return mailbox


@pytest.mark.parametrize("method", ["xoauth2", "oauthbearer"])
def test_each_account_signs_in_by_token(method, mailbox, sign_in_service):
    """A token of each kind of account is taken by Dovecot, and is good for the next connection."""
    for number, kind in enumerate(KINDS, start=1):
        settings = mailbox(kind, method)
        for _ in range(2):
            with Connection(settings) as connection:
                signing_in.sign_in(connection.client, settings.user, settings.auth)
                assert [each.name for each in connection.folders()], kind
        assert len(sign_in_service.asked) == number, kind


def test_a_token_of_somebody_else_does_not_get_in(mailbox, sign_in_service):
    """Dovecot refuses a token that names another user; it is renewed no more than its newness."""
    sign_in_service.user = "sales@example.com"
    settings = mailbox()
    with Connection(settings) as connection, pytest.raises(SignInError) as caught:
        signing_in.sign_in(connection.client, settings.user, settings.auth)
    assert caught.value.kind is FaultKind.WRONG_PASSWORD
    assert "canary" not in str(caught.value)
    assert len(sign_in_service.asked) == 1


def test_mail_is_taken_with_a_token(server, mailbox, database):
    """Nothing of the rest knows how one has signed in."""
    server.append(USER, [a_mail(1), a_mail(2)])
    assert look(database, mailbox()) == {}
    assert len(_taken(database)) == 2


def test_a_token_that_ends_in_the_session_is_renewed(
    server, mailbox, database, sign_in_service, caplog
):
    """Cut off with a token that has ended, the watcher is back with a fresh one and takes on.

    By our clock the token is still good; it is the refusal that has it renewed. Neither the log
    nor the database has either of them.
    """
    caplog.set_level(logging.INFO)
    settings = mailbox()
    kept = settings.auth.source
    with structlog.testing.capture_logs() as events, watched(database, settings):
        server.append(USER, [a_mail(1)])
        wait_for(lambda: len(_taken(database)) == 1, "the first mail is taken")
        first = kept.access_token()
        _grow_old(kept)
        sign_in_service.expire()
        _kick(server)
        server.append(USER, [a_mail(2)])
        wait_for(lambda: len(_taken(database)) == 2, "the second mail is taken")
    assert kept.access_token() != first
    assert len(sign_in_service.asked) == 2
    assert "mailbox-watched" in {each["event"] for each in events}
    assert "canary" not in f"{events}{caplog.text}"
    stored = Path(database.url.removeprefix("sqlite:///"))
    assert b"canary" not in b"".join(each.read_bytes() for each in stored.parent.glob("*.db*"))


def test_an_access_that_was_revoked_is_not_asked_for_again_and_again(
    mailbox, database, sign_in_service
):
    """However often the watcher comes back, the service is asked once; the books say why."""
    sign_in_service.refuse = (
        400,
        {"error": "invalid_grant", "error_description": "AADSTS700082: The refresh token ..."},
    )
    tries = 0

    def again() -> bool:
        nonlocal tries
        watcher.wake()
        tries += 1
        return tries > 200 and _condition(database) == Condition.REFUSED

    with watched(database, mailbox("any refresh token")) as watcher:
        wait_for(again, "the mailbox is marked")
    assert len(sign_in_service.asked) == 1


@pytest.mark.parametrize("kind", ["microsoft secret", "microsoft certificate"])
def test_the_doctor_says_what_to_do_at_the_provider(kind, mailbox, database, sign_in_service):
    """A secret that has expired is told as that, with where to make a new one."""
    said = "AADSTS7000222: The provided client secret keys for app '1' are expired."
    sign_in_service.refuse = (401, {"error": "invalid_client", "error_description": said})
    found = {each.check: each for each in examine(mailbox(kind), database, now)}
    assert found["tls"].outcome == "ok"
    assert found["sign-in"].cause == "the client secret has expired"
    assert "Certificates & secrets" in found["sign-in"].remedy
    assert found["folder"].outcome == "skipped"


def _taken(database) -> list[MailboxMail]:
    with database.reading() as session:
        return list(session.exec(select(MailboxMail)))


def _condition(database) -> str | None:
    with database.reading() as session:
        found = session.get(Mailbox, USER)
        return found.condition if found else None


def _grow_old(tokens: Tokens) -> None:
    """Let a token be five minutes old."""
    file = tokens._file
    content = json.loads(file.read_text())
    given = datetime.fromisoformat(content["given_at"]) - timedelta(minutes=5)
    file.write_text(json.dumps({**content, "given_at": given.isoformat()}))


def _kick(server: DovecotInstance) -> None:
    """Let Dovecot cut off whoever is signed in as the user."""
    command = ["doveadm", "-c", str(server.folder / "dovecot.conf"), "kick", USER]
    subprocess.run(command, check=True, capture_output=True)
