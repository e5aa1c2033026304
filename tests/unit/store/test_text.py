import pytest
from sqlalchemy import String, bindparam, select

from mailgate.store.database import Database
from mailgate.store.text import is_storable


@pytest.mark.parametrize(
    ("text", "storable"),
    [
        ("", True),
        ("działa", True),
        ("\U0001f4e7 \uffff\x01", True),
        ("a\0b", False),
        ("a\ud800", False),
        ("\udcff", False),
    ],
)
def test_what_may_be_stored_comes_back(database: Database, text: str, storable: bool) -> None:
    """On both databases as it was."""
    assert is_storable(text) is storable
    if storable:
        with database.reading() as session:
            same = select(bindparam("text", text, String()))
            assert session.execute(same).scalar_one() == text
