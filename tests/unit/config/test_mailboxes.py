from datetime import date, timedelta

import pytest

from mailgate.config import load
from mailgate.config.presets import PRESETS
from mailgate.intake.imap.settings import After, First, Kind, OAuth2, Password, Tls
from mailgate.oauth.granting import (
    ClientCredentials,
    GoogleServiceAccount,
    MicrosoftApplication,
    MicrosoftUser,
    RefreshToken,
)
from mailgate.oauth.tokens import Tokens, file_of
from tests.unit.config.samples import SMALLEST, guarded

PLAIN = 'host = "imap.example.com"\nuser = "help"\npassword = { file = "pass" }\n'
ENTRA = 'oauth2.tenant = "example.com"\noauth2.client_id = "app"\n'
PEM = "-----BEGIN PRIVATE KEY-----\nx\n-----BEGIN CERTIFICATE-----\ny\n"


@pytest.fixture
def read(write, folder):
    """Read a configuration with one mailbox of these lines, and return it."""
    guarded(folder / "pass", "hunter2\n")
    guarded(folder / "pem", PEM)
    guarded(folder / "key", '{"private_key": "x"}')

    def read(lines: str, *, smarthost: str = ""):
        text = SMALLEST.replace("[listener.smtp]", f"{smarthost}[listener.smtp]")
        return load(write(f'{text}[[mailbox]]\nname = "Help desk"\n{lines}'))

    return read


def test_what_is_not_written_has_its_default(read):
    """The smallest mailbox: INBOX over TLS on 993, kept, from now on, no department."""
    (box,) = read(PLAIN).mailboxes
    assert (box.name, box.host, box.port, box.user) == (
        "Help desk",
        "imap.example.com",
        993,
        "help",
    )
    assert (box.auth, box.tls, box.folders) == (Password("hunter2"), Tls.IMPLICIT, ("INBOX",))
    assert (box.after, box.first, box.department) == (After(), First(), None)
    assert (box.poll, box.max_size, box.ca_file) == (timedelta(minutes=2), 26 * 1024**2, None)


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ('tls = "starttls"', "port", 143),
        ('tls = "starttls"\nport = 1143', "port", 1143),
        ('folder = ["Support", "Forms/New"]', "folders", ("Support", "Forms/New")),
        ('after = "flag"', "after", After(Kind.FLAG)),
        ('after = "delete"', "after", After(Kind.DELETE)),
        ('after = "move: Done/2026: a"', "after", After(Kind.MOVE, "Done/2026: a")),
        ('first = "now"', "first", First()),
        ('first = "all"', "first", First(everything=True)),
        ('first = "since 2026-11-01"', "first", First(since=date(2026, 11, 1))),
        ('department = "help"', "department", "help"),
        ('poll = "30 seconds"', "poll", timedelta(seconds=30)),
        ('max_message_size = "5 MB"', "max_size", 5 * 1024**2),
    ],
)
def test_what_is_written_is_meant(line, name, value, read):
    """Each key of a mailbox becomes what is watched by."""
    (box,) = read(f"{PLAIN}{line}\n").mailboxes
    assert getattr(box, name) == value


def test_a_mailbox_is_a_way_in(read):
    """With a mailbox and no listener nothing is amiss."""
    assert read(PLAIN).warnings == ()


@pytest.mark.parametrize("provider", PRESETS)
def test_a_provider_fills_in_what_one_would_look_up(provider, read):
    """Host, port, TLS and limits of mailbox and smarthost come from the provider's name."""
    preset = PRESETS[provider]
    login = f'{ENTRA}oauth2.client_secret = {{ file = "pass" }}\n'
    if preset.passwords:
        login = 'password = { file = "pass" }\n'
    found = read(
        f'provider = "{provider}"\nuser = "help@example.com"\n{login}',
    )
    (box,) = found.mailboxes
    assert (box.host, box.port, box.tls) == (preset.imap, 993, Tls.IMPLICIT)
    assert (box.poll, box.max_connections_per_host) == (preset.poll, preset.connections)


def test_what_is_written_goes_before_what_a_provider_says(read):
    """A preset can be overruled key by key."""
    (box,) = read(
        'provider = "google"\nhost = "localhost"\nport = 1993\npoll = "1 minute"\n'
        'user = "help@example.com"\npassword = { file = "pass" }\n'
    ).mailboxes
    assert (box.host, box.port, box.poll) == ("localhost", 1993, timedelta(minutes=1))


@pytest.mark.parametrize(
    ("lines", "account"),
    [
        (
            f'provider = "microsoft365"\n{ENTRA}oauth2.client_secret = {{ file = "pass" }}\n',
            MicrosoftApplication(
                "example.com",
                "app",
                "https://login.microsoftonline.com",
                ("https://outlook.office365.com/.default",),
                "hunter2",
            ),
        ),
        (
            f'provider = "microsoft365"\n{ENTRA}oauth2.certificate = {{ file = "pem" }}\n'
            'oauth2.authority = "https://login.example.com"\n',
            MicrosoftApplication(
                "example.com",
                "app",
                "https://login.example.com",
                ("https://outlook.office365.com/.default",),
                certificate=PEM,
            ),
        ),
        (
            f'host = "outlook.office365.com"\n{ENTRA}oauth2.device_code = true\n'
            'oauth2.scope = "a b"\n',
            MicrosoftUser("example.com", "app", "https://login.microsoftonline.com", ("a", "b")),
        ),
        (
            'provider = "google"\noauth2.service_account = { file = "key" }\n',
            GoogleServiceAccount(
                "help@example.com", ("https://mail.google.com/",), '{"private_key": "x"}'
            ),
        ),
        (
            'provider = "google"\noauth2.client_id = "c"\noauth2.client_secret = { file = "pass" }'
            '\noauth2.refresh_token = { file = "pass" }\n',
            RefreshToken(
                "https://oauth2.googleapis.com/token",
                "c",
                ("https://mail.google.com/",),
                "hunter2",
                "hunter2",
                True,
            ),
        ),
        (
            'host = "i.example"\noauth2.client_id = "c"\noauth2.token_url = "https://l.example/t"\n'
            'oauth2.refresh_token = { file = "pass" }\n',
            RefreshToken("https://l.example/t", "c", (), "hunter2"),
        ),
        (
            'host = "i.example"\noauth2.client_id = "c"\noauth2.token_url = "https://l.example/t"\n'
            'oauth2.client_secret = { file = "pass" }\n',
            ClientCredentials("https://l.example/t", "c", (), "hunter2"),
        ),
    ],
)
def test_oauth2_says_whose_tokens_are_used(lines, account, read, folder):
    """Each way to get tokens is told by its keys; they are kept below the state directory."""
    (box,) = read(f'user = "help@example.com"\n{lines}').mailboxes
    assert isinstance(box.auth, OAuth2)
    assert isinstance(box.auth.source, Tokens)
    assert box.auth.source.account == account
    assert box.auth.method == "xoauth2"
    assert not (folder / "oauth").exists()
    assert "hunter2" not in repr(box)


def test_a_token_can_be_handed_over_the_standard_way(read):
    """OAUTHBEARER is for servers that want it."""
    (box,) = read(
        'host = "i.example"\nuser = "u"\noauth2.client_id = "c"\noauth2.method = "oauthbearer"\n'
        'oauth2.token_url = "https://l.example/t"\noauth2.client_secret = { file = "pass" }\n'
    ).mailboxes
    assert box.auth.method == "oauthbearer"


def test_the_smarthost_signs_in_by_token_too(write, folder):
    """With a provider and oauth2 the smarthost has host, port, TLS and a source of tokens."""
    guarded(folder / "pass", "hunter2\n")
    login = (
        f'provider = "microsoft365"\nuser = "help@example.com"\n{ENTRA}'
        'oauth2.client_secret = { file = "pass" }\n'
    )
    found = load(write(SMALLEST.replace('host = "127.0.0.1"\n', login))).smarthost
    assert found is not None
    assert (found.host, found.port, found.tls) == ("smtp.office365.com", 587, "starttls")
    assert (found.user, found.password) == ("help@example.com", "")
    assert isinstance(found.tokens, Tokens)
    assert found.tokens.account.scopes == ("https://outlook.office365.com/.default",)
    assert "hunter2" not in repr(found)


def test_tokens_of_mailbox_and_smarthost_do_not_mix(folder):
    """A mailbox may be called smarthost."""
    assert file_of(folder, "mailbox smarthost") != file_of(folder, "smarthost")


@pytest.mark.parametrize(("module", "extra"), [("msal", "m365"), ("google.auth", "google")])
def test_a_missing_extra_is_named(module, extra, read, monkeypatch):
    """Where msal or google-auth is not installed, the command that installs it is the remedy."""
    from mailgate.config import Faults, oauth

    def find(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(oauth.importlib.util, "find_spec", find)
    lines = {
        "m365": f'provider = "microsoft365"\n{ENTRA}oauth2.client_secret = {{ file = "pass" }}\n',
        "google": 'provider = "google"\noauth2.service_account = { file = "key" }\n',
    }[extra]
    with pytest.raises(Faults) as caught:
        read(f'user = "help@example.com"\n{lines}')
    assert f"({module}); pip install 'mailgate[{extra}]'" in caught.value.text
