from mailgate.store import installation
from mailgate.store.database import Database
from mailgate.store.migrate import upgrade


def test_each_store_has_an_id_of_its_own_for_good(empty_database_url):
    """The first migration makes a random id, which stays when the database is opened again."""
    ids = []
    for _ in range(2):
        database = Database(empty_database_url)
        upgrade(database)
        with database.reading() as session:
            ids.append(installation.instance_id(session))
        database.dispose()

    assert ids[0] == ids[1]
    assert len(ids[0]) >= 16
    assert ids[0].isalnum()


def test_two_stores_have_different_ids(tmp_path):
    """So that mail of one is not taken for mail of the other."""
    ids = set()
    for name in ("one", "another"):
        database = Database(f"sqlite:///{tmp_path / name}.db")
        upgrade(database)
        with database.reading() as session:
            ids.add(installation.instance_id(session))
        database.dispose()

    assert len(ids) == 2


def test_numbers_begin_with_six_digits_and_get_longer(database):
    """What is set is kept."""
    with database.writing() as session:
        assert installation.number_digits(session) == 6
        installation.lengthen_numbers(session, 7)

    with database.reading() as session:
        assert installation.number_digits(session) == 7


def test_only_the_demo_makes_a_store_of_the_demo(database):
    """A store is not of the demo until it is marked so."""
    with database.writing() as session:
        assert not installation.is_demo(session)
        installation.mark_as_demo(session)

    with database.reading() as session:
        assert installation.is_demo(session)
