import shutil
import subprocess
from ipaddress import ip_network

import pytest

from mailgate.config.flooding import read_floods
from mailgate.config.listening import read_listeners
from mailgate.config.reader import Sheet
from mailgate.intake.limits import Pace, RateLimits
from mailgate.tickets.office import Floods

TLS = """\
[listener.smtp]
address = "127.0.0.1:0"
tls_certificate = "{}.pem"
tls_key = "{}.key"
[listener.lmtp]
address = "127.0.0.1:0"
"""


@pytest.fixture
def certificates(folder):
    """Make two certificates with their keys."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is missing; install it with: apt-get install openssl")
    for name in ("a", "b"):
        subprocess.run(
            [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-days", "1", "-subj", "/CN=localhost",
             "-keyout", f"{name}.key", "-out", f"{name}.pem"],
            check=True, capture_output=True, cwd=folder,
        )  # fmt: skip
        (folder / f"{name}.key").chmod(0o640)


def test_a_certificate_and_its_key_are_taken(certificates, write, folder):
    """A pair that belongs together arrives, as absolute paths; port 0 may be asked for twice."""
    sheet = Sheet(write(TLS.format("a", "a")))
    smtp, lmtp = read_listeners(sheet.top)
    assert sheet.faults == []
    assert smtp is not None
    assert lmtp is not None
    assert (smtp.tls_certificate, smtp.tls_key) == (folder / "a.pem", folder / "a.key")
    assert (lmtp.kind, lmtp.port, lmtp.tls_key) == ("lmtp", 0, None)


def test_a_certificate_of_another_key_is_refused(certificates, write):
    """A pair that does not belong together is found before a client finds it."""
    sheet = Sheet(write(TLS.format("a", "b")))
    read_listeners(sheet.top)
    (fault,) = sheet.faults
    assert (fault.line, fault.wrong) == (3, "is for another key than tls_key")


def test_rates_and_relays_are_taken(write):
    """What is left out is the default; "none" and an empty list say that there is nothing."""
    head = '[listener.smtp]\naddress = "127.0.0.1:0"\n'
    for said, meant in (
        ("", RateLimits()),
        ('sender_rate = "9/hour"', RateLimits(sender=Pace(None, 9))),
        (
            'network_rate = "none"\nsender_rate = "2/hour,1 / minute"',
            RateLimits(Pace(1, 2), Pace()),
        ),
        ("trusted_relays = []", RateLimits(trusted_relays=())),
        (
            'trusted_relays = ["192.0.2.7", "2001:db8::/32"]',
            RateLimits(trusted_relays=(ip_network("192.0.2.7"), ip_network("2001:db8::/32"))),
        ),
    ):
        sheet = Sheet(write(head + said))
        smtp, _ = read_listeners(sheet.top)
        assert sheet.faults == []
        assert smtp is not None
        assert smtp.rates == meant


def test_floods_are_taken(write):
    """A number an hour, or no limit."""
    sheet = Sheet(write('[flood]\nunproven = "7/hour"\nproven = "none"\n'))
    assert read_floods(sheet.top) == Floods(7, None)
    assert sheet.faults == []
