import base64
import logging
import smtplib
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailgate.intake.limits import ListenerLimits, ListenerSettings
from mailgate.intake.logins import Logins, hash_of
from tests.integration.listening import House, house
from tests.integration.test_dialogues import certificate

__all__ = ["certificate"]  # a fixture

EWA, PASSWORD = "ewa@ours.example", "zażółć gęślą jaźń"
LOGINS = Logins({EWA: hash_of(PASSWORD.encode())})
MAIL = "From: ewa@ours.example\r\n\r\nText\r\n"


@pytest.fixture
def desk(tmp_path: Path, certificate: tuple[Path, Path]) -> Iterator[House]:
    """Run a listener with a certificate and one login."""
    settings = ListenerSettings(
        "smtp", "127.0.0.1", 0, ListenerLimits(), *certificate, logins=LOGINS
    )
    with house(tmp_path, settings) as running:
        yield running


def connected(desk: House, *, tls: bool = True) -> smtplib.SMTP:
    """Return a client that has greeted, under TLS or not."""
    client = smtplib.SMTP("127.0.0.1", desk.listener.port, timeout=20)
    client.ehlo("c.example")
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        client.starttls(context=context)
        client.ehlo("c.example")
    return client


def plain(name: str, password: str, identity: str = "") -> str:
    """Return the answer of PLAIN."""
    return base64.b64encode(f"{identity}\0{name}\0{password}".encode()).decode()


def test_auth_is_offered_under_tls_alone(desk):
    """Before STARTTLS it is neither offered nor obeyed; no password is asked for in clear."""
    with connected(desk, tls=False) as client:
        assert not client.has_extn("auth")
        assert client.docmd("AUTH", "PLAIN")[0] == 538
        assert client.docmd("AUTH", f"PLAIN {plain(EWA, PASSWORD)}")[0] == 538
    with connected(desk) as client:
        assert client.esmtp_features["auth"].split() == ["PLAIN", "LOGIN"]


def test_without_logins_there_is_no_auth(tmp_path, certificate):
    """A certificate alone signs nobody in."""
    settings = ListenerSettings("smtp", "127.0.0.1", 0, ListenerLimits(), *certificate)
    with house(tmp_path, settings) as running, connected(running) as client:
        assert not client.has_extn("auth")
        assert client.docmd("AUTH", f"PLAIN {plain(EWA, PASSWORD)}")[0] == 502


@pytest.mark.parametrize(
    "dialogue",
    [
        [(f"AUTH PLAIN {plain(EWA, PASSWORD)}", 235)],
        [(f"auth plain {plain('EWA@ours.example', PASSWORD, 'EWA@ours.example')}", 235)],
        [("AUTH PLAIN", 334), (plain(EWA, PASSWORD), 235)],
        [
            ("AUTH LOGIN", 334),
            (base64.b64encode(EWA.encode()).decode(), 334),
            (base64.b64encode(PASSWORD.encode()).decode(), 235),
        ],
        [
            (f"AUTH LOGIN {base64.b64encode(EWA.encode()).decode()}", 334),
            (base64.b64encode(PASSWORD.encode()).decode(), 235),
        ],
    ],
)
def test_who_signs_in_stands_with_his_mail(desk, dialogue):
    """By PLAIN and LOGIN, the first answer in the command or not; the address as we know it."""
    with connected(desk) as client:
        for line, code in dialogue:
            assert client.docmd(line)[0] == code
        assert client.docmd("AUTH", "PLAIN")[0] == 503  # once is enough
        client.sendmail(EWA, ["x@ours.example"], MAIL, mail_options=["AUTH=<>"])
    ((arrival, _),) = desk.store.messages
    assert (arrival.login, arrival.tls) == (EWA, True)


def test_whoever_does_not_sign_in_has_no_login(desk):
    """AUTH is offered, not demanded: mail servers have none."""
    with connected(desk) as client:
        client.sendmail("a@c.example", ["x@ours.example"], MAIL)
    ((arrival, _),) = desk.store.messages
    assert arrival.login is None


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["AUTH"], 504),
        (["AUTH CRAM-MD5"], 504),
        (["AUTH PLAIN !"], 501),
        (["AUTH PLAIN ="], 535),
        (["AUTH PLAIN", "*"], 501),
        (["AUTH PLAIN", "A" * 1500], 501),
        ([f"AUTH PLAIN {plain(EWA, PASSWORD, 'other@ours.example')}"], 501),
        ([f"AUTH PLAIN {base64.b64encode(b'a').decode()}"], 501),
        ([f"AUTH PLAIN {base64.b64encode(bytes([0, 255, 0, 1])).decode()}"], 501),
        ([f"AUTH PLAIN {base64.b64encode(b'a%ca%cb%cc' % (0, 0, 0)).decode()}"], 501),
        (["AUTH LOGIN", "*"], 501),
        (["AUTH LOGIN", base64.b64encode(EWA.encode()).decode(), "*"], 501),
        ([f"AUTH PLAIN {plain(EWA, 'wrong')}"], 535),
        ([f"AUTH PLAIN {plain('nobody@ours.example', PASSWORD)}"], 535),
        ([f"AUTH PLAIN {plain(EWA, '')}"], 535),
    ],
)
def test_what_does_not_fit_is_refused(desk, lines, code):
    """Unknown mechanisms, answers that are none, another's name; the session goes on."""
    with connected(desk) as client:
        for line in lines[:-1]:
            assert client.docmd(line)[0] == 334
        assert client.docmd(lines[-1])[0] == code
        client.sendmail("a@c.example", ["x@ours.example"], MAIL)
    assert desk.store.messages[0][0].login is None


def test_nobody_signs_in_in_the_middle(desk):
    """Not before a greeting, and not within a transaction."""
    with connected(desk) as client:
        client.mail("a@c.example")
        assert client.docmd(f"AUTH PLAIN {plain(EWA, PASSWORD)}")[0] == 503
        client.rset()
        assert client.docmd(f"AUTH PLAIN {plain(EWA, PASSWORD)}")[0] == 235


@pytest.mark.attack("A42")
def test_three_wrong_passwords_end_the_session(desk, caplog):
    """The third is answered 421; and neither name nor password stands in any log."""
    caplog.set_level(logging.DEBUG)
    with connected(desk) as client:
        said = [client.docmd(f"AUTH PLAIN {plain(EWA, f'canary{n}')}")[0] for n in range(3)]
        assert said == [535, 535, 421]
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.docmd("NOOP")
            client.docmd("NOOP")
    assert "canary" not in caplog.text
    assert plain(EWA, "canary0") not in caplog.text
    assert desk.events.faults == []


def test_others_are_served_while_a_password_is_checked(desk, monkeypatch):
    """The check is slow on purpose, and off the loop: who waits is the one who signs in."""
    import threading

    gate = threading.Event()
    real = Logins.address_of

    def slow(self: Logins, name: str, password: bytes) -> str | None:
        gate.wait(20)
        return real(self, name, password)

    monkeypatch.setattr(Logins, "address_of", slow)
    with connected(desk) as waiting, connected(desk) as other:
        waiting.putcmd(f"AUTH PLAIN {plain(EWA, PASSWORD)}")
        other.sendmail("a@c.example", ["x@ours.example"], MAIL)
        gate.set()
        assert waiting.getreply()[0] == 235


def test_a_network_that_guesses_has_to_wait(desk):
    """Ten wrong passwords a minute; then none is checked, on whatever connection, nor the right."""
    answers = []
    for _ in range(4):
        with connected(desk) as client:
            for _ in range(3):
                answers.append(client.docmd(f"AUTH PLAIN {plain(EWA, 'wrong')}")[0])
                if answers[-1] == 421:
                    break
    assert answers == [535, 535, 421] * 3 + [535, 454, 454]
    with connected(desk) as client:
        assert client.docmd(f"AUTH PLAIN {plain(EWA, PASSWORD)}")[0] == 454
        client.sendmail("a@c.example", ["x@ours.example"], MAIL)
