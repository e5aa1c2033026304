import subprocess
import sys
from pathlib import Path

CONFTEST = Path(__file__).parents[1] / "conftest.py"
MEASURES = """
import pytest

@pytest.mark.parametrize("number", [1, 2])
def test_measures(number, request):
    request.node.user_properties.append(("figure", f"{number} MB"))
    assert number == 1

def test_measures_nothing(record_property):
    record_property("other", "hidden")
"""


def run(tmp_path: Path, *which: str) -> list[str]:
    """Run tests that measure something under the project's conftest; return what is printed."""
    (tmp_path / "test_it.py").write_text(MEASURES)
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-c", "/dev/null", "--rootdir", str(tmp_path), str(tmp_path), *which],
        cwd=CONFTEST.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.splitlines()


def test_what_was_measured_is_printed_before_the_closing_line(tmp_path: Path) -> None:
    """Of tests that failed as well; a run that measured nothing prints nothing of it."""
    printed = run(tmp_path)
    (heading,) = (n for n, line in enumerate(printed) if "figures measured" in line)
    assert sorted(printed[heading + 1 : heading + 3]) == [
        "test_it.py::test_measures[1]: 1 MB",
        "test_it.py::test_measures[2]: 2 MB",
    ]
    assert "1 failed, 2 passed" in printed[-1]
    assert not any("figures measured" in line for line in run(tmp_path, "-k", "nothing"))
