"""[[mailbox]] and [authenticity]: read and checked, though nothing here uses them yet."""

import re

from mailgate.config import values
from mailgate.config.passwords import read_password
from mailgate.config.reader import Table, Unfit
from mailgate.config.wording import close_to, either, show
from mailgate.departments import Department

_AFTER = re.compile(r"keep|flag|delete|move:\S.*")
_URL = re.compile(r"https://[^\s/]+/\S*")


def check_mailboxes(top: Table, departments: tuple[Department, ...], *, lent: bool) -> None:
    """Note what is wrong with the mailboxes, and that they are not watched."""
    names: set[str] = set()
    keys = [department.key for department in departments]
    for table in top.tables("mailbox"):
        name = table.need("name", values.text, "", 'write name = "support"')
        if name and name in names:
            table.fault("name", f"{show(name)} is used twice", "give each mailbox its own name")
        names.add(name)
        table.need("host", values.host, "", 'write host = "imap.example.com"')
        table.take("port", values.number(1, 65535), 993)
        table.take("tls", values.choice("implicit", "starttls", "none"), "implicit")
        table.need("user", values.text, "", 'write user = "support@example.com"')
        table.take("folder", values.text, "INBOX")
        table.take("after", _after, "keep")
        department = table.take("department", values.text, "")
        if department and department not in keys:
            meant = close_to(department, keys)
            table.fault(
                "department",
                f"there is no department {show(department)}",
                f"did you mean {show(meant)}?" if meant else f"write {either(keys)}",
            )
        _check_login(table, lent=lent)
        table.close()
        table.sheet.warn(table.key, "[[mailbox]] is not watched yet in this version")


def check_authenticity(top: Table) -> None:
    """Note what is wrong with [authenticity], and that it is not used."""
    table = top.table("authenticity")
    table.each("trusted_ids", values.text)
    table.take("own_hops", values.number(0, 20), 1)
    table.close()
    if top.has("authenticity"):
        table.sheet.warn(table.key, "not used yet in this version; no sender counts as verified")


def _check_login(table: Table, *, lent: bool) -> None:
    """Note a mailbox without password and without OAuth 2."""
    read_password(table, lent=lent)
    oauth = table.table("oauth2")
    if table.has("oauth2"):
        oauth.need("token_url", _https, "", 'write token_url = "https://…"')
        oauth.need("client_id", values.text, "", 'write client_id = "…"')
        oauth.take("scope", values.text, "")
        read_password(oauth, "client_secret", lent=lent)
        read_password(oauth, "refresh_token", lent=lent)
        oauth.close()
    elif not table.has("password"):
        table.fault("password", "is missing", 'write password = { file = "/path" }')


def _after(value: object) -> str:
    said = values.text(value)
    if not _AFTER.fullmatch(said):
        raise Unfit(
            f"{show(said)} is nothing to do with mail",
            'write "keep", "flag", "move:FOLDER" or "delete"',
        )
    return said


def _https(value: object) -> str:
    said = values.text(value)
    if not _URL.fullmatch(said):
        raise Unfit("is no https URL", 'write "https://login.example.com/token"')
    return said
