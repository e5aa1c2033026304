import pytest

from mailgate.message import entities


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("a", "a"),
        ("&lt;&GT;&amp;amp;", "<>&amp;"),
        ("&#322;&#x142;&#X142;", "łłł"),
        ("&#150;&#x9d;", "–\ufffd"),
        ("&#0;&#xd800;&#9999999;", "\ufffd\ufffd\ufffd"),
        ("a&#1;b&#x7f;c&#31;", "abc"),
        ("a&#9;b&#10;c", "a\tb\nc"),
        ("&nosuch; & &#; &#xg;", "&nosuch; & &#; &#xg;"),
        ("&copy 2026", "© 2026"),
        ("&nbsp;&#xad;", "\xa0\xad"),
    ],
)
def test_an_entity_is_a_character(text: str, resolved: str) -> None:
    """By name and number, as browsers read them; none becomes a control or a surrogate."""
    assert entities.resolved(text) == resolved
