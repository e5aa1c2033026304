import re
import ssl
from pathlib import Path

import pytest

from mailgate.clock import system_now
from mailgate.config import Faults, load
from mailgate.config.loading import read_sheet
from mailgate.config.reader import Sheet
from tests.unit.config.samples import guarded

EXAMPLE = (Path(__file__).parents[3] / "config.example.toml").read_text(encoding="utf-8")
HEAD = re.compile(r"^#?\[+([a-z.]+)\]+$")
KEY = re.compile(r'^#?("?[A-Za-z0-9_.-]+"?) = ')
HASH = "$scrypt$ln=15,r=8,p=3$PnglXSalkqQub+YV/MhEuA$bpLea3KKBx3QoModgX2oyOgSqW1pJZSY32NXM0ywrjs"
OTHER_SOURCES = re.compile(r"\.(env|credential)$")


def everything(folder: Path) -> str:
    """Return the example with each setting in it switched on, its paths within a folder."""
    settings = re.compile(r"^#(?=\S+ = |\[)", re.MULTILINE)
    for name in ("store", "dynamics", "oauth-client", "oauth-refresh", "smarthost"):
        guarded(folder / "credentials" / name, "x\n")
    guarded(folder / "credentials" / "google-key", '{"private_key": "x"}')
    pem = "-----BEGIN PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\n"
    guarded(folder / "credentials" / "oauth-certificate", pem)
    for name in ("certificate", "key", "authorities"):
        guarded(folder / "tls" / f"{name}.pem", "x\n")
    guarded(folder / "logins", f"ewa@example.com {HASH}\n")
    (folder / "templates").mkdir()
    text = settings.sub("", EXAMPLE).replace("/etc/mailgate", str(folder))
    return text.replace('"sqlite:///mailgate.db"', '"postgresql://mailgate@localhost/mailgate"')


def test_the_example_is_a_configuration_without_warnings(write):
    """Copied and given a secret, the example passes as it is."""
    assert load(write(EXAMPLE)).warnings == ()


def test_every_key_is_in_the_example_and_known(write, folder, monkeypatch):
    """With all its settings switched on, the example holds each key there is, and no other."""
    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", lambda *_: None)
    sheet = Sheet(write(everything(folder)))
    read_sheet(sheet, lent=True, now=system_now)
    # What the smarthost may have of oauth2 is what a mailbox may have, and explained there.
    asked = {key.replace("smarthost.oauth2", "mailbox.oauth2") for key in sheet.asked}
    documented = {key for key in asked if not OTHER_SOURCES.search(key)}
    assert documented == sheet.present
    assert all(f"{{ {way} = " in EXAMPLE for way in ("file", "env", "credential"))


def test_every_setting_of_the_example_is_explained():
    """Before each key stands a comment; keys in one block, and listener.lmtp's, share theirs."""
    explained, table = False, ""
    known = {"listener.lmtp", "calendar.standard.days"}
    for line in EXAMPLE.splitlines():
        if line.startswith("# "):
            explained = True
        elif head := HEAD.match(line):
            explained, table = head[1] in known, head[1]
            # A second example of the same table goes on where the first one left off.
            known.add(table)
        elif key := KEY.match(line):
            assert explained, f"[{table}] {key[1]} is not explained"
        elif not line:
            explained = False


def tables() -> list[str]:
    """Return the heads in the example, a comment sign before them taken away."""
    lines = [line.removeprefix("#") for line in EXAMPLE.splitlines() if HEAD.match(line)]
    return [line for line in dict.fromkeys(lines) if not line.endswith("days]")]


@pytest.mark.parametrize("head", tables())
def test_a_misspelt_key_is_found_in_every_table(head, write, folder, monkeypatch):
    """No table takes a key that it does not know."""
    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", lambda *_: None)
    text = everything(folder).replace(f"{head}\n", f"{head}\nno_such_key = 1\n", 1)
    with pytest.raises(Faults) as caught:
        load(write(text))
    assert len(caught.value.faults) == 1
    assert "no_such_key: unknown key" in caught.value.text
