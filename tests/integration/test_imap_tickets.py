"""What becomes of mail from a mailbox: tickets, departments, acknowledgements."""

import hashlib

import pytest

from tests.integration.mailboxes import a_mail, look, now, spooled
from tests.unit.bureau import DESK_ADDRESS, Gate


@pytest.fixture
def user(request) -> str:
    """Give a user of the test's own."""
    return hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:12]


@pytest.fixture
def gate(database):
    """Give a gateway over the database, by the system's clock."""
    return Gate(database, now=now())


def work_off(gate: Gate) -> list:
    """Let the gateway work off what waits; return what was decided, in order."""
    gate.now = now()
    while gate.gateway.step():
        pass
    return [result for row in spooled(gate.database) for result in gate.results(row.id)]


def test_mail_goes_to_whom_it_names_or_to_the_mailboxs_department(gate, dovecot, user):
    """An address of ours in To decides; without one the mailbox's own department takes the mail."""
    settings = dovecot.settings(user, department="billing")
    look(gate.database, settings)
    dovecot.append(user, [a_mail(1, to=DESK_ADDRESS), a_mail(2, to="someone@elsewhere.example")])
    look(gate.database, settings)
    decided = work_off(gate)
    assert [(each.verdict, each.department) for each in decided] == [
        ("open", "dynamics"),
        ("open", "billing"),
    ]
    assert [each.acknowledge for each in decided] == [True, True]


@pytest.mark.one_database
def test_without_a_department_nobodys_mail_is_held(gate, dovecot, user):
    """A mailbox without a department leaves mail that names nobody to an operator."""
    look(gate.database, dovecot.settings(user))
    dovecot.append(user, [a_mail(1, to="someone@elsewhere.example")])
    look(gate.database, dovecot.settings(user))
    assert [(each.verdict, each.cause) for each in work_off(gate)] == [("hold", "no_department")]


def test_the_ticket_of_a_mail_too_large_says_so(gate, dovecot, user):
    """Subject, sender and department are those of the mail; the text tells where the mail is."""
    settings = dovecot.settings(user, max_size=100_000)
    look(gate.database, settings)
    dovecot.append(user, [a_mail(1, size=1_200_000, to=DESK_ADDRESS)])
    look(gate.database, settings)
    (decided,) = work_off(gate)
    (entry,) = gate.entries(decided.ticket)
    assert gate.ticket(decided.ticket).subject == "Mail 1"
    assert entry.text == (
        "This mail is too large (1.2 MB): only its headers were taken. "
        "The mail itself is still in the mailbox."
    )
    assert any("too large (1.2 MB)" in defect for defect in entry.defects)


def test_a_folder_made_again_gives_no_old_ticket_and_no_old_acknowledgement(gate, dovecot, user):
    """After a change of UIDVALIDITY 50 old mails and 5 new ones make 5 tickets and 5 answers."""
    settings = dovecot.settings(user, folders=("Desk",), department="dynamics")
    with dovecot.client(user) as client:
        client.create_folder("Desk")
    look(gate.database, settings)
    old = [a_mail(number) for number in range(50)]
    dovecot.append(user, old, "Desk")
    look(gate.database, settings)
    assert len(work_off(gate)) == 50
    before = len(gate.outbox())
    with dovecot.client(user) as client:
        client.delete_folder("Desk")
        client.create_folder("Desk")
    dovecot.append(user, [*old, *(a_mail(number) for number in range(50, 55))], "Desk")
    look(gate.database, settings)
    decided = work_off(gate)
    assert [each.verdict for each in decided] == ["open"] * 55
    assert len({each.ticket for each in decided}) == 55
    answered = [mail.recipient for mail in gate.outbox()[before:] if mail.event == "received"]
    assert sorted(answered) == [f"anna@firma{number}.example" for number in range(50, 55)]
