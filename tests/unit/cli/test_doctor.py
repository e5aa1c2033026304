import json
import os

import pytest
from click.testing import CliRunner

from mailgate.cli import doctor as commands
from mailgate.cli.doctor import authorize, doctor
from mailgate.config import load
from mailgate.doctor import Finding, Outcome
from tests.servers import free_port
from tests.servers.tokens import loopback_certificate, sign_in_service
from tests.unit.config.samples import SECRET, SMALLEST, guarded

__all__ = ["loopback_certificate", "sign_in_service"]

BOX = """\
[[mailbox]]
name = "{name}"
host = "127.0.0.1"
port = {port}
user = "help@example.com"
"""


@pytest.fixture
def config(tmp_path):
    """Write a configuration with more tables behind it, and return its path."""
    guarded(tmp_path / "secret", SECRET)
    guarded(tmp_path / "pass", "canary-password\n")

    def config(more: str):
        path = tmp_path / "mailgate.toml"
        path.write_text(SMALLEST + more)
        return path

    return config


def run(command, *arguments, config):
    """Run a command as the main command would."""
    return CliRunner().invoke(command, list(arguments), obj=config)


def test_a_failure_is_told_with_what_to_do(config):
    """Mailbox by mailbox, check by check; the command ends with 1 and shows no password."""
    box = BOX + 'password = {{ file = "pass" }}\n'
    port = free_port()
    path = config(box.format(name="one", port=port))
    done = run(doctor, config=path)
    assert done.exit_code == 1
    assert done.stdout.splitlines()[:5] == [
        f"one: help@example.com at 127.0.0.1:{port}",
        "  ok       name     127.0.0.1 is 127.0.0.1",
        "  failed   reach    [Errno 111] Connection refused",
        "                    cause: nothing listens on that port",
        "                    to do: mend host and port, start the server, or open the firewall",
    ]
    assert "the books are left out: there is no database yet" in done.stderr
    assert "canary" not in done.output
    told = json.loads(run(doctor, "one", "--json", config=path).stdout)
    assert [each["outcome"] for each in told] == ["ok", "failed", *["skipped"] * 4]
    assert set(told[0]) == {"mailbox", "check", "outcome", "detail", "cause", "remedy"}


def test_all_well_ends_with_nothing(config, monkeypatch):
    """Without a failure the exit code is 0; a server's words command no terminal."""
    found = [Finding("one", "name", Outcome.OK, "a\x1b[2Jb")]
    monkeypatch.setattr("mailgate.doctor.examine_all", lambda *_: found)
    path = config((BOX + 'password = {{ file = "pass" }}\n').format(name="one", port=993))
    done = run(doctor, config=path)
    assert done.exit_code == 0
    assert "\x1b" not in done.stdout


def test_without_mailboxes_there_is_nothing_to_check(config):
    """A configuration without [[mailbox]] is told so, and is no failure."""
    done = run(doctor, config=config(""))
    assert (done.exit_code, done.stdout) == (0, "")
    assert "nothing to check" in done.stderr
    assert "the books" not in done.stderr


AGENTS = '[department.sales]\naddresses = ["sales@example.com"]\nagents = ["ewa@example.com"]\n'


@pytest.mark.parametrize(
    ("more", "hinted"),
    [
        ("", False),
        (AGENTS, True),
        (f'{AGENTS}[authenticity]\ntrusted_ids = ["mx.example.com"]\n', False),
        (f'{AGENTS}[authenticity]\ncheck = "own"\n', False),
    ],
)
def test_agents_whom_nobody_vouches_for_are_a_hint(config, more, hinted):
    """Where there are agents, and nothing by which a sender could be verified; no failure."""
    done = run(doctor, config=config(more))
    assert done.exit_code == 0
    assert ("nobody vouches for senders" in done.stderr) is hinted


def test_a_mailbox_that_is_none_is_a_usage_error(config):
    """The names there are stand in what is said."""
    path = config((BOX + 'password = {{ file = "pass" }}\n').format(name="one", port=993))
    for command in (doctor, authorize):
        done = run(command, "two", config=path)
        assert done.exit_code == 2
        assert "no such mailbox; there are: one" in done.stderr


@pytest.fixture
def by_code(config, sign_in_service):
    """Give a configuration whose mailbox signs in by a code at the tests' own service."""
    return config(
        BOX.format(name="partners", port=993)
        + f'oauth2.authority = "{sign_in_service.authority}"\n'
        'oauth2.tenant = "tenant"\noauth2.client_id = "client"\noauth2.device_code = true\n'
    )


def test_signing_in_once_keeps_the_token(by_code, sign_in_service):
    """The code is told on stderr, and afterwards there is a token without asking anybody."""
    sign_in_service.rotate = True
    done = run(authorize, "partners", config=by_code)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "type ABCD-EFGH" in done.stderr
    assert "canary" not in done.stderr
    tokens = commands._tokens(load(by_code), "partners")
    assert tokens.access_token() in sign_in_service.active
    assert len(sign_in_service.asked) == 1


def test_a_refusal_to_sign_in_is_explained(by_code, sign_in_service):
    """The endpoint's code stands with its cause and remedy."""
    sign_in_service.refuse = (
        400,
        {"error": "invalid_client", "error_description": "AADSTS7000218"},
    )
    done = run(authorize, "partners", config=by_code)
    assert done.exit_code == 1
    assert "Allow public client flows" in done.stderr


def test_only_who_signs_in_by_a_code_is_authorized(config):
    """For any other account the command says what it would need."""
    path = config((BOX + 'password = {{ file = "pass" }}\n').format(name="one", port=993))
    for name in ("one", "smarthost"):
        done = run(authorize, name, config=path)
        assert done.exit_code == 1
        assert "device_code = true" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can write for others")
def test_root_writes_no_tokens_that_the_daemon_cannot_read(by_code, sign_in_service, tmp_path):
    """Where the state directory is somebody else's, root is told as whom to run the command."""
    os.chown(tmp_path, 1, 1)
    done = run(authorize, "partners", config=by_code)
    assert done.exit_code == 1
    assert "sudo -u daemon" in done.stderr
    assert not (tmp_path / "oauth").exists()
    assert sign_in_service.asked == []
