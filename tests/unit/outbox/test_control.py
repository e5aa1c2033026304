from datetime import timedelta

import pytest

from mailgate.outbox import control, leases
from mailgate.outbox.outcome import Deferred, Delivered, Refused
from mailgate.store.database import Database
from tests.outbox_rows import NOW, TICKET, put

LATER = NOW + timedelta(days=9)


def one_in(database: Database, state: str) -> int:
    """Store one mail, bring it into a state and return its id."""
    put(database, "Anna@example.net")
    with database.writing() as session:
        mail_id = control.listing(session)[0].id
        if state == "cancelled":
            assert control.cancel(session, mail_id, "typing error", NOW)
        elif state != "due":
            leases.lease(session, "one", NOW, timedelta(minutes=5), 1)
        if state in ("delivered", "refused", "deferred"):
            outcome = {"delivered": Delivered(""), "refused": Refused("550 no")}.get(state)
            next_try = NOW + timedelta(hours=4) if state == "deferred" else None
            outcome = outcome or Deferred("450 no")
            assert leases.settle(session, mail_id, "one", outcome, NOW, next_try)
    return mail_id


def test_the_listing_says_what_an_operator_asks(database: Database) -> None:
    """A row per recipient, with the ticket's number, oldest first, narrowed by state and ticket."""
    put(database, "a@example.net", "b@example.net")
    put(database, "c@example.net", number=200000)
    with database.reading() as session:
        assert [each.recipient[0] for each in control.listing(session)] == ["a", "b", "c"]
        assert [each.recipient[0] for each in control.listing(session, ticket=TICKET)] == ["a", "b"]
        assert control.listing(session, states=["refused"]) == []
        first = control.listing(session, states=["due"])[0]
        assert (first.ticket, first.kind, first.state) == (str(TICKET), "reply", "due")
        assert (first.next_try_at, first.created_at, first.last_error) == (NOW, NOW, None)
        assert control.find(session, first.id) == first
        assert control.find(session, 999) is None


@pytest.mark.parametrize(
    ("state", "may"),
    [
        ("due", True), ("deferred", True), ("leased", False), ("delivered", False),
        ("refused", False), ("cancelled", False),
    ],
)  # fmt: skip
def test_only_what_is_due_can_be_cancelled(database: Database, state: str, may: bool) -> None:
    """A cancelled mail keeps the reason and is not sent; what is under way is left alone."""
    mail_id = one_in(database, state)
    with database.writing() as session:
        assert control.cancel(session, mail_id, "wrong ticket", NOW) is may
        assert not control.cancel(session, 999, "no such", NOW)
    with database.writing() as session:
        found = control.find(session, mail_id)
        assert found is not None
        assert (found.why == "wrong ticket") is may
        if may:
            assert (found.state, found.next_try_at) == ("cancelled", None)
            assert leases.lease(session, "one", LATER, timedelta(minutes=5), 1) == []


@pytest.mark.parametrize(
    ("state", "may"),
    [
        ("due", True), ("deferred", True), ("leased", False), ("delivered", False),
        ("refused", True), ("cancelled", True),
    ],
)  # fmt: skip
def test_what_was_not_delivered_can_be_tried_again(
    database: Database, state: str, may: bool
) -> None:
    """It is due at once and its five days start anew, so that one more failure is not the last."""
    mail_id = one_in(database, state)
    with database.writing() as session:
        assert control.retry(session, mail_id, LATER) is may
    if may:
        with database.writing() as session:
            (again,) = leases.lease(session, "one", LATER, timedelta(minutes=5), 1)
        assert (again.id, again.attempts, again.first_due_at) == (mail_id, 0, LATER)


def test_a_bounce_marks_the_mail_it_came_for(database: Database) -> None:
    """By Message-ID and recipient, in any case; without a recipient, all of that Message-ID."""
    put(database, "Anna@example.net", "b@example.net", "waits@example.net")
    with database.writing() as session:
        for leased in leases.lease(session, "one", NOW, timedelta(minutes=5), 2):
            leases.settle(session, leased.id, "one", Delivered("250"), NOW, None)
        message_id = control.listing(session)[0].message_id
    with database.writing() as session:
        assert control.bounced(session, "<other@x>", None, "5.1.1") == []
        marked = control.bounced(session, message_id, "anna@EXAMPLE.net", "5.1.1")
        assert [each.recipient for each in marked] == ["Anna@example.net"]
    with database.reading() as session:
        assert [each.state for each in control.listing(session)] == ["refused", "delivered", "due"]
    with database.writing() as session:
        assert len(control.bounced(session, message_id, None, "5.1.1")) == 2


def test_a_bounce_to_the_envelope_sender_marks_what_went_out_with_it(database: Database) -> None:
    """In any case; only of that ticket, and only what was handed over."""
    put(database, "anna@example.net", "waits@example.net")
    put(database, "b@example.net", number=200000)
    with database.writing() as session:
        for leased in leases.lease(session, "one", NOW, timedelta(minutes=5), 3):
            if leased.recipient != "waits@example.net":
                leases.settle(session, leased.id, "one", Delivered("250"), NOW, None)
        assert control.returned(session, TICKET, "other@example.com", "5.1.1") == []
        marked = control.returned(session, TICKET, "Desk@EXAMPLE.com", "5.1.1")
        assert [each.recipient for each in marked] == ["anna@example.net"]
        states = [each.state for each in control.listing(session)]
    assert states == ["refused", "leased", "delivered"]
