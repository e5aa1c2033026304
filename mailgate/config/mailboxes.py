"""[[mailbox]]: the accounts that are watched."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from mailgate.config import values
from mailgate.config.logins import check_user, is_microsoft
from mailgate.config.oauth import METHODS, Whose, read_oauth2
from mailgate.config.passwords import read_password
from mailgate.config.presets import PRESETS, Preset
from mailgate.config.reader import Table, Unfit
from mailgate.config.sending import is_loopback, read_ca_file
from mailgate.config.vouching import read_mailbox_trust
from mailgate.config.wording import close_to, either, show
from mailgate.departments import Department
from mailgate.intake.imap.settings import (
    MAX_CONNECTIONS_PER_HOST,
    MAX_SIZE_BYTES,
    After,
    Auth,
    First,
    Kind,
    MailboxSettings,
    OAuth2,
    Password,
    Tls,
)

_AFTER = 'write "keep", "flag", "move:FOLDER" or "delete"'
_FIRST = 'write "now", "all" or "since 2026-11-01"'
_POLL = values.duration(timedelta(seconds=10), timedelta(hours=1))


def read_mailboxes(
    top: Table, departments: tuple[Department, ...], state: Path, *, lent: bool
) -> tuple[MailboxSettings, ...]:
    """Return the mailboxes to watch; what is wrong with one is noted, and it is left out."""
    keys = [department.key for department in departments]
    names: set[str] = set()
    places: dict[tuple[str, str, str], str] = {}
    found: list[MailboxSettings] = []
    for table in top.tables("mailbox"):
        name = table.need("name", values.text, "", 'write name = "support"')
        if name and name in names:
            table.fault("name", f"{show(name)} is used twice", "give each mailbox its own name")
        names.add(name)
        mailbox = _read(table, name, keys, state, lent=lent)
        table.close()
        if mailbox is not None:
            _check_place(table, mailbox, places)
            found.append(mailbox)
    return tuple(found)


def _read(
    table: Table, name: str, departments: list[str], state: Path, *, lent: bool
) -> MailboxSettings | None:
    preset = PRESETS.get(table.take("provider", values.choice(*PRESETS), ""))
    if preset is None:
        host = table.need("host", values.host, "", 'write host = "imap.example.com", or provider')
    else:
        host = table.take("host", values.host, preset.imap)
    user = table.need("user", values.text, "", 'write user = "support@example.com"')
    tls, port = _tls_and_port(table, host)
    auth = _auth(table, name, user, host, preset, state, lent=lent)
    folders, after = _taking(table)
    department = table.take("department", _one_of(departments), None)
    first = table.take("first", _first, First())
    poll = table.take("poll", _POLL, preset.poll if preset else timedelta(minutes=2))
    max_size = table.take("max_message_size", values.size, MAX_SIZE_BYTES)
    ca_file = read_ca_file(table)
    trust = read_mailbox_trust(table, _name_of(preset))
    if auth is None or not (name and host and user):
        return None
    return MailboxSettings(
        name=name,
        host=host,
        user=user,
        auth=auth,
        port=port,
        tls=tls,
        folders=folders,
        after=after,
        first=first,
        department=department,
        poll=poll,
        max_size=max_size,
        max_connections_per_host=preset.connections if preset else MAX_CONNECTIONS_PER_HOST,
        ca_file=ca_file,
        trust=trust,
    )


def _name_of(preset: Preset | None) -> str:
    return next((key for key, each in PRESETS.items() if each is preset), "")


def _tls_and_port(table: Table, host: str) -> tuple[Tls, int]:
    tls = Tls(table.take("tls", values.choice(*Tls), Tls.IMPLICIT.value))
    if tls is Tls.NONE and host and not is_loopback(host):
        wrong = "would send login and mail unencrypted"
        table.fault("tls", wrong, 'write "implicit" or "starttls"')
    usual_port = 993 if tls is Tls.IMPLICIT else 143
    return tls, table.take("port", values.number(1, 65535), usual_port)


def _taking(table: Table) -> tuple[tuple[str, ...], After]:
    folders = table.take("folder", _folders, ("INBOX",))
    after = table.take("after", _after, After())
    if after.kind is Kind.MOVE and after.folder in folders:
        table.fault("after", f"moves to {show(after.folder)}, which is watched", "name another")
    return folders, after


def _auth(
    table: Table,
    name: str,
    user: str,
    host: str,
    preset: Preset | None,
    state: Path,
    *,
    lent: bool,
) -> Auth | None:
    """Return how we sign in, None where that is not known."""
    password = read_password(table, lent=lent)
    oauth = table.table("oauth2")
    provider = _name_of(preset)
    microsoft = is_microsoft(provider, host, oauth.has("tenant"))
    check_user(table, user, microsoft=microsoft, google=provider == "google")
    if table.has("oauth2"):
        if table.has("password"):
            table.fault("password", "stands beside oauth2", "remove one of them")
        whose = Whose(f"mailbox {name}", state, user)
        tokens = read_oauth2(table, whose, preset, METHODS, lent=lent)
        method = oauth.take("method", values.choice(*METHODS), "xoauth2")
        if tokens is None:
            return None
        return OAuth2(tokens, "oauthbearer" if method == "oauthbearer" else "xoauth2")
    if microsoft:
        table.fault(
            "password" if table.has("password") else "oauth2",
            "Microsoft 365 takes tokens alone",
            "write oauth2 = { tenant = …, client_id = …, client_secret = { file = … } }",
        )
    elif not table.has("password"):
        table.fault("password", "is missing", 'write password = { file = "/path" }, or oauth2')
    # An absent credential was warned of; whoever signs in has been told it must be there.
    return Password(password or "")


def _check_place(
    table: Table, mailbox: MailboxSettings, places: dict[tuple[str, str, str], str]
) -> None:
    """Note a folder that two mailboxes watch: each mail in it would come twice."""
    for folder in mailbox.folders:
        place = (mailbox.host.lower(), mailbox.user.lower(), folder.lower())
        other = places.setdefault(place, mailbox.name)
        if other != mailbox.name:
            table.fault(
                "folder" if table.has("folder") else "user",
                f"{show(folder)} of this account is watched by mailbox {show(other)} already",
                "remove one of them",
            )


def _one_of(departments: list[str]) -> Callable[[object], str]:
    def read(value: object) -> str:
        said = values.text(value)
        if said in departments:
            return said
        meant = close_to(said, departments)
        raise Unfit(
            f"there is no department {show(said)}",
            f"did you mean {show(meant)}?" if meant else f"write {either(departments or ['…'])}",
        )

    return read


def _folders(value: object) -> tuple[str, ...]:
    """Return one folder or several."""
    if not isinstance(value, list):
        return (values.text(value),)
    if not value:
        raise Unfit("is empty", 'write folder = "INBOX"')
    found = tuple(values.text(each) for each in value)
    if len({each.lower() for each in found}) < len(found):
        raise Unfit("names a folder twice", "write each folder once")
    return found


def _after(value: object) -> After:
    said = values.text(value)
    kind, colon, folder = said.partition(":")
    if (
        kind not in set(Kind)
        or bool(colon) != (kind == Kind.MOVE)
        or (colon and not folder.strip())
    ):
        raise Unfit(f"{show(said)} is nothing to do with mail", _AFTER)
    return After(Kind(kind), folder.strip())


def _first(value: object) -> First:
    said = values.text(value)
    if said in ("now", "all"):
        return First(everything=said == "all")
    word, _, day = said.partition(" ")
    try:
        if word == "since":
            return First(since=date.fromisoformat(day.strip()))
    except ValueError:
        pass
    raise Unfit(f"{show(said)} is no beginning", _FIRST)
