"""The sandbox in which letters are rendered: where templates are found, and their filters.

Only the files of one language can be reached, by name, never by path. A template sees plain
values and these filters, nothing it could change or call beyond them.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from importlib.resources.abc import Traversable
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from mailgate.replies.dates import PLURALS, day_text, moment_text

# Controls, line and paragraph separators, and what turns the direction of text around: none of
# them has a place in a name or a subject, and the last ones only serve to deceive.
_NO_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_NAME = re.compile(r"[a-z_-]+\.(?:txt|html)")
_PARAGRAPH = re.compile(r"\n(?:[ \t]*\n)+")


class Shelf(BaseLoader):
    """Finds the templates of one language; the first place that has a file wins."""

    def __init__(self, places: tuple[Traversable, ...], language: str) -> None:
        self._directories = tuple(place / language for place in places)

    def get_source(
        self,
        environment: Environment,  # noqa: ARG002 - the signature is Jinja's
        template: str,
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """Return text and place of a template; raises TemplateNotFound."""
        file = self.path(template)
        if file is None:
            raise TemplateNotFound(template)
        return file.read_text(encoding="utf-8"), str(file), None

    def path(self, template: str) -> Traversable | None:
        """Return where the template lies that is used, None where there is none."""
        if not _NAME.fullmatch(template):
            return None
        files = (directory / template for directory in self._directories)
        return next((file for file in files if file.is_file()), None)


def make_environment(
    language: str, shelf: Shelf, finalize: Callable[[Any], Any] | None = None
) -> Environment:
    """Return the environment for the letters of one language."""
    environment = ImmutableSandboxedEnvironment(
        loader=shelf,
        autoescape=_is_html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        cache_size=-1,
        finalize=finalize,
    )

    @pass_context
    def moment(context: Context, at: datetime) -> str:
        return moment_text(at, context["timezone"], language)

    @pass_context
    def day(context: Context, value: date) -> str:
        return day_text(value, context["timezone"], language)

    environment.filters.update(
        moment=moment,
        day=day,
        plural=PLURALS[language],
        bracketed=bracketed,
        paragraphs=paragraphs,
    )
    return environment


def bracketed(value: str | None) -> str:
    """Return " (value)", or nothing where there is no value."""
    return f" ({value})" if value else ""


def paragraphs(text: str) -> Markup:
    """Return plain text as escaped HTML: paragraphs at blank lines, every line break kept."""
    pieces = []
    for paragraph in _PARAGRAPH.split(text.strip("\n")):
        lines = str(escape(paragraph.strip("\n"))).replace("\n", "<br>\n")
        # Runs of spaces are columns or code to the one who wrote them.
        lines = lines.replace("\t", "    ").replace("  ", "\u00a0 ")
        pieces.append(f"<p>{lines}</p>")
    return Markup("\n".join(pieces))  # noqa: S704 - each line went through escape()


def one_line(text: str) -> str:
    """Return text without controls and breaks, each run of white space a single space."""
    if _NO_LINE.search(text):
        text = _NO_LINE.sub(" ", text)
    return " ".join(text.split())


def _is_html(name: str | None) -> bool:
    return name is not None and name.endswith(".html")
