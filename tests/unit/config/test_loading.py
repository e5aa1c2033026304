import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mailgate.config import Faults, load
from mailgate.departments import Agent, Reopen, ReopenRule
from mailgate.hours import AfterHours, Interval, OwnDay
from mailgate.intake.limits import ListenerLimits
from mailgate.replies.acknowledge import Limits
from tests.unit.config.samples import SMALLEST, guarded

CASES = Path(__file__).parents[2] / "config"


def now() -> datetime:
    """Return a moment at which the dates in the cases lie ahead."""
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_each_wrong_configuration_gets_its_message(case, copy):
    """All that is wrong is said at once, with file, line, key and what to write instead."""
    path = copy(CASES / case)
    with pytest.raises(Faults) as caught:
        load(path, now=now)
    expected = (CASES / case / "expected.txt").read_text(encoding="utf-8")
    assert f"{caught.value.text}\n" == expected


def test_no_message_tells_a_password():
    """Whatever stands in place of a password or a key, no message repeats it."""
    said = "".join(path.read_text() for path in CASES.glob("*/expected.txt"))
    assert "hunter" not in said
    assert "AAECAw" not in said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nowhere.toml", "nowhere.toml: no such file; "),
        (".", ".: cannot be read: Is a directory; "),
        ("large.toml", "large.toml: over 1 MB; "),
        ("deep.toml", "deep.toml: nested too deeply; "),
    ],
)
def test_a_file_that_is_none_is_named(name, said, folder):
    """What cannot be a configuration at all is one fault of the whole file."""
    (folder / "large.toml").write_text("#" * 1_000_001)
    (folder / "deep.toml").write_text("a = " + "[" * 100_000)
    with pytest.raises(Faults) as caught:
        load(Path(name))
    assert caught.value.text.startswith(said)
    assert "\n" not in caught.value.text


def test_what_is_not_written_has_its_default(write, folder):
    """The smallest configuration gives what the example names as defaults."""
    found = load(write(SMALLEST), now=now)
    assert found.path == folder / "mailgate.toml"
    assert found.state == folder
    assert found.socket == folder / "mailgate.sock"
    assert found.store_url == f"sqlite:///{folder}/mailgate.db"
    assert found.subject_tag == "[#{number}]"
    assert (found.admin, found.templates, found.lmtp, found.warnings) == (None, None, None, ())
    assert [key_id for key_id, _ in found.keys.entries] == ["k1"]
    assert found.keys.entries[0][1] == bytes(range(32))
    assert found.limits == Limits()
    assert found.smtp is not None
    assert found.smtp.limits == ListenerLimits()
    assert (found.smtp.kind, found.smtp.host, found.smtp.port) == ("smtp", "127.0.0.1", 2525)
    assert found.smarthost is not None
    assert (found.smarthost.port, found.smarthost.tls, found.smarthost.user) == (25, "none", "")
    assert found.smarthost.helo == "support.example.com"
    department = found.directory.postmaster
    assert (department.key, department.name, department.language) == ("help", "help", "en")
    assert department.calendar is found.calendars["standard"]
    assert (department.reopen, department.subaddressing) == (Reopen(), False)
    assert (department.groups, department.close_resolved_after) == (frozenset(), 0)
    assert found.calendars["standard"].after_hours is AfterHours.NEXT_OPENING
    assert found.calendars["standard"].country is None


FULL = """\
[gateway]
name = "Support"
domain = "Support.Example.com"
postmaster_department = "billing"
admin = "admin@example.com"
state = "var"
[store]
url = "sqlite:///db/mail.db"
[smarthost]
host = "mail.example.com"
tls = "tls"
user = "gate"
password = { env = "MAILGATE_TEST_PASSWORD" }
[listener.lmtp]
address = "[::1]:24"
max_message_size = "1.5 kB"
timeout = "90 seconds"
[department.help]
name = "Help Desk"
addresses = ["Help@Example.com", "support@example.com"]
language = "pl"
calendar = "days"
agents = ["Ewa@example.com", "jan@example.com"]
reopen = "within 30 days"
reply_address = "subaddress"
groups = ["<Users.Lists.example.com>"]
close_resolved_after = 5
phone = "22 123 45 67"
[department.billing]
addresses = ["billing@example.com"]
calendar = "always"
[calendar.always]
timezone = "UTC"
hours = "24/7"
[calendar.days]
timezone = "Europe/Warsaw"
holidays = "PL"
after_hours = "as-received"
hours = { mon = "09:00-12:00, 13:00-17:00" }
[calendar.days.days]
2026-12-31 = "closed"
"2027-01-04" = { hours = "10:00-11:00", name = "Inventory" }
[acknowledge]
unproven = "1/hour, 2/day"
proven = "5/day"
domain = "7/hour"
installation = "9/hour"
[[agent]]
address = "ewa@Example.com"
name = "Ewa Nowak"
[words.pl]
agent = "Serwisant"
"""


def test_each_setting_arrives_where_it_is_used(write, folder, monkeypatch):
    """What is written becomes the settings of the parts that use it."""
    monkeypatch.setenv("MAILGATE_TEST_PASSWORD", "hunter2")
    found = load(write(FULL), now=now)
    assert (found.domain, found.admin) == ("support.example.com", "admin@example.com")
    assert found.state == folder / "var"
    assert found.store_url == f"sqlite:///{folder}/var/db/mail.db"
    assert found.smarthost is not None
    assert (found.smarthost.port, found.smarthost.password) == (465, "hunter2")
    assert found.lmtp is not None
    assert (found.lmtp.host, found.lmtp.port) == ("::1", 24)
    assert found.lmtp.limits.max_message_size == 1536
    assert found.lmtp.limits.command_timeout.total_seconds() == 90
    assert found.limits == Limits(1, 2, None, 5, 7, 9)
    directory = found.directory
    assert directory.postmaster.key == "billing"
    help_desk = directory.department_of("help+x@example.com")
    assert help_desk is directory.departments["help"]
    assert help_desk.reopen == Reopen(ReopenRule.WITHIN, 30)
    assert (help_desk.subaddressing, help_desk.close_resolved_after) == (True, 5)
    assert help_desk.groups == {"users.lists.example.com"}
    assert help_desk.words == {"agent": {"pl": "Serwisant"}}
    assert directory.agents == {
        "ewa@example.com": Agent("ewa@Example.com", "Ewa Nowak"),
        "jan@example.com": Agent("jan@example.com"),
    }
    days = found.calendars["days"]
    assert days.week[0] == (Interval(540, 720), Interval(780, 1020))
    assert days.own_days == {
        date(2026, 12, 31): OwnDay(""),
        date(2027, 1, 4): OwnDay("Inventory", (Interval(600, 660),)),
    }
    assert (days.country, days.after_hours) == ("PL", AfterHours.AS_RECEIVED)
    assert "hunter2" not in repr(found)


def without(head: str) -> str:
    """Return the smallest configuration without one table."""
    before, _, after = SMALLEST.partition(f"[{head}]\n")
    return before + after[after.index("[") :]


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (without("smarthost"), "1: smarthost: there is none, so that no mail is sent"),
        (without("listener.smtp"), "1: listener: there is none, so that only"),
        (f'{SMALLEST}[[agent]]\naddress = "x@example.com"\n', "13: agent[1]: x@example.com is in"),
        (f"{SMALLEST}[authenticity]\n", "13: authenticity: not used yet"),
        (
            f'{SMALLEST}[[mailbox]]\nname = "x"\nhost = "imap.example.com"\nuser = "x"\n'
            'password = { file = "secret" }\n',
            "13: mailbox[1]: [[mailbox]] is not watched yet in this version",
        ),
        (
            SMALLEST.replace('"127.0.0.1"', '"mx.example.com"\nuser = "x"').replace(
                "[listener", 'password = { file = "secret" }\n[listener'
            ),
            "6: smarthost.user: the password travels unencrypted",
        ),
        (
            f'{SMALLEST}[store]\nurl = "postgresql://x:hunter2@db/x"\n',
            "14: store.url: holds a password, and everybody may read this file",
        ),
    ],
)
def test_what_works_but_may_not_be_meant_is_a_warning(text, warning, write):
    """Each warning names file, line and key, and stops nothing."""
    path = write(text)
    path.chmod(0o644)
    (found,) = load(path, now=now).warnings
    assert found.startswith(f"mailgate.toml:{warning}")


def test_commands_that_send_nothing_need_no_lent_password(write):
    """A password that only the daemon's environment has is a warning where none is needed."""
    path = write(
        SMALLEST.replace(
            '"127.0.0.1"\n',
            '"127.0.0.1"\nuser = "x"\npassword = { credential = "smarthost" }\n',
        )
    )
    (warning,) = load(path, lent=False, now=now).warnings
    assert "only systemd gives credentials" in warning
    with pytest.raises(Faults):
        load(path, now=now)


def test_relative_paths_start_from_the_file(write, folder, tmp_path_factory):
    """It does not matter from which folder the configuration is read."""
    write(SMALLEST)
    os.chdir(tmp_path_factory.mktemp("elsewhere"))
    found = load(folder / "mailgate.toml", now=now)
    assert (found.state, len(found.keys.entries)) == (folder, 1)


def test_all_keys_of_the_secret_file_are_read(write, folder):
    """The first line signs; older keys stay good for verifying."""
    guarded(folder / "secret", "# new\nb AAECAwQFBgcICQoLDA0ODw==\n\na Dw4NDAsKCQgHBgUEAwIBAA==\n")
    keys = load(write(SMALLEST), now=now).keys
    assert [key_id for key_id, _ in keys.entries] == ["b", "a"]
