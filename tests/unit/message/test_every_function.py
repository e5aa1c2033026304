"""What holds of every public function of this room, found by looking: none is left out.

A new function is tried as soon as it is there, with arguments made from its annotations. One that
takes something new needs a line in `strategy`, one that may do otherwise its reason below.
"""

import collections.abc
import dataclasses
import importlib
import inspect
import pkgutil
import re
import types
import typing
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mailgate.message
from mailgate.message import headers, parse, structure
from mailgate.message.message import Message
from tests.unit.message.test_hostile import BOUNDED, OCTETS, SEEDS
from tests.unit.message.test_page import MARKUP

NOT_PURE = {
    "worker.confine": "puts limits on the process it is called in; see test_cage.py",
    "worker.main": "reads standard input; see test_cage.py",
}
RAW_VALUES = {
    "headers.read": "gives raw values, which `decoded` makes clean",
    "structure.read": "gives slices of the original octets",
    "charset.decode": "leaves controls to `plain` and `one_line`",
    "attachments.payload": "gives the octets of a file",
}
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
MOST_PER_CHARACTER, MOST = 60, 100_000

LINES = st.sampled_from(
    [
        "", " ", "> zacytowane", ">> > x", "-- ", "_" * 40, "-----Original Message-----",
        "W dniu 19.11.2026 o 09:00 Jan <jan@x.pl> pisze:", "On Tue, 3 Nov 2026, Jan wrote:",
        "From: Jan <jan@x.pl>", "Sent: Friday", "To: x@y.pl", "Subject: x", "Temat: Re: x",
        "Wysłane z iPhone'a", "Pozdrawiam,", "Jan Nowak", "tel. 600 700 800", "Dzień dobry",
        "<jan@x.pl>: 550 5.1.1 user unknown", "Final-Recipient: rfc822; jan@x.pl", "Status: 5.1.1",
        "Action: failed", "Diagnostic-Code: smtp; 550 no", "multipart/mixed; boundary=b",
        "utf-8''%E2%80%AE", "=?utf-8?q?=0D=0A?=", "dmarc=pass header.from=x.pl", "a@b.pl",
        '"Jan" <jan@x.pl>, b@c', "Fri, 20 Nov 2026 10:00:00 +0100", "<1@x.pl> <2@x.pl>",
        "by mx.x.pl with ESMTP id 1; Fri", "Out of office", "<div class=\"gmail_quote\">", "b.pl",
        "iso-8859-2", "no-such-charset", "i=1; mx.x.pl; spf=pass smtp.mailfrom=x.pl",
    ]
)  # fmt: skip
TEXT = (
    st.lists(LINES | st.text(max_size=20), max_size=12).map("\n".join)
    | LINES
    | MARKUP
    | st.text(max_size=60)
)
MAIL = OCTETS | st.sampled_from(SEEDS)


def functions() -> dict[str, Callable[..., Any]]:
    """Return every public function of every module."""
    found = {}
    for info in pkgutil.iter_modules(mailgate.message.__path__):
        module = importlib.import_module(f"mailgate.message.{info.name}")
        for name, value in vars(module).items():
            own = inspect.isfunction(value) and value.__module__ == module.__name__
            if own and not name.startswith("_"):
                found[f"{info.name}.{name}"] = value
    return found


FUNCTIONS = functions()


def strategy(annotation: Any) -> st.SearchStrategy[Any]:
    """Return a way to make what an annotation asks for, hostile where it can be."""
    made = {
        str: TEXT,
        bytes: MAIL,
        memoryview: MAIL.map(memoryview),
        int: st.integers(0, 60),
        bool: st.booleans(),
        type(None): st.none(),
        structure.Tree: MAIL.map(structure.read),
        structure.Part: MAIL.map(lambda raw: structure.read(raw).parts[-1]),
        headers.Block: MAIL.map(headers.read),
        Message: MAIL.map(parse.parse),
    }
    if annotation in made:
        return made[annotation]
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*map(strategy, inner))
    if origin in (list, collections.abc.Sequence, collections.abc.Iterable):
        return st.lists(strategy(inner[0]), max_size=12)
    if origin is tuple and inner[-1] is Ellipsis:
        return st.lists(strategy(inner[0]), max_size=6).map(tuple)
    if origin is tuple:
        return st.tuples(*map(strategy, inner))
    if origin is frozenset:
        return st.frozensets(strategy(inner[0]), max_size=4)
    if origin in (dict, collections.abc.Mapping):
        return st.dictionaries(strategy(inner[0]), strategy(inner[1]), max_size=6)
    if origin is collections.abc.Callable:
        return st.just(lambda *_: b"\x89PNG\r\n\x1a\n")
    if inspect.isclass(annotation) and issubclass(annotation, Enum):
        return st.sampled_from(annotation)
    if inspect.isclass(annotation) and dataclasses.is_dataclass(annotation):
        hints = typing.get_type_hints(annotation)
        fields = [each.name for each in dataclasses.fields(annotation) if each.init]
        return st.builds(annotation, **{name: strategy(hints[name]) for name in fields})
    if annotation.__module__ in ("datetime", "ipaddress"):
        return st.from_type(annotation)
    raise TypeError(f"no way to make {annotation}: give one here")


def arguments(name: str, function: Callable[..., Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return what a function is called with."""
    hints = typing.get_type_hints(function)
    names = list(inspect.signature(function).parameters)
    made = st.fixed_dictionaries({each: strategy(hints[each]) for each in names})
    if {"lines", "at"} <= set(names):  # a place within the lines
        made = made.filter(lambda given: given["lines"]).map(
            lambda given: {**given, "at": given["at"] % len(given["lines"])}
        )
    return made


def strings(value: Any) -> Iterator[str]:
    """Yield every text in a value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes | memoryview):
        yield bytes(value).decode("latin-1").replace("\0", " ")
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for each in dataclasses.fields(value):
            yield from strings(getattr(value, each.name))
    elif isinstance(value, dict):
        yield from strings(list(value.items()))
    elif isinstance(value, list | tuple | frozenset | set):
        for each in value:
            yield from strings(each)


def called(function: Callable[..., Any], given: dict[str, Any]) -> Any:
    """Return what a function gives; an iterator as the list of what it gives."""
    result = function(**given)
    return list(result) if isinstance(result, collections.abc.Iterator) else result


@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - NOT_PURE.keys()))
def test_a_function_takes_anything(name: str) -> None:
    """It raises nothing, gives the same again, not too much, and what is clean stays clean."""
    function = FUNCTIONS[name]

    @settings(BOUNDED, max_examples=30)
    @given(arguments(name, function))
    def holds(given: dict[str, Any]) -> None:
        size = sum(map(len, strings(given)))
        was_clean = not any(map(UNSTORABLE.search, strings(given)))
        result = called(function, given)
        assert called(function, given) == result
        found = list(strings(result))
        assert sum(map(len, found)) <= MOST_PER_CHARACTER * size + MOST
        if was_clean and name not in RAW_VALUES:
            assert not any(map(UNSTORABLE.search, found)), result

    holds()


def test_exceptions_are_still_there() -> None:
    """A function that has gone needs no reason any more."""
    assert set(NOT_PURE) | set(RAW_VALUES) <= set(FUNCTIONS)
