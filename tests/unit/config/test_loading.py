import os
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailgate.config import Faults, load
from mailgate.departments import Agent, Reopen, ReopenRule
from mailgate.hours import AfterHours, Interval, OwnDay
from mailgate.intake.limits import ListenerLimits
from mailgate.replies.acknowledge import Limits
from tests.unit.config.samples import FULL, SMALLEST, guarded, toml

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


VALUES = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(),
        st.dates(),
        st.text(max_size=8),
        st.sampled_from(
            ["", " ", "\0", "24/7", "24:00-24:00", "a@b.c", "[::1]:25", "none", "é@é.pl"]
        ),
    ),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@given(data=st.data())
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200
)
def test_whatever_stands_in_place_of_a_value_is_read_or_a_fault(data, write, monkeypatch):
    """No value anywhere, of any type, ends in anything but a configuration or faults."""
    monkeypatch.setenv("MAILGATE_TEST_PASSWORD", "hunter2")
    whole = tomllib.loads(FULL)
    place = whole
    while True:
        key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else [0]))
        if not place[key] or not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(VALUES)
    path = write("".join(f"{name} = {toml(value)}\n" for name, value in whole.items()))
    try:
        load(path, now=now)
    except Faults as faults:
        assert all(fault.wrong and fault.instead for fault in faults.faults)
        assert all(line.isprintable() for line in faults.text.split("\n"))


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
        (
            f'{SMALLEST}[authenticity]\nresolver = "127.0.0.1"\n',
            "14: authenticity.resolver: nobody is asked there without check",
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
