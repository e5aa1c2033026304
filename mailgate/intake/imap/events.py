"""What an operator can see of the watching of mailboxes: one line a change of state, not a try.

Names from the configuration, UIDs and counts; nothing that a mail says.
"""

from collections.abc import Sequence

import structlog

_log = structlog.get_logger("mailgate.imap")


def watching(mailbox: str, folders: Sequence[str], waits: str) -> None:
    """Tell that a mailbox is watched; waits: by IDLE, or by polling alone."""
    _log.info("mailbox-watched", mailbox=mailbox, folders=list(folders), waits=waits)


def elsewhere(mailbox: str) -> None:
    """Tell that another daemon watches a mailbox; we stand by."""
    _log.info("mailbox-elsewhere", mailbox=mailbox)


def failing(mailbox: str, why: str, cause: str, remedy: str, *, refused: bool) -> None:
    """Tell that a mailbox cannot be watched; it is tried again, later and later."""
    event = "mailbox-refused" if refused else "mailbox-failing"
    _log.error(event, mailbox=mailbox, why=why, cause=cause, remedy=remedy)


def failing_long(mailbox: str, hours: float) -> None:
    """Raise the alarm that a mailbox has not been watched for hours."""
    _log.error("mailbox-failing-long", mailbox=mailbox, hours=round(hours, 1))


def fault(mailbox: str, error: BaseException) -> None:
    """Tell of an error of ours in a watcher, which goes on."""
    _log.error("mailbox-fault", mailbox=mailbox, exc_info=error)


def first_contact(mailbox: str, folder: str, exists: int, above: int) -> None:
    """Tell from which UID on mail is taken from a folder that was never looked at before."""
    _log.info("folder-first-contact", mailbox=mailbox, folder=folder, exists=exists, above=above)


def changed(mailbox: str, folder: str, before: str, after: str) -> None:
    """Warn that a folder's UIDs mean something else than before; it is read again."""
    _log.warning("folder-changed", mailbox=mailbox, folder=folder, before=before, after=after)


def folder_fault(mailbox: str, folder: str, why: str) -> None:
    """Tell that something cannot be done in one folder; the others go on."""
    _log.error("folder-failing", mailbox=mailbox, folder=folder, why=why)


def folder_well(mailbox: str, folder: str) -> None:
    """Tell that a folder that failed works again."""
    _log.info("folder-well", mailbox=mailbox, folder=folder)


def taken(mailbox: str, folder: str, uid: int, spool_id: int, size: int) -> None:
    """Tell that a mail was taken in."""
    _log.info("mailbox-mail", mailbox=mailbox, folder=folder, uid=uid, spool_id=spool_id, size=size)


def too_large(mailbox: str, folder: str, uid: int, size: int) -> None:
    """Warn that a mail stays where it is, and only its headers were taken."""
    _log.warning("mailbox-mail-too-large", mailbox=mailbox, folder=folder, uid=uid, size=size)


def unreadable(mailbox: str, folder: str, uid: int, why: str) -> None:
    """Raise the alarm that the server does not give a mail; it is asked again for some time."""
    _log.error("mailbox-mail-unreadable", mailbox=mailbox, folder=folder, uid=uid, why=why)


def known(mailbox: str, folder: str, count: int) -> None:
    """Tell how many mails were recognised as taken before at another place."""
    _log.info("mailbox-mails-known", mailbox=mailbox, folder=folder, count=count)


def differs(mailbox: str, folder: str, differences: str) -> None:
    """Raise the alarm that a folder holds other mails than the books say."""
    _log.error("folder-differs", mailbox=mailbox, folder=folder, differences=differences)


def agrees(mailbox: str, folder: str) -> None:
    """Tell that a folder holds again what the books say."""
    _log.info("folder-agrees", mailbox=mailbox, folder=folder)
