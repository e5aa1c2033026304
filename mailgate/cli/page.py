"""A ticket as one page for a browser: `mailgate tickets show N --html`.

Promises a page that needs nothing else and fetches nothing: each mail is shown as its sender laid
it out, sanitised, everything else is escaped, and the page forbids the browser what sanitising
has already taken out. Reads only.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from html import escape
from pathlib import Path

import click

from mailgate.cli.output import Told, clock, octets, plain, safe
from mailgate.message.page import Fragment, as_text, fragment_of

Original = Callable[[str], bytes]
"""Gives the octets of a mail by their SHA-256, b"" where they are not kept any more."""

_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; "
    "base-uri 'none'"
)
# A mail paints only within its own box (contain), whatever its sender asked for.
_STYLE = """
:root { color-scheme: light; }
body { margin: 0; background: #f3f4f6; color: #1f2933;
  font: 15px/1.5 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 .75rem; overflow-wrap: anywhere; }
h1 small { color: #66727f; font-weight: normal; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0 0 1.5rem;
  font-size: .9rem; }
dt { color: #66727f; }
dd { margin: 0; overflow-wrap: anywhere; }
article { background: #fff; border: 1px solid #d9dee3; border-left: 4px solid #7b8794;
  border-radius: 6px; margin: 0 0 1rem; }
article.reply { border-left-color: #2f7d4f; }
article.note { border-left-color: #b7791f; background: #fffbeb; }
article > header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: .6rem 1rem;
  border-bottom: 1px solid #e4e8ec; font-size: .9rem; }
article > header time { margin-left: auto; color: #66727f; }
header b { overflow-wrap: anywhere; }
.mark { color: #66727f; }
.mail { position: relative; contain: content; overflow: auto; padding: 1rem;
  overflow-wrap: break-word; }
.mail img { max-width: 100%; height: auto; }
.mail img:not([src]) { display: inline-block; border: 1px dashed #b8c0c8; color: #66727f;
  padding: 0 .3rem; font-size: .8rem; width: auto !important; height: auto !important; }
.mail img:not([src]):not([alt]), .mail img[alt=""]:not([src]) { display: none; }
.mail blockquote { margin: .5rem 0 .5rem .25rem; padding-left: .75rem; color: #52606d;
  border-left: 2px solid #cbd2d9; }
.mail p:first-child, .mail div:first-child { margin-top: 0; }
.aside { margin: 0; padding: .5rem 1rem; font-size: .85rem; color: #52606d; background: #f8f9fa;
  border-top: 1px solid #e4e8ec; }
ul.aside { list-style: none; }
.event { color: #66727f; font-size: .85rem; margin: 0 0 1rem; padding: 0 1rem;
  overflow-wrap: anywhere; }
@media print { body { background: none; } article { break-inside: avoid; } }
"""


def write_html(told: Told, original: Original) -> Iterator[str]:
    """Yield the lines of a page. told: a ticket as `tickets show --json` prints it."""
    subject = _line(told["subject"]) or "(no subject)"
    yield "<!DOCTYPE html>"
    yield f'<html lang="{_line(told["language"] or "en")}"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="referrer" content="no-referrer">'
    yield '<meta name="viewport" content="width=device-width">'
    yield f"<title>#{_line(told['number'])} {subject}</title>"
    yield f"<style>{_STYLE}</style></head><body><main>"
    yield f"<h1>{subject} <small>#{_line(told['number'])}</small></h1>"
    yield "<dl>"
    for name, value in _heading(told):
        if value:
            yield f"<dt>{name}</dt><dd>{_line(value)}</dd>"
    yield "</dl>"
    for entry in told["entries"]:
        yield from _event(entry) if entry["kind"] == "event" else _entry(entry, original)
    yield "</main></body></html>"


def write_out(lines: Iterable[str], to: Path | None) -> None:
    """Print a page, or write it into a file that only its owner can read. OSError."""
    text = "\n".join(lines) + "\n"
    if to is None:
        click.echo(text.encode("utf-8"), nl=False)
        return
    descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    click.echo(f"written to {to}", err=True)


def _heading(told: Told) -> Iterator[tuple[str, str | None]]:
    held = f" until {told['hold_until']}" if told["hold_until"] else ""
    yield "Status", f"{told['status']}{held}"
    yield "Department", told["department"]
    yield "Priority", told["priority"]
    yield "Assigned to", told["assignee"]
    yield "Requester", _named(told["requester"]["name"], told["requester"]["address"])
    yield "Copies to", ", ".join(told["cc"])
    yield "Received", clock(told["received_at"])
    yield "Counts from", clock(told["effective_received_at"])
    yield "Linked with", ", ".join(told["linked"])
    yield "Merged into", told["merged_into"]


def _event(entry: Told) -> Iterator[str]:
    said = entry["text"] or entry["event"]
    yield f'<p class="event">{_line(clock(entry["at"]))} · {_line(said)}</p>'


def _entry(entry: Told, original: Original) -> Iterator[str]:
    fragment = _fragment(entry, original)
    yield f'<article class="{_line(entry["kind"])}"><header>'
    yield f"<b>{_line(_named(entry['author_name'], entry['author']))}</b>"
    yield f'<span class="mark">{_line(", ".join(_marks(entry)))}</span>'
    yield f"<time>{_line(clock(entry['at']))}</time></header>"
    yield f'<div class="mail">{fragment.html or "<p><em>(no text)</em></p>"}</div>'
    if fragment.remote_images:
        many = "images" if fragment.remote_images > 1 else "image"
        yield f'<p class="aside">{fragment.remote_images} remote {many} not shown</p>'
    if entry["attachments"]:
        yield '<ul class="aside">'
        for file in entry["attachments"]:
            told = f"{file['name']} ({file['type']}, {octets(file['size'])})"
            yield f"<li>Attachment: {_line(told)}</li>"
        yield "</ul>"
    yield "</article>"


def _fragment(entry: Told, original: Original) -> Fragment:
    """Return what is shown of an entry: the mail as laid out, or else its words."""
    raw = original(entry["sha256"]) if entry["kind"] == "message" and entry["sha256"] else b""
    shown = fragment_of(raw) if raw else Fragment("")
    return shown if shown.html.strip() else Fragment(as_text(safe(entry["text"])))


def _marks(entry: Told) -> Iterator[str]:
    yield str(entry["kind"])
    if entry["kind"] == "message":
        if entry["nature"] not in (None, "person"):
            yield str(entry["nature"])
        if not entry["proven"]:
            yield "sender not proven"
        if entry["third_party"]:
            yield "no participant"


def _named(name: str, address: str) -> str:
    return f"{name} <{address}>" if name else address


def _line(text: str | None) -> str:
    """Return a text on one line, escaped, without what turns its direction round."""
    return escape(plain(text or ""))
