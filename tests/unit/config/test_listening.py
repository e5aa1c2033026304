import shutil
import subprocess

import pytest

from mailgate.config.listening import read_listeners
from mailgate.config.reader import Sheet

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
