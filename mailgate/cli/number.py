"""Numbers as they are typed: a ticket's, with its tag or without, and the id of a letter."""

from typing import Any

import click


class Number(click.ParamType[int]):
    """A ticket number, as it stands in a subject or without its tag."""

    name = "number"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """Return the number."""
        digits = str(value).strip(" []#")
        if digits.isascii() and digits.isdigit() and 6 <= len(digits) <= 9:
            return int(digits)
        return self.fail(f'"{value}" is no ticket number; write six digits or more', param, ctx)


class _Id(click.ParamType[int]):
    """The id of a row, as a list of its kind shows it."""

    name = "id"
    shown_by = ""

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """Return the number; one that no database could hold is none."""
        digits = str(value)
        if digits.isascii() and digits.isdigit() and len(digits) <= 18:
            return int(digits)
        return self.fail(
            f'"{value}" is no id; write a number, as `{self.shown_by}` shows it', param, ctx
        )


class LetterId(_Id):
    """The id of a letter in the outbox."""

    shown_by = "mailgate outbox list"


class FileId(_Id):
    """The id of an attachment."""

    shown_by = "mailgate tickets show"
