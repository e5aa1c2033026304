"""Each mail of tests/mail says what is expected of it, and together they are enough.

They are played by tests/unit/message/test_parse.py.
"""

import json
from pathlib import Path

from mailgate.message.message import Nature

MAIL = Path(__file__).resolve().parents[1] / "mail"
PLAYED = {
    "subject", "author", "from", "message_id", "in_reply_to", "references", "date", "text",
    "language", "nature", "reasons", "bounce", "defects", "envelope", "full_text_contains",
    "full_text_lacks", "defects_contain", "attachments", "invitations",
}  # fmt: skip
AT_LEAST = 60


def expectations():
    """Return what is expected of each mail, by its name."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in MAIL.glob("*.json")}


def test_every_mail_has_what_is_expected_beside_it():
    """No mail is without its JSON, no JSON without its mail; there are sixty at least."""
    assert {path.stem for path in MAIL.glob("*.eml")} == set(expectations())
    assert len(expectations()) >= AT_LEAST


def test_every_expectation_is_played():
    """A word that the playing test does not know would expect nothing."""
    for name, expected in expectations().items():
        assert set(expected) - {"envelope"}, name
        assert set(expected) <= PLAYED, name


def test_every_nature_is_expected_somewhere():
    """Each kind of mail has a mail of its kind."""
    assert {each.get("nature") for each in expectations().values()} >= {
        nature.value for nature in Nature
    }
