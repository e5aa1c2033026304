"""Whoever writes himself that he was checked, and whoever signs in to write as another (A11)."""

import json
import smtplib
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from mailgate.intake.logins import hash_of
from tests.integration.test_dialogues import certificate
from tests.servers.nameserver import BROKEN, NameServer, txt
from tests.world.world import World

__all__ = ["certificate"]  # a fixture

DESK, ANNA, EWA = "PomocDYNAMICS@example.com", "anna@klient.example", "ewa@example.com"
TRUSTED = '[authenticity]\ntrusted_ids = ["mx.example.com"]\n'
RECEIVED = "from out.klient.example (out.klient.example [192.0.2.7]) by mx.example.com"
FAILED = "dmarc=fail (p=reject dis=none) header.from=klient.example"
PASSED = "dmarc=pass header.from=klient.example"


def mail(*headers: str, sender: str = ANNA, subject: str = "Drukarka") -> bytes:
    """Return a mail with headers on top, as servers leave it."""
    name = subject.encode().hex()
    lines = (
        *headers,
        f"From: {sender}",
        f"To: {DESK}",
        f"Subject: {subject}",
        f"Message-ID: <{name}@klient.example>",
        "Date: Tue, 03 Nov 2026 10:00:00 +0100",
    )
    return ("\r\n".join(lines) + "\r\n\r\nDzień dobry\r\n").encode()


def by(server: str, said: str) -> str:
    """Return a header of a server."""
    return f"Authentication-Results: {server}; {said}"


def believed(world: World, octets: bytes) -> tuple[str, str]:
    """Let the daemon take a mail; return how far its sender was believed, and why."""
    sent = world.customer(ANNA).sends(octets, DESK)
    told = json.loads(world.commands("explain", str(sent.spool_id), "--json"))
    return told["authenticity"], told["authenticity_reason"]


@pytest.mark.attack("A11")
def test_only_the_word_of_our_own_server_counts(world: World) -> None:
    """A11: real fail above forged pass is fail; forged alone is none; the id in any writing."""
    world.is_configured_with(TRUSTED)
    received = f"Received: {RECEIVED}"
    cases = [
        ([by("mx.example.com", FAILED), received, by("mx.example.com", PASSED)], "fail"),
        (
            [
                received,
                by("mx.example.com", FAILED),
                "Received: from laptop",
                by("mx.example.com", PASSED),
            ],
            "fail",
        ),
        (
            [received, "Received: from laptop by mx.example.com", by("mx.example.com", PASSED)],
            "none",
        ),
        ([by("mx.evil.example", PASSED), received], "none"),
        ([by("(mx) MX.Example.com 1", PASSED), received], "pass"),
        ([by("mx.example.com", PASSED.replace("klient", "evil")), received], "none"),
    ]
    for number, (headers, expected) in enumerate(cases):
        found, reason = believed(world, mail(*headers, subject=f"Sprawa {number}"))
        assert found == expected, (headers, reason)
        assert "Authentication-Results" in reason


@pytest.mark.attack("A11", "A02")
def test_a_forged_participant_is_held_and_the_header_is_named(world: World) -> None:
    """Who fails does not speak in the ticket, and whoever judges is told by which header."""
    world.is_configured_with(TRUSTED)
    anna = world.customer(ANNA, proven=True)
    anna.sends(mail(by("mx.example.com", PASSED), f"Received: {RECEIVED}"), DESK)
    ticket = world.the_ticket("Drukarka")
    assert ticket.messages[0].authenticity == "pass"
    forged = mail(
        by("mx.example.com", FAILED), f"Received: {RECEIVED}", subject=f"Re: {ticket.tag} Drukarka"
    )
    found, reason = believed(world, forged)
    assert (found, world.held()) == ("fail", ["failed_authentication"])
    assert reason.startswith(
        "Authentication-Results of mx.example.com: dmarc=fail, and klient.example asks for reject"
    )
    assert world.the_ticket("Drukarka") == ticket


@pytest.mark.attack("A11")
def test_a_client_that_is_no_server_of_ours_writes_what_he_likes(world: World) -> None:
    """Straight to the listener, from elsewhere: no header counts at all."""
    world.daemon.listener = 'trusted_relays = ["192.0.2.0/24"]'
    world.is_configured_with(TRUSTED)
    found, reason = believed(world, mail(by("mx.example.com", PASSED)))
    assert (found, "none of our own servers" in reason) == ("none", True)


@pytest.fixture
def signs_in(world: World, certificate: tuple[Path, Path]) -> Callable[..., int]:
    """Give what sends a mail as Ewa, who signed in under TLS; it returns the spool id."""
    logins = world.daemon.folder / "logins"
    logins.touch(mode=0o600)
    logins.write_text(f"{EWA} {hash_of(b'correct horse')}\n")
    certificate[1].chmod(0o600)
    world.daemon.listener = (
        f'tls_certificate = "{certificate[0]}"\ntls_key = "{certificate[1]}"\n'
        f'logins_file = "{logins}"\n'
    )
    world.is_configured_with(TRUSTED)

    def sends(octets: bytes, password: str = "correct horse") -> int:
        world.starts_daemon()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with smtplib.SMTP("127.0.0.1", world.daemon.ports["smtp"], timeout=30) as client:
            client.starttls(context=context)
            client.login(EWA, password)
            client.mail(EWA)
            client.rcpt(DESK)
            _, said = client.data(octets)
        world.settles()
        return int(said.split()[1])

    return sends


@pytest.mark.attack("A11", "A42")
def test_a_login_proves_the_address_and_no_other(world: World, signs_in) -> None:
    """Ewa is Ewa; what she writes as Anna proves nothing, whatever headers she adds."""
    own = signs_in(mail(sender=EWA, subject="Moja"))
    told = json.loads(world.commands("explain", str(own), "--json"))
    assert (told["authenticity"], told["authenticity_reason"]) == (
        "pass",
        f"signed in on our listener as {EWA}",
    )
    other = signs_in(mail(by("mx.example.com", PASSED), subject="Cudza"))
    told = json.loads(world.commands("explain", str(other), "--json"))
    assert told["authenticity"] == "none"
    assert "which is not the address in From" in told["authenticity_reason"]
    with pytest.raises(smtplib.SMTPAuthenticationError):
        signs_in(mail(sender=EWA, subject="Nie moja"), "canary")
    assert "canary" not in "".join(path.read_text() for path in world.daemon.folder.glob("log.*"))
    assert "correct horse" not in "".join(
        path.read_text() for path in world.daemon.folder.glob("log.*")
    )


@pytest.mark.attack("A11", "A02")
def test_our_own_check_holds_a_forger_and_lets_the_sender_in(world: World) -> None:
    """Without a server in front: SPF of the real client, asked of a real name server."""
    records = {
        ("klient.example", "TXT"): [txt("v=spf1 ip4:127.0.0.1 -all")],
        ("_dmarc.klient.example", "TXT"): [txt("v=DMARC1; p=reject")],
        ("evil.example", "TXT"): [txt("v=spf1 +all")],
    }
    with NameServer(records) as server:
        world.daemon.listener = 'trusted_relays = ["192.0.2.0/24"]'
        host, port = server.address
        world.is_configured_with(
            f'[authenticity]\ntrusted_ids = ["mx.example.com"]\ncheck = "own"\n'
            f'resolver = "{host}:{port}"\n'
        )
        passed = by("mx.example.com", PASSED)
        found, reason = believed(world, mail(passed))
        assert (found, "SPF of klient.example" in reason) == ("pass", True)
        ticket = world.the_ticket("Drukarka")
        forged = mail(passed, subject=f"Re: {ticket.tag} Drukarka")
        sent = world.customer(ANNA).sends(forged, DESK, mail_from="mallory@evil.example")
        told = json.loads(world.commands("explain", str(sent.spool_id), "--json"))
        assert told["authenticity"] == "fail"
        assert told["authenticity_reason"].startswith("own check: no DKIM signature, SPF pass for")
        assert world.held() == ["failed_authentication"]
        server.records = {("klient.example", "TXT"): [BROKEN]}
        found, reason = believed(world, mail(subject="Cisza"))
        assert (found, "own check" in reason) == ("none", True)
