import errno

import click
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from mailgate.cli import failures
from mailgate.config.faults import Fault, Faults
from mailgate.daemon.wiring import CannotStartError
from mailgate.intake.held import NotAllowedError
from mailgate.store.database import DatabaseRefusedError
from mailgate.tickets.lifecycle import MoveRefusedError

FAULTS = Faults(
    [Fault("m.toml", 3, "a.b", "wrong", "right"), Fault("m.toml", 4, "", "bad", "good")]
)
AWAY = OperationalError("SELECT secret", {"key": "anna"}, Exception("connection refused\nand more"))


def interrupted(by):
    """Return what click makes of an interrupt."""
    error = click.exceptions.Abort()
    error.__cause__ = by
    return error


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (click.UsageError("no such option"), 64, "Error: no such option"),
        (click.BadParameter("no date"), 64, "Error: Invalid value: no date"),
        (FAULTS, 78, "m.toml:3: a.b: wrong; right\nm.toml:4: bad; good"),
        (CannotStartError(75, "another runs here"), 75, "Error: another runs here"),
        (DatabaseRefusedError("fsync is off"), 78, "Error: fsync is off"),
        (MoveRefusedError("it is closed"), 1, "Error: it is closed"),
        (NotAllowedError("it is done"), 1, "Error: it is done"),
        (AWAY, 69, "Error: the database does not answer (connection refused)"),
        (failures.Failure(65, "no text"), 65, "Error: no text"),
        (interrupted(KeyboardInterrupt()), 130, ""),
        (interrupted(EOFError()), 1, "Error: aborted"),
        (PermissionError(errno.EACCES, "denied", "x"), 77, "run it as the user of the daemon"),
        (FileNotFoundError(errno.ENOENT, "gone", "x"), 75, "Error: [Errno 2] gone: 'x'"),
        (UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogate"), 64, "is no UTF-8 text"),
    ],
)
def test_an_expected_failure_is_a_sentence_and_a_code(error, code, said, capsys):
    """On stderr alone, without the statement that failed or what was in it."""
    known = failures.explained(error)
    assert known is not None
    known.show()
    out, err = capsys.readouterr()
    assert (known.exit_code, out) == (code, "")
    assert said in err
    assert "secret" not in err
    assert "anna" not in err


@pytest.mark.parametrize("error", [ValueError("x"), IntegrityError("x", {}, Exception("y"))])
def test_a_fault_of_the_program_is_not_dressed_up(error):
    """Its traceback is what whoever mends it needs."""
    assert failures.explained(error) is None
