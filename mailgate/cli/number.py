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


class LetterId(click.ParamType[int]):
    """The id of a letter in the outbox."""

    name = "id"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """Return the number; one that no database could hold is none."""
        digits = str(value)
        if digits.isascii() and digits.isdigit() and len(digits) <= 18:
            return int(digits)
        return self.fail(
            f'"{value}" is no id; write a number, as `mailgate outbox list` shows it', param, ctx
        )
