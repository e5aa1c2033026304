"""Who signs in to a mailbox: forms of user names that are known to fail, and the right ones."""

import re

from mailgate.config.reader import Table
from mailgate.config.wording import show
from mailgate.message.address import is_plain_address

_GUID = re.compile(r"\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?", re.IGNORECASE)
_MICROSOFT_HOSTS = (".office365.com", ".outlook.com", ".office365.us", ".partner.outlook.cn")


def is_microsoft(provider: str, host: str, tenant: bool) -> bool:
    """Say whether a mailbox is one of Microsoft 365, by what is written of it."""
    return provider == "microsoft365" or tenant or f".{host}".lower().endswith(_MICROSOFT_HOSTS)


def check_user(table: Table, user: str, *, microsoft: bool, google: bool) -> None:
    """Note a user name of a form that is known to be refused, with the form that works."""
    if microsoft:
        _check_microsoft(table, user)
    elif google and user and not is_plain_address(user):
        table.fault("user", f"{show(user)} is no address", 'write "support@example.com"')


def _check_microsoft(table: Table, user: str) -> None:
    first, sign, rest = user.replace("/", "\\").partition("\\")
    if _GUID.fullmatch(user):
        table.fault(
            "user",
            f"{show(user)} is an id of Entra, which IMAP does not know",
            'write the mailbox\'s address, such as "support@example.com"',
        )
    elif sign and "@" in first:
        shared = rest if "@" in rest else f"{rest}@{first.rpartition('@')[2]}"
        table.fault(
            "user",
            f"{show(user)} names a shared mailbox by way of a user, which Microsoft 365 refuses",
            f"write {show(shared)} alone, and give the application or user FullAccess to it",
        )
    elif sign:
        table.fault(
            "user",
            f"{show(user)} is a name of a Windows domain",
            'write the mailbox\'s address, such as "support@example.com"',
        )
    elif user and not is_plain_address(user):
        table.fault("user", f"{show(user)} is no address", 'write "support@example.com"')
