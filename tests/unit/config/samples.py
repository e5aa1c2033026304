"""Good configurations and their secret, files for their owner alone, and values as TOML."""

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


def guarded(path: Path, text: str) -> Path:
    """Write a file that only its owner may read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def quoted(text: str) -> str:
    """Return text as a basic string of TOML."""
    sound = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in sound) + '"'


def toml(value: object, gap: str = "") -> str:
    """Return a value as TOML, with a gap wherever a list may have one."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return quoted(value)
        case list():
            return f"[{gap}" + "".join(f"{toml(each, gap)},{gap}" for each in value) + "]"
        case dict():
            pairs = (f"{quoted(name)} = {toml(each, gap)}" for name, each in value.items())
            return "{" + ", ".join(pairs) + "}"
        case _:
            return str(value)
