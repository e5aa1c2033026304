import pytest
from sqlalchemy import func, select

from mailgate.gateway.rehearse import rehearse
from mailgate.gateway.spine import read
from mailgate.intake.model import Spool, SpoolResult
from mailgate.intake.spool import claimed_of
from mailgate.message.message import Nature
from mailgate.tickets.model import Entry
from tests.unit.bureau import ANNA, DESK_ADDRESS, MALLORY, OFFICE, Gate, letter, sent

COMPARED = (
    "department",
    "verdict",
    "verdict_reason",
    "cause",
    "matched_by",
    "may_speak",
    "proven",
    "acknowledge",
    "acknowledge_reason",
    "effective_received_at",
)
FIRST = letter(message_id="<first@example.net>")
REPORT = (
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    "Auto-Submitted: auto-replied",
)
FATE = (
    "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n%s\r\n--b--"
)
FAILED = FATE % "Final-Recipient: rfc822; x@y.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"

OF_OURS = FAILED.removesuffix("--") + (
    "\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: OURS\r\n\r\n--b--"
)

MAILS = {
    "a bounce of our acknowledgement": (
        letter(text=OF_OURS, headers=REPORT, subject="Undelivered"),
        {"mail_from": ""},
    ),
    "a new mail": (letter(message_id="<2@example.net>", subject="Monitor"), {}),
    "a reply": (
        letter(message_id="<3@example.net>", headers=("In-Reply-To: <first@example.net>",)),
        {},
    ),
    "the same mail again": (FIRST, {}),
    "a stranger who replies": (
        letter(MALLORY, headers=("In-Reply-To: <first@example.net>",)),
        {"mail_from": MALLORY},
    ),
    "two departments": (
        letter("bob@example.org"),
        {"mail_from": "bob@example.org", "recipients": (DESK_ADDRESS, "billing@example.com")},
    ),
    "an out of office": (letter(headers=("Auto-Submitted: auto-replied",)), {}),
    "nobody's mail": (letter(to="x@y.example"), {"recipients": ()}),
    "a bounce of nothing": (letter(text=FAILED, headers=REPORT), {"mail_from": ""}),
    "our own mail": (letter(message_id=f"<t100000.a.b.{OFFICE.instance}@support.example.com>"), {}),
    "no octets": (b"", {}),
}

EXPECTED = {
    "a bounce of our acknowledgement": "bounce",
    "a reply": "follow-up",
    "the same mail again": "duplicate",
    "nobody's mail": "hold",
    "a bounce of nothing": "hold",
    "our own mail": "ignore",
}


@pytest.mark.parametrize("name", MAILS)
def test_a_rehearsal_says_what_the_performance_does(database, name):
    """Every verdict, reason and date is the same, but a ticket that is new has no number yet."""
    raw, envelope = MAILS[name]
    gate = Gate(database)
    gate.receive(FIRST)
    with database.reading() as session:
        (acknowledgement,) = sent(session)
    spool_id = gate.accept(raw.replace(b"OURS", acknowledgement.message_id.encode()), **envelope)
    with database.reading() as session:
        claimed = claimed_of(session.get_one(Spool, spool_id))
        before = session.execute(select(func.count()).select_from(Entry)).scalar_one()
    message = read(database, claimed)
    with database.reading() as session:
        rehearsal = rehearse(session, OFFICE, message, claimed, gate.now)
        assert session.execute(select(func.count()).select_from(Entry)).scalar_one() == before
        assert not session.new
        assert not session.dirty
    gate.gateway.step()
    performed = gate.results(spool_id)
    assert [told(each) for each in rehearsal.results] == [told(each) for each in performed]
    assert rehearsal.nature_reasons
    assert EXPECTED.get(name, "open") == performed[0].verdict
    for mine, real in zip(rehearsal.results, performed, strict=True):
        assert mine.ticket == (None if real.verdict == "open" else real.ticket)


def told(row: SpoolResult) -> dict[str, object]:
    """Return what is compared of a result."""
    return {each: getattr(row, each) for each in COMPARED}


@pytest.mark.one_database
def test_without_an_office_only_the_mail_speaks(database):
    """No configuration, no departments; what the mail says of itself is known all the same."""
    gate = Gate(database)
    spool_id = gate.accept(letter(ANNA, headers=("Auto-Submitted: auto-replied",)))
    with database.reading() as session:
        claimed = claimed_of(session.get_one(Spool, spool_id))
    rehearsal = rehearse(None, None, read(database, claimed), claimed, gate.now)
    assert (rehearsal.nature, rehearsal.results) == (Nature.AUTO_REPLY, ())


@pytest.mark.one_database
def test_without_a_database_nobody_is_known(database):
    """The configuration alone still tells department and acknowledgement."""
    gate = Gate(database)
    spool_id = gate.accept(MAILS["a reply"][0])
    with database.reading() as session:
        claimed = claimed_of(session.get_one(Spool, spool_id))
    (result,) = rehearse(None, OFFICE, read(database, claimed), claimed, gate.now).results
    assert (result.verdict, result.acknowledge, result.proven) == ("open", True, False)
