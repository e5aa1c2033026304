"""Every dialogue of tests/dialogues, played against the listener."""

from pathlib import Path

import pytest

from mailgate.intake.limits import ListenerLimits, ListenerSettings
from tests.integration.dialogues import Dialogue, Player, cases
from tests.integration.listening import Store, house


def param(dialogue: Dialogue) -> object:
    """Return a case as pytest takes it, marked with the attacks that it keeps out."""
    marks = [pytest.mark.attack(each) for each in dialogue.attacks]
    return pytest.param(dialogue, id=dialogue.name, marks=marks)


@pytest.mark.attack("A38")
@pytest.mark.parametrize("dialogue", [param(dialogue) for dialogue in cases()])
def test_dialogue(dialogue: Dialogue, tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    """The listener answers as written down, and accepts what is written down and no more."""
    limits = {"unknown_delay": 0, **dict(o.split("=") for o in dialogue.options if "=" in o)}
    settings = ListenerSettings(
        "lmtp" if "lmtp" in dialogue.options else "smtp",
        "127.0.0.1",
        0,
        _limits(limits),
        *(certificate if "tls" in dialogue.options else ()),
    )
    store = Store(fails=RuntimeError("db password=secret") if "fails" in dialogue.options else None)
    with house(tmp_path, settings, store, lambda: "full" not in dialogue.options) as running:
        Player(running.listener.port, lambda: running.store.messages, dialogue).play()
        assert bool(running.events.faults) == ("fails" in dialogue.options)


def _limits(said: dict[str, object]) -> ListenerLimits:
    from datetime import timedelta

    durations = {name for name, kind in ListenerLimits.__annotations__.items() if kind is timedelta}
    return ListenerLimits(
        **{
            name: timedelta(seconds=float(str(value))) if name in durations else int(str(value))
            for name, value in said.items()
        }  # type: ignore[arg-type] # by name
    )


def test_there_are_dialogues() -> None:
    """An empty directory would let everything pass."""
    assert len({each.name.partition("[")[0] for each in cases()}) >= 40


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Make a certificate nobody trusts, and its key."""
    import subprocess

    directory = tmp_path_factory.mktemp("tls")
    key, certificate = directory / "key.pem", directory / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=mx.ours.example", "-keyout", key, "-out",
         certificate],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return certificate, key
