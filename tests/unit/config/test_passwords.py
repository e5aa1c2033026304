from pathlib import Path

import pytest

from mailgate.config.passwords import read_password
from mailgate.config.reader import Sheet
from tests.unit.config.samples import guarded


@pytest.fixture
def read(write, folder, monkeypatch):
    """Read the password that a table `x` names, with a file and a credential to be found."""
    guarded(folder / "good", "hunter 2\r\n")
    guarded(folder / "lent" / "mail", "hunter3")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder / "lent"))
    monkeypatch.setenv("MAILGATE_TEST_PASSWORD", "hunter4")
    monkeypatch.setenv("MAILGATE_TEST_EMPTY", "")

    def read(source: str, *, lent: bool = True) -> tuple[str | None, Sheet]:
        sheet = Sheet(write(f"[x]\n{source}\n"))
        table = sheet.top.table("x")
        password = read_password(table, lent=lent)
        table.close()
        return password, sheet

    return read


@pytest.mark.parametrize(
    ("source", "password"),
    [
        ("", None),
        ('password = { file = "good" }', "hunter 2"),
        ('password = { env = "MAILGATE_TEST_PASSWORD" }', "hunter4"),
        ('password = { credential = "mail" }', "hunter3"),
        ('password.file = "good"', "hunter 2"),
    ],
)
def test_a_password_comes_from_where_it_is_kept(source, password, read):
    """A file, a variable or a credential gives the password, the line end of a file aside."""
    found, sheet = read(source)
    assert found == password
    assert (sheet.faults, sheet.warnings) == ([], [])


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ('password = "hunter2"', "stands in the file itself"),
        ('password = ["hunter2"]', "stands in the file itself"),
        ("password = {}", "needs one source"),
        ('password = { file = "good", env = "MAILGATE_TEST_PASSWORD" }', "needs one source"),
        ('password = { file = "" }', "is no name"),
        ('password = { env = "MAILGATE_TEST_EMPTY" }', "MAILGATE_TEST_EMPTY is not set"),
        ('password = { credential = "../good" }', "is no name of a credential"),
        ('password = { credential = "other" }', "does not exist"),
    ],
)
def test_a_password_that_is_not_there_is_a_fault(source, wrong, read):
    """Each way to have no password is named, without a word of what stands there."""
    found, sheet = read(source)
    assert found is None
    (fault,) = sheet.faults
    assert wrong in fault.text
    assert "hunter" not in fault.text


def test_what_only_the_daemon_is_lent_may_be_absent(read, monkeypatch):
    """Without need of it, an absent variable or credential is a warning; a file is still read."""
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    for source in ('{ env = "MAILGATE_TEST_EMPTY" }', '{ credential = "mail" }'):
        found, sheet = read(f"password = {source}", lent=False)
        assert (found, sheet.faults, len(sheet.warnings)) == (None, [], 1)
    assert read('password = { file = "nowhere" }', lent=False)[1].faults


@pytest.mark.parametrize("content", [b"", b"\n", b"a\nb\n", b"a\0b", b"\xff\xfe"])
def test_a_password_is_one_line_of_text(content, read, folder):
    """A file that holds anything else is refused."""
    Path(folder / "good").write_bytes(content)
    assert read('password = { file = "good" }')[1].faults
