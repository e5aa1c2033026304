import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.config.lines import Lines
from tests.unit.config.samples import quoted, toml

FILE = '''\
# a comment = "not a key"
[gateway]
name = "a [b] = # c"
"quoted key" = 1
'literal.key' = 2
"\\u0061\\tb" = 3

text = """
name = "inside"
[inside]
"""   # after
raw = \'\'\'
x = 1
y = 'z\'\'\'\'
after = 1
list = [
  "one", # comment ]
  # another = 1
  "two",
  [ "deep",
    "deeper" ],
]
site . "a.b" . c = 1979-05-27 07:32:00
inline = { a = 1, b = { c = "}" }, d = ["]", 2] }

[a.b.c]
d = true
[[agent]]
name = "first"
[[agent]]
name = "second"
[agent.more]
x = 1
[[agent.pet]]
name = "rex"
[[agent.pet]]
name = "mia"
[[agent]]
[[agent.pet]]
name = "bob"
'''

PLACES = [
    (("gateway",), 2),
    (("gateway", "name"), 3),
    (("gateway", "quoted key"), 4),
    (("gateway", "literal.key"), 5),
    (("gateway", "a\tb"), 6),
    (("gateway", "text"), 8),
    (("gateway", "inside"), 2),
    (("gateway", "raw"), 12),
    (("gateway", "after"), 15),
    (("gateway", "list"), 16),
    (("gateway", "list", 0), 17),
    (("gateway", "list", 1), 19),
    (("gateway", "list", 2), 20),
    (("gateway", "list", 2, 1), 21),
    (("gateway", "site", "a.b", "c"), 23),
    (("gateway", "inline", "b", "c"), 24),
    (("gateway", "inline", "d", 1), 24),
    (("gateway", "missing"), 2),
    (("a", "b"), 26),
    (("a", "b", "c", "d"), 27),
    (("agent",), 28),
    (("agent", 0), 28),
    (("agent", 0, "name"), 29),
    (("agent", 1), 30),
    (("agent", 1, "name"), 31),
    (("agent", 1, "more", "x"), 33),
    (("agent", 1, "pet", 0, "name"), 35),
    (("agent", 1, "pet", 1, "name"), 37),
    (("agent", 2), 38),
    (("agent", 2, "pet", 0, "name"), 40),
    (("agent", 2, "name"), 38),
    (("nowhere", "at", "all"), 1),
]


@pytest.mark.parametrize(("path", "line"), PLACES)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_each_key_is_found_on_its_line(path: tuple[str | int, ...], line: int, ending: str) -> None:
    """Every kind of key and table has the line it stands on; a missing one that of its table."""
    text = FILE.replace("\n", ending)
    tomllib.loads(text)
    assert Lines(text).of(path) == line


NAMES = st.text(st.sampled_from("ab.# \"'=[]{}\\é"), max_size=4)
SCALARS = st.one_of(st.integers(), st.booleans(), NAMES)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=2)
)


@given(st.dictionaries(NAMES, VALUES, max_size=6), st.sampled_from(["", " ", "\n", " # ]}\n\n"]))
def test_a_file_written_line_by_line_is_found_again(values: dict[str, Any], gap: str) -> None:
    """Whatever the values look like, each key is found where it was written."""
    text, expected = "", {}
    for name, value in values.items():
        expected[name] = text.count("\n") + 1
        text += f"{quoted(name)} = {toml(value, gap)}\n"
    assert tomllib.loads(text) == values
    lines = Lines(text)
    assert {name: lines.of((name,)) for name in values} == expected
