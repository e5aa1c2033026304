import subprocess
import sys
from pathlib import Path

import pytest

from mailgate.config import Faults
from mailgate.config.light import light
from tests.unit.config.samples import SMALLEST

LMTP = '[listener.lmtp]\naddress = "127.0.0.1:2424"\nmax_message_size = "30 MB"\n'


@pytest.mark.parametrize(
    ("text", "state", "size"),
    [
        ("", ".", 26 * 1024**2),
        (SMALLEST, ".", 26 * 1024**2),
        (SMALLEST + LMTP, ".", 30 * 1024**2),
        ('[gateway]\nstate = "var"\nnonsense = 1\n' + LMTP, "var", 30 * 1024**2),
    ],
)
def test_what_accept_must_know_is_read(text, state, size, write, folder):
    """State and size are read; what else is wrong does not stop a message from coming in."""
    found = light(write(text))
    assert (found.state, found.max_message_size) == (folder / state, size)
    assert found.socket == folder / state / "mailgate.sock"


@pytest.mark.parametrize(
    "text",
    ["[gateway", "gateway = 1", "[gateway]\nstate = 1", "[listener.smtp]\nmax_message_size = 1"],
)
def test_what_accept_must_know_has_to_be_right(text, write):
    """A fault in these few keys is said as everywhere."""
    with pytest.raises(Faults) as caught:
        light(write(text))
    assert caught.value.text.startswith("mailgate.toml:")


def test_nothing_heavy_is_imported(write):
    """The command run once a message pays for no database, no templates and no network."""
    write(SMALLEST)
    program = (
        "import sys; from pathlib import Path; from mailgate.config.light import light; "
        "light(Path('mailgate.toml')); print(*sys.modules)"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(root)},
    )
    heavy = "sqlalchemy sqlmodel pydantic holidays jinja2 aiosmtpd asyncio ssl zoneinfo click"
    assert not set(done.stdout.split()) & set(heavy.split())
