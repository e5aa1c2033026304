import importlib.util
from ipaddress import ip_network

import pytest

from mailgate.config import Faults, load
from mailgate.config.configuration import Configuration
from mailgate.message.authenticity import NOBODY, Trust
from mailgate.message.vouching import Way
from tests.unit.config.samples import SMALLEST, guarded

MAILBOX = '[[mailbox]]\nname = "{0}"\nuser = "{0}@example.com"\n'
PASSWORD = 'password = { file = "password" }\n'


@pytest.fixture
def read(write, folder):
    """Return the configuration of a text appended to the smallest one."""

    def read(text: str) -> Configuration:
        guarded(folder / "password", "x\n")
        return load(write(SMALLEST + text))

    return read


def test_nobody_is_trusted_unasked(read):
    """Without [authenticity] no header counts, and nothing is checked."""
    vouching = read("").authentication.vouching
    assert vouching.trust == NOBODY
    assert not vouching.own_check


def test_what_is_written_is_what_counts(read):
    """Ids in lower case, domains as A-labels, hosts and networks apart."""
    configuration = read(
        '[authenticity]\ntrusted_ids = ["MX.Example.com"]\nown_hops = 2\nown_results = 3\n'
        'forwarders = ["Uni.example", "192.0.2.7"]\nsealers = ["Google.com"]\n'
    )
    assert configuration.authentication.vouching.trust == Trust(
        ids=frozenset({"mx.example.com"}),
        own_hops=2,
        own_results=3,
        forwarders=("uni.example",),
        networks=(ip_network("192.0.2.7/32"),),
        sealers=frozenset({"google.com"}),
    )


def test_our_own_servers_are_those_of_the_listener(write):
    """The networks whose rate is not counted are those whose headers count."""
    text = SMALLEST.replace("[department", 'trusted_relays = ["192.0.2.0/24"]\n[department')
    assert load(write(text)).authentication.vouching.relays == (ip_network("192.0.2.0/24"),)


def test_a_mailbox_is_trusted_by_its_provider(read):
    """What Google and Microsoft write needs no setting; a mailbox may have its own all the same."""
    forwarders = '[authenticity]\ntrusted_ids = ["mx.example.com"]\nforwarders = ["uni.example"]\n'
    vouching = read(
        forwarders
        + MAILBOX.format("forms")
        + 'provider = "google"\n'
        + PASSWORD
        + MAILBOX.format("own")
        + 'host = "imap.example.net"\nauthenticity = { trusted_ids = ["mx.example.net"] }\n'
        + PASSWORD
        + MAILBOX.format("plain")
        + 'host = "imap.example.net"\n'
        + PASSWORD
    ).authentication.vouching

    def trust(host: str, user: str) -> Trust:
        return vouching.trust_on(Way("imap", host, user))

    google = trust("imap.gmail.com", "forms@example.com")
    assert (google.ids, google.own_hops) == (frozenset({"mx.google.com"}), 2)
    assert google.forwarders == ("uni.example",)
    assert trust("imap.example.net", "own@example.com").ids == frozenset({"mx.example.net"})
    assert trust("imap.example.net", "plain@example.com") == vouching.trust


@pytest.mark.parametrize(
    ("written", "resolver"),
    [
        ("192.0.2.53", ("192.0.2.53", 53)),
        ("127.0.0.1:5353", ("127.0.0.1", 5353)),
        ("[::1]:5353", ("::1", 5353)),
        ("2001:db8::53", ("2001:db8::53", 53)),
    ],
)
def test_a_name_server_of_ones_own(read, written, resolver):
    """An address with a port or without."""
    configuration = read(f'[authenticity]\ncheck = "own"\nresolver = "{written}"\n')
    assert configuration.authentication.resolver == resolver
    assert configuration.authentication.vouching.own_check
    assert configuration.warnings == ()


def test_a_missing_package_is_named(read, monkeypatch):
    """Our own check needs more than mailgate brings; the message says what to install."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(Faults) as caught:
        read('[authenticity]\ncheck = "own"\n')
    assert caught.value.text == (
        "mailgate.toml:14: authenticity.check: needs packages that are missing; "
        "pip install 'mailgate[auth]'"
    )


def test_logins_are_read(write, folder, monkeypatch):
    """Addresses in their canonical form, with what is to be compared."""
    monkeypatch.setattr("mailgate.config.listening._tls", lambda _: (folder / "c", folder / "k"))
    salt, octets = "A" * 22, "A" * 43
    guarded(
        folder / "logins", f"# agents\n\nEwa@Example.com $scrypt$ln=15,r=8,p=3${salt}${octets}\n"
    )
    text = SMALLEST.replace("[department", 'logins_file = "logins"\n[department')
    settings = load(write(text)).smtp
    assert settings is not None
    assert settings.logins is not None
    assert list(settings.logins.hashes) == ["ewa@example.com"]
