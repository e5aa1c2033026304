import hashlib

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from mailgate.message.message import Attachment as MailAttachment
from mailgate.message.message import Invitation, Moment
from mailgate.message.parse import parse
from mailgate.store import blobs
from mailgate.store.database import Database
from mailgate.tickets import entries, files, service
from mailgate.tickets.model import Attachment, Entry
from tests.unit.bureau import ANNA, MALLORY, NOW, OFFICE, contribution, opened

LOGO = MailAttachment(2, "logo.png", "image/png", 900, hashlib.sha256(b"logo").hexdigest(), True)
PLAN = MailAttachment(3, "plan.pdf", "application/pdf", 900, hashlib.sha256(b"plan").hexdigest())


def marks(session: Session, entry: Entry) -> dict[str, bool]:
    """Return the files of an entry by name, and whether they came before."""
    its = select(Attachment).where(col(Attachment.entry_id) == entry.id)
    return {each.name: each.repeated for each in session.execute(its).scalars()}


def test_the_picture_of_a_signature_is_known_again(database: Database) -> None:
    """By what it holds, in the same ticket and in another of the same author; documents are not."""
    logo = MailAttachment(9, "other name.png", "image/png", 900, LOGO.digest, False)
    with database.writing() as session:
        ticket, first = opened(session, contribution(attachments=(LOGO, PLAN)))
        answer = contribution(message_id="<2@x>", attachments=(logo, PLAN))
        again = service.follow_up(session, OFFICE, ticket, answer, NOW, NOW, speaks=True)
        _, elsewhere = opened(session, contribution(message_id="<3@x>", attachments=(LOGO,)))
        _, stranger = opened(
            session, contribution(MALLORY, message_id="<4@x>", attachments=(LOGO,))
        )
        assert marks(session, first) == {"logo.png": False, "plan.pdf": False}
        assert marks(session, again) == {"other name.png": True, "plan.pdf": False}
        assert marks(session, elsewhere) == {"logo.png": True}
        assert marks(session, stranger) == {"logo.png": False}


@pytest.mark.parametrize(
    ("kind", "detected", "size", "repeated"),
    [
        ("image/png", "", 900, True),
        ("application/octet-stream", "image/png", 900, True),
        ("image/png", "application/x-msdownload", 900, False),
        ("image/png", "", 900_000, False),
        ("image/png", "", 0, False),
    ],
)
def test_only_small_images_are_called_repeated(
    database: Database, kind: str, detected: str, size: int, repeated: bool
) -> None:
    """By what they are, not by what they say; a photograph sent twice is meant."""
    file = MailAttachment(1, "a", kind, size, "a" * 64, detected=detected)
    with database.writing() as session:
        opened(session, contribution(attachments=(file,)))
        _, entry = opened(session, contribution(message_id="<2@x>", attachments=(file,)))
        assert marks(session, entry) == {"a": repeated}


def test_a_file_is_read_out_of_the_mail_it_came_in(database: Database) -> None:
    """By its id, and nothing is found for another id or a mail that is gone."""
    raw = b"Content-Type: application/pdf; name=a.pdf\r\n\r\n%PDF-1"
    attached = parse(raw).attachments
    with database.writing() as session:
        digest = blobs.put_bytes(session, raw, NOW)
        opened(session, contribution(sha256=digest, attachments=attached))
        _, gone = opened(session, contribution(message_id="<2@x>", attachments=attached))
        entries.add_files(session, gone, [entries.File("b.txt", "text/plain", b"words")], NOW)
        session.flush()
        ids = session.execute(select(col(Attachment.id)).order_by(col(Attachment.id))).scalars()
        found = [files.find(session, each or 0) for each in ids]
        assert found == [
            files.Found("a.pdf", "application/pdf", b"%PDF-1"),
            files.Found("a.pdf", "application/pdf", None),
            files.Found("b.txt", "text/plain", b"words"),
        ]
        assert files.find(session, 10**15) is None


def test_an_entry_must_be_stored_before_its_files(database: Database) -> None:
    """A file belongs to an entry that has an id."""
    unflushed = Entry(ticket_id=1, kind="note", source="cli", author=ANNA, at=NOW)
    with database.writing() as session, pytest.raises(ValueError, match="not stored yet"):
        files.add_of_mail(session, unflushed, [PLAN])


def test_an_invitation_is_words_of_its_entry(database: Database) -> None:
    """By the clock of the department and in the ticket's language, in both texts."""
    start = Moment(NOW.replace(tzinfo=None), "UTC")
    meeting = Invitation("request", "Rozmowa", "", (), 0, start, None, "Sala 2", "", "", "")
    with database.writing() as session:
        _, entry = opened(session, contribution(invitations=(meeting,)))
        told = "Zaproszenie na spotkanie: Rozmowa\nKiedy: 3 listopada 2026 r., godz. 10:00\n"
        assert entry.text == f"tekst\n\n{told}Gdzie: Sala 2"
        assert entry.full_text == entry.text
