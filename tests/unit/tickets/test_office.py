from dataclasses import replace

import pytest

from mailgate.departments import Agent, Directory
from mailgate.tickets.model import Ticket
from tests.unit.bureau import EWA, OFFICE, office
from tests.unit.desk import BILLING, DYNAMICS


def ticket(department: str = "billing") -> Ticket:
    """Return a ticket that is not stored."""
    return Ticket(number=123456, department=department)  # type: ignore[call-arg]


def test_a_ticket_outlives_its_department() -> None:
    """What the configuration no longer names is with the postmaster's department."""
    assert OFFICE.department_of(ticket()) is BILLING
    assert OFFICE.department_of(ticket("gone")) is DYNAMICS


@pytest.mark.parametrize(
    ("pattern", "tag"), [("[#{number}]", "[#123456]"), ("{number}", "123456"), ("[x]", "[x]")]
)
def test_the_tag_is_the_pattern_with_the_number(pattern: str, tag: str) -> None:
    """Whatever else stands in it is text."""
    assert replace(OFFICE, subject_tag=pattern).tag(ticket()) == tag


def test_an_agent_is_known_by_her_address_in_any_spelling() -> None:
    """By the list of agents, with her name, or by a department's list, without."""
    assert OFFICE.agent("EWA@Example.Com") == Agent(EWA, "Ewa Nowak")
    at = office(agents=(EWA, "Jan@Example.com"))
    assert at.agent("jan@example.com") == Agent("Jan@Example.com")
    assert at.agent("anna@example.net") is None


def test_departments_are_found_by_address() -> None:
    """In any case and with any subaddress; an address in no department is nobody's."""
    directory = Directory.of((DYNAMICS, BILLING), (), "billing")
    assert directory.postmaster is BILLING
    assert directory.is_own("pomocDynamics+t1-x@EXAMPLE.com")
    assert not directory.is_own("pomoc@example.com")
