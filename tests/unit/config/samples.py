"""The smallest good configuration and its secret, and files that only their owner may read."""

from pathlib import Path

SECRET = "k1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
SMALLEST = """\
[gateway]
name = "Support"
domain = "support.example.com"
[smarthost]
host = "127.0.0.1"
[listener.smtp]
address = "127.0.0.1:2525"
[department.help]
addresses = ["help@example.com"]
[calendar.standard]
timezone = "Europe/Warsaw"
hours = "24/7"
"""


def guarded(path: Path, text: str) -> Path:
    """Write a file that only its owner may read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path
