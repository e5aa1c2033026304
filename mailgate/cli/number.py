"""A ticket number as it is typed: with its tag, or without."""

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
