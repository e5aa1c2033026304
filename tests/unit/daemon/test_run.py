import json
import subprocess
import sys

SCRIPT = """
import threading
from concurrent.futures import ThreadPoolExecutor
from mailgate import logs
from mailgate.daemon import run

logs.configure()
run._END_SECONDS = 0.05
run._end_at_the_latest()
# A commit that the database never answers: the interpreter waits for such a thread as it ends.
ThreadPoolExecutor(1).submit(threading.Event().wait, 20)
"""


def test_a_daemon_told_to_stop_ends_whatever_hangs():
    """A database without an answer keeps it no longer than it may, and the log says so."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert json.loads(done.stderr)["event"] == "cut-short"
