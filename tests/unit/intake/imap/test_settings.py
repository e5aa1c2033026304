"""What a mailbox says of itself holds no secret."""

from mailgate.intake.imap.settings import MailboxSettings, OAuth2, Password


class Source:
    """A source of tokens that shows them."""

    def access_token(self, *, refresh: bool = False) -> str:
        """Return a token."""
        return "tok3n"

    def __repr__(self) -> str:
        return "tok3n"


def test_no_secret_is_shown():
    """Neither password nor token is part of a value's own words."""
    for auth in (Password("s3cret"), OAuth2(Source())):
        settings = MailboxSettings("desk", "imap.example.com", "desk@example.com", auth)
        for text in (repr(auth), str(auth), repr(settings), f"{settings}"):
            assert "s3cret" not in text
            assert "tok3n" not in text
