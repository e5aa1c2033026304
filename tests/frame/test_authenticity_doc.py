"""What docs/authenticity.md tells one to write is a configuration that mailgate takes."""

import re
import ssl
from pathlib import Path

import pytest

from mailgate.config import load
from mailgate.intake.logins import hash_of
from tests.unit.config.samples import SECRET, SMALLEST, guarded

GUIDE = (Path(__file__).parents[2] / "docs/authenticity.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```toml\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
LISTENER = '[listener.smtp]\naddress = "127.0.0.1:2525"\n'


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_what_the_guide_tells_to_write_is_taken(number, tmp_path, monkeypatch):
    """Each table of the guide is without a fault in the smallest configuration."""
    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", lambda *_: None)
    for path in ("oauth-client", "support", "certificate.pem", "key.pem", "secret"):
        guarded(tmp_path / path, SECRET)
    guarded(tmp_path / "logins", f"ewa@example.com {hash_of(b'x')}\n")
    text = re.sub(r"/etc/mailgate/(credentials/|tls/)?", f"{tmp_path}/", BLOCKS[number])
    base = SMALLEST.replace(LISTENER, "") if "[listener" in text else SMALLEST
    config = tmp_path / "mailgate.toml"
    config.write_text(f"{base}{text}", encoding="utf-8")
    found = load(config)
    vouching = found.authentication.vouching
    says = vouching.trust.anybody or vouching.own_check or bool(vouching.mailboxes)
    assert says or (found.smtp is not None and found.smtp.logins is not None)


def test_the_guide_has_an_example_for_each_way():
    """Servers, providers, forwarders, logins, and no server at all."""
    assert len(BLOCKS) >= 7
