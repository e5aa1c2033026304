r"""Finding a folder by the name that a human wrote. Pure.

A name in any case, with another server's delimiter, without the prefix of one's own folders, or
by special use (RFC 6154), as `\Junk`. What is ambiguous or missing is said with what there is.
"""

from collections.abc import Sequence

from mailgate.intake.imap.answers import Listed

_MOST_LISTED = 30
_NO_FOLDER = frozenset({"\\noselect", "\\nonexistent"})


class NoSuchFolderError(Exception):
    """No folder has that name, or several might; the text lists what is there."""


def find(listed: Sequence[Listed], wanted: str, prefixes: Sequence[str] = ()) -> str:
    """Return the server's own name of a folder; raises NoSuchFolderError.

    prefixes: what names of own folders begin with on this server, such as `INBOX.`
    """
    if wanted.upper() == "INBOX":
        return "INBOX"
    there = [each for each in listed if not _flags(each) & _NO_FOLDER]
    for each in there:
        if each.name == wanted:
            return wanted
    if wanted.startswith("\\"):
        found = [each.name for each in there if wanted.lower() in _flags(each)]
    else:
        found = _alike(there, wanted, prefixes)
    if len(found) == 1:
        return found[0]
    if found:
        text = f"{wanted} may be one of {_listing(found)}; write it as it is written there"
        raise NoSuchFolderError(text)
    names = sorted(each.name for each in there)
    raise NoSuchFolderError(f"there is no folder {wanted}; there are {_listing(names)}")


def _alike(there: Sequence[Listed], wanted: str, prefixes: Sequence[str]) -> list[str]:
    """Return the folders that may be meant, nearest first: the first rule that matches any."""
    ignoring_case = [each.name for each in there if each.name.casefold() == wanted.casefold()]
    if ignoring_case:
        return ignoring_case
    path = _path(wanted, "/.")
    whole = [each.name for each in there if _path(each.name, each.delimiter) == path]
    if whole:
        return whole
    return [
        each.name
        for each in there
        for prefix in prefixes
        if prefix and _path(each.name, each.delimiter) == _path(prefix, each.delimiter) + path
    ]


def _path(name: str, delimiters: str) -> tuple[str, ...]:
    """Return the parts of a name; a name ends in no delimiter, a prefix does."""
    for delimiter in delimiters:
        name = name.replace(delimiter, "\0")
    return tuple(part for part in name.casefold().split("\0") if part)


def _flags(listed: Listed) -> set[str]:
    return {flag.lower() for flag in listed.flags}


def _listing(names: Sequence[str]) -> str:
    told = ", ".join(names[:_MOST_LISTED])
    return told + (f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else "")
