"""Mails made to pass for somebody else's, which nobody here wrote, with their envelopes.

The collection lies beside the project or where MAILGATE_CORPUS points; it is read, never copied.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from mailgate.message import parse
from mailgate.message.authenticity import Authenticity, Trust
from mailgate.message.vouching import Vouching, Way, vouch
from tests.world.fixture import world
from tests.world.world import World

__all__ = ["world"]

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("MAILGATE_CORPUS") or ROOT.parent / "shared" / "corpus")
MANIFEST = CORPUS / "manifest.jsonl"
DESK = "PomocDYNAMICS@example.com"
OURS = Vouching(trust=Trust(frozenset({"mx.example.com"})), own_check=False)
# A true server has nothing good to say of a domain that is not there; and within one domain only
# its own server can tell who is who.
TRUE_OF_NOBODY = {"espoofer/server_a1.eml", "espoofer/client_a3.eml"}


@pytest.fixture(scope="module")
def spoofs() -> list[tuple[dict[str, Any], bytes]]:
    """Return the 22 cases with what is told of them."""
    if not MANIFEST.is_file():
        if os.environ.get("CI") and CORPUS.parent.is_dir():
            pytest.fail(f"{CORPUS.parent} is there, but without the corpus")
        pytest.skip(f"no mails at {CORPUS}: set MAILGATE_CORPUS to where they lie")
    entries = map(json.loads, MANIFEST.read_text("utf-8").splitlines())
    mine = [entry for entry in entries if entry["source"] == "espoofer"]
    assert len(mine) == 22
    return [(entry, Path(CORPUS / entry["path"]).read_bytes()) for entry in mine]


def results_of(mail_from: str) -> list[str]:
    """Return what servers before us may say of such an envelope, taking its words as they are."""
    return [
        f"spf=pass smtp.mailfrom={mail_from}",
        f"spf=pass (domain of {mail_from} is permitted) smtp.mailfrom={mail_from}",
        f"dmarc=none header.from=legitimate.com; spf=pass smtp.mailfrom={mail_from}",
        f"spf=pass smtp.mailfrom={mail_from}; dmarc=fail (p=reject) header.from=legitimate.com",
        "dmarc=pass header.from=attack.com",
        "dkim=pass header.d=legitimate.com(.attack.com",
        "dkim=pass header.d=legitimate.com'a.attack.com",
        "dkim=pass header.d=attack.com header.i=@legitimate.com",
    ]


@pytest.mark.attack("A08", "A09", "A11")
def test_no_spoof_passes_for_its_victim(spoofs):
    """Neither bare, nor with what a server would say of its envelope, word for word."""
    for entry, raw in spoofs:
        mail_from = entry["expected"]["smtp_from"].strip("<>")
        said = [] if entry["path"] in TRUE_OF_NOBODY else results_of(mail_from)
        heads = ["", *(f"Authentication-Results: mx.example.com; {each}\r\n" for each in said)]
        for head in heads:
            message = parse.parse(head.encode() + raw)
            for way in (
                Way("smtp", "127.0.0.1"),
                Way("lmtp"),
                Way("imap", "x", "y"),
                Way("accept"),
            ):
                judgement = vouch(message.headers, message.author, way, OURS)
                is_victim = message.author is None or "attack.com" not in message.author.address
                assert judgement.authenticity is not Authenticity.PASS or not is_victim, (
                    entry["path"],
                    head,
                    judgement,
                )


def test_a_login_proves_its_own_address_alone(spoofs):
    """Who signs in as attacker@ and writes as admin@ of the same domain is not admin@."""
    way = Way("smtp", "203.0.113.9", "attacker@example.com")
    for entry, raw in spoofs:
        message = parse.parse(raw)
        judgement = vouch(message.headers, message.author, way, OURS)
        assert judgement.authenticity is Authenticity.NONE, entry["path"]


@pytest.mark.attack("A08", "A09", "A11")
def test_the_daemon_believes_no_spoof(world: World, spoofs) -> None:
    """With their envelopes: none passes, each opens a ticket, and no word of theirs goes out."""
    world.is_configured_with('[authenticity]\ntrusted_ids = ["mx.example.com"]\n')
    for entry, raw in spoofs:
        mail_from = entry["expected"]["smtp_from"].strip("<>")
        plain = mail_from if "(" not in mail_from and "'" not in mail_from else "any@attack.com"
        mail = world.takes(raw, [DESK], plain)
        world.settles()
        told = json.loads(world.commands("explain", str(mail.spool_id), "--json"))
        assert told["authenticity"] == "none", entry["path"]
        (verdict,) = world.the_verdicts(mail)
        assert verdict.verdict in ("open", "duplicate"), entry["path"]
        assert not verdict.proven
    assert all("legitimate" not in each.subject for each in world.letters_outside)
    assert all("test message" not in each.text for each in world.letters_outside)
