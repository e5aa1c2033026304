import pytest
from sqlalchemy import func, select
from sqlmodel import Session

from mailgate.message.address import Address
from mailgate.store.database import Database
from mailgate.tickets import people, views
from mailgate.tickets.model import Person, PersonAddress, Role
from tests.unit.bureau import ANNA, HOUR, MALLORY, NOW, contribution, opened

BOB = "bob@example.net"


def count(session: Session) -> int:
    """Count people."""
    return int(session.execute(select(func.count()).select_from(Person)).scalar_one())


@pytest.mark.parametrize(
    "spelling", [ANNA, "ANNA@Example.Net", " anna@example.net ", "anna@EXAMPLE.NET."]
)
def test_two_spellings_of_an_address_are_one_person(database: Database, spelling: str) -> None:
    """Whoever is met again is the one he was."""
    with database.writing() as session:
        first = people.meet(session, Address(ANNA, "Anna"), NOW)
        again = people.meet(session, Address(spelling, "Somebody"), NOW)
        assert again.person_id == first.person_id and count(session) == 1


def test_a_domain_in_letters_of_its_own_is_the_one_in_ascii(database: Database) -> None:
    """And a letter that looks like another is another (no two domains become one)."""
    with database.writing() as session:
        first = people.meet(session, Address("a@żółw.example"), NOW)
        same = people.meet(session, Address("a@xn--w-uga1v8h.example"), NOW)
        cyrillic = people.meet(session, Address("admin@\u0430pple.example"), NOW)
        latin = people.meet(session, Address("admin@apple.example"), NOW)
    assert first.person_id == same.person_id
    assert cyrillic.person_id != latin.person_id


def test_having_been_seen_proves_nothing(database: Database) -> None:
    """Only prove() does; the first proof stays."""
    with database.writing() as session:
        people.meet(session, Address(ANNA), NOW)
        people.meet(session, Address(ANNA), NOW)
        assert not people.is_proven(session, ANNA) and not people.is_proven(session, MALLORY)
        people.prove(session, ANNA, "token", NOW)
        people.prove(session, ANNA, "agent", NOW)
        session.expire_all()
        known = people.find(session, ANNA)
        assert known is not None and (known.proven_by, known.proven_at) == ("token", NOW)
        people.prove(session, MALLORY, "agent", NOW)
        assert people.find(session, MALLORY) is None


def test_who_joins_twice_keeps_his_first_role(database: Database) -> None:
    """Whoever takes part stays what he is, also where he speaks with another's token later."""
    with database.writing() as session:
        _, entry = opened(session)
        who = people.meet(session, Address(BOB), NOW)
        roles = (Role.CC, Role.THIRD_PARTY, Role.CC)
        joined = [
            people.join(session, entry.ticket_id, who.person_id, BOB, role, NOW) for role in roles
        ]
        assert joined == [True, False, False]
        found = people.participants(session, entry.ticket_id)
        assert [(each.address, each.role) for each in found] == [(ANNA, "requester"), (BOB, "cc")]


def test_a_third_party_takes_part_when_he_is_let_in_and_not_by_writing(
    database: Database,
) -> None:
    """By writing again he stays what he is; named by one who may, he takes part from then on."""
    with database.writing() as session:
        _, entry = opened(session)
        who = people.meet(session, Address(MALLORY), NOW)

        def joins(role: Role) -> bool:
            at = NOW + HOUR
            return people.join(session, entry.ticket_id, who.person_id, MALLORY, role, at)

        assert joins(Role.THIRD_PARTY) and not joins(Role.THIRD_PARTY)
        assert people.addresses_of(session, entry.ticket_id) == {ANNA}
        assert joins(Role.CC)
        (since,) = [each.since for each in views.copied(session, entry.ticket_id)]
        assert since == NOW + HOUR
        assert people.addresses_of(session, entry.ticket_id) == {ANNA, MALLORY}


def test_all_addresses_of_a_participant_may_speak(database: Database) -> None:
    """His other known addresses are he."""
    with database.writing() as session:
        ticket, entry = opened(session, contribution("ANNA@example.net"))
        session.add(PersonAddress(person_id=ticket.requester_id, address="anna@home.example"))
        session.flush()
        expected = {ANNA, "anna@home.example"}
        assert people.addresses_of(session, entry.ticket_id) == expected


def test_two_transactions_that_meet_one_person_make_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who looked before the other committed finds him afterwards, and leaves no empty person."""
    with database.writing() as session:
        first = people.meet(session, Address(ANNA), NOW)
    find = people.find

    def too_early(session: Session, address: str) -> PersonAddress | None:
        monkeypatch.setattr(people, "find", find)
        assert find(session, address) is not None
        return None

    with database.writing() as session:
        monkeypatch.setattr(people, "find", too_early)
        assert people.meet(session, Address(ANNA), NOW).person_id == first.person_id
    with database.reading() as session:
        assert count(session) == 1
