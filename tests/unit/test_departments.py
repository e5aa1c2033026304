from dataclasses import replace

import pytest

from mailgate.departments import Agent, Directory, Reopen, ReopenRule
from tests.unit.desk import BILLING, DIRECTORY, DYNAMICS


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("PomocDYNAMICS@example.com", "dynamics"),
        ("pomocdynamics@EXAMPLE.COM", "dynamics"),
        ("pomocdynamics+t123456-abc@example.com", "dynamics"),
        ("PomocDynamics+@example.com", "dynamics"),
        ("billing@example.com.", "billing"),
        ("pomoc@example.com", None),
        ("pomocdynamics@example.org", None),
        ("+t@example.com", None),
        ("pomocdynamics", None),
        ("", None),
    ],
)
def test_an_address_is_a_departments_in_any_spelling(address: str, key: str | None) -> None:
    """Case, subaddress and final dot aside; everything else is somebody else's."""
    department = DIRECTORY.department_of(address)
    assert (department.key if department else None) == key
    assert DIRECTORY.is_own(address) is (key is not None)


def test_a_department_writes_from_its_first_address() -> None:
    """And takes mail at all of them."""
    two = replace(DYNAMICS, addresses=("first@example.com", "Second@example.com"))
    directory = Directory.of((two, BILLING), (), "billing")
    assert two.address == "first@example.com"
    assert directory.department_of("second@example.com") is two


def test_agents_are_indexed_by_canonical_address() -> None:
    """So that From finds them in any case."""
    directory = Directory.of((DYNAMICS,), (Agent("Ewa@Example.COM", "Ewa"),), "dynamics")
    assert directory.agents == {"ewa@example.com": Agent("Ewa@Example.COM", "Ewa")}


def test_the_postmasters_department_has_to_be_there() -> None:
    """A directory without it cannot be made."""
    with pytest.raises(KeyError):
        Directory.of((DYNAMICS,), (), "gone")


def test_a_closed_ticket_is_reopened_unless_something_else_was_set() -> None:
    """The default of the house."""
    assert Reopen() == Reopen(ReopenRule.ALWAYS, 0) == DYNAMICS.reopen


def test_people_say_whom_they_mean_in_several_ways():
    """An agent by address, part before the @ or name; a department by key or name; any case."""
    jan, other = Agent("jan@example.com", "Jan Nowy"), Agent("jan@example.org")
    at = Directory.of((DYNAMICS, BILLING), (jan, other), "dynamics")
    assert at.agents_called("Jan@Example.com") == [jan]
    assert at.agents_called("jan nowy") == [jan]
    assert at.agents_called("JAN") == [jan, other]
    assert at.agents_called("ewa") == []
    assert at.department_called("BILLING") is BILLING
    assert at.department_called("Dynamics") is DYNAMICS
    assert at.department_called("sales") is None
