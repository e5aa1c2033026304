"""The first configuration of a new installation, written from a few answers."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from mailgate.message.address import canonical

LISTENER = ("127.0.0.1", 2525)


@dataclass(frozen=True)
class Answers:
    """What `mailgate init` asks. holidays, smarthost, admin: None for none.

    hours: as in the configuration, by days, or "24/7". smarthost: host and port.
    """

    name: str
    domain: str
    addresses: tuple[str, ...]
    language: str
    timezone: str
    holidays: str | None
    hours: Mapping[str, str] | str
    smarthost: tuple[str, int] | None
    admin: str | None


def configuration_text(answers: Answers) -> str:
    """Return a commented mailgate.toml; a department for each address, all with the same hours."""
    departments = _keys(answers.addresses)
    return "\n".join(
        (
            _centre(answers, next(iter(departments))),
            _wire(answers.smarthost),
            *(_department(key, each, answers.language) for key, each in departments.items()),
            _calendar(answers),
        )
    )


def _centre(answers: Answers, postmaster: str) -> str:
    admin = f"admin = {_text(answers.admin)}" if answers.admin else '#admin = "admin@example.com"'
    return f"""\
# mailgate.toml, written by `mailgate init`. `mailgate check` names everything wrong in it at once.
# config.example.toml, which comes with mailgate, explains every key there is.

[gateway]
# Letters are signed with this name.
name = {_text(answers.name)}
# Our name in Message-IDs, and to other mail servers.
domain = {_text(answers.domain)}
# The secrets that sign our Message-IDs and reply addresses. Keep a copy, and keep it to yourself.
secret_file = "secret"
# The department that gets mail to postmaster and abuse.
postmaster_department = {_text(postmaster)}
# Who gets the digest of held mail, and alarms.
{admin}

[store]
# A file beside this one; or PostgreSQL: "postgresql://mailgate@localhost/mailgate".
url = "sqlite:///mailgate.db"
"""


def _wire(smarthost: tuple[str, int] | None) -> str:
    host, port = LISTENER
    text = f"""\
[listener.smtp]
# Where mail comes in: let your mail server hand the addresses below to this one.
address = "{host}:{port}"
max_message_size = "26 MB"

"""
    if smarthost is None:
        return f"""{text}\
# The server that sends our mail. Without this table nothing is sent.
#[smarthost]
#host = "127.0.0.1"
#port = 25
"""
    return f"""{text}\
[smarthost]
# The server that sends our mail. Where it wants a login, add tls, user and
# password = {{ file = "…" }}.
host = {_text(smarthost[0])}
port = {smarthost[1]}
"""


def _department(key: str, address: str, language: str) -> str:
    return f"""\
[department.{key}]
# What customers read, and the addresses they write to.
name = {_text(address.rpartition("@")[0])}
addresses = [{_text(address)}]
# "pl" or "en": what it writes where a customer's language is not known.
language = {_text(language)}
calendar = "standard"
# The addresses of those who answer.
agents = []
"""


def _calendar(answers: Answers) -> str:
    if isinstance(answers.hours, str):
        hours = _text(answers.hours)
    else:
        days = (f"{day} = {_text(text)}" for day, text in answers.hours.items())
        hours = f"{{ {', '.join(days)} }}"
    return f"""\
[calendar.standard]
timezone = {_text(answers.timezone)}
# The country whose public holidays are kept, or "none".
holidays = {_text(answers.holidays or "none")}
hours = {hours}
# From when a mail that comes outside the hours counts as received: "next-opening",
# "next-business-day" or "as-received".
after_hours = "next-opening"
"""


def _keys(addresses: tuple[str, ...]) -> dict[str, str]:
    """Return the addresses by the keys of their departments, made from their local parts."""
    keys: dict[str, str] = {}
    for address in addresses:
        local = canonical(address).rpartition("@")[0]
        key = re.sub(r"[^a-z0-9_]+", "-", local).strip("-") or "desk"
        number, free = 1, key
        while free in keys:
            number += 1
            free = f"{key}-{number}"
        keys[free] = address
    return keys


def _text(value: str) -> str:
    # JSON's escapes are all TOML's too, and nothing unprintable comes in here.
    return json.dumps(value, ensure_ascii=False)
