"""What docs/mailboxes.md tells one to write is a configuration that mailgate takes."""

import re
import textwrap
from pathlib import Path

import pytest

from mailgate.config import load
from tests.unit.config.samples import SECRET, SMALLEST, guarded

GUIDE = (Path(__file__).parents[2] / "docs/mailboxes.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^( *)```toml\n(.*?)^ *```$", GUIDE, re.DOTALL | re.MULTILINE)
SECRETS = {
    "google-key": '{"private_key": "x"}',
    "oauth-certificate": "-----BEGIN PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\n",
}


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_what_the_guide_tells_to_write_is_taken(number, tmp_path):
    """Each table of the guide is without a fault in the smallest configuration."""
    text = textwrap.dedent(BLOCKS[number][1])
    for path in re.findall(r'"/etc/mailgate/credentials/([a-z-]+)"', text):
        guarded(tmp_path / path, SECRETS.get(path, "x\n"))
    guarded(tmp_path / "secret", SECRET)
    base = (
        SMALLEST.replace('[smarthost]\nhost = "127.0.0.1"\n', "") if "[smart" in text else SMALLEST
    )
    base = base.replace("[department.help]", "[department.dynamics]")
    text = text.replace("/etc/mailgate/credentials", str(tmp_path))
    config = tmp_path / "mailgate.toml"
    config.write_text(f"{base}{text}", encoding="utf-8")
    found = load(config)
    assert len(found.mailboxes) == text.count("[[mailbox]]")
    assert found.smarthost is not None


def test_the_guide_has_steps_for_each_way():
    """Each provider has numbered steps that end with a check of the mailbox."""
    assert len(BLOCKS) >= 6
    assert len(re.findall(r"^1\. ", GUIDE, re.MULTILINE)) == 4
    assert GUIDE.count("mailgate doctor") >= 4
