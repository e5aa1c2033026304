import json
import subprocess
import sys

SCRIPT = """
import logging
from mailgate import logs

def gateway_step(body):
    raise ValueError("that did not work")

logs.configure()
try:
    gateway_step("a word of the customer's")
except ValueError as error:
    logs.spine_failed("gateway", error)
    logging.getLogger("library").warning("take care", exc_info=True)
"""


def test_an_error_is_logged_with_its_place_and_without_the_mail():
    """A logged exception names its lines of code, and no value of any variable there."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    events = [json.loads(line) for line in done.stderr.splitlines()]

    assert [event["event"] for event in events] == ["spine-failed", "library"]
    for event in events:
        assert event["exception"][0]["exc_value"] == "that did not work"
        assert event["exception"][0]["frames"][-1]["name"] == "gateway_step"
    assert "customer" not in done.stderr


def test_of_what_an_error_says_only_the_first_line_is_logged():
    """PostgreSQL quotes the row that it refused on the second: addresses, subjects, whole mails."""
    script = """
from mailgate import logs
logs.configure()
try:
    try:
        raise ValueError("violates a constraint\\nDETAIL:  (anna@example.net)")
    except ValueError as error:
        raise RuntimeError("(psycopg) violates a constraint\\nDETAIL:  anna@example.net") from error
except RuntimeError as error:
    logs.spine_failed("gateway", error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    said = [each["exc_value"] for each in json.loads(done.stderr)["exception"]]

    assert said == ["(psycopg) violates a constraint", "violates a constraint"]
    assert "anna" not in done.stderr


def test_a_log_nobody_takes_stops_nobody():
    """Events after the reader of standard error has gone are lost, and nothing else is."""
    script = "from mailgate import logs; logs.configure(); input(); logs.stopped(); print(1)"
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    process.stderr.close()
    said, _ = process.communicate(b"\n")

    assert said == b"1\n"
    assert process.returncode == 0


def test_a_log_that_nobody_reads_holds_nobody_up():
    """Events go on while the reader stands still; later he is told how many he missed."""
    script = """
from mailgate import logs
logs.configure()
for number in range(30_000):
    logs.not_reloaded()
print("went on", flush=True)
input()
logs.stopped()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "went on\n"

    _, said = process.communicate("\n", timeout=60)
    events = [json.loads(line) for line in said.splitlines()]
    lost = sum(event["lines"] for event in events if event["event"] == "log-lines-lost")
    written = sum(event["event"] != "log-lines-lost" for event in events)
    assert lost > 0
    assert written + lost == 30_001
