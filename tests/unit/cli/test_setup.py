import json
import stat
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from mailgate.cli.setup import check, init
from mailgate.config import load

ROOT = Path(__file__).parents[3]
WRONG = ROOT / "tests" / "config" / "everything_at_once"
ANSWERS = (
    "Centrum Pomocy",
    "firma.example",
    "pomoc@firma.example, POMOC@firma.example  Kadry+Płace@firma.example",
    "pomoc@firma.example, kadry@firma.example pomoc@other.example",
    "pl",
    "Europe/Warschau PL",
    "Europe/Warsaw PL",
    "mon-fri 9-17",
    "mon-fri 08:00-16:00; sat 10:00-14:00",
    "127.0.0.1:2525",
    "mail.firma.example",
    "pomoc+alarm@firma.example",
    "admin@firma.example",
)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command in a folder of its own, as the main command would."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MAILGATE_CONFIG", raising=False)

    def run(command: click.Command, *arguments: str, config: Path | None = None, typed: str = ""):
        return CliRunner().invoke(command, list(arguments), obj=config, input=typed)

    return run


def test_init_asks_nothing_with_yes_and_passes_check(run, tmp_path):
    """What init writes is a configuration that check has nothing against."""
    done = run(init, "--yes", "desk")
    assert (done.exit_code, done.stdout) == (0, "")
    config = tmp_path / "desk" / "mailgate.toml"
    checked = run(check, config=config)
    assert (checked.exit_code, checked.stderr) == (0, "")
    assert f"{config}: no fault" in checked.stdout
    assert config.read_text().count("\n# ") > 10


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "believed by nothing: agents cannot act by mail"),
        (
            '[authenticity]\ntrusted_ids = ["mx.example.com"]\n',
            "Authentication-Results of mx.example",
        ),
        ("[authenticity]\nmicrosoft365 = true\n", "Authentication-Results of Microsoft 365"),
        ('[authenticity]\ncheck = "own"\n', "by our own check of SPF, DKIM and DMARC"),
    ],
)
def test_check_says_by_what_senders_are_believed(run, tmp_path, written, said):
    """An operator sees before the first mail that his agents could do nothing by mail."""
    run(init, "--yes", ".")
    config = tmp_path / "mailgate.toml"
    config.write_text(config.read_text() + written)
    assert said in run(check, config=config).stdout


def test_the_secret_is_for_its_owner_alone_and_new_each_time(run, tmp_path):
    """Two installations share no secret, and nobody else may read one."""
    run(init, "--yes", "a")
    run(init, "--yes", "b")
    secret = tmp_path / "a" / "secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert secret.read_text() != (tmp_path / "b" / "secret").read_text()
    ((key_id, octets),) = load(tmp_path / "a" / "mailgate.toml").keys.entries
    assert (key_id, len(octets)) == ("k1", 32)


def test_init_asks_eight_questions_and_again_after_a_wrong_answer(run):
    """Each answer is read as strictly as the configuration, and a wrong one is asked again."""
    done = run(init, typed="\n".join(ANSWERS) + "\n")
    assert done.exit_code == 0, done.stderr
    assert done.stderr.count("Error: ") == 5
    assert done.stderr.count("]: ") - done.stderr.count("Error: ") == 8
    found = load(Path("mailgate.toml"))
    assert (found.name, found.domain) == ("Centrum Pomocy", "firma.example")
    assert found.admin == "admin@firma.example"
    assert {key: each.addresses for key, each in found.directory.departments.items()} == {
        "pomoc": ("pomoc@firma.example",),
        "kadry": ("kadry@firma.example",),
        "pomoc-2": ("pomoc@other.example",),
    }
    assert found.smarthost is not None
    assert (found.smarthost.host, found.smarthost.port) == ("mail.firma.example", 25)
    assert [len(day) for day in found.calendars["standard"].week] == [1, 1, 1, 1, 1, 1, 0]


def test_init_can_leave_out_smarthost_and_admin(run):
    """What there is none of can be added later."""
    done = run(init, typed="\n\n\n\nUTC none\n24/7\nnone\nnone\n")
    assert done.exit_code == 0, done.stderr
    found = load(Path("mailgate.toml"))
    assert (found.smarthost, found.admin) == (None, None)
    assert found.calendars["standard"].country is None
    checked = run(check)
    assert checked.exit_code == 0
    assert "warning: mailgate.toml:1: smarthost: there is none" in checked.stderr
    assert "no mail goes out" in checked.stdout


@pytest.mark.parametrize("name", ["mailgate.toml", "secret"])
def test_init_overwrites_nothing(run, tmp_path, name):
    """Where one of the files lies already, nothing is asked and nothing is written."""
    (tmp_path / name).write_text("mine")
    done = run(init, "--yes")
    assert done.exit_code == 1
    assert done.stderr.startswith(f"Error: {name} exists already")
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_init_overwrites_nothing_that_came_meanwhile(run, tmp_path, monkeypatch):
    """A file that somebody else made during the questions is left alone too."""

    def slowly(answers: object) -> str:
        (tmp_path / "mailgate.toml").write_text("mine")
        return "ours"

    monkeypatch.setattr("mailgate.config.writing.configuration_text", slowly)
    done = run(init, "--yes")
    assert done.exit_code == 1
    assert "mailgate.toml: File exists" in done.stderr
    assert (tmp_path / "mailgate.toml").read_text() == "mine"
    assert not (tmp_path / "secret").exists()


def test_init_says_where_it_cannot_write(run, tmp_path):
    """A directory that cannot be made is named."""
    (tmp_path / "file").touch()
    done = run(init, "--yes", "file/desk")
    assert done.exit_code == 1
    assert "file/desk" in done.stderr
    assert "name a directory" in done.stderr


def test_check_prints_all_faults_and_ends_with_78(run, tmp_path):
    """Every fault is a line on stderr, and the exit code is that of sysexits."""
    config = tmp_path / "mailgate.toml"
    config.write_bytes((WRONG / "mailgate.toml").read_bytes())
    done = run(check)
    expected = (WRONG / "expected.txt").read_text()
    assert (done.exit_code, done.stdout) == (78, "")
    assert done.stderr == f"{expected}{len(expected.splitlines())} faults\n"


def test_check_prints_faults_as_json(run, tmp_path):
    """With --json stdout is one array, empty when nothing is wrong."""
    config = tmp_path / "mailgate.toml"
    config.write_text("nonsense")
    done = run(check, "--json", config=config)
    (fault,) = json.loads(done.stdout)
    assert done.exit_code == 78
    assert sorted(fault) == ["file", "instead", "key", "line", "wrong"]
    assert (fault["file"], fault["line"], fault["key"]) == (str(config), 1, None)
    run(init, "--yes", "good")
    done = run(check, "--json", config=Path("good/mailgate.toml"))
    assert (done.exit_code, json.loads(done.stdout)) == (0, [])


def test_check_names_a_missing_file(run):
    """Where there is no configuration, check says how to get one."""
    done = run(check, config=Path("nowhere.toml"))
    assert done.exit_code == 78
    assert done.stderr.startswith("nowhere.toml: no such file; ")
    assert "mailgate init" in done.stderr


def test_check_reads_the_templates_too(run, tmp_path):
    """A fault in a letter stands in the same report as one in the configuration."""
    run(init, "--yes")
    config = tmp_path / "mailgate.toml"
    text = config.read_text().replace("[gateway]", '[gateway]\ntemplates = "letters"\ncolour = 1')
    config.write_text(text)
    letters = tmp_path / "letters" / "pl"
    letters.mkdir(parents=True)
    (letters / "closed.txt").write_text("one\n{{ number }\n")
    (letters / "clsed.txt").write_text("one\n")
    done = run(check)
    assert done.exit_code == 78
    assert "mailgate.toml:6: gateway.colour: unknown key" in done.stderr
    assert "letters/pl/closed.txt:2: " in done.stderr
    assert "letters/pl/clsed.txt: no letter is called that" in done.stderr
